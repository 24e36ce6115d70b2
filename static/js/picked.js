// Forms of content: what is ticked in a box that folds away stands in its line.
document.addEventListener("change", (event) => {
  const details = event.target.closest("details.picked");
  if (!details) return;
  const chosen = [...details.querySelectorAll("input:checked")].map((one) => one.parentElement.textContent.trim());
  const label = details.querySelector(".picked-words");
  label.textContent = chosen.join("、") || label.dataset.empty;
});
