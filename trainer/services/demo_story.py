"""Two weeks of learning for the demo, made through the services from a seeded script relative to today."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from trainer.models import Attempt, AttemptItem, ItemResult, Review, Revision, User, VariantRow
from trainer.services import assignments, attempts, desks, learning, practice, reviews, saving
from trainer.services.demo_accounts import show_demo_accounts
from trainer.services.demo_people import LEARNERS, PASSWORD, Company, Learner, make_company
from trainer.services.drawing import Candidate, number
from trainer.services.published import papers
from trainer.services.releases import current_release

PRACTICE_A_DAY = 2
UNSURE = "CS1007"
PLEAS = (("CS1005", "题目没有写清是不是预售，我按普通商品判的，应该也算对。"),
         (UNSURE, "我说的对公账户是平台打款用的，不是让买家私下转账，请看一下原话。"))
DOUBTFUL = "给您添麻烦了，真的很抱歉。不如您把差价汇到我们公司的对公账户，我收到马上为您安排。"


def chance(*names: object) -> float:
    """A number from 0 to 1 that depends on the names alone."""
    return number("demo", *names) / 2**64


def tell_story(session: Session, now: datetime) -> None:
    """Fill an empty database (bank loaded) with people and two weeks of results; deterministic but for the clock."""
    company = make_company(session, now)
    shelf = practice.practice_candidates(session, current_release(session), now)
    variants = {row.id: row for row in practice.load_variants(session, {vid for c in shelf for vid in c.variants.values()})}
    for learner in LEARNERS:
        study(session, company.learners[learner.staff_no], learner, shelf, variants, now)
    sit_exams(session, company, now)
    show_demo_accounts(session, [
        {"staff_no": "CS1001", "name": "陈晓雨", "role": "学员", "password": PASSWORD, "note": "学了三天的新人，从「今日」开始"},
        {"staff_no": "CS1002", "name": "林小满", "role": "学员", "password": PASSWORD, "note": "已通过上岗考、拿到上岗证"},
        {"staff_no": "SV1001", "name": "王丽", "role": "主管", "password": PASSWORD, "note": "带两个组，有待复核和申诉"},
        {"staff_no": "TR1001", "name": "周国平", "role": "培训师", "password": PASSWORD, "note": "写题、试评、发布"},
        {"staff_no": "AD1001", "name": "赵敏", "role": "管理员", "password": PASSWORD, "note": "账号和系统"},
    ])


def answer_for(variant: VariantRow, right: bool, *seed: object) -> dict[str, Any] | None:
    """A right or a plausibly wrong answer to a variant, from its key and its samples."""
    body, key, shown = variant.revision.body, variant.key, variant.shown
    kind = body["type"]
    if kind in ("single", "decision", "true_false"):
        wrong = [option["id"] for option in shown["options"] if option["id"] not in key["right"]]
        return {"choice": key["right"][0] if right or not wrong else wrong[number("wrong", *seed) % len(wrong)]}
    if kind == "multiple":
        return {"choices": sorted(key["right"] if right else key["right"][:-1] or key["right"])}
    if kind == "ordering":
        order = list(key["order"])
        return {"order": order if right else [order[1], order[0], *order[2:]]}
    if kind == "scripted_reply":
        samples = [s for s in body["samples"] if (s["marks"][0] >= 80) == right] or body["samples"]
        return {"text": samples[number("sample", *seed) % len(samples)]["reply"]}
    return None


def study(session: Session, user: User, learner: Learner, pool: Sequence[Candidate], variants: Mapping[int, VariantRow],
          now: datetime) -> None:
    """Lessons with their checks and daily practice over the learner's active days."""
    by_slug = {candidate.slug: candidate for candidate in pool}
    lessons = [row.revision for row in learning.course(session, user.id)]
    for n, lesson in enumerate(lessons[: learner.lessons]):
        day = n * max(learner.days, 1) // max(min(learner.lessons, len(lessons)), 1)
        at = now - timedelta(days=13 - day, hours=2) if learner.days >= 10 else now - timedelta(days=learner.days - day, hours=2)
        answers = []
        for slug in lesson.body.get("check") or []:
            if slug in by_slug:
                variant = variants[practice.pick_variant(by_slug[slug], user.id, 0)]
                right = learner.sits or learner.ability > 0.85 or chance(user.staff_no, slug) < 0.9
                row = _answer(session, user, learner, variant, f"lesson:{lesson.item.slug}:1", at, right)
                answers += [row] if row else []
        learning.finish_check(session, user, lesson, answers, at)
    cases = desks.cases(session)[:1] if learner.days >= 8 else []
    for n, case in enumerate(cases):
        play(session, user, case, chance(user.staff_no, "desk", n) < learner.ability, now - timedelta(days=2 + n, hours=3))
    for day in range(learner.days):
        at = now - timedelta(days=(13 if learner.days >= 10 else learner.days) - day, hours=1)
        ranked = sorted(pool, key=lambda c: number("day", user.staff_no, day, c.slug))
        for candidate in ranked[:PRACTICE_A_DAY]:
            variant = variants[practice.pick_variant(candidate, user.id, day)]
            ability = learner.ability - (0.45 if candidate.topic in learner.weak else 0)
            right = chance(user.staff_no, day, candidate.slug) < ability
            _answer(session, user, learner, variant, "mixed", at, right)


def _answer(session: Session, user: User, learner: Learner, variant: VariantRow, context: str, at: datetime, right: bool) -> Any:
    answer = answer_for(variant, right, learner.staff_no, variant.id)
    if answer is None:
        return None
    key = f"demo.{context}.{variant.id}.{at:%m%d%H%M}"
    return practice.answer_practice(session, user, variant, answer, key[:64], context, at)


def play(session: Session, user: User, case: Revision, well: bool, at: datetime, item: AttemptItem | None = None) -> None:
    """Play a case by its shipped solution, or by the one that fails."""
    solution = next(s for s in case.body["solutions"] if bool(s["passes"]) == well)
    row = desks.open_desk(session, user, case, at, item=item)
    for n, move in enumerate(solution["moves"]):
        moment = at + timedelta(seconds=50 * (n + 1))
        desks.make_move(session, row.id, move, f"demo-{row.id}-{n}", row.head_n, moment)


def sit_exams(session: Session, company: Company, now: datetime) -> None:
    """One certifying exam of last week that some sat, one that is open now, a review and an appeal that wait."""
    certifying = papers(session, certifying=True)
    main = next((p for p in certifying if p.item.slug == "shanggang_cert"), certifying[0])
    teams = [("team", team.id) for team in company.teams.values()]
    opened = now - timedelta(days=3)
    done = assignments.create_assignment(
        session, company.supervisor, main, "11 月上岗考（第一场）", teams, opened, now - timedelta(hours=1), 1, timedelta(0), opened)
    for learner in LEARNERS:
        if learner.sits:
            _sit(session, company.learners[learner.staff_no], learner, done, now - timedelta(days=1, hours=5))
    assignments.create_assignment(
        session, company.supervisor, main, "11 月上岗考（第二场）", teams, now - timedelta(hours=1), now + timedelta(days=7), 2,
        timedelta(hours=0), now)
    _settle(session, company, now)


def _sit(session: Session, user: User, learner: Learner, assignment: Any, at: datetime) -> Attempt:
    attempt = attempts.start_attempt(session, user, assignment, at)
    loaded = attempts.load_attempt(session, attempt.id) or attempt
    for item in loaded.items:
        if item.kind == "question" and item.variant is not None:
            _save(session, loaded, item, learner, at)
        elif item.kind == "case" and item.case_revision is not None:
            play(session, user, item.case_revision, learner.ability > 0.75, at + timedelta(minutes=24), item)
    attempts.submit_attempt(session, loaded, at + timedelta(minutes=38), at + timedelta(minutes=38))
    return loaded


def _save(session: Session, attempt: Attempt, item: AttemptItem, learner: Learner, at: datetime) -> None:
    assert item.variant is not None
    red_line = item.section.startswith("red")
    right = red_line or chance(learner.staff_no, "exam", item.variant.revision.body["id"]) < learner.ability
    answer = answer_for(item.variant, right, learner.staff_no, item.position)
    if learner.staff_no == UNSURE and item.variant.revision.body["type"] == "scripted_reply" and item.position % 2 == 0:
        answer = {"text": DOUBTFUL}
    moment = at + timedelta(seconds=40 * (item.position + 1))
    saving.save_response(session, attempt.id, item.position, f"demo-{item.id:08d}", 0, answer, False, moment)


def _settle(session: Session, company: Company, now: datetime) -> None:
    """The supervisor decided most reviews; one still waits, and one learner appeals."""
    waiting = session.scalars(select(Review).where(Review.decided_at.is_(None)).order_by(Review.id)).all()
    open_for = company.learners[UNSURE].id
    left = next((review for review in waiting if review.item.attempt.user_id == open_for), waiting[-1] if waiting else None)
    for review in waiting:
        if review is left:
            continue
        reviews.decide_review(session, company.supervisor, review, None, "看过原文，评分合理", now - timedelta(hours=3))
    for staff_no, plea in PLEAS:
        appeal_lost_mark(session, company.learners[staff_no], plea, now - timedelta(hours=2))


def appeal_lost_mark(session: Session, learner: User, plea: str, at: datetime) -> None:
    """The learner appeals the last question of his exam that lost a mark, if there is one."""
    item = session.scalar(select(AttemptItem).join(Attempt).join(ItemResult, ItemResult.item_id == AttemptItem.id).where(
        Attempt.user_id == learner.id, Attempt.assignment_id.is_not(None), AttemptItem.kind == "question",
        ItemResult.points < AttemptItem.worth).order_by(AttemptItem.position.desc()).limit(1))
    if item is not None:
        reviews.appeal_item(session, learner, item, plea, at)
