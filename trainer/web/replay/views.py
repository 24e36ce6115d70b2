"""A session step by step for the person and for those who may see him; the script of its case; two attempts side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user

from trainer.extensions import db
from trainer.models import User
from trainer.services import desks
from trainer.services.people import visible_people, visible_person
from trainer.services.replay_advice import suited
from trainer.services.replay_comments import comments_on
from trainer.services.replay_compare import align, balance_rows, cost_rows, mark_rows
from trainer.services.replays import Replay, attempts_at, in_talk, load_replay, talk_with
from trainer.services.shipped_lines import lines_beside
from trainer.web.clock import beijing, now
from trainer.web.desk_words import said_move
from trainer.web.replay_page import money_page, overview, replay_page

bp = Blueprint("replay", __name__, url_prefix="/desk")
bp.app_template_filter("said_move")(said_move)
MAY_COMMENT = frozenset({"supervisor", "trainer", "mentor", "inspector"})


@dataclass(frozen=True)
class Seen:
    """A replay and what the person at the page is to it."""

    replay: Replay
    own: bool

    @property
    def finished(self) -> bool:
        """Whether marks and the script may be shown: it is over, or somebody else looks."""
        return not self.own or self.replay.report is not None

    @property
    def may_comment(self) -> bool:
        """Whether the person may write remarks here."""
        return not self.own and bool(current_user.roles & MAY_COMMENT)


def seen_or_404(session_id: int) -> Seen:
    """A session that the person at the page may go through; what belongs to an exam waits until its keys are shown to its owner."""
    found = load_replay(db.session(), session_id)
    if found is None or found.row is None:
        abort(404)
    own = found.row.user_id == current_user.id
    if own and desks.is_sealed(db.session(), found.row, now()):
        abort(404)
    if not own and visible_person(db.session(), current_user, found.row.user_id, now()) is None:
        abort(404)
    return Seen(found, own)


def line_for(found: Replay, talk: int = 0) -> Replay | None:
    """The passing script that fits how the session went."""
    return suited(found.end(talk), lines_beside(db.session(), found, talk))


def asked_step(name: str = "turn") -> int:
    """The step in the address, 0 (the opening) where it says nothing readable."""
    return request.args.get(name, 0, type=int)


def place_of(seen: Seen, n: int) -> int:
    """The step of a stored move; the opening for moves on lines that were left."""
    return next((turn.place for turn in seen.replay.turns if turn.n == n), 0)


@bp.get("/sessions/<int:session_id>/replay")
def session(session_id: int) -> str:
    """A session step by step; the script asks for the step alone."""
    seen = seen_or_404(session_id)
    asked = place_of(seen, request.args.get("move", 0, type=int)) if "move" in request.args else asked_step()
    place = max(0, min(asked, len(seen.replay.turns)))
    talk = seen.replay.turns[place - 1].talk if place else 0
    line = line_for(seen.replay, talk) if seen.finished else None
    page = replay_page(seen.replay, place, lambda n: url_for("replay.session", session_id=session_id, turn=n), line,
                       comments_on(db.session(), session_id))
    if request.headers.get("X-Partial") == "replay":
        return render_template("replay/_step.html", seen=seen, **page)
    return render_template("replay/session.html", seen=seen, parts=parts_of(seen), **overview(seen.replay), **page)


def parts_of(seen: Seen) -> list[dict[str, Any]]:
    """Each conversation of a session with its costs beside the script and the attempts it may be held beside."""
    if not seen.finished:
        return []
    return [{"talk": talk.position, "nick": talk.scene.case.buyer.nick, "title": talk.scene.case.title, "line": line is not None,
             "money": money_page(seen.replay, line, talk.position), "others": others_of(seen, talk.position)}
            for talk in seen.replay.talks for line in (line_for(seen.replay, talk.position),)]


def others_of(seen: Seen, talk: int = 0) -> list[tuple[str, str]]:
    """The attempts that a session may be held beside, with the words for a list: one's own earlier ones, or those of visible people."""
    row = seen.replay.row
    if row is None or not seen.finished:
        return []
    who: Any = [current_user.id] if seen.own else visible_people(current_user, now()).with_only_columns(User.id)
    rows = attempts_at(db.session(), seen.replay.talks[talk].item_id, who)
    shown = [one for one in rows if one.id != row.id and not (seen.own and desks.is_sealed(db.session(), one, now()))]
    return [(str(one.id), f"{'' if seen.own else one.user.name + ' · '}{beijing(one.finished_at, '%m-%d %H:%M')} · {one.score} 分 · "
             f"{'通过' if one.passed else '未通过'}") for one in shown if one.finished_at is not None]


def asked_talk(found: Replay) -> int:
    """The conversation in the address, the first where there is no such."""
    talk = request.args.get("talk", 0, type=int)
    return talk if 0 <= talk < len(found.talks) else 0


@bp.get("/sessions/<int:session_id>/line")
def line(session_id: int) -> str:
    """The script of the case on the variant of a session, step by step."""
    seen = seen_or_404(session_id)
    talk = asked_talk(seen.replay)
    found = line_for(seen.replay, talk) if seen.finished else None
    if found is None:
        abort(404)
    page = replay_page(found, asked_step(), lambda n: url_for("replay.line", session_id=session_id, talk=talk, turn=n))
    if request.headers.get("X-Partial") == "replay":
        return render_template("replay/_step.html", seen=None, **page)
    back = url_for("replay.session", session_id=session_id)
    return render_template("replay/line.html", seen=None, back=back, back_words="回到接待回放", money=None, **overview(found), **page)


@bp.get("/compare")
def compare() -> str:
    """Two attempts at one case side by side, or an attempt beside the script."""
    left = seen_or_404(request.args.get("a", 0, type=int))
    talk, wanted = asked_talk(left.replay), request.args.get("b", "")
    right = line_for(left.replay, talk) if wanted == "line" and left.finished else _second(left, talk, wanted)
    pair = [in_talk(left.replay, talk), right]
    if pair[1] is None or pair[0] is None or pair[0].report is None or pair[1].report is None:
        abort(404)
    one, two = pair[0], pair[1]
    scenes = one.talks[0].scene, two.talks[0].scene
    names, short = _names(one, two, left.own)
    return render_template(
        "replay/compare.html", seen=left, left=one, right=two, rows=align(one.turns, two.turns), marks=mark_rows(one, two),
        costs=cost_rows((scenes[0], one), (scenes[1], two)), balances=balance_rows(one.report or {}, two.report or {}),
        names=names, short=short, others=others_of(left, talk), wanted=wanted, talk=talk)


def _second(left: Seen, talk: int, wanted: str) -> Replay | None:
    """The conversation about the same case in the other session; None where there is none, or it is the very same session."""
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 9 or int(wanted) == request.args.get("a", type=int):
        return None
    right = seen_or_404(int(wanted))
    place = talk_with(right.replay, left.replay.talks[talk].item_id)
    return in_talk(right.replay, place) if place is not None and right.own == left.own else None


def _names(one: Replay, two: Replay, own: bool) -> tuple[list[str], list[str]]:
    """What both sides are called: whole, and short enough for a table."""
    days = [beijing(found.row.finished_at, "%m-%d %H:%M") if found.row else "" for found in (one, two)]
    people = [found.row.user.name if found.row else "示范" for found in (one, two)]
    whole = [f"示范「{found.title}」" if found.row is None else f"{day} 那次" if own else f"{person} {day}"
             for found, person, day in zip((one, two), people, days, strict=True)]
    if own or people[0] == people[1]:
        people = [day[:5] or "示范" for day in days]
        if people[0] == people[1]:
            people = ["左边", "右边"]
    return whole, people
