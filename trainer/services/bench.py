"""The test bench (话术测试台): replies judged by a rulebook beside the marks of people."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from trainer.measures.agreement import Fourfold, fourfold
from trainer.models import BenchRun, ReplySample, SampleLabel, User
from trainer.replies import ACTS, CODES, check_reply
from trainer.replies.trace import Hit, trace
from trainer.rules import Rulebook
from trainer.services.bench_files import MOST_REPLIES, Row
from trainer.services.samples import Filters, newest_labels, samples_like

KEPT_DAYS = 14
MOST_RUNS = 20
BUDGET = 12.0
"""Seconds that one request spends on checking; what is left is done by the next."""
KINDS = {"violations": CODES, "acts": ACTS}
CELLS = {"right": "判对", "missed": "漏判", "false": "误判", "unmarked": "未标"}
NO_PATTERN = ""

Judged = Mapping[str, Any]
_KEPT = 8_000
_known: "OrderedDict[tuple[str, ...], Any]" = OrderedDict()
_lock = Lock()


# --- runs ---


def start_run(session: Session, owner: User, title: str, source: str, rows: Sequence[Row], now: datetime) -> BenchRun:
    """Put replies on the bench; runs older than 14 days are deleted, and of one's own all but the newest."""
    forget_old_runs(session, now)
    run = BenchRun(owner_id=owner.id, title=title[:120], source=source, count=len(rows), rows=[row.to_dict() for row in rows], created_at=now)
    session.add(run)
    session.flush()
    old = session.scalars(select(BenchRun.id).where(BenchRun.owner_id == owner.id).order_by(BenchRun.id.desc()).offset(MOST_RUNS)).all()
    if old:
        session.execute(delete(BenchRun).where(BenchRun.id.in_(old)))
    return run


def forget_old_runs(session: Session, now: datetime) -> None:
    """Delete everybody's runs older than 14 days."""
    session.execute(delete(BenchRun).where(BenchRun.created_at < now - timedelta(days=KEPT_DAYS)))


def runs_of(session: Session, owner: User) -> list[BenchRun]:
    """A trainer's runs, newest first."""
    return list(session.scalars(select(BenchRun).where(BenchRun.owner_id == owner.id).order_by(BenchRun.id.desc())))


def find_run(session: Session, owner: User, run_id: int) -> BenchRun | None:
    """A run of one's own, with its replies: others may hold what buyers wrote to someone else."""
    return session.scalar(select(BenchRun).where(BenchRun.id == run_id, BenchRun.owner_id == owner.id).options(undefer(BenchRun.rows)))


def rows_of(run: BenchRun) -> list[Row]:
    """The replies of a run."""
    return [Row.from_dict(row) for row in run.rows]


def sample_rows(session: Session) -> list[Row]:
    """The newest labelled samples in use as replies for the bench."""
    found = session.scalars(samples_like(Filters()).limit(MOST_REPLIES)).all()
    labels = newest_labels(session, found)
    return [row_of_sample(sample, labels[sample.id]) for sample in found]


def row_of_sample(sample: ReplySample, label: SampleLabel) -> Row:
    """A labelled sample as a reply for the bench; its number is that of the sample."""
    violations, acts = (None if codes is None else tuple(codes) for codes in (label.violations, label.acts))
    return Row(sample.id, sample.platform, sample.reply, sample.buyer, violations, acts, f"标注样本 {sample.id}", sample.as_of.isoformat(), sample.facts)


# --- judging ---


def judge_rows(rows: Sequence[Row], rulebook: Rulebook, as_of: datetime, budget: float = BUDGET,
               clock: Callable[[], float] = monotonic) -> list[Judged | None]:
    """The findings for each row; None for rows that the budget of seconds does not reach. What was judged is remembered."""
    return _each(rows, ("judge", rulebook.digest), budget, clock, lambda row: _judge(row, rulebook, as_of), as_of)


def trace_rows(rows: Sequence[Row], rulebook: Rulebook, as_of: datetime, budget: float = BUDGET,
               clock: Callable[[], float] = monotonic) -> list[tuple[Hit, ...] | None]:
    """The patterns that meet in each row; None for rows that the budget does not reach."""
    return _each(rows, ("trace", rulebook.digest), budget, clock, lambda row: trace(row.reply, row.buyer, rulebook), as_of)


def _judge(row: Row, rulebook: Rulebook, as_of: datetime) -> Judged:
    return check_reply(row.reply, platform=row.platform, as_of=row.as_of or as_of, rulebook=rulebook, buyer=row.buyer, facts=row.facts).to_dict()


def _each(rows: Sequence[Row], about: tuple[str, ...], budget: float, clock: Callable[[], float], work: Callable[[Row], Any],
          as_of: datetime) -> list[Any]:
    until = clock() + budget
    found: list[Any] = []
    for row in rows:
        key = (*about, row.platform, row.as_of or as_of.isoformat(), row.buyer, row.reply, repr(row.facts) if row.facts else "")
        with _lock:
            made = _known.get(key)
            if made is not None:
                _known.move_to_end(key)
        if made is None and clock() < until:
            made = work(row)
            with _lock:
                _known[key] = made
                while len(_known) > _KEPT:
                    _known.popitem(last=False)
        found.append(made)
    return found


def reported(judged: Judged, kind: str) -> set[str]:
    """The codes or acts that the check stands by."""
    return {one["code"] for one in judged["violations"]} if kind == "violations" else {one["act"] for one in judged["acts"]}


def suspected(judged: Judged) -> set[str]:
    """The codes that the check leaves to a person."""
    return {one["code"] for one in judged["suspected"]}


def marks(row: Row, kind: str) -> tuple[str, ...] | None:
    """What people marked."""
    return row.violations if kind == "violations" else row.acts


# --- the table ---


@dataclass(frozen=True)
class Line:
    """One code or act: the four cells, those missed that are at least suspected, and how far both judges agree."""

    kind: str
    code: str
    right: int
    missed: int
    false: int
    unmarked: int
    doubted: int
    table: Fourfold

    @property
    def empty(self) -> bool:
        """Whether nobody speaks of it."""
        return not (self.right or self.missed or self.false or self.unmarked)


def cell_of(row: Row, judged: Judged, kind: str, code: str) -> str:
    """Which of the four cells a reply stands in for a code; "" where neither judge speaks of it."""
    human, machine = marks(row, kind), code in reported(judged, kind)
    if human is None:
        return "unmarked" if machine else ""
    if code in human:
        return "right" if machine else "missed"
    return "false" if machine else ""


def lines_of(rows: Sequence[Row], found: Sequence[Judged | None], kind: str) -> list[Line]:
    """A line for every code or act of the kind."""
    judged = [(row, one) for row, one in zip(rows, found, strict=True) if one is not None]
    return [_line(judged, kind, code) for code in KINDS[kind]]


def _line(judged: Sequence[tuple[Row, Judged]], kind: str, code: str) -> Line:
    cells = [cell_of(row, one, kind, code) for row, one in judged]
    doubted = sum(cell == "missed" and code in suspected(one) for cell, (_, one) in zip(cells, judged, strict=True)) if kind == "violations" else 0
    table = fourfold((cell in ("right", "missed"), cell in ("right", "false"))
                     for cell, (row, _) in zip(cells, judged, strict=True) if marks(row, kind) is not None)
    return Line(kind, code, cells.count("right"), cells.count("missed"), cells.count("false"), cells.count("unmarked"), doubted, table)


def total_of(lines: Iterable[Line], kind: str) -> Line:
    """All lines of a kind together: every code of every reply is a case."""
    parts = list(lines)
    def sums(name: str) -> int:
        return sum(getattr(line, name) for line in parts)
    table = Fourfold(*(sum(getattr(line.table, name) for line in parts) for name in ("both", "first", "second", "neither")))
    return Line(kind, "", sums("right"), sums("missed"), sums("false"), sums("unmarked"), sums("doubted"), table)


def in_cell(rows: Sequence[Row], found: Sequence[Judged | None], kind: str, code: str, cell: str) -> list[tuple[Row, Judged]]:
    """The replies behind a cell; an empty code means any code of the kind, an empty cell any cell that is not empty."""
    codes = (code,) if code else KINDS[kind]
    return [(row, one) for row, one in zip(rows, found, strict=True) if one is not None and any(
        (here == cell if cell else here) for here in (cell_of(row, one, kind, each) for each in codes))]


# --- hits of patterns ---


@dataclass
class PatternHits:
    """How one pattern fares: replies in which it meets, in which its code is reported, and what people say of those."""

    hit: Hit
    met: int = 0
    counted: int = 0
    right: int = 0
    wrong: int = 0
    unmarked: int = 0


def pattern_hits(rows: Sequence[Row], found: Sequence[Judged | None], traced: Sequence[tuple[Hit, ...] | None]) -> list[PatternHits]:
    """Every pattern that meets anywhere, those with most false alarms first; reports without a pattern stand under their code."""
    known: dict[Hit, PatternHits] = {}
    for row, judged, hits in zip(rows, found, traced, strict=True):
        if judged is None or hits is None:
            continue
        met = {hit.name for hit in hits}
        named = reported(judged, "violations") | reported(judged, "acts")
        for hit in (*hits, *(Hit(name, NO_PATTERN, "") for name in sorted(named - met))):
            _note(known.setdefault(hit, PatternHits(hit)), row, hit.name, hit.name in named)
    return sorted(known.values(), key=lambda one: (-one.wrong, -one.counted, -one.met, one.hit.name, one.hit.pattern))


def _note(one: PatternHits, row: Row, name: str, counted: bool) -> None:
    one.met += 1
    if not counted:
        return
    one.counted += 1
    human = marks(row, "violations" if name in CODES else "acts")
    if human is None:
        one.unmarked += 1
    elif name in human:
        one.right += 1
    else:
        one.wrong += 1
