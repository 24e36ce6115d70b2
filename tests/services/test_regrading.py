"""Regrading: the dry run is what the commit writes, a second commit writes nothing, sums agree, people's marks stand."""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import Cast, make_user
from tests.services import exam_bank
from trainer.content import Question
from trainer.errors import ConflictError, InputError
from trainer.models import (
    Assignment,
    Attempt,
    AuditLog,
    Certificate,
    Grade,
    Regrade,
    RegradeRow,
    Release,
    ResponseEvent,
    Revision,
    VariantRow,
)
from trainer.questions import make_variant
from trainer.rules import Rulebook
from trainer.services import late_drafts, regrading, rejudging, reviews, saving
from trainer.services.certificates import state_of
from trainer.services.rebuild import rebuild_results
from trainer.services.regrading import Scope
from trainer.services.releases import current_release


@dataclass
class World:
    """An exam that several people sat; `flip` corrects the key of a question."""

    session: Session
    cast: Cast
    exam: Assignment
    attempts: list[Attempt]
    now: datetime

    def flip(self, slug: str) -> None:
        """Publish the question with its second option right instead of the first."""
        body, _ = exam_bank.made(json.dumps(exam_bank.single(slug, red_line=slug.startswith("red"))))
        options = [{"text": one["text"], "right": n == 1} | ({} if n == 1 else {"why": "记反了。"}) for n, one in enumerate(body["options"])]
        old = next(row for row in exam_bank.rows(self.session, Revision) if row.item.slug == slug)
        body = Question.from_dict(body | {"options": options}).to_dict()
        new = Revision(item=old.item, no=2, body=body, digest="flipped", state="published", created_at=self.now)
        self.session.add(new)
        self.session.flush()
        old.item.published_id = new.id

    def plan(self, by: Any = None, kind: str = "release", release: Release | None = None, as_of: datetime | None = None, **scope: Any) -> Regrade:
        chosen = Scope(**(scope or {"assignments": (self.exam.id,)}))
        return regrading.plan_regrade(self.session, by or self.cast.zhou, kind, chosen, release or current_release(self.session), as_of, self.now)

    def dry_run(self, limit: int = 50, **more: Any) -> Regrade:
        regrade = self.plan(**more)
        while regrading.judge_some(self.session, regrade, limit):
            self.session.expire_all()
        return regrade

    def commit(self, regrade: Regrade, limit: int = 50) -> None:
        regrading.commit_regrade(self.session, self.cast.zhou, regrade, "答案写反了", self.now)
        while regrading.write_some(self.session, regrade, self.now, limit):
            self.session.expire_all()
        self.session.expire_all()

    def rows(self, regrade: Regrade) -> list[RegradeRow]:
        return list(self.session.scalars(select(RegradeRow).where(RegradeRow.regrade_id == regrade.id).order_by(RegradeRow.id)))

    def grades(self) -> int:
        return self.session.scalar(select(func.count()).select_from(Grade)) or 0


@pytest.fixture
def world(session: Session, cast: Cast, now: datetime) -> World:
    """Four people; 小陈 all right, the rest with misses drawn from a fixed seed."""
    chance = random.Random(11)
    people = [cast.chen, cast.stranger, *(make_user(session, now, f"S3{n}", f"学员{n}") for n in range(2))]
    exam = exam_bank.assign(session, exam_bank.publish_bank(session, now), cast.wang, people, now)
    wrong = [()] + [tuple(chance.sample(range(6), 2)) for _ in people[1:]]
    sat = [exam_bank.sit(session, person, exam, now, wrong=misses) for person, misses in zip(people, wrong, strict=True)]
    return World(session, cast, exam, sat, now + timedelta(hours=1))


def met(attempt: Attempt) -> dict[str, int]:
    return {item.variant.revision.body["id"]: item.position for item in attempt.items if item.variant}


def test_the_same_rules_change_nothing(world: World) -> None:
    regrade = world.dry_run()
    assert [(row.changed, row.problems, row.points_after - row.points_before, row.passed_after == row.passed_before)
            for row in world.rows(regrade)] == [(False, 0, 0, True)] * 4
    before = world.grades()
    world.commit(regrade)
    assert world.grades() == before and regrade.finished_at is not None


@pytest.mark.parametrize("seed", range(3))
def test_the_commit_writes_what_the_dry_run_showed_and_nothing_twice(world: World, seed: int) -> None:
    chance = random.Random(seed)
    for slug in chance.sample(["red.0", "red.1", "exam.0", "exam.1", "exam.2"], 2):
        world.flip(slug)
    regrade = world.dry_run(limit=chance.choice([1, 3]))
    shown = {row.attempt_id: (row.points_after, row.passed_after) for row in world.rows(regrade)}
    assert any(row.changed for row in world.rows(regrade))
    world.commit(regrade, limit=chance.choice([1, 3]))
    stored = {row.id: (row.result.points, row.result.passed) for row in exam_bank.rows(world.session, Attempt)}
    assert stored == shown
    assert all(attempt.result.points == sum(item.result.points for item in attempt.items) for attempt in exam_bank.rows(world.session, Attempt))
    assert rebuild_results(world.session, write=False) == []
    before = world.grades()
    assert regrading.write_some(world.session, regrade, world.now) == 0
    with pytest.raises(ConflictError, match="不会写第二遍"):
        regrading.commit_regrade(world.session, world.cast.zhou, regrade, "再来一次", world.now)
    assert not any(row.changed for row in world.rows(world.dry_run()))
    assert world.grades() == before


def test_grades_are_appended_with_reason_person_and_release_and_the_audit_log_says_so(world: World) -> None:
    attempt = world.attempts[0]
    slug, position = next((slug, place) for slug, place in met(attempt).items() if slug.startswith("exam"))
    world.flip(slug)
    world.commit(world.dry_run(questions=(slug,)))
    rows = world.session.scalars(select(Grade).where(Grade.item_id == attempt.items[position].id).order_by(Grade.id)).all()
    assert [(row.source, row.points, row.by_id, row.reason) for row in rows] == [
        ("auto", 5000, None, ""), ("regrade", 0, world.cast.zhou.id, "答案写反了")]
    assert rows[1].release_id == current_release(world.session).id and rows[1].as_of == attempt.as_of and rows[1].marks[0]["why"]
    actions = world.session.scalars(select(AuditLog.action).where(AuditLog.action.startswith("regrade"))).all()
    assert sorted(actions) == ["regrade.commit", "regrade.finish"]


def test_a_late_answer_accepted_after_a_correction_is_judged_by_it(world: World) -> None:
    """Of two answers that came too late the one that the corrected key calls right earns the mark, whatever the first key said."""
    attempt = world.attempts[0]
    slug, position = next((slug, place) for slug, place in met(attempt).items() if slug.startswith("exam"))
    item = attempt.items[position]
    options = {option["text"]: option["id"] for option in item.variant.shown["options"]}
    later = attempt.deadline_at + timedelta(hours=1)
    for key, text in (("late-key-1", f"{slug} 错一"), ("late-key-2", f"{slug} 对")):
        saving.save_response(world.session, attempt.id, position, key, 1, {"choice": options[text]}, False, later)
    world.flip(slug)
    world.commit(world.dry_run())
    events = {event.client_key: event.id for event in exam_bank.rows(world.session, ResponseEvent)}
    for key, points in (("late-key-1", 5000), ("late-key-2", 0)):
        late_drafts.decide_late(world.session, world.cast.wang, attempt.id, events[key], True, "断网，监考已核实", later)
        last = world.session.scalars(select(Grade).where(Grade.item_id == item.id).order_by(Grade.id.desc())).first()
        assert last is not None and (last.source, last.points, last.release_id) == ("late", points, current_release(world.session).id)
    assert rebuild_results(world.session, write=False) == []


def test_a_certificate_that_no_longer_holds_is_flagged_and_not_revoked(world: World) -> None:
    attempt = world.attempts[0]
    slug = next(slug for slug in met(attempt) if slug.startswith("red"))
    certificate = world.session.scalars(select(Certificate).where(Certificate.attempt_id == attempt.id)).one()
    world.flip(slug)
    regrade = world.dry_run()
    assert regrading.progress_of(world.session, regrade).newly_failed >= 1
    world.commit(regrade)
    assert (state_of(certificate, world.now)[0], certificate.flagged_at) == ("valid", world.now)
    reviews.override_item(world.session, world.cast.wang, attempt.items[met(attempt)[slug]], 5000, "照旧给分", world.now)
    assert certificate.flagged_at is None and state_of(certificate, world.now)[0] == "valid"


def test_a_mark_that_a_person_set_and_a_voided_question_stand(world: World) -> None:
    attempt = world.attempts[0]
    (first, one), (second, two) = [pair for pair in met(attempt).items() if pair[0].startswith("exam")][:2]
    reviews.override_item(world.session, world.cast.wang, attempt.items[one], 2500, "半对", world.now)
    reviews.void_question(world.session, world.cast.wang, attempt.items[two], "题干有误", world.now)
    world.flip(first)
    world.flip(second)
    row = world.rows(world.dry_run())[0]
    assert not {one, two} & {entry["position"] for entry in row.items}


def test_a_mark_changed_between_dry_run_and_commit_is_kept(world: World) -> None:
    attempt = world.attempts[0]
    slug, position = next((slug, place) for slug, place in met(attempt).items() if slug.startswith("exam"))
    world.flip(slug)
    regrade = world.dry_run()
    reviews.override_item(world.session, world.cast.wang, attempt.items[position], 4000, "面谈后改", world.now)
    world.commit(regrade)
    assert attempt.items[position].result.points == 4000 and attempt.result.points == 29000


def test_an_interrupted_run_goes_on_where_it_stopped(world: World) -> None:
    world.flip("red.0")
    world.flip("exam.0")
    regrade, whole = world.plan(), world.dry_run()
    assert regrading.judge_some(world.session, regrade, 2) == 2
    with pytest.raises(InputError, match="还有 2 份答卷没有试算"):
        regrading.commit_regrade(world.session, world.cast.zhou, regrade, "太早", world.now)
    while regrading.judge_some(world.session, regrade, 1):
        pass
    assert [(r.points_after, r.items) for r in world.rows(regrade)] == [(r.points_after, r.items) for r in world.rows(whole)]


def test_another_date_gives_a_list_and_never_a_mark(world: World) -> None:
    regrade = world.dry_run(kind="date", as_of=world.now)
    with pytest.raises(InputError, match="不改任何分数"):
        regrading.commit_regrade(world.session, world.cast.zhou, regrade, "改吧", world.now)
    assert regrading.people_to_refresh(world.session, regrade) == [] and world.grades() == 24


@pytest.mark.parametrize(("more", "words"), [
    ({"assignments": ()}, "请至少选一场考试"), ({"questions": ("nothing.here",)}, "没有这些题目"), ({"assignments": (10**6,)}, "没有已交的答卷"),
    ({"kind": "date"}, "按哪一天"), ({"kind": "other"}, "用途")])
def test_a_plan_that_makes_no_sense_is_refused(world: World, more: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        world.plan(**({"assignments": (world.exam.id,)} | more))


def test_a_supervisor_regrades_only_the_people_he_sees(world: World) -> None:
    regrade = world.plan(by=world.cast.wang)
    assert [row.attempt.user_id for row in world.rows(regrade)] == [world.cast.chen.id]
    assert regrading.find_regrade(world.session, regrade.id, world.cast.wang) is regrade
    assert regrading.find_regrade(world.session, regrade.id, world.cast.stranger) is None


def corrected(cap: int) -> Rulebook:
    """The rulebook with another cap for late shipment."""
    data = json.loads(exam_bank.rulebook().canonical_json())
    rule = next(rule for rule in data["rules"] if rule["id"] == "tmall.late.pay")
    rule["figures"]["cap"][0]["value"] = cap
    return Rulebook.from_json(json.dumps(data))


def test_a_corrected_figure_moves_the_key_of_a_decision_and_an_answer_nobody_could_choose_goes_to_a_person() -> None:
    question = Question.from_dict(exam_bank.amounts())
    seen = [make_variant(question, no, exam_bank.rulebook(), exam_bank.BEFORE) for no in range(20)]
    without_cap = [rejudging.rekeyed(one, make_variant(question, one.variant_no, corrected(100000), exam_bank.BEFORE), False) for one in seen]
    moved = [(old, new) for old, new in zip(seen, without_cap, strict=True) if new is not None and new.key["right"] != old.key["right"]]
    assert moved, "some amount lies above the cap"
    for old, new in moved:
        assert new.shown == old.shown and old.key["mistakes"][new.key["right"][0]] == "忘了封顶"
    low = [rejudging.rekeyed(one, make_variant(question, one.variant_no, corrected(1), exam_bank.BEFORE), False) for one in seen]
    assert None in low


def test_a_corrected_release_is_judged_at_the_date_of_the_attempt(world: World) -> None:
    body = exam_bank.amounts()
    revision = next(row for row in exam_bank.rows(world.session, Revision) if row.body["id"] == body["id"])
    variants = [row for row in exam_bank.rows(world.session, VariantRow) if row.revision_id == revision.id]
    judge = rejudging.Judge(corrected(100000), None, {})
    attempt = world.attempts[0]
    item = attempt.items[0]
    changed = 0
    for row in variants:
        item.variant = row
        for option in row.shown["options"]:
            item.response.answer = {"choice": option["id"]}
            again = judge.judge(attempt, item)
            changed += again is not None and again.problem is None and (again.share == 1000) != (option["id"] in row.key["right"])
    assert changed >= 2
    world.session.expire(item)
