"""Loading a bank and publishing change sets: releases, revisions, variants; nothing of a trainer's is lost."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import Cast
from trainer.bank import Bank, BankError, check
from trainer.bank.export import write_files
from trainer.errors import ConflictError
from trainer.models import ChangeSet, ContentItem, Release, ReleasePointer, Revision, VariantRow, VariantRule
from trainer.replies import Findings
from trainer.services.bank_export import export_bank
from trainer.services.publishing import PublishError, load_bank, publish, save_draft
from trainer.services.releases import current_release, current_rulebook

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"
Edit = Callable[[str, str, str], Bank]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL_BANK, tmp_path / "bank")
    return tmp_path / "bank"


@pytest.fixture
def edit(folder: Path) -> Edit:
    def run(name: str, old: str, new: str) -> Bank:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return Bank.load(folder)

    return run


def item(session: Session, slug: str, kind: str = "question") -> ContentItem:
    return session.scalars(select(ContentItem).where(ContentItem.kind == kind, ContentItem.slug == slug)).one()


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def body_of(session: Session, slug: str, kind: str = "question") -> dict:
    return json.loads(json.dumps(session.get_one(Revision, item(session, slug, kind).published_id).body))


def test_a_first_load_publishes_everything_with_its_variants(session: Session, now: datetime) -> None:
    report = load_bank(session, Bank.load(SMALL_BANK), now)
    assert (report.added, report.changed, report.left_out, report.release) == (10, 0, (), 1)
    assert current_rulebook(session).decide(
        "late.compensation", platform="tmall", as_of="2014-06-20T10:00:00+08:00",
        facts={"order": {"amount": 100}, "claim": {"reason": "late_shipment"}}).answer["amount"] == 30
    numbers = session.scalars(select(VariantRow.variant_no).where(
        VariantRow.revision_id == item(session, "late.amount").published_id)).all()
    assert sorted(numbers) == list(range(20))
    assert report.variants == count(session, VariantRow) == 23
    assert item(session, "late.amount").title == "迟发赔多少"


def test_loading_the_same_files_again_changes_nothing(session: Session, now: datetime) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    before = {table: count(session, table) for table in (ContentItem, Revision, Release, VariantRow, ChangeSet)}
    report = load_bank(session, Bank.load(SMALL_BANK), now + timedelta(days=3))
    assert (report.added, report.changed, report.same, report.variants, report.release) == (0, 0, 10, 0, 1)
    assert before == {table: count(session, table) for table in before}


def test_a_changed_file_becomes_a_new_revision_with_variants_of_its_own(session: Session, now: datetime, edit: Edit) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    old = item(session, "late.steps").published_id
    report = load_bank(session, edit("questions/late.yaml", "stem: 排一排。", "stem: 请排一排。"), now)
    assert (report.changed, report.variants, report.release) == (1, 1, 1)
    new = session.get_one(Revision, item(session, "late.steps").published_id)
    assert new.id != old and new.no == 2 and new.body["stem"] == "请排一排。"
    assert session.get_one(Revision, old).body["stem"] == "排一排。"


def test_what_a_trainer_published_is_never_overwritten(session: Session, cast: Cast, now: datetime, edit: Edit) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    mine = body_of(session, "late.who") | {"stem": "老周改的题干"}
    publish(session, [save_draft(session, "question", mine, cast.zhou.id, now)], "改题", cast.zhou.id, now)
    report = load_bank(session, edit("questions/late.yaml", "没按时发货,按什么比例赔?", "文件改的题干"), now)
    assert report.kept == ("题目 late.who",) and report.changed == 0
    assert body_of(session, "late.who")["stem"] == "老周改的题干"


def test_a_draft_is_seen_by_nobody_and_survives_a_load(session: Session, cast: Cast, now: datetime, edit: Edit) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    draft = save_draft(session, "question", body_of(session, "late.who") | {"stem": "草稿"}, cast.zhou.id, now)
    load_bank(session, edit("questions/late.yaml", "没按时发货,按什么比例赔?", "文件改的题干"), now)
    assert body_of(session, "late.who")["stem"] == "文件改的题干"
    assert draft.state == "draft" and draft.body["stem"] == "草稿"


def test_items_with_flaws_are_left_out_and_told_and_the_rest_is_loaded(session: Session, now: datetime, edit: Edit) -> None:
    report = load_bank(session, edit("questions/late.yaml", "answer: {amount: 30}", "answer: {amount: 31}"), now)
    assert report.added == 9
    assert [problem.file for problem in report.left_out] == ["questions/late.yaml"]
    assert report.gone == ()
    assert session.scalar(select(ContentItem).where(ContentItem.slug == "late.engine")) is None


def test_a_paper_that_the_left_out_questions_would_have_filled_is_left_out_too(session: Session, now: datetime, edit: Edit) -> None:
    report = load_bank(session, edit("questions/late.yaml", "steps: [查订单", "steps: [记录, 查订单"), now)
    assert [problem.file for problem in report.left_out] == ["questions/late.yaml", "papers/late-paper.yaml"]
    assert session.scalar(select(ContentItem).where(ContentItem.kind == "paper")) is None


def test_samples_that_come_out_differently_are_told_but_only_a_trainer_is_stopped(
        session: Session, cast: Cast, now: datetime, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.questions.scripted_reply.check_reply", lambda *_, **__: Findings())
    shutil.copy(SMALL_BANK.parent / "scripted_reply.yaml", folder / "questions")
    report = load_bank(session, Bank.load(folder), now)
    assert report.left_out == () and len(report.doubtful) == 3
    assert item(session, "late.reply").published_id is not None
    draft = save_draft(session, "question", body_of(session, "late.reply"), cast.zhou.id, now)
    with pytest.raises(PublishError, match="应得 80–100 分，实得 0 分"):
        publish(session, [draft], "话术题", cast.zhou.id, now)


def test_files_that_cannot_be_read_load_nothing(session: Session, now: datetime, folder: Path) -> None:
    (folder / "questions" / "broken.yaml").write_text("questions: 3", encoding="utf-8")
    with pytest.raises(BankError):
        load_bank(session, Bank.read(folder), now)
    assert count(session, ContentItem) == 0


def test_items_gone_from_the_files_stay_and_are_told(session: Session, now: datetime, folder: Path) -> None:
    load_bank(session, Bank.load(folder), now)
    (folder / "shops" / "small-shop.yaml").unlink()
    assert load_bank(session, Bank.load(folder), now).gone == ("店铺 small-shop",)
    assert item(session, "small-shop", "shop").published_id is not None


def test_a_changed_rule_makes_a_release_and_new_keys_and_the_old_ones_stay(session: Session, now: datetime, edit: Edit) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    old = current_release(session)
    bank = edit("rulebook/tmall/late.yaml", "{value: 30, unit: percent, from: null}", "{value: 25, unit: percent, from: null}")
    bank = edit("questions/late.yaml", "赔 30 元, answer: {amount: 30}", "赔 25 元, answer: {amount: 25}")
    report = load_bank(session, bank, now)
    new = current_release(session)
    assert (report.release, new.number, count(session, ReleasePointer)) == (2, 2, 1)
    engine = item(session, "late.engine").published_id
    texts = {row.release_id: str(row.shown) for row in session.scalars(select(VariantRow).join(Revision).where(
        Revision.item_id == item(session, "late.engine").id))}
    assert "赔 30 元" in texts[old.id] and "赔 25 元" in texts[new.id]
    assert session.get_one(Revision, engine).no == 2


def test_variants_know_the_rules_their_keys_rest_on(session: Session, now: datetime) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    rules = session.scalars(select(VariantRule.rule_id).join(VariantRow, VariantRow.id == VariantRule.variant_id).where(
        VariantRow.revision_id == item(session, "late.amount").published_id).distinct()).all()
    assert rules == ["tmall.late.pay"]


def test_an_announced_rule_makes_variants_for_its_first_day_ahead(session: Session, now: datetime, edit: Edit) -> None:
    bank = edit("rulebook/tmall/late.yaml", "from: 2026-01-01}", "from: 2026-01-01}\n    - {value: 15, unit: percent, from: 2027-01-01}")
    load_bank(session, bank, now)
    rows = session.scalars(select(VariantRow).where(
        VariantRow.revision_id == item(session, "late.who").published_id).order_by(VariantRow.as_of)).all()
    assert [str(row.as_of.date()) for row in rows] == ["2026-11-20", "2026-12-31"]
    assert "20%" in str(rows[0].shown) and "15%" in str(rows[1].shown)
    fixed = session.scalars(select(VariantRow.as_of).where(VariantRow.revision_id == item(session, "late.engine").published_id))
    assert len(fixed.all()) == 1


def test_a_trainer_publishes_a_question_and_it_can_be_drawn(session: Session, cast: Cast, now: datetime) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    body = body_of(session, "late.who") | {"id": "late.new", "title": "新题"}
    draft = save_draft(session, "question", body, cast.zhou.id, now)
    assert item(session, "late.new").published_id is None
    release = publish(session, [draft], "新题", cast.zhou.id, now)
    assert release.number == 1
    row = session.scalars(select(VariantRow).where(VariantRow.revision_id == draft.id)).one()
    assert row.release_id == release.id and row.key["explain"].startswith("比例是 [[tmall.late.pay#rate|")
    assert draft.state == "published"


def test_a_question_with_a_wrong_key_cannot_be_published_and_nothing_of_its_set_is(session: Session, cast: Cast, now: datetime) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    good = save_draft(session, "question", body_of(session, "late.who") | {"stem": "好题"}, cast.zhou.id, now)
    wrong = body_of(session, "late.engine")
    wrong["options"][0]["answer"] = {"amount": 99}
    bad = save_draft(session, "question", wrong, cast.zhou.id, now)
    with pytest.raises(PublishError, match=r"题目 late\.engine:options:按引擎的结果，正确选项有 0 个"):
        publish(session, [good, bad], "两题", cast.zhou.id, now)
    assert (good.state, bad.state) == ("draft", "draft")
    assert body_of(session, "late.who")["stem"] != "好题"


def test_a_revision_is_published_once(session: Session, cast: Cast, now: datetime) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    draft = save_draft(session, "question", body_of(session, "late.who") | {"stem": "好题"}, cast.zhou.id, now)
    publish(session, [draft], "一次", cast.zhou.id, now)
    with pytest.raises(ConflictError, match="已经发布过"):
        publish(session, [draft], "两次", cast.zhou.id, now)


def test_a_rule_and_its_questions_go_together_and_what_the_rule_breaks_is_suspended(
        session: Session, cast: Cast, now: datetime) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    rule = body_of(session, "tmall.late.pay", "rule")
    rule["figures"]["rate"][0]["value"] = 40
    draft = save_draft(session, "rule", rule, cast.zhou.id, now)
    release = publish(session, [draft], "比例改为四成", cast.zhou.id, now)
    assert release.number == 2 and current_rulebook(session).figure("tmall.late.pay#rate", "2014-06-20T10:00:00+08:00").text == "40%"
    assert "正确选项有 0 个" in (item(session, "late.engine").suspended_because or "")
    assert item(session, "late.amount").suspended_because is None
    mended = body_of(session, "late.engine")
    mended["options"][0] |= {"text": "赔 40 元", "answer": {"amount": 40}}
    publish(session, [save_draft(session, "question", mended, cast.zhou.id, now)], "跟着改题", cast.zhou.id, now)
    assert item(session, "late.engine").suspended_because is None


def test_a_trainers_rule_outlives_the_next_load(session: Session, cast: Cast, now: datetime) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    rule = body_of(session, "tmall.late.pay", "rule")
    rule["figures"]["cap"][0]["value"] = 800
    publish(session, [save_draft(session, "rule", rule, cast.zhou.id, now)], "封顶改为 800", cast.zhou.id, now)
    report = load_bank(session, Bank.load(SMALL_BANK), now)
    assert report.kept == ("规则 tmall.late.pay",) and report.release == 2
    assert current_rulebook(session).figure("tmall.late.pay#cap", "2014-06-20T10:00:00+08:00").text == "800 元"


def test_an_export_loads_again_without_any_change(session: Session, now: datetime, tmp_path: Path) -> None:
    load_bank(session, Bank.load(SMALL_BANK), now)
    files = export_bank(session)
    write_files(tmp_path / "out", files)
    shutil.copy(SMALL_BANK / "topics.yaml", tmp_path / "out")
    bank = Bank.load(tmp_path / "out")
    assert check(bank, now) == []
    report = load_bank(session, bank, now)
    assert (report.added, report.changed, report.release) == (0, 0, 1)
    assert {"questions/late.yaml", "lessons/late.md", "rulebook/tmall/late.yaml", "rulebook/decisions.yaml"} <= set(files)
