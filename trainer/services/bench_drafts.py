"""A wording entry changed on the bench: checked, tried beside what is published, and published only if it breaks nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import thread_time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from trainer.errors import ConflictError, ContentError, InputError
from trainer.models import ContentItem, Release, Revision
from trainer.replies import ACTS, CODES, check_reply
from trainer.replies.changes import part_of
from trainer.replies.checker import wording_of
from trainer.replies.lexicon import LexiconError
from trainer.replies.pattern_check import count_fault, literal, near_concepts, readable, typed_faults
from trainer.replies.trace import normal_text
from trainer.rules import Rulebook
from trainer.services import bench, publishing
from trainer.services.bench import Judged, judge_rows, reported
from trainer.services.bench_files import Row
from trainer.services.wording_changes import FILLED, faults_of, slug_of, standing_changes, title_of, with_bodies

SLOWEST = 1.5
GATE_BUDGET = 8.0
"""Seconds of one request for the examples of the rulebook; the next goes on."""
TIMED = 60
ROUNDS = 3
OPTIONS = {"sure": ("true", "false", "clear"), "when": ("affirmed", "denied", "any"), "question": ("ok", "never", "only"),
           "by": ("", "self", "buyer", "platform", "third")}
_SURE = {"true": True, "false": False, "clear": "clear"}
_timed: dict[tuple[str, str], float] = {}


# --- typing a change ---


def read_change(rulebook: Rulebook, part: str, name: str, typed: Mapping[str, str], kept: Sequence[Any], label: str = "") -> dict[str, Any]:
    """The body of a change from typed lines (add, drop, not, note) and the patterns kept of an earlier one; `label` is the name that people know.

    Raises InputError at the field add, drop or not: what cannot be read is said line by line.
    """
    lines = {key: _lines(typed.get(key, ""), part != "concept" and key != "not") for key in FILLED}
    lists: dict[str, list[Any]] = {key: list(lines[key]) for key in FILLED}
    if part != "concept":
        lists["not"] = []
        lists["add"] = [*kept, *([_group(lines["add"], typed)] if lines["add"] else [])]
    faults = typed_faults(part, {**lists, "add": lines["add"]})
    if faults:
        raise InputError("；".join(fault for _, fault in faults[:5]) + "。", faults[0][0])
    body = {"id": slug_of(part, name), "title": title_of(part, label or name), part: name, **lists, "note": typed.get("note", "").strip()[:200]}
    _compiles(rulebook, body)
    return body


def _lines(text: str, pattern: bool) -> list[str]:
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    return list(dict.fromkeys(readable(line, pattern) if len(line) <= 400 else line for line in lines))


def _group(says: Sequence[str], typed: Mapping[str, str]) -> Any:
    chosen = {key: typed.get(key, values[0]) for key, values in OPTIONS.items()}
    if any(chosen[key] not in values for key, values in OPTIONS.items()):
        raise InputError("条件请从列表里选。", "add")
    group: dict[str, Any] = {key: chosen[key] for key in ("when", "question") if chosen[key] != OPTIONS[key][0]}
    if chosen["sure"] != "true":
        group["sure"] = _SURE[chosen["sure"]]
    if chosen["by"]:
        group["by"] = [chosen["by"], "unknown"] if chosen["by"] == "self" else [chosen["by"]]
    return {"say": list(says), **group}


def _compiles(rulebook: Rulebook, body: Mapping[str, Any]) -> None:
    """Raises InputError where the wording cannot be compiled with the change, naming concepts like the one not found."""
    made = with_bodies(rulebook, {str(body["id"]): body})
    over = count_fault(standing_changes(made).values())
    faults = [over] if over else faults_of(made)
    if faults:
        names = list(wording_of(rulebook).named.values())
        missing = [fault.rsplit("没有名为「", 1)[1].split("」")[0] for fault in faults if "没有名为「" in fault]
        near = near_concepts(missing[0], names) if missing else []
        raise InputError("；".join(faults[:3]) + (f"。名字相近的概念：{'、'.join(near)}" if near else "") + "。", "add")
    lexicon = wording_of(made).lexicon
    try:
        for line in (say for group in body["add"] if part_of(body) != "concept" for say in says_in(group)):
            literal(line, lexicon)
    except LexiconError as error:
        raise InputError(f"{error}。", "add") from None


def says_in(group: Any) -> list[str]:
    """The patterns of a group that a trainer added."""
    return list(group["say"]) if isinstance(group, Mapping) else [str(group)]


def entry_or_none(rulebook: Rulebook, part: str, name: str) -> dict[str, Any] | None:
    """What stands in a wording entry now: its words or patterns; None for a rule that there is not. A concept may be new."""
    wording = wording_of(rulebook)
    if part == "concept":
        if not 0 < len(name) <= 20 or set(name) & set("<>|.:()（） \t\n\\/"):
            return None
        known = wording.lexicon.knows(name)
        return {"new": not known, "words": wording.lexicon.words(wording.lexicon.number(name)) if known else []}
    if name not in (CODES if part == "violation" else ACTS if part == "act" else ()):
        return None
    conditions = zip(wording.patterns, wording.owners, wording.conditions, strict=True)
    return {"new": False, "patterns": [(pattern.source, one.sure) for pattern, owner, one in conditions if owner == name]}


def entries(rulebook: Rulebook) -> list[tuple[str, str, int]]:
    """Every wording entry as (part, name, number of patterns)."""
    wording = wording_of(rulebook)
    concepts = [("concept", name, 0) for name in wording.named.values()]
    rules = [(part, name, wording.owners.count(name)) for part, names in (("violation", CODES), ("act", ACTS)) for name in names]
    return [*rules, *sorted(concepts, key=lambda one: one[1])]


# --- drafts ---


def save_draft(session: Session, body: Mapping[str, Any], by_id: int, now: datetime) -> Revision:
    """Keep a change as a draft; nothing is judged by it before it is published."""
    return publishing.save_draft(session, "wording", body, by_id, now, str(body.get("note") or ""))


def find_draft(session: Session, revision_id: int) -> Revision | None:
    """A change of wording by its revision, with its body."""
    return session.scalar(select(Revision).join(ContentItem, ContentItem.id == Revision.item_id).where(
        Revision.id == revision_id, ContentItem.kind == "wording").options(undefer(Revision.body)))


def drafts(session: Session, limit: int = 30) -> list[tuple[ContentItem, Revision]]:
    """The newest changes, drafts and published ones."""
    rows = session.execute(select(ContentItem, Revision).join(Revision, Revision.item_id == ContentItem.id).where(
        ContentItem.kind == "wording").order_by(Revision.created_at.desc(), Revision.id.desc()).limit(limit))
    return [(item, revision) for item, revision in rows]


# --- trying ---


@dataclass(frozen=True)
class Change:
    """One code or act that a reply gains or loses with the draft, and whether people say that this is right (None: not marked)."""

    kind: str
    code: str
    gained: bool
    better: bool | None


@dataclass(frozen=True)
class Changed:
    """A reply that is judged differently."""

    row: Row
    old: Judged
    new: Judged
    changes: tuple[Change, ...]


def compare(rows: Sequence[Row], old: Sequence[Judged | None], new: Sequence[Judged | None]) -> list[Changed]:
    """The replies that the draft judges differently, those made worse first."""
    found = []
    for row, before, after in zip(rows, old, new, strict=True):
        if before is not None and after is not None and (changes := tuple(_changes(row, before, after))):
            found.append(Changed(row, before, after, changes))
    order = {False: 0, None: 1, True: 2}
    return sorted(found, key=lambda one: min(order[change.better] for change in one.changes))


def _changes(row: Row, before: Judged, after: Judged) -> list[Change]:
    found = []
    for kind in bench.KINDS:
        human = bench.marks(row, kind)
        then, now = reported(before, kind), reported(after, kind)
        found += [Change(kind, code, code in now, None if human is None else (code in human) == (code in now)) for code in sorted(then ^ now)]
    doubts = bench.suspected(before) ^ bench.suspected(after)
    return found + [Change("suspected", code, code in bench.suspected(after), None) for code in sorted(doubts)
                    if not any(one.code == code for one in found)]


def literal_hits(rows: Sequence[Row], body: Mapping[str, Any], rulebook: Rulebook) -> dict[str, int]:
    """How many replies hold the words of each added pattern, whatever is denied, asked or quoted; found with RE2 in linear time."""
    if part_of(body) == "concept":
        return {}
    lexicon = wording_of(rulebook).lexicon
    found = {line: literal(line, lexicon) for group in body["add"] for line in says_in(group)}
    texts = [normal_text(row.reply) for row in rows]
    return {line: sum(1 for text in texts if one.search(text)) for line, one in found.items()}


# --- what a draft must not break ---


@dataclass(frozen=True)
class Broken:
    """An example of the rulebook that came out right and no longer does."""

    code: str
    reply: str
    wanted: bool


@dataclass
class Gate:
    """Whether a draft may be published, and every reason why not."""

    reasons: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    examples: int = 0
    left: int = 0
    slowdown: float | None = None

    @property
    def open(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons


def gate_of(base: Rulebook, candidate: Rulebook, now: datetime, budget: float = GATE_BUDGET, clock: Callable[[], float] = thread_time) -> Gate:
    """The gate for a candidate rulebook: it compiles, breaks no example, and is at most 1.5 times slower."""
    gate = Gate()
    faults = faults_of(candidate)
    if faults:
        gate.reasons = [f"编译不过：{fault}" for fault in faults[:5]]
        return gate
    examples = _examples(candidate)
    gate.examples = len(examples)
    if not examples:
        return gate
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    after = judge_rows([row for _, row, _ in examples], candidate, day, budget)
    gate.left = sum(one is None for one in after)
    wrong = [(code, row, wanted) for (code, row, wanted), one in zip(examples, after, strict=True)
             if one is not None and _has(one, code) != wanted]
    before = judge_rows([row for _, row, _ in wrong], base, day, budget)
    gate.broken = [Broken(code, row.reply, wanted) for (code, row, wanted), one in zip(wrong, before, strict=True)
                   if one is not None and _has(one, code) == wanted]
    if gate.broken:
        gate.reasons.append(f"规则自带的例句有 {len(gate.broken)} 条判错了，请把词或句式收窄")
    gate.slowdown = slowdown(base, candidate, [row for _, row, _ in examples], day, clock)
    if gate.slowdown > SLOWEST:
        gate.reasons.append(f"检查变慢到 {gate.slowdown:.2f} 倍，最多 {SLOWEST} 倍，请减少常用字或拆开很宽的概念")
    if gate.left:
        gate.reasons.append(f"还有 {gate.left} 条例句没核对完，刷新这一页会接着核对")
    return gate


def _has(judged: Judged, code: str) -> bool:
    return code in reported(judged, "violations" if code in CODES else "acts")


def _examples(rulebook: Rulebook) -> list[tuple[str, Row, bool]]:
    """The examples that every rule carries, with whether its code must be found."""
    found = []
    for code, rule in wording_of(rulebook).rules.items():
        for key, wanted in (("violates", True), ("complies", False), ("earned", True), ("unearned", False)):
            for each in rule.examples.get(key, ()):
                one = {"reply": each} if isinstance(each, str) else each
                found.append((code, _example_row(one), wanted))
    return found


def _example_row(one: Mapping[str, Any]) -> Row:
    return Row(0, str(one.get("platform", "tmall")), str(one["reply"]), str(one.get("buyer", "")), facts=dict(one.get("facts") or {}))


def slowdown(base: Rulebook, candidate: Rulebook, rows: Sequence[Row], as_of: datetime, clock: Callable[[], float] = thread_time) -> float:
    """How many times longer the candidate needs for the same replies; a slow one is measured again, lest the machine was busy."""
    known = _timed.get((base.digest, candidate.digest))
    if known is not None:
        return known
    step = max(1, len(rows) // TIMED)
    chosen = rows[::step][:TIMED]
    ratio = _ratio(base, candidate, chosen, as_of, clock)
    if ratio > SLOWEST:
        ratio = min(ratio, _ratio(base, candidate, chosen, as_of, clock))
    if len(_timed) > 200:
        _timed.clear()
    _timed[base.digest, candidate.digest] = ratio
    return ratio


def _ratio(base: Rulebook, candidate: Rulebook, rows: Sequence[Row], as_of: datetime, clock: Callable[[], float]) -> float:
    """Both in turn, the best of three rounds each."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for at, rulebook in enumerate((base, candidate)):
            start = clock()
            for row in rows:
                check_reply(row.reply, platform=row.platform, as_of=as_of, rulebook=rulebook, buyer=row.buyer, facts=row.facts)
            best[at] = min(best[at], clock() - start)
    return best[1] / best[0] if best[0] > 0 else 1.0


def publish_draft(session: Session, base: Rulebook, revision: Revision, by_id: int, now: datetime) -> Release:
    """Publish a change that its gate lets through, as a change set; raises ContentError with the reasons, and ConflictError for an older one."""
    item = session.get_one(ContentItem, revision.item_id)
    if item.published is not None and item.published.no > revision.no:
        raise ConflictError(f"{item.title}后来又发布过第 {item.published.no} 版，这份草稿会把它盖掉。请点「接着改」，在最新的上面改。")
    gate = gate_of(base, with_bodies(base, {item.slug: revision.body}), now)
    if not gate.open:
        raise ContentError("不能发布：" + "；".join(gate.reasons) + "。")
    return publishing.publish(session, [revision], f"话术规则：{item.title}", by_id, now)
