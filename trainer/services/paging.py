"""One page of a long list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows of one page, and where it stands among the others (from 1)."""

    items: Sequence[Row]
    page: int
    pages: int
    total: int

    @property
    def numbers(self) -> list[int | None]:
        """Page numbers to offer: first, last and the neighbours; None marks a gap."""
        near = sorted({1, self.pages, *range(max(1, self.page - 2), min(self.pages, self.page + 2) + 1)})
        shown: list[int | None] = []
        for number in near:
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return shown


def paginate(session: Session, rows: Select[Row], page: int, size: int = SIZE) -> Page[Row]:
    """The page of an ordered select of one entity; a number outside is moved to the nearest page that exists."""
    total = session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    return Page(session.scalars(rows.offset((page - 1) * size).limit(size)).all(), page, pages, total)
