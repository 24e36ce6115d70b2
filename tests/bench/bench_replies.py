"""How fast replies are checked: `python tests/bench/bench_replies.py`; ratios within one run are what counts.

The labelled replies are cut into pieces of 60 characters and checked with the whole rulebook, beside the cost of the plain
normal form alone; then one reply of growing length. Processor time is counted, so that other work on the machine matters less.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from trainer.replies import check_reply
from trainer.replies.normalise import normalise
from trainer.rules import Rulebook

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2026-11-21T10:00:00+08:00"
PIECE = 60
PIECES = 300
GOAL = 3_000


def pieces() -> list[str]:
    """Replies of sixty characters, taken evenly from all the labelled ones."""
    lines = [
        line
        for path in sorted((ROOT / "tests" / "data" / "replies").glob("tune_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    text = "".join(json.loads(line)["reply"] for line in lines)
    every = [text[start : start + PIECE] for start in range(0, len(text) - PIECE, PIECE)]
    return every[:: max(1, len(every) // PIECES)][:PIECES]


def seconds(run: Callable[[str], Any], replies: Iterable[str], rounds: int = 5) -> float:
    """Processor time of the quickest of several rounds over the replies."""
    replies, best = list(replies), float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for reply in replies:
            run(reply)
        best = min(best, time.process_time() - start)
    return best


def import_seconds() -> float:
    """Wall time of `import trainer.replies` in a fresh interpreter, less that of an empty one."""

    def wall(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        return time.perf_counter() - start

    return min(wall("import trainer.replies") for _ in range(3)) - min(wall("pass") for _ in range(3))


def main() -> None:
    """Prints the figures."""
    rulebook = Rulebook.load(ROOT / "question_bank" / "rulebook")

    def check(reply: str) -> Any:
        return check_reply(reply, platform="tmall", as_of=AS_OF, rulebook=rulebook)

    replies = pieces()
    check(replies[0])
    turns = [(seconds(check, replies, 1), seconds(normalise, replies, 1)) for _ in range(5)]
    whole = min(turn[0] for turn in turns)
    rate = len(replies) / whole
    print(f"replies of {PIECE} characters a second: {rate:,.0f} (goal {GOAL:,}); {sorted(a / b for a, b in turns)[2]:.1f} times plain normalisation")
    print(f"import: {import_seconds():.2f} s (goal under 0.30 s)")
    text = "".join(replies)
    for size in (1_000, 2_000, 5_000, 10_000):
        spent = seconds(check, [text[:size]], rounds=3)
        print(f"{size:>6} characters: {spent * 1000:7.1f} ms, {spent / size * 1e6:.1f} µs a character")


if __name__ == "__main__":
    main()
