// Line numbers beside the text of a case, and jumping to the line of a fault.
const box = document.querySelector("[data-yaml]");
const area = box?.querySelector("textarea");
const numbers = box?.querySelector("[data-yaml-lines]");

function count() {
  const lines = area.value.split("\n").length;
  if (Number(numbers.dataset.count) === lines) return;
  numbers.dataset.count = String(lines);
  numbers.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
}

function follow() {
  numbers.scrollTop = area.scrollTop;
}

function jump(line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = Number.parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, (line - 5) * height);
  follow();
}

if (area) {
  box.classList.add("has-lines");
  area.addEventListener("input", count);
  area.addEventListener("scroll", follow);
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    const before = area.value.slice(0, area.selectionStart);
    const indent = before.slice(before.lastIndexOf("\n") + 1).match(/^ */)[0];
    if (!indent) return;
    event.preventDefault();
    area.setRangeText(`\n${indent}`, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    jump(Number(link.dataset.line));
  });
  count();
  const first = document.querySelector("[data-line]");
  if (first) jump(Number(first.dataset.line));
}
