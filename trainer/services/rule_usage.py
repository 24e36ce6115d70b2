"""What rests on which rule: published lessons that cite it, questions whose keys it gives, cases that are judged by it."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only, undefer

from trainer.models import ContentItem, Revision, VariantRow, VariantRule, canonical
from trainer.services.releases import current_release, current_rulebook

TEXTS = ("lesson", "case")
Usage = dict[str, dict[str, list[ContentItem]]]
# The names of rules in a stored body, by its digest: bodies never change, so neither does this.
_named: dict[str, frozenset[str]] = {}
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")


def resting_on(session: Session, rule_id: str) -> dict[str, list[ContentItem]]:
    """The published lessons, questions and cases that rest on the rule, by slug."""
    found = usage(session, (rule_id,)).get(rule_id, {})
    return {kind: found.get(kind, []) for kind in ("lesson", "question", "case")}


def usage(session: Session, only: Sequence[str] = ()) -> Usage:
    """What rests on each rule, by kind; `only` these rules, or all that anything rests on."""
    found: Usage = defaultdict(lambda: defaultdict(list))
    for rule_id, item in _questions(session, only):
        found[rule_id]["question"].append(item)
    behind = _behind(session)
    for item, names in _texts(session):
        rules = names.union(*(behind[name] for name in names if name in behind))
        for rule_id in rules.intersection(only) if only else rules:
            found[rule_id][item.kind].append(item)
    return found


def _behind(session: Session) -> dict[str, set[str]]:
    """The rules that decide each decision: a text that asks for a decision rests on them."""
    behind: dict[str, set[str]] = defaultdict(set)
    for rule in current_rulebook(session).rules.values():
        for slot in rule.decides if rule.standing == "decides" else ():
            behind[slot.rsplit(".", 1)[0]].add(rule.id)
    return behind


def _questions(session: Session, only: Sequence[str]) -> list[tuple[str, ContentItem]]:
    """(rule, question) where a variant of the published revision under the current release rests on the rule."""
    pairs = select(VariantRule.rule_id, VariantRow.revision_id).join(VariantRow, VariantRow.id == VariantRule.variant_id).where(
        VariantRow.release_id == current_release(session).id).distinct()
    if only:
        pairs = pairs.where(VariantRule.rule_id.in_(only))
    items = session.scalars(select(ContentItem).where(ContentItem.kind == "question", ContentItem.retired_at.is_(None)))
    published = {item.published_id: item for item in items}
    found = [(rule_id, published[revision_id]) for rule_id, revision_id in session.execute(pairs) if revision_id in published]
    return sorted(found, key=lambda pair: (pair[0], pair[1].slug))


def _texts(session: Session) -> list[tuple[ContentItem, frozenset[str]]]:
    rows = session.execute(select(ContentItem, Revision).join(Revision, Revision.id == ContentItem.published_id).where(
        ContentItem.kind.in_(TEXTS), ContentItem.retired_at.is_(None)).options(
            load_only(Revision.id, Revision.digest)).order_by(ContentItem.kind, ContentItem.slug)).all()
    unread = [revision.id for _, revision in rows if revision.digest not in _named]
    if unread:
        for revision in session.scalars(select(Revision).where(Revision.id.in_(unread)).options(undefer(Revision.body))):
            _named[revision.digest] = frozenset(_NAME.findall(canonical(revision.body)))
    return [(item, _named[revision.digest]) for item, revision in rows]


def count(found: Mapping[str, list[ContentItem]]) -> int:
    """How many items rest on a rule."""
    return sum(len(items) for items in found.values())
