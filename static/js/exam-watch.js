// What the supervisor may want to know about a sitting: leaving the page, pasting from elsewhere, typing beyond 250 characters a minute.
// Nothing here ends or fails an attempt.
const MINUTE = 60000;
const FAST = 250;

export function watch(form, token, items) {
  const own = new Set();
  let away = 0;

  function note(kind, number) {
    fetch(form.dataset.noteUrl, {
      method: "POST", credentials: "same-origin", keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token.value }, body: JSON.stringify({ kind, number }),
    }).catch(() => {});
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { away = performance.now(); note("left"); return; }
    if (away) note("back", Math.round((performance.now() - away) / 1000));
    away = 0;
  });

  const selected = (area) => (area.selectionStart === undefined ? "" : area.value.slice(area.selectionStart, area.selectionEnd));
  for (const name of ["copy", "cut"]) {
    document.addEventListener(name, (event) => {
      const text = /^(TEXTAREA|INPUT)$/.test(event.target.tagName) ? selected(event.target) : "";
      if (text) own.add(text.trim());
    });
  }

  function incoming(event, text) {
    if (!/^(TEXTAREA|INPUT)$/.test(event.target.tagName) || !event.target.dataset.answer || own.has(text.trim()) || !text.trim()) return;
    const blocked = form.dataset.noPaste === "1";
    const item = event.target.closest("[data-item]");
    if (blocked) {
      event.preventDefault();
      const line = item?.querySelector("[data-no-paste-note]");
      if (line) line.hidden = false;
    }
    note(blocked ? "blocked" : "paste", [...text].length);
  }
  form.addEventListener("paste", (event) => incoming(event, event.clipboardData?.getData("text") ?? ""));
  form.addEventListener("drop", (event) => incoming(event, event.dataTransfer?.getData("text") ?? ""));

  let typed = [];
  let told = -MINUTE;
  function count(size) {
    const now = performance.now();
    typed.push([now, size]);
    typed = typed.filter(([at]) => now - at <= MINUTE);
    const total = typed.reduce((sum, [, n]) => sum + n, 0);
    if (total > FAST && now - told > MINUTE) { told = now; note("speed", total); }
  }
  for (const item of items) {
    item.addEventListener("input", (event) => {
      if (event.inputType === "insertText" && !event.isComposing && event.data) count([...event.data].length);
    });
    item.addEventListener("compositionend", (event) => { if (event.data) count([...event.data].length); });
  }
}
