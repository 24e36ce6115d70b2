"""What a finished conversation is worth: final state, what was said, evidence and record, cost; every mark cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainer.roleplay.case import Check, Outcome
from trainer.roleplay.flow import DEADLINES
from trainer.roleplay.heard import SLIPS
from trainer.roleplay.moves import SPECS, yuan
from trainer.roleplay.remedies import goodwill
from trainer.roleplay.scene import Scene
from trainer.roleplay.state import State

PROMISED: dict[str, tuple[str, ...]] = {
    "contact_courier": ("contact_courier", "work_order:courier", "intercept"),
    "offer_invoice": ("issue_invoice",),
}
REMEDY_SAID = ("offer_refund", "offer_return", "offer_exchange", "offer_reship", "offer_repair")
REMEDY_DONE = ("agree_refund", "agree_return", "offer_exchange", "reship", "repair")
SAID = {"contact_courier": "联系快递", "offer_invoice": "开发票"}
UNHAPPY = {"intervention": "平台介入", "complaint": "被投诉", "bad_review": "差评"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the result: thousandths earned of those possible, the move and the rule it rests on."""

    what: str
    points: int
    of: int
    turn: int
    rule: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        """The mark with its points in hundredths of the whole, as people count."""
        return {"what": self.what, "points": _hundred(self.points), "of": _hundred(self.of), "turn": self.turn or None,
                "rule": self.rule or None, "why": self.why}


@dataclass(frozen=True, slots=True)
class Judgement:
    """Ending, score in thousandths, whether it passes, the marks and the cost in fen."""

    end_state: str
    end_title: str
    score: int
    passed: bool
    marks: tuple[Mark, ...]
    cost: int


def judge(scene: Scene, state: State) -> Judgement:
    """Judge a state as if the conversation ended with it."""
    outcome = ending(scene, state)
    marks = [_outcome_mark(scene, state, outcome), *_rule_marks(scene, state), *_talk_marks(scene, state)]
    marks += [_check_mark(state, check, state.done.get(check.token, 0)) for check in scene.case.checks]
    score = max(0, min(1000, sum(mark.points for mark in marks)))
    failed = [check for check in (*scene.case.acts, *scene.case.checks) if check.must and not check.when(state)]
    passed = (score >= scene.case.pass_mark and outcome.share >= 60 and not failed
              and not any(slip.fatal for slip in state.slips))
    return Judgement(outcome.id, outcome.title, score, passed, tuple(marks), cost(scene, state))


def passes(scene: Scene, state: State) -> bool:
    """The verdict alone, cheap enough for a walk."""
    case = scene.case
    if any(slip.fatal for slip in state.slips):
        return False
    checks = (*case.acts, *case.checks)
    if any(check.must and not check.when(state) for check in checks):
        return False
    outcome = ending(scene, state)
    if outcome.share < 60:
        return False
    points = case.weights["outcome"] * outcome.share // 100 + sum(check.of for check in checks if check.when(state))
    return points + sum(mark.points for mark in _rule_marks(scene, state)) >= case.pass_mark


def best_possible(scene: Scene, state: State) -> int:
    """A bound that no continuation can beat: everything not yet lost, in thousandths; 0 if passing is out of reach."""
    if any(slip.fatal for slip in state.slips):
        return 0
    return 1000 - sum(slip.points for slip in state.slips)


def ending(scene: Scene, state: State) -> Outcome:
    """The first outcome whose condition holds; the last one of a case should hold always."""
    for outcome in scene.case.outcomes:
        if outcome.when(state):
            return outcome
    return scene.case.outcomes[-1]


def cost(scene: Scene, state: State) -> int:
    """Fen that the shop bears beyond what it owes, with the shadow prices; money recovered comes off, never below 0."""
    return _cost(scene, state, scene.case.money.lost)


def least_cost(scene: Scene, state: State) -> int:
    """A cost that no continuation undercuts: lost goods that may still be paid back count as paid back."""
    return _cost(scene, state, min(scene.case.money.lost, _back(state)))


def _back(state: State) -> int:
    return sum(entry.fen for entry in state.ledger if entry.payee == "shop" and entry.payer != "buyer")


def _cost(scene: Scene, state: State, lost: int) -> int:
    shadow = scene.case.money.shadow
    spent = sum(entry.fen for entry in state.ledger if entry.payer == "shop" and not entry.owed)
    total = max(0, spent + lost - _back(state))
    total += sum(shadow[name] for name in ("intervention", "complaint", "bad_review") if name in state.happened)
    if "broken_promise" in state.happened:
        total += shadow["second_contact"]
    if "goods_back" in state.happened:
        total += shadow["returned_parcel"]
    return total


def _outcome_mark(scene: Scene, state: State, outcome: Outcome) -> Mark:
    weight = scene.case.weights["outcome"]
    turn = max([entry.turn for entry in state.ledger] + [state.done.get(name, 0) for name in REMEDY_DONE])
    return Mark(f"处理结果：{outcome.title}", weight * outcome.share // 100, weight, turn or state.n, outcome.rule,
                outcome.why or outcome.title)


def _rule_marks(scene: Scene, state: State) -> list[Mark]:
    weight = scene.case.weights["rules"]
    kept = weight if state.acts or state.done.keys() - {"wait", "finish", "reply"} else 0
    marks = [Mark("遵守规则", kept, weight, 0, "", "从满分起，每处违规另行扣分" if kept else "没有处理任何事情")]
    for slip in state.slips:
        marks.append(Mark(slip_title(slip.code), -slip.points, 0, slip.turn, slip.rule, slip.why))
    for name, done in PROMISED.items():
        if name in state.acts and not any(token in state.done for token in done):
            marks.append(Mark("答应了没有做", -80, 0, state.acts[name], "law.promise.binding",
                              f"说了要{SAID[name]}，却没有做这个操作"))
    said = [accept.offer for accept in scene.case.accepts if accept.offer in REMEDY_SAID and accept.offer in state.acts]
    if said and not any(name in state.done for name in REMEDY_DONE) and state.flow not in ("refunded", "return_sent"):
        marks.append(Mark("答应了没有做", -80, 0, state.acts[said[0]], "law.promise.binding", "口头答应了处理办法，却没有在系统里操作"))
    extra = goodwill(state)
    if extra > scene.case.money.authority and state.raised_authority:
        marks.append(Mark(f"补偿 {yuan(extra)} 元超过权限，已上报", 0, 0, state.n, "", "上报过，不算越权"))
    return marks


def slip_title(code: str) -> str:
    """What a slip is called in the result."""
    if code.startswith("move:"):
        return f"不该做的操作：{SPECS[code.removeprefix('move:')].label}"
    return f"错过期限：{DEADLINES[code.removeprefix('deadline:')].then}" if code.startswith("deadline:") else SLIPS[code]


def _talk_marks(scene: Scene, state: State) -> list[Mark]:
    marks = []
    for check in scene.case.acts:
        turn = min((state.acts[act] for act in check.token.split("|") if act in state.acts), default=0)
        marks.append(_check_mark(state, check, turn))
    return marks


def _check_mark(state: State, check: Check, turn: int) -> Mark:
    held = check.when(state)
    return Mark(check.what, check.of if held else 0, check.of, turn if held else 0, check.rule, check.why)


def _hundred(points: int) -> float | int:
    return points // 10 if points % 10 == 0 else points / 10
