// Watching somebody's desk: fetched anew every five seconds; the place in the chat stays unless it was at the end.
const root = document.querySelector("[data-watch]");
const EVERY = 5000;

async function refresh() {
  try {
    const answer = await fetch(window.location.href, { headers: { "X-Partial": "desk" } });
    if (answer.redirected) window.location.assign(answer.url);
    if (!answer.ok || answer.redirected) return;
    const chat = root.querySelector("[data-chat]");
    const low = !chat || chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
    const top = chat?.scrollTop ?? 0;
    root.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    const now = root.querySelector("[data-chat]");
    if (now) now.scrollTop = low ? now.scrollHeight : top;
  } catch {
    // The next round tries again.
  }
}

const chat = root.querySelector("[data-chat]");
if (chat) chat.scrollTop = chat.scrollHeight;
setInterval(refresh, EVERY);
