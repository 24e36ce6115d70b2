// Small dialogs built from text only; nothing that comes from people is ever parsed as HTML here.
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** Resolves to true when the person agrees, to false when he cancels, presses Escape or closes. */
export function ask({ title, text, button, danger = false, cancel = "取消" }) {
  const dialog = element("dialog", "dialog");
  const body = element("div", "dialog-body");
  const heading = element("h2", "", title);
  heading.id = "dialog-title";
  dialog.setAttribute("aria-labelledby", heading.id);
  const actions = element("div", "dialog-actions");
  const no = element("button", "button", cancel);
  const yes = element("button", `button ${danger ? "button-danger-fill" : "button-primary"}`, button);
  no.type = yes.type = "button";
  actions.append(no, yes);
  body.append(heading, element("p", "secondary pre-line", text), actions);
  dialog.append(body);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = false;
    yes.addEventListener("click", () => { answer = true; dialog.close(); });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    dialog.showModal();
    (danger ? no : yes).focus();
  });
}

/** Shows a short message at the foot of the page; screen readers hear it. */
export function toast(text, seconds = 4) {
  const area = document.querySelector("[data-toasts]");
  const message = element("div", "toast", text);
  area.append(message);
  setTimeout(() => message.remove(), seconds * 1000);
}
