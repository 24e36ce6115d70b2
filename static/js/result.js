// The attempt is handed in and on record: its drafts leave this browser.
for (const place of document.querySelectorAll("[data-clear-drafts]")) {
  const prefix = place.dataset.clearDrafts;
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(prefix)).forEach((key) => localStorage.removeItem(key));
  } catch { /* A closed store holds nothing to clear. */ }
}
