"""Desk sessions that belong to places of an attempt."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.models import DeskSession


def desks_of_items(session: Session, item_ids: Sequence[int]) -> dict[int, DeskSession]:
    """The desk session of each case item that was opened."""
    rows = session.scalars(select(DeskSession).where(DeskSession.item_id.in_(item_ids)))
    return {row.item_id: row for row in rows if row.item_id is not None}
