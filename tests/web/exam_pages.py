"""A published bank, an open exam for 小陈 and the stranger, and a finished attempt of each, in the database of `app`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import exam_bank
from trainer.extensions import db
from trainer.models import Assignment, Certificate, User, VariantRow
from trainer.services import attempts, reviews

LESSON = {"id": "first", "title": "第一课", "topic": "shipping", "order": 1, "platforms": ["tmall"], "posts": ["aftersale"], "systems": [7],
          "minutes": 5, "summary": "发货的时限", "text": "先看时间，再看约定。\n", "check": ["drill.0", "drill.1"]}


@dataclass(frozen=True)
class Pages:
    """Ids of what stands on the pages."""

    exam: int        # open, two tries left for everybody
    attempt: int     # 小陈's, handed in, one item wrong
    theirs: int      # the stranger's, handed in
    running: int     # 小陈's second try, in progress
    review: int      # an appeal of 小陈 that waits
    their_review: int
    practice: int    # a variant that practice may show
    sealed: int      # a variant of an exam question
    certificate: str
    their_certificate: str


def publish_pages(app: Flask, people: Cast) -> Pages:
    """Everything above, made through the services."""
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        now = datetime.now(UTC)
        chen, wang, stranger = (session.get_one(User, one.id) for one in (people.chen, people.wang, people.stranger))
        paper = exam_bank.publish_bank(session, now)
        exam_bank.publish_body(session, "lesson", LESSON, now)
        exam = exam_bank.assign(session, paper, wang, [chen, stranger], now, tries=3)
        mine = exam_bank.sit(session, chen, exam, now - timedelta(minutes=30), wrong=(4,))
        theirs = exam_bank.sit(session, stranger, exam, now - timedelta(minutes=30), wrong=(4,))
        numbers = [certificate.number for attempt in (mine, theirs) for certificate in exam_bank.rows(session, Certificate)
                   if certificate.attempt_id == attempt.id]
        appeals = [reviews.appeal_item(session, who, attempt.items[4], "题目没有写清是不是预售", now).id
                   for who, attempt in ((chen, mine), (stranger, theirs))]
        running = attempts.start_attempt(session, chen, exam, now)
        drill = next(row for row in exam_bank.rows(session, VariantRow) if row.revision.body["id"] == "drill.0")
        found = Pages(exam.id, mine.id, theirs.id, running.id, appeals[0], appeals[1], drill.id, mine.items[0].variant_id, *numbers)
        session.commit()
    return found


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the requests inside send to the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            asked.append(statement)

    with app.app_context():
        engine: Engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def add_exams(app: Flask, people: Cast, pages: Pages, count: int) -> None:
    """As many exams more for 小陈, each sat once."""
    with app.app_context(), Session(db.engine) as session:
        now = datetime.now(UTC)
        chen, wang = session.get_one(User, people.chen.id), session.get_one(User, people.wang.id)
        paper = session.get_one(Assignment, pages.exam).paper_revision
        for _ in range(count):
            exam_bank.sit(session, chen, exam_bank.assign(session, paper, wang, [chen], now, tries=3), now - timedelta(minutes=30))
        session.commit()
