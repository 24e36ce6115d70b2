// Buttons with data-theme-choice="auto|light|dark" choose the theme and show which one holds.
export function startTheme() {
  const buttons = document.querySelectorAll("[data-theme-choice]:not(html)");
  const show = () => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === document.documentElement.dataset.themeChoice));
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-theme-choice]");
    if (!button) return;
    document.dispatchEvent(new CustomEvent("theme:choose", { detail: button.dataset.themeChoice }));
    show();
  });
  show();
}
