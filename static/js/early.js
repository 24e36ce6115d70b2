// Runs before the page is painted, so it is a plain script. It picks light or dark for <html data-theme>, and holds back
// a submission that must be confirmed until app.js is there to ask: a fast click on a slow line destroys nothing.
(function () {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let choice = "auto";
  try { choice = localStorage.getItem("theme") || "auto"; } catch { /* storage refused: follow the system */ }
  function apply() {
    root.dataset.themeChoice = choice;
    root.dataset.theme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  }
  dark.addEventListener("change", apply);
  document.addEventListener("theme:choose", (event) => {
    choice = event.detail;
    try { localStorage.setItem("theme", choice); } catch { /* lasts for this page only */ }
    apply();
  });
  apply();

  function hold(event) {
    if (!event.target.dataset.confirm && !event.submitter?.dataset.confirm) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.heldSubmission = { form: event.target, button: event.submitter };
  }
  document.addEventListener("submit", hold, true);
  document.addEventListener("app:ready", () => document.removeEventListener("submit", hold, true), { once: true });
})();
