// Sitting an exam: one question at a time, answers kept in this browser first and then on the server.
import { watch } from "./exam-watch.js";
import { openLookups } from "./exam-lookup.js";

const form = document.getElementById("attempt");
const items = [...form.querySelectorAll("[data-item]")];
const person = form.dataset.person;
const attempt = form.dataset.attempt;
const token = form.querySelector("[name=csrf_token]");
const PAUSE = 1200;
const RETRY = 3000;
const SLACK = 60;

const state = new Map();
let current = 0;
let online = true;

const draftKey = (position) => `shanggang:${person}:${attempt}:${position}`;
const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`);

// ---- reading and writing the controls of one item --------------------------------------------------------

function read(item) {
  const raw = {};
  for (const control of item.querySelectorAll("[data-answer]")) {
    const name = control.dataset.answer;
    if ((control.type === "radio" || control.type === "checkbox") && !control.checked) continue;
    (raw[name] ??= []).push(control.value);
  }
  return raw;
}

function write(item, raw) {
  for (const control of item.querySelectorAll("[data-answer]")) {
    const values = raw[control.dataset.answer] ?? [];
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.type !== "hidden") control.value = values[0] ?? "";
  }
  const list = item.querySelector("[data-order]");
  if (list && raw.order) {
    for (const id of raw.order) {
      const row = list.querySelector(`[data-step="${CSS.escape(id)}"]`);
      if (row) list.append(row);
    }
    number(list);
  }
  count(item);
}

function answered(item) {
  if (item.dataset.kind === "case") return item.dataset.done === "1";
  if (item.querySelector("[data-order]")) return state.get(item).touched;
  return Object.values(read(item)).some((values) => values.some((value) => value.trim() !== ""));
}

// ---- drafts and saving -----------------------------------------------------------------------------------

function keepDraft(item) {
  const entry = state.get(item);
  try {
    localStorage.setItem(draftKey(item.dataset.item), JSON.stringify({
      raw: entry.raw, unsure: entry.unsure, base: entry.seq, key: entry.key, dirty: entry.dirty,
    }));
  } catch { /* A full or closed store only costs the second copy; the server still gets every answer. */ }
}

function readDraft(item) {
  try { return JSON.parse(localStorage.getItem(draftKey(item.dataset.item)) ?? "null"); } catch { return null; }
}

function changed(item, pause) {
  const entry = state.get(item);
  entry.raw = read(item);
  entry.touched = true;
  entry.dirty = true;
  entry.key = newKey();
  keepDraft(item);
  paint(item);
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => send(item), pause);
}

async function send(item) {
  const entry = state.get(item);
  clearTimeout(entry.timer);
  if (!entry.dirty || entry.conflict) return;
  if (entry.sending) { await entry.sending; return send(item); }
  entry.sending = put(item, entry);
  try { await entry.sending; } finally { entry.sending = null; }
}

async function put(item, entry) {
  const key = entry.key;
  say("saving");
  try {
    const response = await fetch(`${form.dataset.saveUrl}/${item.dataset.item}`, {
      method: "PUT", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token.value },
      body: JSON.stringify({ client_key: key, base_seq: entry.seq, raw: entry.raw, unsure: entry.unsure, lookup: Number(item.dataset.lookup) }),
    });
    online = true;
    if (response.status === 401 || response.redirected) {
      say("signedout");
      entry.timer = setTimeout(() => send(item), RETRY);
      return;
    }
    if (response.status >= 500 || response.status === 429) { say("retrying"); entry.timer = setTimeout(() => send(item), RETRY); return; }
    const answer = await response.json();
    if (response.status === 400 && entry.renewed !== key && await renewToken()) { entry.renewed = key; entry.timer = setTimeout(() => send(item), 0); return; }
    if (response.status === 409) { conflict(item, answer); return; }
    if (response.status === 410) { entry.dirty = false; say("late"); return; }
    if (!response.ok) { say("refused", answer.error); return; }
    setLeft(answer.left);
    entry.seq = answer.seq;
    if (entry.key === key) entry.dirty = false;
    keepDraft(item);
    paint(item);
    say(pending() ? "saving" : "saved", answer.saved_at);
  } catch {
    online = false;
    say("offline");
    entry.timer = setTimeout(() => send(item), RETRY);
  }
}

// After signing in anew in another tab this page still holds the former token: take the one that holds now.
async function renewToken() {
  const response = await fetch(location.pathname, { credentials: "same-origin", headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("#attempt [name=csrf_token]")?.value;
  if (!fresh) return false;
  document.querySelectorAll("[name=csrf_token]").forEach((field) => { field.value = fresh; });
  return true;
}

const pending = () => items.some((item) => state.get(item).dirty && !state.get(item).conflict);

async function sendAll() {
  await Promise.all(items.map((item) => send(item)));
  return !pending();
}

// ---- two versions of one answer --------------------------------------------------------------------------

function words(item, raw) {
  if (raw?.text) return raw.text[0];
  const names = raw?.choice ?? raw?.choices ?? raw?.order ?? raw?.segments ?? Object.values(raw ?? {}).flat();
  const text = names.map((name) => item.querySelector(`[data-label="${CSS.escape(name)}"]`)?.textContent.trim() ?? name);
  return text.join(raw?.order ? " → " : "；") || "（没有作答）";
}

function toRaw(answer) {
  const raw = {};
  for (const [name, value] of Object.entries(answer ?? {})) {
    if (Array.isArray(value)) raw[name] = value;
    else if (value && typeof value === "object") Object.assign(raw, toRaw(value));
    else raw[name] = [String(value)];
  }
  return raw;
}

function conflict(item, answer) {
  const entry = state.get(item);
  entry.conflict = { seq: answer.seq, raw: toRaw(answer.answer) };
  const box = item.querySelector("[data-conflict]");
  box.querySelector("[data-theirs]").textContent = words(item, entry.conflict.raw);
  box.querySelector("[data-mine]").textContent = words(item, entry.raw);
  box.hidden = false;
  say("conflict");
  show(items.indexOf(item));
}

function resolve(item, mine) {
  const entry = state.get(item);
  const theirs = entry.conflict;
  entry.conflict = null;
  entry.seq = theirs.seq;
  item.querySelector("[data-conflict]").hidden = true;
  if (mine) { entry.key = newKey(); entry.dirty = true; send(item); return; }
  entry.raw = theirs.raw;
  entry.dirty = false;
  write(item, theirs.raw);
  keepDraft(item);
  paint(item);
  say("saved", new Date().toISOString());
}

// ---- what the page shows ---------------------------------------------------------------------------------

const status = document.querySelector("[data-save-state]");
const clockText = (iso) => new Date(iso ?? Date.now()).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
const TEXTS = {
  saving: () => "正在保存…",
  saved: (at) => `已保存 · ${clockText(at)}`,
  retrying: () => "服务器忙，答案已存在本机，稍后自动重试",
  offline: () => "网络断开，答案已存在本机，连上后自动补交",
  conflict: () => "这道题在别处有更新的答案，请选择保留哪一份",
  late: () => "已过交卷时间，这次修改另行保存，不计入成绩",
  signedout: () => "登录已失效：请在新标签页登录，本页答案会自动补交",
  refused: (text) => text ?? "没有保存成功，请稍后再试",
};

function say(kind, detail) {
  status.dataset.kind = kind;
  status.textContent = TEXTS[kind](detail);
}

function paint(item) {
  const place = items.indexOf(item);
  const cell = document.querySelector(`[data-go="${place}"]`);
  const entry = state.get(item);
  cell.classList.toggle("is-answered", answered(item));
  cell.classList.toggle("is-unsure", entry.unsure);
  const notes = [answered(item) ? "已答" : "未答", entry.unsure ? "存疑" : ""].filter(Boolean).join("，");
  cell.setAttribute("aria-label", `第 ${place + 1} 题，${notes}`);
  const mark = item.querySelector("[data-unsure]");
  if (mark) mark.setAttribute("aria-pressed", String(entry.unsure));
  document.querySelector("[data-answered-count]").textContent = String(items.filter(answered).length);
}

function show(place, focus = true) {
  if (place < 0 || place >= items.length) return;
  if (place !== current) send(items[current]);
  current = place;
  items.forEach((item, n) => { item.hidden = n !== place; });
  document.querySelectorAll("[data-go]").forEach((cell) => {
    if (Number(cell.dataset.go) === place) cell.setAttribute("aria-current", "true"); else cell.removeAttribute("aria-current");
  });
  document.querySelector("[data-previous]").disabled = place === 0;
  document.querySelector("[data-next]").hidden = place === items.length - 1;
  history.replaceState(null, "", `#q${place + 1}`);
  if (focus) { items[place].querySelector("h2").focus({ preventScroll: true }); window.scrollTo(0, 0); }
}

function count(item) {
  const area = item.querySelector("textarea");
  const out = item.querySelector("[data-length]");
  if (area && out) out.textContent = String([...area.value.replace(/\s/g, "")].length);
}

// ---- ordering --------------------------------------------------------------------------------------------

function number(list) {
  const rows = [...list.children];
  rows.forEach((row, place) => {
    row.querySelector("[data-place]").textContent = String(place + 1);
    row.querySelector("[data-up]").disabled = place === 0;
    row.querySelector("[data-down]").disabled = place === rows.length - 1;
  });
}

function move(item, row, by) {
  const list = row.parentElement;
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) list.insertBefore(row, other); else list.insertBefore(other, row);
  number(list);
  changed(item, 300);
  const button = row.querySelector(by < 0 ? "[data-up]" : "[data-down]");
  (button.disabled ? row.querySelector(by < 0 ? "[data-down]" : "[data-up]") : button).focus();
}

// ---- time ------------------------------------------------------------------------------------------------

let endsAt = 0;
let handedIn = false;
const timer = document.querySelector("[data-timer]");
const announcer = document.querySelector("[data-timer-announce]");
const told = new Set();

function setLeft(seconds) { endsAt = performance.now() + seconds * 1000; }

function tick() {
  const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
  const pad = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(left / 3600);
  timer.textContent = `${hours ? `${hours}:` : ""}${pad(Math.floor(left / 60) % 60)}:${pad(left % 60)}`;
  timer.classList.toggle("is-short", left <= 300);
  for (const minutes of [10, 5, 1]) {
    if (left <= minutes * 60 && left > minutes * 60 - 5 && !told.has(minutes)) {
      told.add(minutes);
      announcer.textContent = `还剩 ${minutes} 分钟`;
    }
  }
  if (left === 0 && !handedIn) { handedIn = true; handIn(true); }
}

// Nothing leaves the page while an answer could still get through: within the slack it counts, and offline the page waits.
async function handIn(forced) {
  const saved = await sendAll();
  const over = performance.now() > endsAt + SLACK * 1000;
  if (!saved && !forced) { say(online ? "refused" : "offline"); return false; }
  if (!saved && (!online || !over)) { setTimeout(() => handIn(true), RETRY); return false; }
  window.onbeforeunload = null;
  document.getElementById("submit-form").submit();
  return true;
}

// ---- wiring ----------------------------------------------------------------------------------------------

for (const item of items) {
  const unsure = item.dataset.unsure === "1";
  const entry = { seq: Number(item.dataset.seq), raw: {}, unsure, dirty: false, touched: item.dataset.seq !== "0", timer: 0, key: newKey(), conflict: null, sending: null };
  state.set(item, entry);
  entry.raw = read(item);
  const draft = item.dataset.kind === "case" ? null : readDraft(item);
  if (draft?.dirty) {
    Object.assign(entry, { raw: draft.raw, unsure: draft.unsure, seq: draft.base, key: draft.key, dirty: true, touched: true });
    write(item, draft.raw);
    setTimeout(() => send(item), 50);
  }
  const list = item.querySelector("[data-order]");
  if (list) {
    number(list);
    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-up],[data-down]");
      if (button) move(item, button.closest("[data-step]"), button.matches("[data-up]") ? -1 : 1);
    });
  }
  item.addEventListener("input", (event) => {
    if (!event.target.dataset.answer || event.isComposing) return;
    count(item);
    changed(item, event.target.tagName === "TEXTAREA" ? PAUSE : 150);
  });
  item.addEventListener("compositionend", (event) => { count(item); if (event.target.dataset.answer) changed(item, PAUSE); });
  item.querySelector("[data-unsure-toggle]")?.addEventListener("click", () => toggleUnsure(item));
  item.querySelector("[data-keep-mine]")?.addEventListener("click", () => resolve(item, true));
  item.querySelector("[data-keep-theirs]")?.addEventListener("click", () => resolve(item, false));
  count(item);
}

function toggleUnsure(item) {
  const entry = state.get(item);
  entry.unsure = !entry.unsure;
  changed(item, 150);
}

document.querySelectorAll("[data-go]").forEach((cell) => cell.addEventListener("click", () => show(Number(cell.dataset.go))));
document.querySelector("[data-previous]").addEventListener("click", () => show(current - 1));
document.querySelector("[data-next]").addEventListener("click", () => show(current + 1));

document.addEventListener("keydown", (event) => {
  const typing = /^(TEXTAREA|SELECT)$/.test(event.target.tagName) || (event.target.tagName === "INPUT" && event.target.type === "text");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "ArrowLeft" && event.target.type !== "radio") show(current - 1);
  else if (event.key === "ArrowRight" && event.target.type !== "radio") show(current + 1);
  else if (event.key.toLowerCase() === "m") toggleUnsure(items[current]);
  else if (/^[1-9]$/.test(event.key)) {
    const control = items[current].querySelectorAll("input[type=radio],input[type=checkbox]")[Number(event.key) - 1];
    if (control) { control.focus(); control.click(); }
  }
});

const some = (places) => (places.length > 12 ? `${places.slice(0, 10).join("、")} 等 ${places.length}` : places.join("、"));
const dialog = document.getElementById("submit-dialog");
document.querySelectorAll("[data-submit-open]").forEach((button) => button.addEventListener("click", () => {
  const open = items.map((item, n) => [item, n]).filter(([item]) => !answered(item)).map(([, n]) => n + 1);
  const unsure = items.map((item, n) => [item, n]).filter(([item]) => state.get(item).unsure).map(([, n]) => n + 1);
  dialog.querySelector("[data-open-list]").textContent = open.length ? `还有 ${open.length} 题未答：第 ${some(open)} 题。` : "所有题目都已作答。";
  dialog.querySelector("[data-unsure-list]").textContent = unsure.length ? `标了存疑的：第 ${some(unsure)} 题。` : "";
  dialog.showModal();
}));
dialog.querySelector("[data-submit-cancel]").addEventListener("click", () => dialog.close());
dialog.querySelector("[data-submit-confirm]").addEventListener("click", async (event) => {
  event.target.disabled = true;
  if (!(await handIn(false))) { event.target.disabled = false; dialog.close(); }
});

window.addEventListener("online", () => sendAll());
window.addEventListener("pagehide", () => items.forEach((item) => state.get(item).dirty && keepDraft(item)));
window.onbeforeunload = () => (pending() ? "" : undefined);
document.addEventListener("visibilitychange", () => { if (document.hidden) sendAll(); });

watch(form, token, items);
openLookups(items);
setLeft(Number(form.dataset.left));
items.forEach(paint);
show(Math.max(0, Number((location.hash.match(/^#q(\d+)$/) ?? [0, 1])[1]) - 1), false);
tick();
setInterval(tick, 500);
