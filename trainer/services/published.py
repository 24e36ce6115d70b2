"""What learners meet: published revisions by kind and slug."""

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, undefer

from trainer.models import ContentItem, Revision


def published_revision(session: Session, kind: str, slug: str) -> Revision | None:
    """The published revision of an item that is not retired, with its body."""
    return session.scalar(select(Revision).join(ContentItem, ContentItem.published_id == Revision.id).where(
        ContentItem.kind == kind, ContentItem.slug == slug, ContentItem.retired_at.is_(None)
    ).options(undefer(Revision.body), contains_eager(Revision.item)))


def published_revisions(session: Session, kind: str) -> list[Revision]:
    """Every published revision of a kind, by slug, with body and item."""
    return list(session.scalars(select(Revision).join(ContentItem, ContentItem.published_id == Revision.id).where(
        ContentItem.kind == kind, ContentItem.retired_at.is_(None)
    ).options(undefer(Revision.body), contains_eager(Revision.item)).order_by(ContentItem.slug)))


def papers(session: Session, certifying: bool) -> list[Revision]:
    """Published papers that certify, or that are for practice."""
    return [row for row in published_revisions(session, "paper") if bool(row.body.get("certifying")) == certifying]
