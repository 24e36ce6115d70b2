"""Two at once, each in a transaction of its own, on both engines: one attempt, no answer overwritten, no answer lost at handing in."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import make_cast
from tests.services import exam_bank
from trainer.models import Assignment, Attempt, AttemptItem, Base, Response, ResponseEvent, User, trigger_statements
from trainer.services import attempts, saving

pytestmark = pytest.mark.xdist_group("races")


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own whose content others may see: real transactions, no savepoint around them."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'race.sqlite3'}")
        yield from prepared(engine)
        return
    shared: Engine = request.getfixturevalue("postgres_engine")
    with shared.begin() as connection:
        connection.execute(text("CREATE SCHEMA races"))
    engine = create_engine(shared.url, connect_args={"options": "-csearch_path=races"})
    yield from prepared(engine)
    with shared.begin() as connection:
        connection.execute(text("DROP SCHEMA races CASCADE"))


def prepared(engine: Engine) -> Iterator[Engine]:
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        for statement in trigger_statements(engine.dialect.name):
            connection.execute(text(statement))
    with Session(engine) as session:
        cast = make_cast(session, NOW)
        exam_bank.assign(session, exam_bank.publish_bank(session, NOW), cast.wang, [cast.chen], NOW, tries=3)
        session.commit()
    yield engine
    engine.dispose()


def together(*works: Callable[[], Any]) -> list[Any]:
    """Runs all at once and gives what each returned."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def chen(session: Session) -> User:
    return session.scalars(select(User).where(User.staff_no == "S1001")).one()


def start(engine: Engine) -> int:
    with Session(engine) as session:
        attempt = attempts.start_attempt(session, chen(session), session.scalars(select(Assignment)).one(), NOW)
        session.commit()
        return attempt.id


def save(engine: Engine, attempt_id: int, key: str, answer: dict[str, str], base: int = 0) -> saving.Saved:
    with Session(engine) as session:
        attempts.load_attempt(session, attempt_id)  # as a page would, before it takes the lock
        saved = saving.save_response(session, attempt_id, 0, key, base, answer, False, NOW)
        session.commit()
        return saved


def test_two_clicks_on_start_make_one_attempt(engine: Engine) -> None:
    assert len(set(together(*[lambda: start(engine)] * 3))) == 1
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 1
        assert session.scalar(select(func.count()).select_from(AttemptItem)) == 6


def test_of_two_answers_on_the_same_base_one_is_stored_and_the_other_told(engine: Engine) -> None:
    attempt_id = start(engine)
    saved = together(lambda: save(engine, attempt_id, "key-of-one-tab", {"choice": "a"}),
                     lambda: save(engine, attempt_id, "key-of-another", {"choice": "b"}))
    assert sorted(one.kind for one in saved) == ["conflict", "saved"]
    with Session(engine) as session:
        stored = session.scalars(select(Response)).one()
        assert (stored.seq, [one.answer for one in saved]) == (1, [stored.answer, stored.answer])
        assert session.scalar(select(func.count()).select_from(ResponseEvent)) == 2


def test_the_same_packet_twice_at_once_is_stored_once(engine: Engine) -> None:
    attempt_id = start(engine)
    saved = together(*[lambda: save(engine, attempt_id, "key-sent-twice", {"choice": "a"})] * 2)
    assert [one.seq for one in saved] == [1, 1]
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(ResponseEvent)) == 1


def test_an_answer_stored_while_somebody_hands_in_is_graded(engine: Engine) -> None:
    """The page that hands in had read the attempt before the answer came; it must not grade what it read then."""
    attempt_id = start(engine)
    if engine.dialect.name == "sqlite":
        pytest.skip("a writer on SQLite holds the whole database from its first statement")
    with Session(engine) as session:
        attempt = attempts.load_attempt(session, attempt_id)
        right = exam_bank.right_answer(attempt.items[0])
        save(engine, attempt_id, "key-in-between", right)
        attempts.submit_attempt(session, attempt, NOW + timedelta(minutes=1), NOW + timedelta(minutes=1))
        session.commit()
    with Session(engine) as session:
        assert attempts.load_attempt(session, attempt_id).items[0].result.points == 5000


def test_handing_in_twice_at_once_grades_once(engine: Engine) -> None:
    attempt_id = start(engine)

    def submit() -> None:
        with Session(engine) as session:
            attempt = session.get_one(Attempt, attempt_id)
            attempts.submit_attempt(session, attempt, NOW, NOW)
            session.commit()

    together(submit, submit)
    with Session(engine) as session:
        attempt = attempts.load_attempt(session, attempt_id)
        assert attempt.state == "final"
        assert [item.result.grade_id for item in attempt.items] == sorted({item.result.grade_id for item in attempt.items})
        assert isinstance(attempt.submitted_at, datetime) and attempt.submitted_at.tzinfo is UTC
