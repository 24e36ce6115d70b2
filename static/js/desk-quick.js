// Quick phrases: a slash at the start of the box opens the pack, letters or words after it filter, Enter puts the phrase in.
// A variable that is still open is selected, so that the next thing typed fills it.
const MOST = 12;

export function startQuick(root) {
  const parts = () => {
    const box = root.querySelector("#desk-text");
    const list = root.querySelector("[data-quick]");
    return box && list ? { box, list, rows: [...list.querySelectorAll("li")] } : null;
  };

  function close() {
    const found = parts();
    if (!found) return;
    found.list.hidden = true;
    found.box.removeAttribute("aria-activedescendant");
  }

  function mark(found, row) {
    for (const one of found.rows) one.setAttribute("aria-selected", String(one === row));
    if (row) {
      found.box.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    }
  }

  function filter() {
    const found = parts();
    if (!found) return;
    if (!found.box.value.startsWith("/")) {
      close();
      return;
    }
    const words = found.box.value.slice(1).trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of found.rows) {
      const text = row.dataset.find.toLowerCase();
      const fits = words.every((word) => text.includes(word)) && shown < MOST;
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    found.list.querySelector(".quick-none").hidden = shown > 0;
    found.list.hidden = false;
    const open = found.rows.filter((row) => !row.hidden);
    mark(found, open.find((row) => words.length && row.dataset.find.startsWith(words[0])) ?? open[0]);
  }

  function put(row) {
    const { box } = parts();
    box.value = row.dataset.text;
    close();
    box.focus();
    const open = /\{[^{}]+\}/.exec(box.value);
    if (open) box.setSelectionRange(open.index, open.index + open[0].length);
  }

  root.addEventListener("input", (event) => {
    if (event.target.id === "desk-text") filter();
  });
  root.addEventListener("click", (event) => {
    const row = event.target.closest("[data-quick] li");
    if (row) put(row);
  });
  root.addEventListener("keydown", (event) => {
    const found = event.target.id === "desk-text" ? parts() : null;
    if (!found || found.list.hidden || event.altKey) return;
    const rows = found.rows.filter((row) => !row.hidden);
    const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(found, rows[(at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length]);
    } else if ((event.key === "Enter" || event.key === "Tab") && rows[at]) {
      event.preventDefault();
      put(rows[at]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });
}
