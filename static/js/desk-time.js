// A reception's time: the counters run by the second here, the server's clock by a sign every ten seconds. While no sign
// comes through, the clock at the server stands still; the page says so.
const EVERY = 10;
const LATE = 180;

function words(seconds) {
  for (const [size, unit] of [[86400, "天"], [3600, "小时"], [60, "分"]]) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} 秒`;
}

function tick(root) {
  const whole = root.querySelector("[data-elapsed]");
  if (whole) {
    whole.dataset.elapsed = Number(whole.dataset.elapsed) + 1;
    const seconds = Number(whole.dataset.elapsed);
    whole.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  for (const wait of root.querySelectorAll("[data-waits]")) {
    wait.dataset.waits = Number(wait.dataset.waits) + 1;
    wait.querySelector("[data-count]").textContent = words(Number(wait.dataset.waits));
    wait.classList.toggle("desk-late", Number(wait.dataset.waits) >= LATE);
  }
}

async function sign(root, { patch, isBusy, lost }) {
  if (isBusy()) return;
  const columns = root.querySelector("[data-n]");
  const body = new FormData();
  body.set("csrf_token", root.querySelector('input[name="csrf_token"]').value);
  body.set("n", columns.dataset.n);
  body.set("here", columns.dataset.here);
  body.set("talk", columns.dataset.active);
  try {
    const answer = await fetch(root.dataset.time, { method: "POST", body, headers: { "X-Partial": "desk" }, redirect: "manual" });
    lost(!answer.ok);
    if (answer.headers.get("X-Location")) window.location.assign(answer.headers.get("X-Location"));
    else if (answer.status === 200 && !isBusy()) patch(await answer.text());
  } catch {
    lost(true);
  }
}

export function startTime(root, { patch, isBusy, complain }) {
  if (!root.dataset.time) return;
  let seconds = 0;
  let away = false;
  const lost = (now) => {
    if (now && !away) complain("连接断了，时钟已经停下；连上后接着走。");
    if (!now && away) complain("连上了，时钟接着走。");
    away = now;
  };
  setInterval(() => {
    if (!away) tick(root);
    seconds += 1;
    if (seconds % EVERY === 0) sign(root, { patch, isBusy, lost });
  }, 1000);
}
