// The question editor: try a reply against the form as it stands; Ctrl/⌘+S saves the draft.
const form = document.getElementById("editor");
const out = form.querySelector("[data-tried]");
const button = form.querySelector(".try-button");

async function tryReplies() {
  button.disabled = true;
  out.textContent = "正在判分…";
  try {
    const response = await fetch(form.dataset.tryUrl, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const part = response.ok ? page.body : page.querySelector("#content") ?? page.body;
    out.replaceChildren(...part.childNodes);
  } catch {
    out.textContent = "网络断开，没有判成。恢复后再点一次；左边写的都还在。";
  } finally {
    button.disabled = false;
  }
}

button?.addEventListener("click", tryReplies);
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[name=then][value=save]"));
  }
});
