// [data-download-table="class"] saves the table of that class as csv; [data-print] prints the page.
function cell(text) {
  const plain = text.trim().replace(/\s+/g, " ");
  const safe = /^[=+\-@]/.test(plain) ? `'${plain}` : plain;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function startTables() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-download-table], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) { window.print(); return; }
    const table = document.querySelector(`table.${button.dataset.downloadTable}`);
    const lines = [...table.rows].map((row) => [...row.cells].map((one) => cell(one.textContent)).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n")], { type: "text/csv" }));
    link.download = button.dataset.filename || "table.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
