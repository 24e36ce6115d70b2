"""Train the small model of trainer/replies/suspicion.py: `python scripts/train_suspicions.py [--with-held]`.

Logistic regression, one code against the rest, on the labelled replies of tests/data/replies; plain Python, fixed order, no
randomness. Without --with-held only the tune_* files are used, so that the held_* files measure it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from trainer.replies.checker import wording_of  # noqa: E402
from trainer.replies.reader import matches, read  # noqa: E402
from trainer.replies.salad import salad_spans  # noqa: E402
from trainer.replies.suspicion import MODEL, features, with_patterns  # noqa: E402
from trainer.replies.wording import ACTS, CODES, Wording  # noqa: E402
from trainer.rules import Rulebook  # noqa: E402

ROUNDS = 14
RATE = 0.5
DECAY = 1e-3
POSITIVE = 4.0
KEPT_FROM = 40
ACTS_IN_PART = "_contact_"  # in these files the acts are labelled only in part
PARTLY = "?"  # only the codes of the reply are known, not its acts
ALONE = "!"  # before an act: only of this act is it known whether the reply does it
UNLEARNED = ("curt", "wrong_fact", "greet", "thank", "apologise")
Sample = tuple[list[int], list[int], set[str]]


def load(parts: tuple[str, ...], without: str) -> tuple[list[Sample], list[str]]:
    """Labelled replies as feature numbers, without and with the patterns met, and codes; and the features that occur at least twice."""
    rulebook = Rulebook.load(ROOT / "question_bank" / "rulebook")
    wording = wording_of(rulebook)
    raw = [(*looked_at(text, buyer, wording), codes) for text, buyer, codes in of_examples(wording)]
    for part in parts:
        for path in sorted((ROOT / "tests" / "data" / "replies").glob(f"{part}_*.jsonl")):
            if without and without in path.name:
                continue
            for line in path.read_text(encoding="utf-8").splitlines():
                sample = json.loads(line)
                codes = set(sample["violations"]) | set(sample["acts"])
                if ACTS_IN_PART in path.name:
                    codes.add(PARTLY)
                raw.append((*looked_at(sample["reply"], sample.get("buyer", ""), wording), codes))
    count = Counter(feature for _, found, _ in raw for feature in found)
    names = sorted(feature for feature, n in count.items() if n >= 2)
    number = {name: i for i, name in enumerate(names)}

    def numbers(found: set[str]) -> list[int]:
        return [number[f] for f in sorted(found) if f in number]

    return [(numbers(plain), numbers(found), codes) for plain, found, codes in raw], names


def looked_at(text: str, buyer: str, wording: Wording) -> tuple[set[str], set[str]]:
    """The features of a reply, and these with the acts whose patterns it meets outside keyword lists."""
    seen = read(text, buyer, wording)
    plain = features(seen, wording)
    salad = salad_spans(seen.discourse)
    met = [m for m in matches(seen, wording, ()) if m.name in ACTS and not any(a <= m.start < b for a, b in salad)]
    return plain, with_patterns(plain, met)


def of_examples(wording: Wording) -> Iterator[tuple[str, str, set[str]]]:
    """The examples that the wording rules carry, with the buyer's words; of each only what its rule says is known."""
    for code, rule in wording.rules.items():
        if code == "wrong_fact":
            continue
        known = PARTLY if code in CODES else ALONE + code
        for key, found in (
            ("violates", {code, known}),
            ("more", {code, known}),
            ("earned", {code, known}),
            ("complies", {known}),
            ("fine", {known}),
            ("unearned", {known}),
        ):
            for each in rule.examples.get(key, ()):
                if isinstance(each, str):
                    yield each, "", found
                elif code in ACTS:
                    yield each["reply"], each.get("buyer", ""), found


def tells_of(code: str, known: set[str]) -> bool:
    """Whether a labelled reply says if the code or act is there."""
    if any(each.startswith(ALONE) for each in known):
        return ALONE + code in known
    return code in CODES or PARTLY not in known


def train(samples: list[tuple[list[int], set[str]]], size: int, code: str) -> tuple[list[float], float]:
    """AdaGrad on the logistic loss; positives weigh more because they are few."""
    weights, squares = [0.0] * size, [1e-6] * size
    bias, bias_square = -3.0, 1e-6
    for _ in range(ROUNDS):
        for found, codes in samples:
            scale = 1 / math.sqrt(len(found) or 1)
            total = bias + scale * sum(weights[f] for f in found)
            wanted = code in codes
            error = (1.0 if wanted else 0.0) - 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
            if abs(error) < 0.02:
                continue
            error *= POSITIVE if wanted else 1.0
            for f in found:
                step = error * scale - DECAY * weights[f]
                squares[f] += step * step
                weights[f] += RATE * step / math.sqrt(squares[f])
            bias_square += error * error
            bias += RATE * error / math.sqrt(bias_square)
    return weights, bias


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--with-held", action="store_true")
    parser.add_argument("--without", default="", help="leave out the files with this in their names")
    parser.add_argument("--limit", type=float, default=-0.8)
    options = parser.parse_args()
    samples, names = load(("tune", "held") if options.with_held else ("tune",), options.without)
    codes = [code for code in (*CODES, *ACTS) if code not in UNLEARNED]
    rows: dict[str, list[list[int]]] = {}
    bias: list[float] = []
    for number, code in enumerate(codes):
        known = [(found if code in ACTS else plain, said) for plain, found, said in samples if tells_of(code, said)]
        weights, start = train(known, len(names), code)
        bias.append(round(start, 3))
        for name, weight in zip(names, weights, strict=True):
            value = round(weight * 100)
            if abs(value) >= KEPT_FROM:
                rows.setdefault(name, []).append([number, value])
    model = {"codes": codes, "bias": bias, "limit": options.limit, "weights": dict(sorted(rows.items()))}
    MODEL.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(samples)} replies, {len(rows)} features, {MODEL.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
