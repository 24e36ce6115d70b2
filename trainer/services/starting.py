"""People who start one exam at the same moment: what a start needs is read, drawn and stored for all of them at once.

A class presses the button together, and each start by itself asks and commits for itself. Here only those are served for whom
nothing stands in the way; everybody else is left to `attempts.start_attempt`, which knows the reasons and their words. Both judge by
the same functions and draw the same sheet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from trainer.models import User, UserRole
from trainer.services.assignments import assignment_reaching, teams_by_person, terms_by_person
from trainer.services.attempts import attempts_by_person, next_start, overdue_attempts, refusal
from trainer.services.candidates import seen_by_person
from trainer.services.room_codes import is_right, without_failures
from trainer.services.sheets import draw_sheet, stock_of, store_sheets
from trainer.writers import begin_writing

_users, _roles = cast(Table, User.__table__), cast(Table, UserRole.__table__)
_ACCOUNTS = select(_users.c.id, _users.c.session_epoch, _users.c.must_change, _roles.c.role).outerjoin(
    _roles, _roles.c.user_id == _users.c.id).where(_users.c.id.in_(bindparam("users", expanding=True)), _users.c.active)


@dataclass(frozen=True)
class Wish:
    """Somebody who presses the button: signed in since `epoch`, on the device of `client_mark`, with the 考场口令 that was typed."""

    user_id: int
    epoch: int
    client_mark: str
    code: str = ""


def start_together(session: Session, assignment_id: int, wishes: Sequence[Wish], now: datetime, may_start: Callable[[frozenset[str]], bool],
                   secret: str | bytes | None) -> list[int | None]:
    """The new attempt of each wish, in their order; None for a wish that is not ordinary, for which nothing was stored.

    Ordinary is who is signed in, may start with these roles, is reached by the exam, may begin a new attempt now, has none in progress
    and typed the right code where one is asked for. Nothing is ordinary while attempts wait to be closed. Raises whatever keeps a
    paper from being drawn, and IntegrityError where one of them started elsewhere meanwhile: then nobody's attempt is stored.
    """
    admitted = _admitted(session, wishes, may_start)
    people = sorted({wish.user_id for wish in admitted})
    if not people or overdue_attempts(session, now):
        return [None] * len(wishes)
    teams = teams_by_person(session, people, now)
    exam, reached = assignment_reaching(session, people, assignment_id, teams, now)
    if exam is None:
        return [None] * len(wishes)
    if exam.room_code:
        clean = without_failures(session, people, exam.id, now)
        admitted = {wish for wish in admitted if wish.user_id in clean and is_right(secret, exam.id, wish.code, now)}
    done, terms = attempts_by_person(session, people, exam.id), terms_by_person(session, exam, teams)
    ready = [one for one in sorted({wish.user_id for wish in admitted} & reached)
             if not any(attempt.state == "in_progress" for attempt in done[one]) and refusal(exam, terms[one], done[one], now) is None]
    if not ready:
        return [None] * len(wishes)
    stock, seen = stock_of(session, exam.paper_revision, now), seen_by_person(session, ready)
    marks = {wish.user_id: wish.client_mark for wish in admitted}
    sheets = [draw_sheet(session, stock, next_start(
        exam, one, terms[one], len(done[one]) + 1, seen[one], teams[one], marks[one], now), now) for one in ready]
    begin_writing(session)
    made = store_sheets(session, sheets)
    return [made.get(wish.user_id) if wish in admitted else None for wish in wishes]


def _admitted(session: Session, wishes: Sequence[Wish], may_start: Callable[[frozenset[str]], bool]) -> set[Wish]:
    """The wishes of people whose sign-in holds, who need not change their password first, and whose roles allow it."""
    roles: dict[tuple[int, int], set[str]] = {}
    for user_id, epoch, must_change, role in session.execute(_ACCOUNTS, {"users": [wish.user_id for wish in wishes]}):
        if not must_change:
            roles.setdefault((user_id, epoch), set()).add(role or "")
    return {wish for wish in wishes if may_start(frozenset(roles.get((wish.user_id, wish.epoch), ())))}
