// Open-book items: the rule search beside the question, and how long it was open before the answer.
const MOST = 12;

function results(page) {
  return [...page.querySelectorAll(".rule-row")].slice(0, MOST).map((row) => {
    row.querySelectorAll("a").forEach((link) => { link.dataset.sheet = ""; });
    return row;
  });
}

function lookup(item, box) {
  const panel = box.querySelector("[data-lookup-panel]");
  const toggle = box.querySelector("[data-lookup-toggle]");
  const words = box.querySelector("[data-lookup-words]");
  const status = box.querySelector("[data-lookup-status]");
  const list = box.querySelector("[data-lookup-results]");
  let since = 0;
  let asked = 0;

  // The time runs while the panel is open, until the answer changes; opening it again goes on from there.
  function stop() {
    if (since) item.dataset.lookup = String(Number(item.dataset.lookup) + Math.max(1, Math.round((performance.now() - since) / 1000)));
    since = 0;
  }

  async function search() {
    const turn = ++asked;
    const q = words.value.trim();
    if (!q) { status.textContent = "请输入几个词再查，例如 运费 谁付。"; words.focus(); return; }
    if (!since) since = performance.now();
    status.textContent = "正在查…";
    try {
      const response = await fetch(`${box.dataset.url}?${new URLSearchParams({ q })}`, { credentials: "same-origin", headers: { "X-Sheet": "1" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (turn !== asked) return;
      if (!response.ok || page.querySelector("[data-sign-in]")) throw new Error("signed out");
      const rows = results(page);
      list.replaceChildren(...rows);
      status.textContent = !rows.length ? "没有找到，换个词试试。" : `${rows.length === MOST ? "最接近的" : "找到"} ${rows.length} 条，点标题看全文。`;
    } catch {
      if (turn === asked) status.textContent = "没有查到：网络断开或登录失效，稍后再试。";
    }
  }

  toggle.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    if (panel.hidden) { stop(); return; }
    since = performance.now();
    words.focus();
  });
  box.querySelector("[data-lookup-search]").addEventListener("click", search);
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); search(); }
  });
  item.addEventListener("input", (event) => { if (event.target.dataset.answer) stop(); }, true);
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
}

export function openLookups(items) {
  for (const item of items) {
    const box = item.querySelector("[data-lookup-box]");
    if (box) lookup(item, box);
  }
}
