// The desk: posts each move and swaps in the answer, so that the page stays where it is. Without this script every
// form is a plain post. A move keeps its client_key until it was answered: sending it again never makes it twice.
import { startQuick } from "./desk-quick.js";
import { startTime } from "./desk-time.js";

const root = document.querySelector("[data-desk]");
const status = document.querySelector("[data-desk-status]");
const drafts = startDrafts(window.location.pathname);
let busy = false;

// What is being typed, by conversation; kept for this tab, so that it is still there after a reload.
function startDrafts(place) {
  const name = (talk) => `desk:${place}:${talk}`;
  return {
    get: (talk) => sessionStorage.getItem(name(talk)) ?? "",
    set: (talk, text) => (text ? sessionStorage.setItem(name(talk), text) : sessionStorage.removeItem(name(talk))),
    delete: (talk) => sessionStorage.removeItem(name(talk)),
  };
}

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

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

function active(from = root) {
  return from.querySelector("[data-active]")?.dataset.active ?? "0";
}

function keepDraft() {
  const box = root.querySelector("#desk-text");
  if (box) drafts.set(active(), box.value);
}

function show(html, sent) {
  keepDraft();
  const before = active();
  const fresh = parsed(html);
  const wasReply = sent !== null;
  if (wasReply && drafts.get(before) === sent) drafts.delete(before);
  root.replaceChildren(...fresh.childNodes);
  const box = root.querySelector("#desk-text");
  if (box && !box.value) box.value = drafts.get(active());
  toEnd();
  const notice = root.querySelector(".notice");
  const last = root.querySelector("[data-chat] > li:last-child");
  say(notice ? notice.textContent.trim() : (last?.textContent.trim() ?? ""));
  if (window.matchMedia("(min-width: 761px)").matches || wasReply) box?.focus();
}

// What came by itself: only the columns that show it are replaced; menus, the box and what is typed stay as they are.
function patch(html) {
  const fresh = parsed(html);
  if (active(fresh) !== active()) return;
  const chat = root.querySelector("[data-chat]");
  const low = chat && chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  for (const part of fresh.querySelectorAll("[data-part]")) root.querySelector(`[data-part="${part.dataset.part}"]`)?.replaceWith(part);
  const columns = fresh.querySelector("[data-n]");
  Object.assign(root.querySelector("[data-n]").dataset, columns.dataset);
  for (const field of root.querySelectorAll('input[name="n"]')) field.value = columns.dataset.n;
  if (low) toEnd();
  say(root.querySelector("[data-chat] > li:last-child")?.textContent.trim() ?? "");
}

async function send(form, button) {
  if (busy) return;
  busy = true;
  root.classList.add("is-busy");
  const sent = form.hasAttribute("data-desk-reply") ? form.elements.text.value : null;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, button),
      headers: { "X-Partial": "desk" },
      redirect: "manual",
    });
    const next = answer.headers.get("X-Location");
    if (next) window.location.assign(next);
    else if (answer.ok) show(await answer.text(), sent);
    else if (answer.type === "opaqueredirect" || answer.status === 401) complain("登录已过期。请在新窗口登录后，再点一次发送；写的内容还在。");
    else complain("服务器没有收下这一步，请再试一次；写的内容还在。");
  } catch {
    complain("没有连上网络，这一步还没有发出。连上后再点一次，不会重复。");
  } finally {
    busy = false;
    root.classList.remove("is-busy");
  }
}

async function open(link) {
  if (busy || link.getAttribute("aria-current")) return;
  busy = true;
  try {
    const answer = await fetch(link.href, { headers: { "X-Partial": "desk" }, redirect: "manual" });
    if (!answer.ok) {
      window.location.assign(link.href);
      return;
    }
    show(await answer.text(), null);
    history.replaceState(null, "", link.href);
  } catch {
    complain("没有连上网络，会话没有换过去。");
  } finally {
    busy = false;
  }
}

function step(by) {
  const links = [...root.querySelectorAll("[data-talk]")];
  const at = links.findIndex((link) => link.getAttribute("aria-current"));
  const next = links[(at + by + links.length) % links.length];
  if (next) open(next);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-desk-form]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  send(form, event.submitter);
});

root.addEventListener("input", (event) => {
  if (event.target.id === "desk-text") keepDraft();
});

document.addEventListener("keydown", (event) => {
  if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  }
  if (event.target.id === "desk-text" && event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.defaultPrevented) {
    event.preventDefault();
    const form = event.target.form;
    if (event.target.value.trim()) form.requestSubmit(event.ctrlKey ? form.querySelector('[name="hold"]') : undefined);
  }
  if (event.key === "Escape") for (const menu of root.querySelectorAll(".desk-menu[open]")) menu.open = false;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-talk]");
  if (link && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    open(link);
  }
  for (const menu of root.querySelectorAll(".desk-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

root.addEventListener("toggle", (event) => {
  if (!event.target.matches(".desk-menu") || !event.target.open) return;
  for (const menu of root.querySelectorAll(".desk-menu[open]")) if (menu !== event.target) menu.open = false;
}, true);

const typed = root.querySelector("#desk-text");
if (typed && !typed.value) typed.value = drafts.get(active());
toEnd();
startQuick(root);
startTime(root, { patch, isBusy: () => busy, complain });
