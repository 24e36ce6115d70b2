// Asks before a form or button that carries data-confirm is submitted.
//   data-confirm="what will happen"  data-confirm-title="question"  data-confirm-button="verb"  data-confirm-kind="danger|primary"
import { ask } from "./dialog.js";

export function startConfirm() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    const source = button?.dataset.confirm ? button : form;
    if (!source.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const yes = await ask({
      title: source.dataset.confirmTitle || "确定要这样做吗？",
      text: source.dataset.confirm,
      button: source.dataset.confirmButton || button?.textContent.trim() || "确定",
      danger: source.dataset.confirmKind !== "primary",
    });
    if (!yes) return;
    form.dataset.confirmed = "1";
    form.requestSubmit(button);
    delete form.dataset.confirmed;
  }, true);
  document.dispatchEvent(new CustomEvent("app:ready"));
  if (window.heldSubmission) window.heldSubmission.form.requestSubmit(window.heldSubmission.button);
}
