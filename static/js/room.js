// Counts down to the next room code, then fetches it by loading the page again; also every half minute, for who is sitting.
const box = document.querySelector("[data-room]");
const out = box.querySelector("[data-room-left]");
const ends = performance.now() + Number(box.dataset.room) * 1000;
const AGAIN = 30000;
const began = performance.now();

setInterval(() => {
  const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
  out.textContent = String(left);
  if ((left === 0 || performance.now() - began > AGAIN) && navigator.onLine) location.reload();
}, 1000);
