// Forms of content: what is ticked in a box that folds away stands in its line; Ctrl/⌘+S saves the draft.
document.addEventListener("change", (event) => {
  const details = event.target.closest("details.picked");
  if (!details) return;
  const chosen = [...details.querySelectorAll("input:checked")].map((one) => one.parentElement.textContent.trim());
  const label = details.querySelector(".picked-words");
  label.textContent = chosen.join("、") || label.dataset.empty;
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  const button = document.querySelector("[data-save-button]");
  if (!button) return;
  event.preventDefault();
  button.form.requestSubmit(button);
});
