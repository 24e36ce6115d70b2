// <form data-unsaved>: leaving the page with changes asks first; [data-unsaved-state] inside shows the state in words.
const changed = new Set();

function show(form) {
  const label = form.querySelector("[data-unsaved-state]");
  if (label) label.textContent = changed.has(form) ? "有未保存的修改" : "";
}

/** For scripts that save without leaving the page. */
export function markSaved(form) {
  changed.delete(form);
  show(form);
}

export function startUnsaved() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (!form) return;
    changed.add(form);
    show(form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) changed.delete(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed.size) event.preventDefault();
  });
}
