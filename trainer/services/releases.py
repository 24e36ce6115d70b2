"""Releases of the rulebook: which is current, and the compiled rulebook of each, cached by digest for ever."""

import gc

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.errors import ContentError
from trainer.models import Release, ReleasePointer
from trainer.rules import Rulebook

_compiled: dict[str, Rulebook] = {}
_CURRENT = select(Release).join(ReleasePointer, ReleasePointer.release_id == Release.id)


def current_release(session: Session) -> Release:
    """The release that the pointer names; raises ContentError before anything was published."""
    release = session.scalar(_CURRENT)
    if release is None:
        raise ContentError("规则库还没有发布。请管理员运行 flask bank load 载入题库。")
    return release


def rulebook_of(session: Session, release: Release) -> Rulebook:
    """The compiled rulebook of a release; loaded once a process, whatever its age."""
    found = _compiled.get(release.digest)
    if found is None:
        body = session.scalar(select(Release.body).where(Release.id == release.id))
        found = _compiled[release.digest] = Rulebook.from_json(str(body))
        gc.freeze()  # it stays as long as the process: the collector need not walk its hundred thousands of parts again and again
    return found


def current_rulebook(session: Session) -> Rulebook:
    """The compiled rulebook of the current release."""
    return rulebook_of(session, current_release(session))
