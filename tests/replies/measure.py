"""How well the check agrees with the labelled replies: `python tests/replies/measure.py [--miss] [--code NAME]`.

Files named tune_* may be looked at and tuned on; of files named held_* only the figures are printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from trainer.replies import ACTS, CODES, Findings, check_reply  # noqa: E402
from trainer.rules import Rulebook  # noqa: E402

DATA = ROOT / "tests" / "data" / "replies"
WHEN = "2026-11-21T10:00:00+08:00"


@dataclass
class Tally:
    """Counts of one set of replies."""

    hit: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    miss: Counter[str] = field(default_factory=Counter)
    suspected: Counter[str] = field(default_factory=Counter)
    replies: int = 0
    innocent: int = 0
    accused: int = 0
    doubted: int = 0

    def count(self, sample: dict[str, Any], found: Findings) -> None:
        """Adds one labelled reply."""
        self.replies += 1
        self._count_codes(set(sample.get("violations", ())), found)
        wanted, earned = set(sample.get("acts", ())), {act.act for act in found.acts}
        self.hit.update(wanted & earned)
        self.false.update(earned - wanted)
        self.miss.update(wanted - earned)

    def _count_codes(self, wanted: set[str], found: Findings) -> None:
        named = {v.code for v in found.violations}
        doubt = {s.code for s in found.suspected}
        self.hit.update(wanted & named)
        self.false.update(named - wanted)
        self.miss.update(wanted - named)
        self.suspected.update((wanted - named) & doubt)
        if not wanted:
            self.innocent += 1
            self.accused += bool(named)
            self.doubted += bool(doubt)

    def rates(self, names: tuple[str, ...]) -> tuple[float, float, float, int]:
        """Precision, recall, recall with suspicions, number wanted, over these names."""
        hit, false, miss = (sum(c[n] for n in names) for c in (self.hit, self.false, self.miss))
        also = sum(self.suspected[n] for n in names)
        wanted = hit + miss
        return hit / (hit + false or 1), hit / (wanted or 1), (hit + also) / (wanted or 1), wanted


def samples(part: str) -> Iterator[dict[str, Any]]:
    """The labelled replies of the files whose names begin with `part`."""
    for path in sorted(DATA.glob(f"{part}_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


def judge(sample: dict[str, Any], rulebook: Any) -> Findings:
    """The findings for one labelled reply."""
    return check_reply(
        sample["reply"],
        platform=sample.get("platform", "tmall"),
        as_of=sample.get("as_of", WHEN),
        rulebook=rulebook,
        buyer=sample.get("buyer", ""),
        facts=sample.get("facts"),
    )


def measure(part: str, rulebook: Any) -> Tally:
    """The counts over one part of the labelled replies."""
    tally = Tally()
    for sample in samples(part):
        tally.count(sample, judge(sample, rulebook))
    return tally


def report(part: str, tally: Tally) -> None:
    """Prints the figures of one part."""
    print(
        f"== {part}: {tally.replies} replies, {tally.innocent} innocent; accused {tally.accused} "
        f"({tally.accused / (tally.innocent or 1):.1%}), suspected {tally.doubted} ({tally.doubted / (tally.innocent or 1):.1%})"
    )
    for title, names in (("violations", CODES), ("acts", ACTS)):
        precision, recall, wide, wanted = tally.rates(names)
        f1 = 2 * precision * recall / (precision + recall or 1)
        print(
            f"-- {title}: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} with suspected {wide:.3f} (n={wanted})"
        )
        for name in names:
            p, r, w, n = tally.rates((name,))
            print(f"   {name:22} P {p:.2f} R {r:.2f} +S {w:.2f} n={n:3} false={tally.false[name]}")


def show_misses(part: str, rulebook: Any, only: str) -> None:
    """Prints every disagreement of the replies that may be looked at."""
    for sample in samples(part):
        found = judge(sample, rulebook)
        named, doubt = {v.code for v in found.violations}, {s.code for s in found.suspected}
        wanted, acts = set(sample.get("violations", ())), set(sample.get("acts", ()))
        earned = {a.act for a in found.acts}
        wrong = [f"-{c}{'?' if c in doubt else ''}" for c in wanted - named] + [f"+{c}" for c in named - wanted]
        wrong += [f"-{a}" for a in acts - earned] + [f"+{a}" for a in earned - acts]
        wrong += [f"?{c}" for c in doubt if not wanted]
        wrong = [w for w in wrong if not only or only in w]
        if wrong:
            print(f"{sample['id']} [{sample.get('buyer', '')}] {sample['reply']!r}\n      {' '.join(sorted(wrong))}")
            spans = [f"{v.code}:{v.text}" for v in found.violations] + [f"{a.act}:{a.text}" for a in found.acts]
            print("      ", " | ".join(s for s in spans if not only or only in s))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--miss", action="store_true")
    parser.add_argument("--code", default="")
    options = parser.parse_args()
    rulebook = Rulebook.load(ROOT / "question_bank" / "rulebook")
    if options.miss:
        show_misses("tune", rulebook, options.code)
        return
    for part in ("tune", "held"):
        report(part, measure(part, rulebook))


if __name__ == "__main__":
    main()
