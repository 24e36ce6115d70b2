"""Train the small model of trainer/replies/suspicion.py: `python scripts/train_suspicions.py [--curve | --whole]`.

Needs numpy (scripts/requirements.txt); the shipped model does not. One linear machine for each code and act, all trained together by dual
coordinate descent on the labelled replies of tests/data/replies/tune_* and the examples of the wording rules; a reply that commits a slip has
at least one clause, pair of clauses or the whole that does. Scores are made comparable, and the limits of suspicion set, on files that the
machine was not trained on. Fixed order, no BLAS: the same data give the same file, byte for byte. The held_* files are never trained on.
With --curve nothing is written: it prints how the check does on the held files with a part of the labelled files; with --whole, how the whole
check does on each file with a machine that has not seen it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "replies")]

import measure  # noqa: E402

from trainer.replies import suspicion  # noqa: E402
from trainer.replies.checker import wording_of  # noqa: E402
from trainer.replies.reader import read  # noqa: E402
from trainer.replies.suspicion import BUYER, MODEL, STEP, features, pack, windows  # noqa: E402
from trainer.replies.wording import Wording  # noqa: E402
from trainer.replies.wording_shape import ACTS, CODES  # noqa: E402
from trainer.rules import Rulebook  # noqa: E402

DATA = ROOT / "tests" / "data" / "replies"
UNLEARNED = ("curt", "wrong_fact")
LABELS = tuple(each for each in (*CODES, *ACTS) if each not in UNLEARNED)
SLIPS = len([each for each in LABELS if each in CODES])
ACTS_IN_PART = "_contact_"  # in these files the acts are labelled only in part
PARTLY = "?"  # only the codes of the reply are known, not its acts; before a code: it is not known
ALONE = "!"  # before an act: only of this act is it known whether the reply does it
COST, EXAMPLE, POSITIVE, ROUNDS, FOLDS = 1.0, 20.0, 2.0, 6, 4
INNOCENTS = 0.08  # of innocent replies that may be suspected of something
EASY = -1.5  # score under which a part of a reply without the label teaches nothing more
RECALL = 0.85  # of each code, where the limits can give it
ALIKE = 0.7  # share of character pairs from which an example counts as a copy of a labelled reply
NUDGE, TURNS, MOST_NUDGES = 0.4, 25, 8  # log-odds by which an example that the check gets wrong is moved at a time, and how often
COMMON = 5  # replies with a feature from which on it is moved far less than a rare one
EXAMPLES = "examples"
SNIPPETS, PART = "_snip_", "#"
KINDS = {"everyday replies": ("_nat_", "_mix_", "_late_"), "written to escape": ("_wild_",), "short wordings": (SNIPPETS,), "older files": ("",)}
Array = np.ndarray


@dataclass(frozen=True)
class Sample:
    """One labelled reply: the file it is from, its features by clause, the buyer's, what is looked at together, and its labels."""

    group: str
    clauses: list[list[str]]
    asked: list[str]
    windows: list[tuple[int, int]]
    wanted: frozenset[str]
    pairs: frozenset[str]
    row: dict[str, Any]

    def known(self) -> list[bool]:
        """For each label whether the reply tells if it is there."""
        alone = {each[1:] for each in self.wanted if each.startswith(ALONE)}
        if alone:
            return [label in alone for label in LABELS]
        return [
            label in self.wanted or (f"{PARTLY}{label}" not in self.wanted and (label in CODES or PARTLY not in self.wanted)) for label in LABELS
        ]


def load() -> tuple[list[Sample], str]:
    """Every labelled reply and example, and the digest of what they were read from."""
    wording = wording_of(Rulebook.load(ROOT / "question_bank" / "rulebook"))
    samples = [
        _sample(EXAMPLES, text, buyer, wanted, wording, {"reply": text, "buyer": buyer, "about": about, "kept": kept})
        for about, kept, text, buyer, wanted in of_examples(wording)
    ]
    digest = sha256()
    for path in (*sorted((ROOT / "question_bank" / "rulebook" / "wording").glob("*.yaml")), *sorted(DATA.glob("tune_*.jsonl"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for path in sorted(DATA.glob("tune_*.jsonl")):
        for number, line in enumerate(filter(str.strip, path.read_text(encoding="utf-8").splitlines())):
            row = json.loads(line)
            wanted = {*row["violations"], *row["acts"], *([PARTLY] if ACTS_IN_PART in path.name else ()), *_untold(row)}
            group = f"{path.stem}{PART}{number % FOLDS}" if SNIPPETS in path.name else path.stem
            samples.append(_sample(group, row["reply"], row.get("buyer") or "", wanted, wording, row))
    return samples, digest.hexdigest()


def folds_of(samples: Sequence[Sample]) -> list[set[str]]:
    """The groups that are left out together: whole files, so that a new speaker is what is met; of the snippets a part of each file."""
    files = sorted({s.group for s in samples if PART not in s.group} - {EXAMPLES})
    parts = {s.group for s in samples if PART in s.group}
    return [{*files[fold::FOLDS], *(each for each in parts if each.endswith(f"{PART}{fold}"))} for fold in range(FOLDS)]


def _untold(row: dict[str, Any]) -> list[str]:
    """What the words alone do not tell: a no-reason return may be refused where the goods are of a kind that the facts name."""
    category = row.get("facts", {}).get("order", {}).get("category", "general")
    return [f"{PARTLY}seven_day_refusal"] if category != "general" else []


def _sample(group: str, text: str, buyer: str, wanted: set[str], wording: Wording, row: dict[str, Any] | None = None) -> Sample:
    seen = read(text, buyer, wording)
    clauses, asked = features(seen, wording)
    plain = "".join(filter(str.isalnum, seen.reading.text))
    pairs = frozenset(map(str.__add__, plain, plain[1:])) or frozenset(plain)
    return Sample(group, [sorted(each) for each in clauses], sorted(asked), windows(seen), frozenset(wanted), pairs, row or {})


def of_examples(wording: Wording) -> Iterator[tuple[str, bool, str, str, set[str]]]:
    """The examples that the wording rules carry: of which rule, whether the check must keep it, with the buyer's words, and what is known of it."""
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
                    yield code, key not in ("more", "fine"), each, "", found
                elif code in ACTS:
                    yield code, True, each["reply"], each.get("buyer", ""), found


@dataclass
class Rows:
    """What the machine sees: for each window its feature numbers and shares; to which reply it belongs; whether it is the whole."""

    rows: list[tuple[Array, Array]]
    bag: Array
    whole: Array
    size: int


def names_of(samples: Sequence[Sample]) -> dict[str, int]:
    """The features that at least two replies have, numbered."""
    count = Counter(name for s in samples for name in {*s.asked, *(name for clause in s.clauses for name in clause)})
    return {name: n for n, name in enumerate(sorted(name for name, times in count.items() if times >= 2))}


def rows_of(samples: Sequence[Sample], names: dict[str, int]) -> Rows:
    """The windows of all samples."""
    rows: list[tuple[Array, Array]] = []
    bag: list[int] = []
    whole: list[bool] = []
    for number, sample in enumerate(samples):
        clauses = [[names[name] for name in clause if name in names] for clause in sample.clauses]
        asked = np.array([names[name] for name in sample.asked if name in names], dtype=np.int64)
        beside = np.full(len(asked), BUYER / math.sqrt(len(asked) or 1))
        for at, (first, last) in enumerate(sample.windows):
            every = [each for clause in clauses[first : last + 1] for each in clause]
            found, times = np.unique(np.array(every, dtype=np.int64), return_counts=True)
            value = np.concatenate([times / math.sqrt(len(every) or 1), beside])
            rows.append((np.concatenate([found, asked]), value.astype(np.float32)[:, None]))
            bag.append(number)
            whole.append(at == len(sample.windows) - 1)
    return Rows(rows, np.array(bag), np.array(whole), len(names))


def descend(data: Rows, sign: Array, cost: Array, rounds: int) -> Array:
    """Weights of every label (the last row: where it starts) that part the signs best; rows of cost 0 are left out."""
    weights = np.zeros((data.size + 1, sign.shape[1]), np.float32)
    share = np.zeros(sign.shape, np.float32)
    slack = np.where(cost > 0, 0.5 / np.maximum(cost, 1e-12), 0.0).astype(np.float32)
    sign = sign.astype(np.float32)
    square = [float((value * value).sum()) + 1.0 for _, value in data.rows]
    used = [number for number in range(len(data.rows)) if cost[number].any()]
    order = Random(1)
    for turn in range(rounds):
        order.shuffle(used)
        settled = set()
        for number in used:
            found, value = data.rows[number]
            margin = (value * weights[found]).sum(axis=0) + weights[-1]
            slope = sign[number] * margin - 1 + slack[number] * share[number]
            new = np.maximum(share[number] - slope / (square[number] + slack[number]), 0.0)
            new[cost[number] == 0] = 0.0
            change = (new - share[number]) * sign[number]
            if np.abs(change).max() > 3e-3:
                weights[found] += value * change
                weights[-1] += change
                share[number] = new
            elif turn:
                settled.add(number)
        used = [number for number in used if number not in settled]
    return weights


def highest(scores: Array, bag: Array, size: int) -> Array:
    """The best window of each reply, for each label."""
    best = np.full((size, scores.shape[1]), -1e9)
    np.maximum.at(best, bag, scores)
    return best


def scored(data: Rows, weights: Array) -> Array:
    """The score of every window for every label."""
    return np.array([(value * weights[found]).sum(axis=0) + weights[-1] for found, value in data.rows])


def train(samples: Sequence[Sample], names: dict[str, int]) -> Array:
    """The weights: first on whole replies, then with the likeliest window of each reply that has the label."""
    data = rows_of(samples, names)
    wanted = np.array([[label in s.wanted for label in LABELS] for s in samples])
    known = np.array([s.known() for s in samples])
    sign = np.where(wanted[data.bag], 1.0, -1.0)
    worth = np.array([COST * (EXAMPLE if s.group == EXAMPLES else 1.0) for s in samples])
    cost = np.where(known[data.bag], worth[data.bag, None], 0.0) * np.where(sign > 0, POSITIVE, 1.0)
    weights = descend(data, sign, np.where(data.whole[:, None], cost, 0.0), ROUNDS)
    scores = scored(data, weights)
    part = np.where(data.whole[:, None], -1e9, scores)
    likeliest = part == highest(part, data.bag, len(samples))[data.bag]
    left_out = ~data.whole[:, None] & np.where(sign > 0, ~likeliest, scores < EASY)
    return descend(data, sign, np.where(left_out, 0.0, cost), ROUNDS)


def part_of(samples: Sequence[Sample], share: float) -> list[Sample]:
    """The replies of that share of the files, evenly chosen, and the examples."""
    files = sorted({s.group.split(PART)[0] for s in samples} - {EXAMPLES})
    chosen = {name for number, name in enumerate(files) if number * 7919 % 1000 < share * 1000}
    return [s for s in samples if s.group == EXAMPLES or s.group.split(PART)[0] in chosen]


@dataclass(frozen=True)
class Machine:
    """A machine of the replies that are left when some are left out to test it on."""

    test: list[Sample]
    names: dict[str, int]
    weights: Array

    def scores(self) -> Array:
        """Its best score of each test reply, for each label."""
        data = rows_of(self.test, self.names)
        return highest(scored(data, self.weights), data.bag, len(self.test))


def machines(samples: Sequence[Sample], share: float = 1.0) -> list[Machine]:
    """One for each fold; none saw the files that it is tested on, nor a copy of them."""
    made = []
    for fold, out in enumerate(folds_of(samples)):
        test = [s for s in samples if s.group in out]
        rest = part_of([s for s in samples if s.group not in out and not (s.group == EXAMPLES and _copied(s, test))], share)
        names = names_of(rest)
        made.append(Machine(test, names, train(rest, names)))
        print(f"  fold {fold + 1} of {FOLDS}: trained on {len(rest)}, tested on {len(test)}", file=sys.stderr)
    return made


def _copied(sample: Sample, others: Sequence[Sample]) -> bool:
    own = sample.pairs
    return any(len(own & o.pairs) >= ALIKE * min(len(own), len(o.pairs)) for o in others)


def scale(scores: Array, wanted: Array) -> tuple[float, float]:
    """Slope and start that turn scores into log-odds (logistic regression in one dimension, by Newton's steps)."""
    slope, start = 1.0, 0.0
    for _ in range(50):
        gs = g0 = hss = hs0 = h00 = 0.0
        for score, want in zip(scores.tolist(), wanted.tolist(), strict=True):
            likely = 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * score + start))))
            off, bend = likely - want, likely * (1 - likely) + 1e-9
            gs, g0 = gs + off * score, g0 + off
            hss, hs0, h00 = hss + bend * score * score, hs0 + bend * score, h00 + bend
        gs, hss = gs + 1e-3 * slope, hss + 1e-3
        det = hss * h00 - hs0 * hs0
        slope -= (h00 * gs - hs0 * g0) / det
        start -= (hss * g0 - hs0 * gs) / det
    return round(slope, 4), round(start, 4)


def limits(scores: Array, wanted: Array) -> list[float]:
    """Above what score each code is suspected: as few innocents for each, more where a code would else be found too seldom."""
    innocent = ~wanted.any(axis=1)

    def chosen(share: float) -> list[float]:
        made = []
        for number in range(SLIPS):
            clean, guilty = np.sort(scores[innocent, number]), np.sort(scores[wanted[:, number], number])
            common = clean[int(len(clean) * (1 - share))]
            enough = guilty[int(len(guilty) * (1 - RECALL))]
            most = clean[int(len(clean) * (1 - 3 * share))]
            made.append(float(max(min(common, enough - 1e-3), most)))
        return made

    low, high = 0.0005, 0.05
    for _ in range(20):
        middle = (low + high) / 2
        suspected = (scores[innocent] > np.array(chosen(middle))).any(axis=1).mean()
        low, high = (middle, high) if suspected <= INNOCENTS else (low, middle)
    return [round(each, 3) for each in chosen(low)]


def report(scores: Array, wanted: Array, limit: Sequence[float]) -> None:
    """Prints how the machine alone does on files that it has not seen."""
    above = scores > np.array(limit)
    innocent = ~wanted.any(axis=1)
    hit = above & wanted
    rates = {LABELS[n]: hit[:, n].sum() / max(1, wanted[:, n].sum()) for n in range(SLIPS)}
    print(f"unseen files, the machine alone: recall {hit.sum() / wanted.sum():.3f} of {wanted.sum()} slips, "
          f"{above[innocent].any(axis=1).mean():.1%} of {innocent.sum()} innocent replies suspected")
    print("  " + ", ".join(f"{name} {rate:.2f}" for name, rate in sorted(rates.items(), key=lambda each: each[1])))


def spelled(names: dict[str, int], weights: Array, scales: Sequence[tuple[float, float]], limit: Sequence[float], digest: str) -> str:
    """The file of a machine."""
    lines = []
    for name, number in names.items():
        values = [(label, round(value * STEP)) for label, value in enumerate(weights[number].tolist())]
        kept = [(label, value) for label, value in values if value]
        if kept:
            lines.append(f"{name}\t{pack(kept)}")
    slopes = [slope for slope, _ in scales]
    starts = [round(start + slope * bias, 4) for (slope, start), bias in zip(scales, weights[-1].tolist(), strict=True)]
    head = {"labels": LABELS, "scale": slopes, "start": starts, "limit": list(limit), "data": digest}
    return "\n".join([json.dumps(head), *lines]) + "\n"


def mended(samples: Sequence[Sample], names: dict[str, int], weights: Array, scales: Sequence[tuple[float, float]], limit: Sequence[float]) -> Array:
    """The weights, moved as little as needed until the whole check keeps the examples of the rules; prints those that it cannot keep."""
    rulebook = Rulebook.load(ROOT / "question_bank" / "rulebook")
    shown = [s for s in samples if s.group == EXAMPLES and s.row["kept"]]
    data = rows_of(shown, names)
    parts = [np.nonzero(data.bag == number)[0] for number in range(len(shown))]
    times = Counter(name for s in samples for name in {*s.asked, *(each for clause in s.clauses for each in clause)})
    rare = np.array([1.0 / (COMMON + times[name]) for name in names])
    moved, weights = Counter[int](), weights.copy()
    best, fewest, left = weights, len(shown) + 1, list[int]()
    for _ in range(TURNS):
        with installed(spelled(names, weights, scales, limit, "")):
            wrong = [number for number, s in enumerate(shown) if _is_wrong(s, rulebook)]
        print(f"  examples that the check gets wrong: {len(wrong)}", file=sys.stderr)
        if len(wrong) < fewest:
            best, fewest, left = weights.copy(), len(wrong), wrong
        for number in wrong:
            if moved[number] < MOST_NUDGES:
                _nudge(weights, [data.rows[at] for at in parts[number]], shown[number], scales, rare)
            moved[number] += 1
        if all(moved[number] > MOST_NUDGES for number in wrong):
            break
    for number in left:
        print(f"  not kept: {shown[number].row['about']} of {shown[number].row['reply']}", file=sys.stderr)
    return best


def _nudge(weights: Array, rows: Sequence[tuple[Array, Array]], sample: Sample, scales: Sequence[tuple[float, float]], rare: Array) -> None:
    """Moves the weights of the label that the example is about: its likeliest part up, or all its likely parts down; rare features most."""
    about = sample.row["about"]
    column, want = LABELS.index(about), about in sample.wanted
    scores = [float((value[:, 0] * weights[found, column]).sum()) for found, value in rows]
    least = max(scores) - (1e-6 if want else 1.0)
    for (found, value), score in zip(rows, scores, strict=True):
        if score >= least:
            share = value[:, 0] * rare[found]
            by = (NUDGE if want else -NUDGE) / scales[column][0] / max(1e-3, float((value[:, 0] * share).sum()))
            np.add.at(weights[:, column], found, share * by)


def _is_wrong(sample: Sample, rulebook: Rulebook) -> bool:
    """Whether the check finds what the example does not show, or does not find what it shows."""
    found = measure.judge(sample.row, rulebook)
    about = sample.row["about"]
    named = {each.code for each in found.violations} | {each.act for each in found.acts}
    return about in LABELS and (about in named) != (about in sample.wanted)


@contextmanager
def installed(file: str) -> Iterator[None]:
    """The check works with the machine of that file in place of the shipped one."""
    with TemporaryDirectory() as folder:
        suspicion.MODEL = Path(folder) / "model.txt"
        suspicion.MODEL.write_text(file, encoding="utf-8")
        suspicion.forget()
        try:
            yield
        finally:
            suspicion.MODEL = MODEL
            suspicion.forget()


def counted(file: str, rows: Iterable[dict[str, Any]], rulebook: Rulebook, tally: measure.Tally) -> None:
    """Adds what the whole check finds in the rows with the machine of that file in place of the shipped one."""
    with installed(file):
        for row in rows:
            tally.count(row, measure.judge(row, rulebook))


def totals(title: str, tally: measure.Tally) -> None:
    """Prints one line of figures."""
    precision, recall, wide, wanted = tally.rates(CODES)
    exact, found, _, acts = tally.rates(ACTS)
    print(f"{title}: {wanted} slips, precision {precision:.3f}, recall {recall:.3f}, with suspected {wide:.3f}; "
          f"{tally.innocent} innocent, accused {tally.accused / tally.innocent:.1%}, suspected {tally.doubted / tally.innocent:.1%}; "
          f"{acts} acts, F1 {2 * exact * found / (exact + found):.3f}", flush=True)


def whole(tested: Sequence[Machine], scales: Sequence[tuple[float, float]], limit: Sequence[float]) -> None:
    """Prints how the whole check does on files that its machine has not seen; the patterns were written with the older files in view."""
    rulebook = Rulebook.load(ROOT / "question_bank" / "rulebook")
    tallies = {kind: measure.Tally() for kind in KINDS}
    for machine in tested:
        file = spelled(machine.names, machine.weights, scales, limit, "")
        for kind, tally in tallies.items():
            counted(file, [s.row for s in machine.test if kind_of(s.group) == kind and PARTLY not in s.wanted], rulebook, tally)
    for kind, tally in tallies.items():
        totals(f"whole check, {kind}, unseen", tally)


def kind_of(group: str) -> str:
    """What kind of replies the file holds."""
    return next(kind for kind, marks in KINDS.items() if any(mark in group for mark in marks))


def calibrated(tested: Sequence[Machine]) -> tuple[list[tuple[float, float]], list[float], Array, Array]:
    """What makes scores log-odds, the limits of suspicion, and both on the unseen replies: the scores of the codes and whether they are there."""
    raw = np.concatenate([machine.scores() for machine in tested])
    wanted = np.array([[label in s.wanted for label in LABELS] for machine in tested for s in machine.test])
    scales = [scale(raw[:, n], wanted[:, n]) for n in range(len(LABELS))]
    scores = (raw * [slope for slope, _ in scales] + [start for _, start in scales])[:, :SLIPS]
    return scales, limits(scores, wanted[:, :SLIPS]), scores, wanted[:, :SLIPS]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--curve", action="store_true", help="print the figures against the number of labelled files instead")
    parser.add_argument("--whole", action="store_true", help="print the figures of the whole check on unseen files instead")
    options = parser.parse_args()
    every, digest = load()
    for share in (0.25, 0.5, 0.75, 1.0) if options.curve else (1.0,):
        tested = machines(every, share)
        scales, limit, scores, wanted = calibrated(tested)
        print(f"{share:.0%} of the labelled files:")
        report(scores, wanted, limit)
        if options.whole:
            whole(tested, scales, limit)
            return
        samples = part_of(every, share)
        names = names_of(samples)
        weights = train(samples, names)
        if not options.curve:
            weights = mended(samples, names, weights, scales, limit)
        file = spelled(names, weights, scales, limit, digest)
        if options.curve:
            tally = measure.Tally()
            counted(file, measure.samples("held"), Rulebook.load(ROOT / "question_bank" / "rulebook"), tally)
            totals(f"  held, {len(samples)} replies learnt", tally)
        else:
            MODEL.write_text(file, encoding="utf-8")
            print(f"{len(samples)} replies, {len(names)} features, {MODEL.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
