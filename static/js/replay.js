// Steps of a replay without loading the whole page: links, arrow keys, back and forward. Without it the links work by themselves.
const root = document.querySelector("[data-replay]");
const status = document.querySelector("[data-replay-status]");
let busy = false;

function settle() {
  const now = root.querySelector("[aria-current=step]");
  const strip = now?.closest("ol");
  if (strip) strip.scrollLeft = now.offsetLeft - strip.offsetLeft - strip.clientWidth / 2;
  const chat = root.querySelector("[data-replay-chat]");
  if (!chat) return;
  const fresh = chat.querySelector(".is-fresh");
  chat.scrollTop = fresh ? fresh.offsetTop - chat.offsetTop - 60 : chat.scrollHeight;
}

async function show(url, key, remember) {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(url, { headers: { "X-Partial": "replay" }, redirect: "manual" });
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    root.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    if (remember) history.pushState({ replay: true }, "", url);
    settle();
    status.textContent = root.querySelector("[aria-current=step]")?.dataset.words ?? "";
    const same = key && root.querySelector(`a[data-step="${CSS.escape(key)}"]`);
    if (key) (same ?? root.querySelector("[aria-current=step]"))?.focus({ preventScroll: true });
  } catch {
    window.location.assign(url);
  } finally {
    busy = false;
  }
}

function unsaved() {
  return [...root.querySelectorAll("textarea")].some((box) => box.value !== box.defaultValue);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-step], a[data-step-link]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || unsaved()) return;
  event.preventDefault();
  show(link.href, link.dataset.step ?? "", true);
  if (!link.dataset.step) root.scrollIntoView();
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
  const step = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!step) return;
  const link = root.querySelector(`a[data-step="${step}${event.shiftKey ? "-mark" : ""}"]`);
  if (!link) return;
  event.preventDefault();
  if (unsaved()) link.click();
  else show(link.href, link.dataset.step, true);
});

window.addEventListener("popstate", () => show(window.location.href, "", false));
if (root) settle();
