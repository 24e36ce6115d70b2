"""What the pages of a replay show, made from a line of play: one step whole, the strip of all steps, money beside the script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.roleplay import State
from trainer.roleplay.engine import running
from trainer.roleplay.flow import FLOWS
from trainer.services.replay_advice import Hint, advise, missed
from trainer.services.replay_comments import Comment
from trainer.services.replay_compare import balance_rows, cost_rows
from trainer.services.replay_costs import cost_lines
from trainer.services.replays import Replay, Talk, Turn, in_talk
from trainer.web.desk_words import MOODS, PARTIES, SPEAKERS, WEEKDAYS, minutes_in_words, said_move
from trainer.web.marked_text import ACTS

SILENT = ("panel", "fact")


@dataclass(frozen=True)
class Step:
    """A step on the strip: where it stands, what it was, marks lost and earned there, whether somebody wrote a remark."""

    place: int
    did: str
    lost: float
    earned: float
    marks: int
    remarks: int

    @property
    def kind(self) -> str:
        """bad where marks were lost, ok where some were earned."""
        return "bad" if self.lost else "ok" if self.earned else ""

    @property
    def words(self) -> str:
        """The step for people who do not see the strip."""
        parts = [f"第 {self.place} 步 {self.did}" if self.place else "开场"]
        parts += [f"丢了 {self.lost:g} 分"] if self.lost else [f"得 {self.earned:g} 分"] if self.earned else []
        return "，".join([*parts, *([f"{self.remarks} 条点评"] if self.remarks else [])])


def is_lost(mark: Mapping[str, Any]) -> bool:
    """Whether a mark was not earned in full."""
    return bool(mark["points"] < max(0, mark["of"]))


def strip(found: Replay, comments: Sequence[Comment] = ()) -> list[Step]:
    """Every step from the opening on."""
    steps = [Step(0, "开场", 0, 0, 0, _remarks(comments, 0))]
    for turn in found.turns:
        marks = found.marks(turn)
        lost = sum(mark["of"] - mark["points"] for mark in marks if is_lost(mark))
        earned = sum(mark["points"] for mark in marks if mark["points"] > 0)
        who = f"{found.talks[turn.talk].scene.case.buyer.nick}：" if len(found.talks) > 1 else ""
        steps.append(Step(turn.place, who + said_move(turn.move), round(lost, 1), round(earned, 1), len(marks), _remarks(comments, turn.n)))
    return steps


def _remarks(comments: Sequence[Comment], n: int) -> int:
    return sum(1 for comment in comments if comment.n == n and comment.retracted_at is None)


def replay_page(found: Replay, place: int, to: Callable[[int], str], line: Replay | None = None,
                comments: Sequence[Comment] = ()) -> dict[str, Any]:
    """Everything `replay/_step.html` shows of one step; `line` is the script to hold beside it, None to give no advice."""
    place = max(0, min(place, len(found.turns)))
    turn = found.turns[place - 1] if place else None
    talk = found.talks[turn.talk if turn else 0]
    steps = strip(found, comments)
    marked = [step.place for step in steps if step.lost]
    before = turn.before if turn else talk.first
    return {
        "replay": found, "case": talk.scene.case, "place": place, "turn": turn, "to": to, "steps": steps, "step": steps[place],
        "marked_before": max((one for one in marked if one < place), default=None),
        "marked_after": min((one for one in marked if one > place), default=None),
        "chat": chat(found, place, talk), "now": _now(talk, before, turn.after if turn else talk.first),
        "marks": found.marks(turn) if turn else [], "hints": hints(turn, talk, line) if turn and line else [], "line": line,
        "carried": _carried(turn) if turn else [],
        "remarks": [comment for comment in comments if comment.n == (turn.n if turn else 0)],
    }


def _carried(turn: Turn) -> list[str]:
    """What a reply says in a line that has no wording of its own."""
    if not turn.is_reply or turn.move.get("text") != "…":
        return []
    return [ACTS.get(one["act"], one["act"]) for one in (turn.findings or {}).get("acts", ())]


def _now(talk: Talk, before: State, after: State) -> dict[str, Any]:
    """The conversation as it stands after a step, with what the step changed."""
    scene = talk.scene
    moment = scene.moment(after.at)
    facts = {fact.id: fact.text for fact in scene.case.facts}
    return {
        "clock": f"{moment:%m-%d %H:%M}", "weekday": f"周{WEEKDAYS[moment.weekday()]}",
        "took": minutes_in_words(after.at - before.at) if after.at > before.at else "",
        "mood": mood(after), "mood_before": mood(before) if before.mood != after.mood else "", "worse": after.mood < before.mood,
        "flow": FLOWS.get(after.flow, after.flow), "flow_before": FLOWS.get(before.flow, before.flow) if before.flow != after.flow else "",
        "waiting": minutes_in_words(after.at - after.waiting_since) if after.waiting_since >= 0 else "",
        "deadlines": [{**one, "left": minutes_in_words(one["minutes"])} for one in running(scene, after)],
        "learned": [facts[name] for name in sorted(after.known - before.known) if name in facts],
        "paid": [{"payer": PARTIES[entry.payer], "payee": PARTIES[entry.payee], "fen": entry.fen, "what": entry.what, "owed": entry.owed}
                 for entry in after.ledger[len(before.ledger):]],
    }


def mood(state: State) -> str:
    """The buyer's mood in a word."""
    return MOODS[max(-3, min(3, state.mood))]


def chat(found: Replay, place: int, talk: Talk) -> list[dict[str, Any]]:
    """What was said and happened in a conversation up to a step; the rows of the step itself are fresh."""
    rows = [event_row(talk, event, place == 0) for event in talk.opening]
    for turn in found.turns[:place]:
        if turn.talk == talk.position:
            rows += [event_row(talk, event, turn.place == place) for event in turn.events]
    shown, day = list[dict[str, Any]](), ""
    for row in rows:
        if row["text"]:
            if row["day"] != day:
                shown.append({**row, "side": "day", "text": row["day"], "fresh": False})
                day = row["day"]
            shown.append(row)
    return shown


def event_row(talk: Talk, event: Mapping[str, Any], fresh: bool = False) -> dict[str, Any]:
    """One stored event as a line of the chat."""
    side = {"buyer": "buyer", "agent": "agent"}.get(event["who"], "notice")
    text = str(event["text"])
    if event["kind"] == "move":
        side, text = "did", said_move(event["move"])
    elif event["kind"] in SILENT:
        side, text = "hidden", ""
    elif event["kind"] == "money":
        text = f"{text}：{PARTIES[event['payer']]} → {PARTIES[event['payee']]} {event['fen'] / 100:.2f} 元"
    moment = talk.scene.moment(event["at"])
    return {"side": side, "who": SPEAKERS.get(event["who"], ""), "text": text, "kind": event["kind"], "fresh": fresh,
            "day": f"{moment:%m-%d} 周{WEEKDAYS[moment.weekday()]}", "time": f"{moment:%H:%M}"}


def hints(turn: Turn, talk: Talk, line: Replay) -> list[dict[str, Any]]:
    """What would have been better at a step, in words."""
    return [_hint_row(hint, line) for hint in advise(turn, talk.scene, line)]


def _hint_row(hint: Hint, line: Replay) -> dict[str, Any]:
    did = said_move(line.turns[hint.step - 1].move) if hint.step else ""
    text = {
        "slip": hint.text, "claim": f"说的是「{hint.quote}」，{hint.text}", "ask": f"买家问过的还没有回答：「{hint.text}」" if hint.text
        else "买家问过的还没有回答", "wait": f"买家正等着回话（已等 {hint.text} 分钟），先回一句再等。",
        "first": f"示范在这时先做：{did}", "reply": "可以这样说：" if hint.kind == "reply" else "", "same": f"和示范第 {hint.step} 步一样：{did}",
        "order": f"示范里也有这一步，排在第 {hint.step} 步", "left": "结束时还没做到的",
    }[hint.kind]
    quote = hint.quote if hint.kind == "slip" and hint.quote not in hint.text else ""
    return {"kind": hint.kind, "good": hint.kind in ("same", "order"), "text": text, "quote": quote,
            "say": hint.say, "rule": hint.rule, "step": hint.step, "gains": hint.gains}


def money_page(found: Replay, line: Replay | None, talk: int = 0) -> dict[str, Any] | None:
    """The costs of a finished conversation beside the script; None while there is no report."""
    own = in_talk(found, talk)
    if own.report is None:
        return None
    scene = own.talks[0].scene
    details = cost_rows((scene, own), (scene, line)) if line else []
    if sum(one.fen for one in cost_lines(scene, own.end())) != own.report["cost_fen"]:
        details = []
    other = line.report if line else None
    return {"details": details, "balances": balance_rows(own.report, other) if other else [], "mine": own.report["cost_fen"],
            "line": other["cost_fen"] if other else None, "best": own.report.get("best_fen")}


def overview(found: Replay) -> dict[str, Any]:
    """All marks: with the step each cites, those that no step earned first."""
    places = {(turn.talk, turn.number): turn.place for turn in found.turns}
    rows = [{**mark, "place": places.get((int(mark.get("conversation") or 0), mark["turn"] or 0)), "lost": is_lost(mark)}
            for mark in found.all_marks()]
    return {"all_marks": sorted(rows, key=lambda row: not row["lost"]), "missed": missed(found.report)}
