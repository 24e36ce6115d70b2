// The form of a paper: rows change and counts follow without leaving the page.
// Everything also works by plain posts.
const form = document.getElementById("paper-form");
let waiting;
let asked = 0;

async function fetched(submitter) {
  const body = new FormData(form);
  if (submitter) body.set(submitter.name, submitter.value);
  else body.set("then", "check");
  const response = await fetch(form.getAttribute("action"), { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html", "X-Partial": submitter ? "rows" : "live" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.getElementById("paper-form");
}

function opened(root) {
  return new Set([...root.querySelectorAll("details[open][id]")].map((one) => one.id));
}

async function change(button) {
  asked += 1;
  const open = opened(form);
  try {
    const next = await fetched(button);
    if (!next) throw new Error("no form");
    for (const one of next.querySelectorAll("details[id]")) one.open ||= open.has(one.id);
    form.replaceChildren(...next.childNodes);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    const field = document.getElementById(next.dataset.focus);
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  } catch {
    const state = form.querySelector("[data-unsaved-state]");
    if (state) state.textContent = "网络断开，没有改成。恢复后再点一次；填的都还在。";
  }
}

async function follow() {
  asked += 1;
  const mine = asked;
  try {
    const next = await fetched(null);
    if (!next || mine !== asked) return;
    for (const old of form.querySelectorAll("[data-live]")) {
      const fresh = next.querySelector(`#${CSS.escape(old.id)}`);
      if (fresh) old.replaceChildren(...fresh.childNodes);
    }
  } catch {
    // The counts stay as they were until the network is back.
  }
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button) return;
  event.preventDefault();
  change(button);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches('input[list="question-list"]')) return;
  event.preventDefault();
  event.target.closest(".pair").querySelector("button[name=do]").click();
});
form.addEventListener("change", () => {
  clearTimeout(waiting);
  waiting = setTimeout(follow, 300);
});
