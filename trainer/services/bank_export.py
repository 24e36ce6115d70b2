"""Everything published, as the canonical files of a question bank."""

import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from trainer.bank.export import export_files
from trainer.bank.pictures import CITED, FOLDER
from trainer.models import KINDS, ContentItem, Release, Revision
from trainer.services.assets import ENDINGS, find_picture
from trainer.services.releases import current_release


def export_bank(session: Session) -> dict[str, str]:
    """File name → text of all published content and the current rulebook; raises ContentError before any release.

    Trainers' changes of wording stand in the release, in rulebook/wording/house.yaml.
    """
    release = current_release(session)
    body = session.scalar(select(Release.body).where(Release.id == release.id))
    rows = session.execute(select(ContentItem, Revision).join(Revision, ContentItem.published_id == Revision.id).where(
        ContentItem.retired_at.is_(None)).options(undefer(Revision.body)).order_by(ContentItem.id)).all()
    origins = _files(session)
    items = [(item.kind, revision.body, origins.get(item.id, "")) for item, revision in rows if item.kind in KINDS and item.kind != "wording"]
    return export_files(items, json.loads(str(body)))


def export_pictures(session: Session, files: Mapping[str, str]) -> tuple[dict[str, bytes], list[str]]:
    """File name → bytes of every picture that the files name, and the digests of those that are nowhere."""
    found, missing = {}, []
    for digest in sorted({digest for text in files.values() for digest in CITED.findall(text)}):
        picture = find_picture(session, digest)
        if picture is None:
            missing.append(digest)
        else:
            found[f"{FOLDER}/{digest}.{ENDINGS[picture.mime]}"] = picture.data
    return found, missing


def _files(session: Session) -> dict[int, str]:
    """Item id → the file its last revision from a file came from."""
    rows = session.execute(select(Revision.item_id, Revision.note).where(Revision.origin == "file").order_by(Revision.no))
    return {int(item_id): str(note) for item_id, note in rows}
