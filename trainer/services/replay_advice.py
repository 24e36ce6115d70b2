"""What would have been better at a turn: from stored findings and states, the case's questions and its passing script; nothing is judged anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.roleplay import Scene, State, parse_move, refusal
from trainer.roleplay.case import Check
from trainer.roleplay.reaction import REMEDIES
from trainer.roleplay.step import tokens
from trainer.services.replays import Replay, Turn

INSTEAD = ";可以改成:「"


@dataclass(frozen=True)
class Hint:
    """One thing to do better, or that was done like the script.

    Kinds: slip (said wrong), claim (figure wrong), ask (left unanswered), wait (the buyer sat waiting), first (the script does this
    before), reply (the script's wording), order (done, but elsewhere in the script), left (open at the end), same (as in the script).
    `quote` is what was said, `say` a wording to use instead, `step` the place in the script, `gains` what it would have earned.
    """

    kind: str
    text: str = ""
    quote: str = ""
    say: str = ""
    rule: str = ""
    step: int = 0
    gains: tuple[str, ...] = ()


def advise(turn: Turn, scene: Scene, line: Replay | None) -> list[Hint]:
    """The hints for a turn: what was wrong in it, then what the script would have done there."""
    if turn.is_pass:
        return []
    beside = list(_beside(turn, scene, line)) if line else []
    found = [*_said_wrong(turn), *_unanswered(turn, scene)]
    if not any(hint.kind == "same" for hint in beside):
        found += _idle(turn)
    return [*found, *beside]


def _said_wrong(turn: Turn) -> Iterator[Hint]:
    findings = turn.findings or {}
    spans = set()
    for one in findings.get("violations", ()):
        why, _, rest = str(one["why"]).partition(INSTEAD)
        spans.add((one["start"], one["end"]))
        yield Hint("slip", why, one.get("text", ""), rest.removesuffix("」"), one.get("rule") or "")
    for one in findings.get("claims", ()):
        if one.get("agrees") is False and (one["start"], one["end"]) not in spans:
            yield Hint("claim", f"应为 {one['correct']}" if one.get("correct") else "和规则不一致", one["said"])


def _unanswered(turn: Turn, scene: Scene) -> Iterator[Hint]:
    """Questions that the buyer had put and that still stand after a reply."""
    if not turn.is_reply:
        return
    for ask in scene.case.asks:
        if ask.id in turn.before.asked and ask.when(turn.before) and not turn.after.acts.keys() & set(ask.acts):
            yield Hint("ask", ask.lines[0] if ask.lines else "")


def _idle(turn: Turn) -> Iterator[Hint]:
    if turn.move["move"] == "wait" and turn.before.waiting_since >= 0:
        yield Hint("wait", str(turn.before.at - turn.before.waiting_since))


# --- beside the script ---


def suited(end: State, lines: Sequence[Replay]) -> Replay | None:
    """The passing script to hold beside a play that came to `end`: the best one that agrees to the same remedy, else the best."""
    passing = [line for line in lines if line.report and line.report["passed"]]
    agreed = end.agreed & REMEDIES
    return next((line for line in passing if agreed and agreed <= line.end().agreed), passing[0] if passing else None)


def _beside(turn: Turn, scene: Scene, line: Replay) -> Iterator[Hint]:
    words = _words(scene)
    wanting = [step for step in line.turns if not covered(step, turn.before, words)]
    if turn.move["move"] == "finish":
        if left := tuple(check.what for check in (*scene.case.acts, *scene.case.checks) if not check.when(turn.after)):
            yield Hint("left", gains=left)
        return
    now = next((step for step in wanting if _possible(scene, turn.before, step)), None)
    alike = [step for step in wanting if covered(step, turn.after, words) or turn.is_reply and step.move == turn.move]
    like = max(alike, key=lambda step: _likeness(turn, step), default=None)
    if like is not None and (now is None or now in alike):
        yield Hint("same", step=like.place)
        return
    if like is not None:
        yield Hint("order", step=like.place)
    if now is not None and now.move["move"] != "finish":
        yield _as_hint(scene, turn.before, now)
    if turn.is_reply and like is None and now is not None and not now.is_reply:
        reply = next((step for step in wanting if step.is_reply), None)
        if reply is not None:
            yield _as_hint(scene, turn.before, reply)


def _likeness(turn: Turn, step: Turn) -> float:
    """How much a step of the script resembles a turn: the same kind of move, and for replies the acts that both newly carry."""
    if turn.is_reply and step.is_reply:
        ours, theirs = (one.after.acts.keys() - one.before.acts.keys() for one in (turn, step))
        return 1 + len(ours & theirs) / max(1, len(ours | theirs))
    return 1.0 if turn.move["move"] == step.move["move"] else 0.0


def _as_hint(scene: Scene, state: State, step: Turn) -> Hint:
    gains = tuple(check.what for check in _earned(scene, state, step))
    return Hint("reply" if step.is_reply else "first", say=str(step.move.get("text", "")) if step.is_reply else "",
                step=step.place, gains=gains)


def _words(scene: Scene) -> frozenset[str]:
    """The acts that matter in this case: asked for by the rubric, a question, a fact or an offer."""
    acts = {act for check in scene.case.acts for act in check.token.split("|")}
    acts |= {act for ask in scene.case.asks for act in ask.acts} | {accept.offer for accept in scene.case.accepts}
    return frozenset(acts | {fact.by for fact in scene.case.facts if fact.found == "act"})


def covered(step: Turn, state: State, words: frozenset[str]) -> bool:
    """Whether a state already has what a step of the script brings."""
    name = str(step.move["move"])
    if name == "finish":
        return bool(state.ended)
    if name == "reply":
        gained = step.after.acts.keys() - step.before.acts.keys()
        told = {one for one in step.after.done.keys() - step.before.done.keys() if ":" in one}
        return (gained & words or gained) <= state.acts.keys() and told <= state.done.keys()
    if name == "wait":
        happened, known = step.after.happened - step.before.happened, step.after.known - step.before.known
        return happened <= state.happened and known <= state.known if happened or known else state.at >= step.after.at
    if name == "record":
        return "record:right" in state.happened or "record:right" not in step.after.happened and "record" in state.done
    return tokens(parse_move(step.move))[-1] in state.done


def _possible(scene: Scene, state: State, step: Turn) -> bool:
    return not refusal(scene, state, parse_move(step.move))


def _earned(scene: Scene, state: State, step: Turn) -> list[Check]:
    """What the rubric would have given for the step, were it not earned yet."""
    checks = (*scene.case.acts, *scene.case.checks)
    return [check for check in checks if check.when(step.after) and not check.when(step.before) and not check.when(state)]


def missed(report: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The marks that were not earned anywhere, so that no turn shows them."""
    return [mark for mark in report["marks"] if not mark["turn"] and mark["points"] < mark["of"]] if report else []
