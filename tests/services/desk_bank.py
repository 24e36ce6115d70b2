"""A published case and the release it is judged by, from the files of the question bank."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from trainer.content.yamltext import read_yaml
from trainer.models import ContentItem, DeskSession, Release, ReleasePointer, Revision, User
from trainer.rules import Rulebook
from trainer.services import desks

BANK = Path(__file__).parents[2] / "question_bank"


@lru_cache
def rulebook_json() -> tuple[str, str]:
    rulebook = Rulebook.load(BANK / "rulebook")
    return rulebook.digest, rulebook.canonical_json()


def case_body(slug: str) -> dict[str, Any]:
    body: dict[str, Any] = read_yaml((BANK / "cases" / f"{slug}.yaml").read_text(encoding="utf-8")).value
    return body


def publish_case(session: Session, now: datetime, slug: str = "tmall_lost_parcel") -> Revision:
    """The case as trainees meet it, with a current release."""
    digest, text = rulebook_json()
    release = Release(number=1, digest=digest, body=text, published_at=now)
    session.add(release)
    session.flush()
    session.add(ReleasePointer(release_id=release.id))
    return publish_more(session, now, slug)


def publish_more(session: Session, now: datetime, slug: str) -> Revision:
    """Another case under the same release."""
    item = ContentItem(kind="case", slug=slug, title=slug)
    session.add(item)
    session.flush()
    revision = Revision(item_id=item.id, no=1, body=case_body(slug), digest=slug, state="published", created_at=now)
    session.add(revision)
    session.flush()
    item.published_id = revision.id
    session.flush()
    return revision


def play_solution(session: Session, user: User, revision: Revision, number: int, now: datetime) -> DeskSession:
    """A person's session that follows a script of the case to its end."""
    desk = desks.open_desk(session, user, revision, now)
    loaded = desks.load_desk(session, desk.id)
    assert loaded is not None
    for step, move in enumerate(loaded.scene.case.solutions[number].moves):
        desks.make_move(session, desk.id, move, f"{desk.id}-{step}", desk.head_n, now)
    return desk
