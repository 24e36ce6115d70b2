"""The bank, or a part of it, written for other systems or for a spreadsheet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from trainer.bank.exchange import LeftOut, write_gift, write_moodle, write_rows
from trainer.content.figures import CITATION, fill_figures
from trainer.errors import ContentError
from trainer.rules import Rulebook
from trainer.services import assets
from trainer.services.spreadsheet import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {"xlsx": ("题库.xlsx", XLSX), "gift": ("题库.gift.txt", "text/plain; charset=utf-8"), "moodle": ("题库.xml", "application/xml")}
WIDTHS = (18, 8, 22, 48, 22, 22, 22, 22, 12, 12, 12, 12, 12, 36, 16, 8, 12, 10, 10, 6, 10, 26, 20)


@dataclass(frozen=True)
class Exported:
    """A file, and the questions that its format cannot hold."""

    data: bytes
    name: str
    mime: str
    left_out: Sequence[LeftOut]


def export_questions(session: Session, form: str, bodies: Sequence[Mapping[str, Any]], topic: Callable[[str], str], rulebook: Rulebook,
                     now: datetime, filled: bool) -> Exported:
    """The questions in one of the formats; `filled` puts in today's figures for other systems instead of our references to rules."""
    fill = filler(rulebook, now) if filled else None
    name, mime = FORMS[form]
    if form == "xlsx":
        rows, left_out = write_rows(bodies, topic, fill)
        return Exported(write_xlsx("题库", rows, WIDTHS), name, mime, left_out)
    if form == "gift":
        text, left_out = write_gift(bodies, fill or str, topic)
        return Exported(text.encode(), name, mime, left_out)

    def picture(digest: str) -> tuple[str, bytes] | None:
        found = assets.find_picture(session, digest)
        return (assets.picture_name(found), found.data) if found else None

    data, left_out = write_moodle(bodies, fill or str, topic, picture)
    return Exported(data, name, mime, left_out)


def filler(rulebook: Rulebook, now: datetime) -> Callable[[str], str]:
    """A function that puts today's figures and the titles of rules into a text; what names an unknown rule stays as it is."""

    def fill(text: str) -> str:
        try:
            return CITATION.sub(lambda match: match["text"] or rulebook.rule(match["rule"]).title, fill_figures(text, rulebook, now))
        except (ContentError, KeyError):
            return text

    return fill
