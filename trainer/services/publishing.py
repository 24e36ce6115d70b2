"""Publishing: change sets checked as a whole against the candidate release, and published in one transaction or not at all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from trainer.bank import Bank, BankError, Problem, Sorted, flaws_of, sort_entries
from trainer.bank.shop_rules import shop_flaws
from trainer.bank.source import Entry, Value
from trainer.content import Flaw, FlawedContent, Question
from trainer.errors import ConflictError, ContentError
from trainer.models import KINDS, ChangeSet, ChangeSetEntry, ContentItem, Release, ReleasePointer, Revision
from trainer.rules import Rulebook
from trainer.services import revisions as rows
from trainer.services.assets import store_files, stored_pictures
from trainer.services.audit import record
from trainer.services.releases import rulebook_of
from trainer.services.revisions import Fresh, Standing, published_bodies, read_value, stock_of
from trainer.services.variants import (
    carry_variants,
    law_moments,
    revisions_with_variants,
    store_variants,
    variants_of_question,
)
from trainer.services.wording_changes import laid_over, published_changes, with_bodies, wording_flaws

CONTENT = ("lesson", "question", "paper", "case", "shop")
# What marks a rule and changes no judgement; papers alone look at it, for what they may draw.
MARKS = ("currency", "source", "need", "systems", "note")


@dataclass(frozen=True)
class LoadReport:
    """What loading a bank did; labels read 「题目 late.amount」."""

    added: int
    changed: int
    same: int
    kept: tuple[str, ...]
    left_out: tuple[Problem, ...]
    doubtful: tuple[Problem, ...]
    gone: tuple[str, ...]
    release: int
    variants: int
    pictures: int


class PublishError(ContentError):
    """A change set cannot be published; `flaws` has what is wrong by (kind, slug)."""

    def __init__(self, flaws: Mapping[tuple[str, str], Sequence[Flaw]]) -> None:
        self.flaws = dict(flaws)
        lines = [f"{KINDS[kind]} {slug}:{flaw}" for (kind, slug), found in flaws.items() for flaw in found]
        super().__init__("不能发布:\n" + "\n".join(lines))


def save_draft(session: Session, kind: str, body: Any, by_id: int | None, now: datetime, note: str = "") -> Revision:
    """A new draft of an item, which is made where there is none yet. What is published stays as it is."""
    slug = str(body["id"])
    item = session.scalar(select(ContentItem).where(ContentItem.kind == kind, ContentItem.slug == slug).with_for_update())
    if item is None:
        item = ContentItem(kind=kind, slug=slug, title=str(body.get("title") or body.get("name") or slug))
        session.add(item)
        session.flush()
    revision = Revision(
        item_id=item.id, no=rows.next_no(session, item), body=body, digest=rows.digest_of(body), origin="trainer", state="draft",
        created_at=now, created_by_id=by_id, note=note[:255])
    session.add(revision)
    session.flush()
    return revision


def publish(session: Session, revisions: Sequence[Revision], title: str, by_id: int | None, now: datetime) -> Release:
    """Publish drafts together, or none of them; raises PublishError with every flaw.

    Items that a change of rules breaks are suspended, and those it mends return.
    """
    before = _current(session)
    drafts = [(session.get_one(ContentItem, one.item_id), one) for one in revisions]
    for item, draft in drafts:
        if draft.state != "draft":
            raise ConflictError(f"{KINDS[item.kind]} {item.slug} 的第 {draft.no} 版已经发布过了。请改完再发布。")
    standing = _rulebook_of(session, before)
    rulebook = _with_rules(standing, {item.slug: draft.body for item, draft in drafts if item.kind == "rule"})
    wording = {item.slug: draft.body for item, draft in drafts if item.kind == "wording"}
    rulebook = with_bodies(rulebook, wording)
    more = _values(drafts)
    stock = stock_of(session, rulebook, more)
    flaws = {key: found for key, value in more.items() if (found := flaws_of(value, stock, now))}
    flaws |= wording_flaws(rulebook, wording)
    flaws |= {("rule", item.slug): found for item, _ in drafts
              if item.kind == "rule" and (found := list(shop_flaws(rulebook, rulebook.rules[item.slug], now)))}
    if flaws:
        raise PublishError(flaws)
    change = _change_set(session, title, by_id, now, [draft.id for _, draft in drafts])
    for item, draft in drafts:
        draft.state, item.published_id, item.suspended_because = "published", draft.id, None
        item.title = str(draft.body.get("title") or draft.body.get("name") or item.slug)
    session.flush()
    release = _release(session, rulebook, change, by_id, now)
    if before is not None and release.id != before.id:
        marks = all(_judges_alike(standing, rulebook, item.slug) for item, _ in drafts if item.kind == "rule")
        if marks:
            carry_variants(session, before, release)
        _suspend_broken(session, rulebook, now, ("paper",) if marks else CONTENT)
    _fill_variants(session, release, rulebook, now)
    record(session, now, by_id, "content.publish", f"change_set:{change.id}", {"title": title, "items": len(drafts)})
    session.flush()
    return release


def load_bank(session: Session, bank: Bank, now: datetime, by_id: int | None = None, checked: bool = False) -> LoadReport:
    """Bring the files of a bank into the database; loading the same files again changes nothing.

    What a trainer published stays and is reported. Items with grave flaws are left out and reported; those whose
    sample replies come out differently are loaded and reported, for a new version of the reply checks must not take an
    exam down. `checked` says that the files passed `flask bank check` as they stand (the shipped bank of the demo), and
    spares the time. Raises BankError where files cannot be read at all.
    """
    if bank.rulebook is None or bank.problems:
        raise BankError(list(bank.problems))
    pictures = store_files(session, bank.pictures)
    entries = Sorted(bank.entries, (), ()) if checked else sort_entries(bank, now, stored_pictures(session))
    plan = _plan(_wanted(bank.rulebook, entries.sound), rows.standings(session))
    left_out = {f"{KINDS[entry.kind]} {entry.id}" for entry, _ in entries.flawed}
    new_ids = rows.add_items(session, plan.new)
    pending = [*((item_id, 1, one) for item_id, one in zip(new_ids, plan.new, strict=True)), *plan.changed]
    ids = rows.add_revisions(session, pending, "file", "published", now, by_id)
    _point(session, zip((item_id for item_id, _, _ in pending), ids, (one.title for _, _, one in pending), strict=True))
    rulebook, homeless = laid_over(_with_rules(bank.rulebook, _trainers_rules(session)), published_changes(session))
    change = _change_set(session, "载入题库文件", by_id, now, ids) if ids else None
    before = _current(session)
    release = _release(session, rulebook, change, by_id, now)
    if before is not None and release.id != before.id:
        _suspend_broken(session, rulebook, now)
    made = _fill_variants(session, release, rulebook, now)
    session.flush()
    return LoadReport(
        len(plan.new), len(plan.changed), plan.same, tuple(plan.kept),
        (*_told(entries.flawed), *homeless), _told(entries.doubtful), tuple(one for one in plan.gone if one not in left_out), release.number, made, pictures)


# --- what a load has to do ---


def _told(found: Iterable[tuple[Entry, Iterable[Flaw]]]) -> tuple[Problem, ...]:
    return tuple(entry.problem(flaw) for entry, flaws in found for flaw in flaws)


@dataclass
class _Plan:
    new: list[Fresh]
    changed: list[tuple[int, int, Fresh]]
    kept: list[str]
    gone: list[str]
    same: int = 0


def _wanted(rulebook: Rulebook, entries: Iterable[Entry]) -> list[Fresh]:
    raw = json.loads(rulebook.canonical_json())["rules"]
    files = {rule.id: rule.file for rule in rulebook.rules.values()}
    found = [Fresh("rule", rule["id"], rule["title"], rule, f"rulebook/{files[rule['id']]}") for rule in raw]
    for entry in entries:
        title = getattr(entry.value, "title", "") or getattr(entry.value, "name", "")
        found.append(Fresh(entry.kind, entry.id, title, entry.value.to_dict(), entry.file))
    return found


def _plan(wanted: Iterable[Fresh], standing: Mapping[tuple[str, str], Standing]) -> _Plan:
    plan = _Plan([], [], [], [])
    named = set()
    for one in wanted:
        named.add((one.kind, one.slug))
        known = standing.get((one.kind, one.slug))
        if known is None:
            plan.new.append(one)
        elif one.digest in (known.published_digest, known.file_digest) or known.retired:
            plan.same += 1
            if known.published_origin == "trainer" and one.digest != known.published_digest:
                plan.kept.append(f"{KINDS[one.kind]} {one.slug}")
        elif known.published_origin == "trainer":
            plan.kept.append(f"{KINDS[one.kind]} {one.slug}")
        else:
            plan.changed.append((known.item_id, known.last_no + 1, one))
    plan.gone = [f"{KINDS[kind]} {slug}" for (kind, slug), known in standing.items()
                 if (kind, slug) not in named and known.published_origin == "file" and not known.retired]
    return plan


def _point(session: Session, published: Iterable[tuple[int, int, str]]) -> None:
    values = [{"id": item_id, "published_id": revision_id, "title": title[:255], "suspended_because": None}
              for item_id, revision_id, title in published]
    if values:
        session.execute(update(ContentItem), values)


# --- releases ---


def _current(session: Session) -> Release | None:
    return session.scalar(
        select(Release).join(ReleasePointer, ReleasePointer.release_id == Release.id).with_for_update(of=ReleasePointer))


def _rulebook_of(session: Session, release: Release | None) -> Rulebook:
    if release is None:
        raise ContentError("规则库还没有发布。请管理员运行 flask bank load 载入题库。")
    return rulebook_of(session, release)


def _trainers_rules(session: Session) -> dict[str, Any]:
    """The rules whose published revision a trainer wrote."""
    found = session.execute(select(ContentItem.slug, Revision.body).join(
        Revision, ContentItem.published_id == Revision.id).where(ContentItem.kind == "rule", Revision.origin == "trainer"))
    return {str(slug): body for slug, body in found}


def _with_rules(rulebook: Rulebook, changed: Mapping[str, Any]) -> Rulebook:
    """The rulebook with some rules replaced or added; raises RulebookError where they do not hold together."""
    if not changed:
        return rulebook
    data = json.loads(rulebook.canonical_json())
    others = [rule for rule in data["rules"] if rule["id"] not in changed]
    data["rules"] = [*others, *changed.values()]
    return Rulebook.from_json(json.dumps(data, ensure_ascii=False))


def _release(session: Session, rulebook: Rulebook, change: ChangeSet | None, by_id: int | None, now: datetime) -> Release:
    """The current release if it says the same, else a new one that the pointer names from now on."""
    before = _current(session)
    if before is not None and before.digest == rulebook.digest:
        return before
    number = (session.scalar(select(func.max(Release.number))) or 0) + 1
    release = Release(
        number=number, digest=rulebook.digest, body=rulebook.canonical_json(), published_at=now, published_by_id=by_id,
        change_set_id=change.id if change else None)
    session.add(release)
    session.flush()
    pointer = session.scalar(select(ReleasePointer))
    if pointer is None:
        session.add(ReleasePointer(release_id=release.id))
    else:
        pointer.release_id = release.id
    session.flush()
    return release


def _change_set(session: Session, title: str, by_id: int | None, now: datetime, ids: Sequence[int]) -> ChangeSet:
    change = ChangeSet(title=title[:120], state="published", created_at=now, created_by_id=by_id, published_at=now)
    session.add(change)
    session.flush()
    if ids:
        session.execute(insert(ChangeSetEntry), [{"change_set_id": change.id, "revision_id": one} for one in ids])
    return change


# --- consequences ---


def _values(drafts: Iterable[tuple[ContentItem, Revision]]) -> dict[tuple[str, str], Value]:
    values, flaws = {}, {}
    for item, draft in drafts:
        if item.kind in CONTENT:
            try:
                values[item.kind, item.slug] = read_value(item.kind, draft.body)
            except FlawedContent as error:
                flaws[item.kind, item.slug] = error.flaws
    if flaws:
        raise PublishError(flaws)
    return values


def _judges_alike(before: Rulebook, after: Rulebook, rule_id: str) -> bool:
    """Whether a rule differs at most in what marks it, and in nothing that a key, a check or a text is made from."""
    old, new = before.rules.get(rule_id), after.rules[rule_id]
    return old is not None and replace(new, **{name: getattr(old, name) for name in MARKS}) == old


def _suspend_broken(session: Session, rulebook: Rulebook, now: datetime, kinds: Sequence[str] = CONTENT) -> None:
    """Suspend what the rules now in force break, and take back what they mend."""
    stock = stock_of(session, rulebook)
    for item, revision in published_bodies(session, kinds):
        flaws = [flaw for flaw in flaws_of(read_value(item.kind, revision.body), stock, now) if flaw.grave]
        item.suspended_because = str(flaws[0])[:255] if flaws else None
    session.flush()


def _fill_variants(session: Session, release: Release, rulebook: Rulebook, now: datetime) -> int:
    """Variants for every published question that has none under the release; one that cannot be made is suspended."""
    done = revisions_with_variants(session, release)
    moments = law_moments(rulebook, now)
    made = []
    for item, revision in published_bodies(session, ("question",)):
        if revision.id in done or item.suspended_because is not None:
            continue
        question = read_value("question", revision.body)
        assert isinstance(question, Question)
        try:
            made += [(revision.id, one) for one in variants_of_question(question, rulebook, moments)]
        except ContentError as error:
            item.suspended_because = error.message[:255]
    return store_variants(session, release, made)
