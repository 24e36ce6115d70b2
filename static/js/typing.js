// The typing test: the clock starts with the first key; only what the input method has committed counts.
const form = document.querySelector("[data-typing]");
const line = form.querySelector("[data-typing-line]");
const rows = [...form.querySelectorAll("[data-typing-lines] > li")];
const left = form.querySelector("[data-typing-left]");
const state = form.querySelector("[data-typing-state]");
const announcer = form.querySelector("[data-typing-announce]");
const LENGTH = Number(form.dataset.typing);
const SHOWN = 3;

const done = [];
let began = 0;
let committed = "";
let composing = false;
let timer = 0;
let over = false;
const told = new Set();

const length = (text) => [...text.replace(/\s/g, "")].length;
const elapsed = () => (began ? (performance.now() - began) / 1000 : 0);

function begin() {
  if (began || over) return;
  began = performance.now();
  timer = setInterval(tick, 250);
}

function tick() {
  const rest = Math.max(0, Math.ceil(LENGTH - elapsed()));
  left.textContent = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
  left.classList.toggle("is-short", rest <= 10);
  for (const seconds of [60, 10]) {
    if (rest === seconds && !told.has(seconds)) { told.add(seconds); announcer.textContent = `还剩 ${seconds} 秒`; }
  }
  if (rest === 0) finish();
}

function show() {
  const place = done.length;
  rows.forEach((row, n) => {
    row.hidden = n < place - 1 || n > place + SHOWN - 1;
    row.classList.toggle("is-done", n < place);
    if (n === place) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  });
}

function say() {
  const typed = done.reduce((sum, text) => sum + length(text), 0) + length(committed);
  state.textContent = `已打 ${typed} 字`;
}

function next() {
  if (composing || over || !line.value.trim()) { line.focus(); return; }
  begin();
  done.push(line.value);
  line.value = committed = "";
  say();
  if (done.length === rows.length) { finish(); return; }
  show();
  line.focus();
}

function finish() {
  if (over) return;
  over = true;
  clearInterval(timer);
  // What the input method has not committed yet does not count.
  if (committed.trim()) done.push(committed);
  line.disabled = true;
  form.querySelector("[data-typing-text]").value = done.join("\n");
  form.querySelector("[data-typing-seconds]").value = String(Math.round(Math.min(LENGTH, elapsed())));
  state.textContent = "时间到，正在算成绩…";
  form.submit();
}

line.addEventListener("compositionstart", () => { composing = true; begin(); });
line.addEventListener("compositionend", () => { composing = false; committed = line.value; say(); });
line.addEventListener("input", (event) => {
  begin();
  if (!event.isComposing && !composing) { committed = line.value; say(); }
});
line.addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); if (!event.isComposing && event.keyCode !== 229) next(); }
});
line.addEventListener("paste", (event) => { event.preventDefault(); state.textContent = "测试里不能粘贴，请自己打。"; });
form.querySelector("[data-typing-next]").addEventListener("click", next);
form.addEventListener("submit", (event) => event.preventDefault());
show();
