// A lesson beside the page it makes: the page follows while one writes, rules are found and put in at the cursor.
// Everything also works by plain posts.
const form = document.getElementById("lesson-form");
const area = form.querySelector("#text");
const found = form.querySelector("#found");
const find = form.querySelector("#find");
let waiting;
let asked = 0;

async function show() {
  asked += 1;
  const mine = asked;
  try {
    const response = await fetch(form.dataset.liveUrl, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok || mine !== asked) return;
    for (const id of ["faults", "live"]) form.querySelector(`#${id}`).replaceChildren(...page.getElementById(id).childNodes);
    form.querySelector("#refused")?.remove();
  } catch {
    // The page stays as it was until the network is back.
  }
}

async function search() {
  const url = `${form.dataset.rulesUrl}?q=${encodeURIComponent(find.value.trim())}`;
  try {
    const response = await fetch(url, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (response.ok) found.replaceChildren(...new DOMParser().parseFromString(await response.text(), "text/html").body.childNodes);
  } catch {
    found.textContent = "网络断开，没有找成。恢复后再点一次。";
  }
}

function heightOf(text) {
  const mirror = document.createElement("div");
  const style = getComputedStyle(area);
  for (const name of ["font", "lineHeight", "letterSpacing", "padding", "border", "boxSizing"]) mirror.style[name] = style[name];
  Object.assign(mirror.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word", width: `${area.clientWidth}px` });
  mirror.textContent = text;
  document.body.append(mirror);
  const height = mirror.offsetHeight;
  mirror.remove();
  return height;
}

function jump(line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = heightOf(lines.slice(0, line).join("\n"));
  area.scrollTop = height - area.clientHeight / 2;
  window.scrollTo({ top: area.getBoundingClientRect().top + window.scrollY + height - area.scrollTop - window.innerHeight / 2 });
}

form.addEventListener("input", (event) => {
  if (event.target === find) return;
  clearTimeout(waiting);
  waiting = setTimeout(show, 500);
});
form.addEventListener("click", (event) => {
  const insert = event.target.closest("[data-insert]");
  if (insert) {
    area.setRangeText(insert.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  const line = event.target.closest("[data-line]");
  if (line) {
    event.preventDefault();
    jump(Number(line.dataset.line));
    return;
  }
  if (event.target.closest("[data-find]")) {
    event.preventDefault();
    search();
  } else if (event.target.closest("button[value=show]") && !form.querySelector("#add").value.trim()) {
    event.preventDefault();
    show();
  } else if (event.target.closest('a[href^="#"]')) {
    form.querySelector("#about").open = true;
  }
});
find.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  search();
});
