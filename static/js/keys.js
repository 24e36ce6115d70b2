// "/" goes to the search field; Ctrl/⌘+S saves the form marked data-save-key; data-submit-on-change submits a filter.
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      const search = document.querySelector("[data-search]");
      if (!search || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) {
      const form = document.querySelector("form[data-save-key]");
      if (!form) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save-button]"));
    }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
}
