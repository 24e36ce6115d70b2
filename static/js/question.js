// Small behaviours of a question outside an exam: moving steps, counting characters, keys 1–9.
function number(list) {
  const rows = [...list.children];
  rows.forEach((row, place) => {
    row.querySelector("[data-place]").textContent = String(place + 1);
    row.querySelector("[data-up]").disabled = place === 0;
    row.querySelector("[data-down]").disabled = place === rows.length - 1;
  });
}

function move(row, up) {
  const list = row.parentElement;
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (up) list.insertBefore(row, other); else list.insertBefore(other, row);
  number(list);
  const wanted = row.querySelector(up ? "[data-up]" : "[data-down]");
  (wanted.disabled ? row.querySelector(up ? "[data-down]" : "[data-up]") : wanted).focus();
}

for (const list of document.querySelectorAll("[data-order]")) {
  number(list);
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up],[data-down]");
    if (button) move(button.closest("[data-step]"), button.matches("[data-up]"));
  });
}

for (const area of document.querySelectorAll("[data-question] textarea")) {
  const out = area.closest("[data-question]").querySelector("[data-length]");
  const count = () => { if (out) out.textContent = String([...area.value.replace(/\s/g, "")].length); };
  area.addEventListener("input", count);
  count();
}

const questions = document.querySelectorAll("[data-question]");
if (questions.length === 1) {
  document.addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key) || /^(TEXTAREA|INPUT)$/.test(event.target.tagName) && event.target.type !== "radio" && event.target.type !== "checkbox") return;
    const control = questions[0].querySelectorAll("input[type=radio],input[type=checkbox]")[Number(event.key) - 1];
    if (control) { control.focus(); control.click(); }
  });
}
