// Links with data-sheet, and citations (a.cite, which Markdown makes), open their page in the side sheet: the part marked data-sheet-content, else the whole page body.
// Without script, or with Ctrl/⌘, they are ordinary links.
let asked = 0;

async function load(url) {
  const response = await fetch(url, { headers: { "X-Sheet": "1" }, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.redirected && page.querySelector("[data-sign-in]")) throw new Error("登录已过期，请重新登录后再看。");
  const part = page.querySelector("[data-sheet-content]") || page.querySelector("#content");
  if (!part) throw new Error("这一页暂时打不开，请稍后再试。");
  const heading = part.querySelector("h1");
  const title = heading?.textContent.trim() || page.title;
  heading?.remove();
  return { title, nodes: [...part.childNodes] };
}

function fill(sheet, title, nodes) {
  sheet.querySelector("[data-sheet-title]").textContent = title;
  sheet.querySelector("[data-sheet-body]").replaceChildren(...nodes);
}

/** Opens the side sheet with the page at url. */
export async function openSheet(url) {
  const sheet = document.querySelector("#sheet");
  const turn = ++asked;
  fill(sheet, "正在打开…", []);
  sheet.querySelector("[data-sheet-full]").href = url;
  if (!sheet.open) sheet.showModal();
  try {
    const { title, nodes } = await load(url);
    if (turn === asked) fill(sheet, title, nodes);
  } catch (error) {
    const text = error instanceof TypeError ? "网络断开了，没有取到内容。恢复后再点一次即可。" : error.message;
    if (turn === asked) fill(sheet, "没有打开", [document.createTextNode(text)]);
  }
  sheet.querySelector("[data-sheet-body]").scrollTop = 0;
}

export function startSheet() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-sheet], a[data-rule]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      openSheet(link.href);
      return;
    }
    const sheet = event.target.closest("#sheet");
    if (sheet && (event.target === sheet || event.target.closest("[data-sheet-close]"))) sheet.close();
  });
}
