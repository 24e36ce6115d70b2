// Goes on walking a case variant by variant while the page is open; what is done is kept.
const box = document.querySelector("[data-walk]");
const text = box?.querySelector("[data-walk-text]");
const rect = box?.querySelector(".bar rect");
const token = document.querySelector("form [name=csrf_token]")?.value ?? "";

async function step() {
  try {
    const answer = await fetch(box.dataset.walk, {
      method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const state = await answer.json();
    text.textContent = `${state.done} / ${state.total} 组`;
    rect.setAttribute("width", `${(100 * state.done) / state.total}%`);
    if (state.done >= state.total) window.location.reload();
    else step();
  } catch {
    text.textContent = "走到一半停了，点「继续」再试";
  }
}

if (box) step();
