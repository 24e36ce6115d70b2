"""Fit what a pattern weighs beside the model in the reply checks: `python scripts/fit_weights.py` (about ten minutes).

Prints the starts by strictness and the weights of `evidence` for trainer/replies/checker.py (docs/decisions/0007): a logistic regression over the
labelled replies, each seen with a machine that had not learnt its file. Replies written to mislead count less, as they do in life.
Needs numpy, like train_suspicions.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from train_suspicions import (
    ALONE,
    PARTLY,
    ROOT,
    SLIPS,
    Array,
    Machine,
    Sample,
    calibrated,
    installed,
    kind_of,
    load,
    machines,
    spelled,
)

from trainer.replies.checker import evidence, wording_of
from trainer.replies.reader import matches, read
from trainer.replies.suspicion import Learned
from trainer.replies.wording import Wording
from trainer.replies.wording_shape import CODES
from trainer.rules import Rulebook

STRICTNESS = ("clear", "firm", "sure", "doubt", "weak")
SIGNS = ("score of the model", "strict patterns", "ln(clauses)", "likeliest other code")
MISLEADING, LIGHT = ("written to escape", "short wordings"), 0.3
HOPELESS = -4.0  # a score of the model at which a pattern decides nothing
RIDGE, STEPS = 3.0, 30


def rows_of_reply(sample: Sample, wording: Wording) -> Iterator[tuple[list[float], bool, float]]:
    """For each code and strictness with a match: which strictness, the signs, whether the slip is there, and how much the row counts."""
    seen = read(sample.row["reply"], sample.row.get("buyer") or "", wording)
    learned = Learned(seen, wording)
    known = [m for m in matches(seen, wording) if m.name in CODES and learned.best.get(m.name, -99.0) > HOPELESS]
    told = {(m.name, m.sure): signs for m, signs in evidence(known, seen, learned)}
    counts = LIGHT if kind_of(sample.group) in MISLEADING else 1.0
    for (name, sure), signs in told.items():
        if f"{PARTLY}{name}" not in sample.wanted:
            alike = sum(each == name for each, _ in told)
            yield [float(sure == each) for each in STRICTNESS] + list(signs), name in sample.wanted, counts / alike


def fitted(rows: Array, wanted: Array, counts: Array) -> Array:
    """The weights of a logistic regression with a small penalty, by Newton's steps."""
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (counts * (wanted - likely)) - RIDGE * weights
        bend = (rows * (counts * likely * (1 - likely))[:, None]).T @ rows + RIDGE * np.eye(rows.shape[1])
        weights += np.linalg.solve(bend, slope)
    return weights


def gathered(tested: list[Machine], wording: Wording) -> tuple[Array, Array, Array]:
    """The rows of all replies, each with the machine that had not seen it."""
    scales, limit, _, _ = calibrated(tested)
    every = []
    for machine in tested:
        with installed(spelled(machine.names, machine.weights, scales, limit, "")):
            for sample in machine.test:
                if not any(each.startswith(ALONE) for each in sample.wanted):
                    every += rows_of_reply(sample, wording)
    rows, wanted, counts = zip(*every, strict=True)
    return np.array(rows), np.array(wanted, float), np.array(counts)


def main() -> None:
    """The command."""
    samples, _ = load()
    rows, wanted, counts = gathered(machines(samples), wording_of(Rulebook.load(ROOT / "question_bank" / "rulebook")))
    weights = fitted(rows, wanted, counts)
    print(f"{len(rows)} matches, {int(wanted.sum())} of them slips, {SLIPS} codes")
    for name, weight in zip((*STRICTNESS, *SIGNS), weights.tolist(), strict=True):
        print(f"  {name:22} {weight:+.2f}")


if __name__ == "__main__":
    main()
