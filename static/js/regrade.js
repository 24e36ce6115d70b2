// Drives a regrade chunk by chunk and shows how far it is; closing the page loses nothing.
const box = document.querySelector("[data-regrade]");
const text = box?.querySelector("[data-regrade-text]");
const rect = box?.querySelector(".bar rect");
const token = box?.querySelector("[name=csrf_token]").value;
const PAUSE = 4000;
let last = -1;
let still = 0;

async function step() {
  try {
    const response = await fetch(box.dataset.regrade, {
      method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const state = await response.json();
    text.textContent = `${state.done} / ${state.total} 份，${state.changed} 份有变化`;
    rect.setAttribute("width", `${state.total ? (100 * state.done) / state.total : 100}%`);
    if (state.done >= state.total) { location.reload(); return; }
    still = state.done === last ? still + 1 : 0;
    last = state.done;
    setTimeout(step, still ? 1000 : 0);
  } catch {
    text.textContent = "暂时连不上，几秒后自动再试；也可以稍后回来点「继续」";
    setTimeout(step, PAUSE);
  }
}

if (box) step();
