// The desk: posts each move and swaps in the answer, so that the page stays where it is. Without this script every
// form is a plain post. A move keeps its client_key until it was answered: sending it again never makes it twice.
const root = document.querySelector("[data-desk]");
const status = document.querySelector("[data-desk-status]");
let busy = false;

function toEnd() {
  const chat = root.querySelector("[data-chat]");
  if (chat) chat.scrollTop = chat.scrollHeight;
}

function say(text) {
  if (status) status.textContent = text;
}

function complain(text) {
  const area = document.querySelector("[data-toasts]");
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = text;
  area?.append(toast);
  setTimeout(() => toast.remove(), 6000);
}

function show(html, typed, wasReply) {
  root.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  const box = root.querySelector("#desk-text");
  if (!wasReply && typed) box.value = typed;
  toEnd();
  const notice = root.querySelector(".notice");
  const last = root.querySelector("[data-chat] > li:last-child");
  say(notice ? notice.textContent.trim() : (last?.textContent.trim() ?? ""));
  if (window.matchMedia("(min-width: 761px)").matches || wasReply) box?.focus();
}

async function send(form) {
  if (busy) return;
  busy = true;
  root.classList.add("is-busy");
  const typed = root.querySelector("#desk-text")?.value ?? "";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Partial": "desk" },
      redirect: "manual",
    });
    const next = answer.headers.get("X-Location");
    if (next) window.location.assign(next);
    else if (answer.ok) show(await answer.text(), typed, form.hasAttribute("data-desk-reply"));
    else if (answer.type === "opaqueredirect" || answer.status === 401) complain("登录已过期。请在新窗口登录后，再点一次发送；写的内容还在。");
    else complain("服务器没有收下这一步，请再试一次；写的内容还在。");
  } catch {
    complain("没有连上网络，这一步还没有发出。连上后再点一次，不会重复。");
  } finally {
    busy = false;
    root.classList.remove("is-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-desk-form]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  send(form);
});

document.addEventListener("keydown", (event) => {
  if (event.target.id === "desk-text" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  }
  if (event.key === "Escape") for (const menu of root.querySelectorAll(".desk-menu[open]")) menu.open = false;
});

document.addEventListener("click", (event) => {
  for (const menu of root.querySelectorAll(".desk-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

root.addEventListener("toggle", (event) => {
  if (!event.target.matches(".desk-menu") || !event.target.open) return;
  for (const menu of root.querySelectorAll(".desk-menu[open]")) if (menu !== event.target) menu.open = false;
}, true);

toEnd();
