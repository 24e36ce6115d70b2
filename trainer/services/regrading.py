"""重新判分: stored answers judged again, first as a dry run in chunks, then written as appended grades. Nothing is overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, insert, literal, or_, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from trainer.errors import ConflictError, InputError
from trainer.models import (
    Assignment,
    Attempt,
    AttemptItem,
    ContentItem,
    Grade,
    Regrade,
    RegradeRow,
    Release,
    Review,
    Revision,
    User,
    VariantRow,
)
from trainer.services.attempts import lock_attempt
from trainer.services.audit import record
from trainer.services.grading import MACHINE_SOURCES, Outcome, append_grade, place_of, settle_attempt
from trainer.services.people import visible_people
from trainer.services.rejudging import Again, Judge
from trainer.services.releases import rulebook_of
from trainer.services.totals import judge_paper

KINDS = {"release": "按更新的规则或题目改判", "date": "按另一天的规则看谁要补学"}
CHUNK = 50


@dataclass(frozen=True)
class Scope:
    """What is judged again: exams, papers and questions by id; empty ones do not narrow."""

    assignments: tuple[int, ...] = ()
    papers: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a regrade is, in attempts, and what it found so far."""

    total: int
    judged: int
    written: int
    changed: int
    newly_passed: int
    newly_failed: int
    problems: int

    @property
    def waiting(self) -> int:
        """Attempts that the dry run has not judged yet."""
        return self.total - self.judged


def plan_regrade(session: Session, by: User, kind: str, scope: Scope, release: Release, as_of: datetime | None,
                 now: datetime) -> Regrade:
    """A regrade with every attempt it will look at; nothing is judged yet. Raises InputError with the field at fault."""
    if kind not in KINDS:
        raise InputError("请选择重新判分的用途。", "kind")
    if kind == "date" and as_of is None:
        raise InputError("请选择按哪一天的规则。", "as_of")
    if not (scope.assignments or scope.papers or scope.questions):
        raise InputError("请至少选一场考试、一份试卷或填一道题。", "assignments")
    known = set(session.scalars(select(ContentItem.slug).where(
        ContentItem.kind == "question", ContentItem.slug.in_(scope.questions))))
    missing = [slug for slug in scope.questions if slug not in known]
    if missing:
        raise InputError(f"没有这些题目：{'、'.join(missing)}。请核对题目编号，一行一个。", "questions")
    regrade = Regrade(
        kind=kind, title=_title(session, scope), scope={name: list(value) for name, value in asdict(scope).items()},
        release_id=release.id, as_of=as_of if kind == "date" else None, created_by_id=by.id, created_at=now)
    session.add(regrade)
    session.flush()
    chosen = _attempts_in(scope, by, now).with_only_columns(literal(regrade.id), Attempt.id).order_by(Attempt.id)
    session.execute(insert(RegradeRow).from_select(["regrade_id", "attempt_id"], chosen))
    if progress_of(session, regrade).total == 0:
        raise InputError("这个范围里没有已交的答卷，不用重新判分。", "assignments")
    return regrade


def _title(session: Session, scope: Scope) -> str:
    exams = session.scalars(select(Assignment.title).where(Assignment.id.in_(scope.assignments)).order_by(Assignment.id)).all()
    items = session.execute(select(ContentItem.kind, ContentItem.title).where(
        ((ContentItem.kind == "question") & ContentItem.slug.in_(scope.questions))
        | ((ContentItem.kind == "paper") & ContentItem.slug.in_(scope.papers))).order_by(ContentItem.slug)).all()
    parts = [list(exams), [title for kind, title in items if kind == "paper"], [title for kind, title in items if kind == "question"]]
    return " · ".join("、".join(part[:3]) + (f" 等 {len(part)} 项" if len(part) > 3 else "") for part in parts if part)[:120]


def _attempts_in(scope: Scope, by: User, now: datetime) -> Select[Attempt]:
    """Handed-in attempts of exams in the scope, of people whom the person may see, never his own."""
    wanted = select(Attempt).where(
        Attempt.submitted_at.is_not(None), Attempt.state != "submitted", Attempt.preview.is_(False),
        Attempt.assignment_id.is_not(None), Attempt.user_id != by.id,
        Attempt.user_id.in_(visible_people(by, now).with_only_columns(User.id)))
    if scope.assignments:
        wanted = wanted.where(Attempt.assignment_id.in_(scope.assignments))
    if scope.papers:
        wanted = wanted.where(Attempt.paper_revision_id.in_(select(Revision.id).join(
            ContentItem, ContentItem.id == Revision.item_id).where(ContentItem.kind == "paper", ContentItem.slug.in_(scope.papers))))
    if scope.questions:
        wanted = wanted.where(exists(select(AttemptItem.id).join(VariantRow, VariantRow.id == AttemptItem.variant_id).join(
            Revision, Revision.id == VariantRow.revision_id).join(ContentItem, ContentItem.id == Revision.item_id).where(
                AttemptItem.attempt_id == Attempt.id, ContentItem.slug.in_(scope.questions))))
    return wanted


# --- the dry run ---


def judge_some(session: Session, regrade: Regrade, limit: int = CHUNK) -> int:
    """Judge the next attempts of the dry run and keep what came out; returns how many were judged. Safe to repeat."""
    rows = session.scalars(select(RegradeRow).where(
        RegradeRow.regrade_id == regrade.id, RegradeRow.state == "waiting").order_by(RegradeRow.id).limit(limit).with_for_update(
            skip_locked=True)).all()
    if not rows:
        return 0
    judge = judge_for(session, regrade)
    attempts = {attempt.id: attempt for attempt in session.scalars(select(Attempt).where(
        Attempt.id.in_([row.attempt_id for row in rows])).options(
            joinedload(Attempt.result), joinedload(Attempt.paper_revision).undefer(Revision.body),
            selectinload(Attempt.items).options(
                joinedload(AttemptItem.response), joinedload(AttemptItem.result),
                selectinload(AttemptItem.variant).joinedload(VariantRow.revision).undefer(Revision.body))))}
    grades, waits = _grades(session, list(attempts.values()))
    for row in rows:
        _fill(row, attempts[row.attempt_id], judge, set(regrade.scope["questions"]), grades, waits)
    session.flush()
    return len(rows)


# The rulebook of a release never changes; a question's published revision may, so a judge lives no longer than a chunk.
def judge_for(session: Session, regrade: Regrade) -> Judge:
    """The judge of a regrade: its release, its date, and for corrections the questions as they are published now."""
    published: dict[int, Revision] = {}
    if regrade.kind == "release":
        published = {revision.item_id: revision for revision in session.scalars(select(Revision).join(
            ContentItem, ContentItem.published_id == Revision.id).where(ContentItem.kind == "question"))}
    return Judge(rulebook_of(session, regrade.release), regrade.as_of, published)


def corrected(session: Session, attempt: Attempt, item: AttemptItem) -> tuple[Outcome | None, Regrade] | None:
    """The answer of an item as the last committed correction of its attempt judges, and that regrade; None where there was none.

    No outcome where the correction makes no key that fits what was shown: then the former judgement stands, as it did for everybody.
    """
    if item.variant is None:
        return None
    asked = item.variant.revision.body["id"]
    rows = session.scalars(select(Regrade).join(RegradeRow, RegradeRow.regrade_id == Regrade.id).where(
        RegradeRow.attempt_id == attempt.id, Regrade.kind == "release", Regrade.committed_at.is_not(None)).order_by(Regrade.id.desc()))
    regrade = next((one for one in rows if not one.scope["questions"] or asked in one.scope["questions"]), None)
    if regrade is None:
        return None
    newest = session.scalar(select(Revision).where(
        Revision.item_id == item.variant.revision.item_id, Revision.state != "draft", Revision.created_at <= regrade.committed_at).order_by(
            Revision.no.desc()).limit(1))
    judge = Judge(rulebook_of(session, regrade.release), None, {newest.item_id: newest} if newest else {})
    again = judge.judge(attempt, item)
    fits = again is not None and again.problem is None
    return (_outcome(again, again.share * item.worth // 1000) if again is not None and fits else None), regrade


def _grades(session: Session, attempts: Sequence[Attempt]) -> tuple[dict[int, Grade], set[int]]:
    """The grades that count now by id, and the items whose review is open."""
    ids = [item.id for attempt in attempts for item in attempt.items]
    counting = [item.result.grade_id for attempt in attempts for item in attempt.items if item.result]
    grades: dict[int, Grade] = {}
    waits: set[int] = set()
    for start in range(0, max(len(ids), len(counting)), 500):
        grades |= {row.id: row for row in session.scalars(select(Grade).where(
            Grade.id.in_(counting[start:start + 500])).options(defer(Grade.marks), defer(Grade.because)))}
        waits |= set(session.scalars(select(Review.item_id).where(
            Review.item_id.in_(ids[start:start + 500]), Review.decided_at.is_(None))))
    return grades, waits


def _fill(row: RegradeRow, attempt: Attempt, judge: Judge, only: set[str], grades: Mapping[int, Grade], waits: set[int]) -> None:
    """Put the outcome of one attempt into its row."""
    entries, places = [], []
    for item in attempt.items:
        grade = grades.get(item.result.grade_id) if item.result else None
        place = place_of(item, grade, item.id in waits)
        entry = _entry(attempt, item, judge, grade) if grade is not None and _mine(item, grade, only) else None
        if entry is not None:
            entries.append(entry)
        if entry is not None and entry["outcome"] is not None:
            new = Outcome(**entry["outcome"])
            draft = Grade(source="regrade", points=new.points, findings=new.findings, needs_review=new.needs_review)
            place = place_of(item, draft, item.id in waits)
        places.append(place)
    totals = judge_paper(attempt.paper_revision.body, places)
    row.state, row.items = "judged", entries
    row.changed = any(entry["outcome"] is not None for entry in entries)
    row.problems = sum(entry["problem"] is not None for entry in entries)
    row.points_after, row.of, row.passed_after = totals.points, totals.of, totals.passed
    row.points_before = attempt.result.points if attempt.result else 0
    row.passed_before = bool(attempt.result and attempt.result.passed)


def _mine(item: AttemptItem, grade: Grade, only: set[str]) -> bool:
    """Whether a regrade may touch the item: a question in scope, not voided, its mark not set by a person."""
    by_person = grade.by_id is not None and grade.source not in MACHINE_SOURCES
    if item.variant is None or item.voided or by_person:
        return False
    return not only or item.variant.revision.body["id"] in only


def _entry(attempt: Attempt, item: AttemptItem, judge: Judge, grade: Grade) -> dict[str, Any] | None:
    """What differs at one place; None where nothing does."""
    again = judge.judge(attempt, item)
    if again is None:
        return None
    assert item.variant is not None
    points = again.share * item.worth // 1000
    entry = {"item": item.id, "position": item.position, "question": item.variant.revision.body["id"], "grade": grade.id,
             "before": grade.points, "after": points, "problem": again.problem, "outcome": None}
    if again.problem is not None:
        return entry | {"after": grade.points}
    if points == grade.points and again.needs_review == grade.needs_review:
        return None
    return entry | {"outcome": asdict(_outcome(again, points))}


def _outcome(again: Again, points: int) -> Outcome:
    return Outcome(points, again.marks, again.findings, again.needs_review, again.because)


# --- writing ---


def commit_regrade(session: Session, by: User, regrade: Regrade, reason: str, now: datetime) -> None:
    """Order the dry run to be written, with a reason. Raises InputError or ConflictError."""
    locked = session.scalar(select(Regrade).where(Regrade.id == regrade.id).with_for_update().execution_options(populate_existing=True))
    if locked is None or locked.committed_at is not None:
        raise ConflictError("这次重新判分已经提交过，不会写第二遍。")
    if locked.kind != "release":
        raise InputError("按另一天的规则只出补学名单，不改任何分数。")
    if len(reason.strip()) < 2:
        raise InputError("请写明重新判分的原因，改了分的学员都会看到。", "reason")
    found = progress_of(session, locked)
    if found.waiting:
        raise InputError(f"还有 {found.waiting} 份答卷没有试算，请先算完再提交。")
    locked.reason, locked.committed_by_id, locked.committed_at = reason.strip()[:500], by.id, now
    record(session, now, by.id, "regrade.commit", f"regrade:{locked.id}", {
        "reason": locked.reason[:200], "attempts": found.total, "changed": found.changed,
        "newly_passed": found.newly_passed, "newly_failed": found.newly_failed})
    session.flush()


def write_some(session: Session, regrade: Regrade, now: datetime, limit: int = CHUNK) -> int:
    """Write the next attempts of a committed regrade: grades appended, results projected, certificates flagged.

    Returns how many attempts were written; safe to repeat, from several places at once.
    """
    if regrade.committed_at is None:
        return 0
    rows = session.scalars(select(RegradeRow).where(
        RegradeRow.regrade_id == regrade.id, RegradeRow.state == "judged").order_by(RegradeRow.id).limit(limit).with_for_update(
            skip_locked=True)).all()
    for row in rows:
        if row.changed:
            _write(session, regrade, row, now)
        row.state = "written"
    session.flush()
    if regrade.finished_at is None and progress_of(session, regrade).written == progress_of(session, regrade).total:
        regrade.finished_at = now
        record(session, now, regrade.committed_by_id, "regrade.finish", f"regrade:{regrade.id}")
        session.flush()
    return len(rows)


def _write(session: Session, regrade: Regrade, row: RegradeRow, now: datetime) -> None:
    attempt = lock_attempt(session, row.attempt_id)
    if attempt is None:
        return
    items = {item.id: item for item in attempt.items}
    stands = {entry["item"]: items[entry["item"]].result for entry in row.items}
    if any(result is None or result.grade_id != entry["grade"] or items[entry["item"]].voided
           for entry in row.items for result in [stands[entry["item"]]]):
        # Somebody changed a mark since the dry run: what stands now is judged again.
        grades, waits = _grades(session, [attempt])
        _fill(row, attempt, judge_for(session, regrade), set(regrade.scope["questions"]), grades, waits)
    for entry in row.items:
        if entry["outcome"] is not None:
            append_grade(session, attempt, items[entry["item"]], Outcome(**entry["outcome"]), "regrade", now,
                         regrade.committed_by_id, regrade.reason, regrade.release_id)
    settle_attempt(session, attempt, now, flag_only=True)


# --- what pages show ---


def progress_of(session: Session, regrade: Regrade) -> Progress:
    """Counts over the rows of a regrade, in one query."""
    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    before, after = RegradeRow.passed_before, RegradeRow.passed_after
    row = session.execute(select(
        func.count(), count(RegradeRow.state != "waiting"), count(RegradeRow.state == "written"), count(RegradeRow.changed),
        count(and_(after, ~before)), count(and_(before, ~after)), func.coalesce(func.sum(RegradeRow.problems), 0),
    ).where(RegradeRow.regrade_id == regrade.id)).one()
    return Progress(*(int(value) for value in row))


def rows_of(regrade: Regrade, which: str) -> Select[RegradeRow]:
    """The rows to show: changed, passed, failed, problems, or all; in order."""
    before, after = RegradeRow.passed_before, RegradeRow.passed_after
    filters = {"changed": or_(RegradeRow.changed, RegradeRow.problems > 0), "passed": and_(after, ~before), "failed": and_(before, ~after),
               "problems": RegradeRow.problems > 0}
    found = select(RegradeRow).where(RegradeRow.regrade_id == regrade.id).options(
        joinedload(RegradeRow.attempt).options(joinedload(Attempt.user), joinedload(Attempt.assignment))).order_by(RegradeRow.id)
    return found.where(filters[which]) if which in filters else found


def find_regrade(session: Session, regrade_id: int, by: User) -> Regrade | None:
    """A regrade that the person made; administrators and trainers find all."""
    found = session.get(Regrade, regrade_id)
    sees_all = bool(by.roles & {"admin", "trainer"})
    return found if found is not None and (sees_all or found.created_by_id == by.id) else None


def regrades_of(session: Session, by: User, limit: int = 50) -> list[Regrade]:
    """The latest regrades that the person may see."""
    found = select(Regrade).order_by(Regrade.id.desc()).limit(limit)
    return list(session.scalars(found if by.roles & {"admin", "trainer"} else found.where(Regrade.created_by_id == by.id)))


def people_to_refresh(session: Session, regrade: Regrade) -> list[tuple[User, list[str]]]:
    """Of a regrade by date: who would lose marks on what, by 工号, with the titles of the questions."""
    titles = {slug: title for slug, title in session.execute(select(ContentItem.slug, ContentItem.title).where(ContentItem.kind == "question"))}
    found: dict[int, tuple[User, list[str]]] = {}
    for row in session.scalars(rows_of(regrade, "changed")):
        for entry in row.items:
            if entry["after"] < entry["before"]:
                person = found.setdefault(row.attempt.user_id, (row.attempt.user, []))
                title = titles.get(entry["question"], entry["question"])
                person[1].extend([] if title in person[1] else [title])
    return sorted(found.values(), key=lambda pair: (pair[0].staff_no, pair[0].id))


def export_rows(session: Session, regrade: Regrade) -> list[list[object]]:
    """A head and one row an attempt that changes or needs a person, for a spreadsheet."""
    out: list[list[object]] = [["工号", "姓名", "考试", "第几次", "原得分", "新得分", "满分", "原结果", "新结果", "变化的题", "要人工看的题"]]
    for row in session.scalars(rows_of(regrade, "changed")):
        attempt = row.attempt
        out.append([
            attempt.user.staff_no, attempt.user.name, attempt.assignment.title if attempt.assignment else "", attempt.no,
            row.points_before / 1000, row.points_after / 1000, row.of / 1000, "通过" if row.passed_before else "未通过",
            "通过" if row.passed_after else "未通过", entry_words(row, False), entry_words(row, True)])
    return out


def entry_words(row: RegradeRow, problems: bool) -> str:
    """第 3 题 0→2 分；…: the places that change, or those that a person must look at."""
    if problems:
        return "；".join(f"第 {e['position'] + 1} 题（{e['question']}）" for e in row.items if e["problem"])
    return "；".join(f"第 {e['position'] + 1} 题 {e['before'] / 1000:g}→{e['after'] / 1000:g} 分" for e in row.items if e["outcome"])

