"""The test bench: replies read from text and tables, both judges side by side, patterns, drafts of wording and their gate."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import Cast
from tests.services import wording_bank
from trainer.errors import ConflictError, ContentError, InputError
from trainer.models import BenchRun, ChangeSet
from trainer.services import bench, bench_drafts, bench_files, publishing
from trainer.services.bench_export import result_book, template_book
from trainer.services.bench_files import Names, Row, read_pasted, read_rows
from trainer.services.releases import current_rulebook
from trainer.services.spreadsheet import read_table
from trainer.services.wording_changes import laid_over, published_changes, with_bodies

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
NAMES = Names({"off_platform_contact": "引导站外联系"}, {"apologise": "致歉", "greet": "问候"}, {"tmall": "天猫", "taobao": "淘宝"})
CONTACT = "off_platform_contact"


def row(number: int, reply: str, violations: tuple[str, ...] | None = (), acts: tuple[str, ...] | None = ()) -> Row:
    return Row(number, "tmall", reply, "", violations, acts)


ROWS = [
    row(1, "亲加我微信聊吧", (CONTACT,)), row(2, "加一下卫星再说哦", ()), row(3, "咱们换蓝泡泡说吧", (CONTACT,)), row(4, "亲这边看一下的哦", ()),
    row(5, "抱歉加我微信吧亲", None, None)]


# --- reading ---


def test_a_table_is_read_in_any_order_of_columns_by_code_or_name() -> None:
    sheet = read_rows([["回复", "违规点", "平台", "要点", "随便"],
                       ["抱歉，加我微信", "引导站外联系", "天猫", "致歉、greet", ""], ["好的亲", "无", "", "", "x"]], "taobao", NAMES)
    assert sheet.errors == []
    assert sheet.rows == [Row(2, "tmall", "抱歉，加我微信", "", (CONTACT,), ("apologise", "greet")), Row(3, "taobao", "好的亲", "", (), None)]


def test_bad_rows_are_told_and_good_ones_kept() -> None:
    sheet = read_rows([["客服回复", "违规点", "平台"], ["好的亲", "骂街", "天猫"],
                       ["", "无", "天猫"], ["字" * 2001, "", "火星"], ["可以的", "", "天猫"]], "tmall", NAMES)
    assert [(one.row, one.column) for one in sheet.errors] == [(2, "人工违规点"), (3, "客服回复"), (4, "客服回复"), (4, "平台")]
    assert [one.row for one in sheet.rows] == [5]


@pytest.mark.parametrize(("rows", "words"), [
    ([], "没有内容"), ([["平台", "买家"]], "没有「客服回复」"), ([["回复", "话术"]], "出现了两次"), ([["客服回复"]], "没有读到回复"),
    ([["客服回复"], *[["好的亲"]] * 1001], "一次最多 1000 条"), ([["客服回复"], *[["字" * 1999]] * 151], "一次最多 300000 个")])
def test_a_table_that_cannot_be_used_says_why(rows: list[list[str]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_rows(rows, "tmall", NAMES)


def test_pasted_text_is_cut_by_lines_by_blocks_or_as_a_table() -> None:
    assert [one.reply for one in read_pasted("在的\r\n\r\n好的亲\n", False, "tmall", NAMES).rows] == ["在的", "好的亲"]
    blocks = read_pasted("在的\n我看下\n\n\n好的亲", True, "tmall", NAMES).rows
    assert [(one.row, one.reply) for one in blocks] == [(1, "在的\n我看下"), (5, "好的亲")]
    assert read_pasted("客服回复\t违规点\n加我微信\t引导站外联系", False, "tmall", NAMES).rows[0].violations == (CONTACT,)


def test_the_template_is_read_by_the_bench_itself() -> None:
    names = Names({}, {"apologise": "致歉", "contact_courier": "联系快递", "state_deadline": "说明时限", "promise_follow_up": "承诺跟进"},
                  {"tmall": "天猫", "taobao": "淘宝", "pdd": "拼多多"})
    sheet = read_rows(read_table("t.xlsx", template_book(), "表格"), "tmall", names)
    assert (len(sheet.rows), sheet.errors) == (3, []) and sheet.rows[2].violations is None


# --- judging ---


def test_the_four_cells_and_agreement() -> None:
    found = bench.judge_rows(ROWS, wording_bank.rulebook(), NOW)
    line = next(one for one in bench.lines_of(ROWS, found, "violations") if one.code == CONTACT)
    assert (line.right, line.missed, line.false, line.unmarked) == (1, 1, 1, 1)
    assert (line.table.both, line.table.first, line.table.second, line.table.neither) == (1, 1, 1, 1)
    assert [one.row for one, _ in bench.in_cell(ROWS, found, "violations", CONTACT, "missed")] == [3]
    assert [one.row for one, _ in bench.in_cell(ROWS, found, "violations", "", "unmarked")] == [5]
    whole = bench.total_of(bench.lines_of(ROWS, found, "violations"), "violations")
    assert (whole.right, whole.missed, whole.table.cases) == (1, 1, 4 * 23)


def test_what_the_budget_does_not_reach_is_left_for_the_next_request() -> None:
    rows = [row(n, f"预算内的第 {n} 条回复") for n in range(4)]
    ticks = iter(range(100))
    assert sum(one is None for one in bench.judge_rows(rows, wording_bank.rulebook(), NOW, 3, lambda: next(ticks))) == 2
    assert None not in bench.judge_rows(rows, wording_bank.rulebook(), NOW)


def test_hits_of_patterns_count_what_people_say() -> None:
    book = wording_bank.rulebook()
    hits = bench.pattern_hits(ROWS, bench.judge_rows(ROWS, book, NOW), bench.trace_rows(ROWS, book, NOW))
    first = hits[0]
    assert (first.hit.pattern, first.met, first.counted, first.right, first.wrong, first.unmarked) == ("<加> .. <软件>", 3, 3, 1, 1, 1)


def test_the_exported_result_starts_no_formula() -> None:
    rows = [Row(1, "tmall", "=HYPERLINK(\"http://x\")\x07", "+1", None, None, "@SUM(A1)")]
    found = bench.judge_rows(rows, wording_bank.rulebook(), NOW)
    book = load_workbook(BytesIO(result_book(rows, found, bench.lines_of(rows, found, "acts")[:1], [], {}, {})))
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert book.sheetnames == ["逐条", "按代码", "按句式"] and "f" not in {cell.data_type for cell in cells}
    assert "'=HYPERLINK(\"http://x\")" in [cell.value for cell in cells] and "'+1" in [cell.value for cell in cells]


def test_runs_are_ones_own_and_go_after_a_fortnight(session: Session, cast: Cast, now: datetime) -> None:
    bench.start_run(session, cast.zhou, "旧的", "text", ROWS, now.replace(day=1))
    run = bench.start_run(session, cast.zhou, "新的", "text", ROWS, now)
    assert [one.title for one in bench.runs_of(session, cast.zhou)] == ["新的"]
    assert session.scalars(select(BenchRun.title)).all() == ["新的"]
    assert bench.find_run(session, cast.admin, run.id) is None
    found = bench.find_run(session, cast.zhou, run.id)
    assert found is not None and bench.rows_of(found) == ROWS


# --- drafts of wording ---


def read(part: str, name: str, **typed: str) -> dict[str, Any]:
    return bench_drafts.read_change(wording_bank.rulebook(), part, name, typed, [])


@pytest.mark.parametrize(("part", "typed", "words"), [
    ("violation", {"add": "(a+)+$"}, "像正则表达式"), ("violation", {"add": "加" * 300}, "最多 200 个"),
    ("violation", {"add": "<软体> .. 微信"}, "名字相近的概念：软件"),
    ("violation", {"add": "微信 *"}, "没有词"),
    ("violation", {"drop": "没有过"}, "没有句式"), ("concept", {"drop": "没有过"}, "没有「没有过」"), ("concept", {"add": "字" * 61}, "最多 60 个"),
    ("violation", {"add": "\n".join(f"甲{n} 乙" for n in range(3000))}, "现在有 3000 行"), ("violation", {"add": "加 微", "when": "never"}, "从列表里选")])
def test_a_change_that_cannot_be_read_is_refused_at_its_field(part: str, typed: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as error:
        read(part, "软件" if part == "concept" else CONTACT, **typed)
    assert words in error.value.message and error.value.field in ("add", "drop")


def test_a_draft_shows_what_changes_and_whether_people_agree() -> None:
    base = wording_bank.rulebook()
    body = read("concept", "软件", add="蓝泡泡\n", drop="卫星") | {"id": "concept.软件"}
    more = read("violation", CONTACT, add="换 .. <软件>", sure="clear")
    after = with_bodies(base, {"concept.软件": body, f"violation.{CONTACT}": more})
    assert after.digest != base.digest
    changed = bench_drafts.compare(ROWS, bench.judge_rows(ROWS, base, NOW), bench.judge_rows(ROWS, after, NOW))
    assert {(one.row.row, change.code, change.gained, change.better) for one in changed for change in one.changes} == {
        (2, CONTACT, False, True), (3, CONTACT, True, True)}
    assert bench_drafts.literal_hits(ROWS, more, after) == {"换 .. <软件>": 1}


def test_the_gate_holds_back_what_breaks_an_example_or_is_slow() -> None:
    base = wording_bank.rulebook()
    broad = with_bodies(base, {"violation.x": read("violation", CONTACT, add="蓝泡泡", sure="clear")})
    gate = bench_drafts.gate_of(base, broad, NOW, clock=clock_of(1, 1))
    assert not gate.open and [(one.code, one.wanted) for one in gate.broken] == [(CONTACT, False)] and "例句有 1 条" in gate.reasons[0]
    slow = with_bodies(base, {"concept.软件": read("concept", "软件", add="绿泡泡")})
    assert "变慢到 2.00 倍" in bench_drafts.gate_of(base, slow, NOW, clock=clock_of(1, 2)).reasons[0]
    fine = with_bodies(base, {"concept.软件": read("concept", "软件", add="紫泡泡")})
    gate = bench_drafts.gate_of(base, fine, NOW, clock=clock_of(2, 2))
    assert gate.open and gate.slowdown == 1.0 and gate.examples == 5


def clock_of(base: int, candidate: int) -> Callable[[], float]:
    """A clock by which the two rulebooks take this long in turn."""
    moments = [0.0]
    for turn in range(4 * bench_drafts.ROUNDS):
        moments += [moments[-1] + (base, candidate)[turn % 2]] * 2
    return iter(moments).__next__


def test_a_draft_is_published_as_a_change_set_and_taken_back(
        session: Session, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_drafts, "slowdown", lambda *_: 1.0)
    wording_bank.publish_release(session, now)
    body = read("concept", "软件", add="橙泡泡")
    older, draft = (bench_drafts.save_draft(session, body, cast.zhou.id, now) for _ in range(2))
    assert bench.reported(bench.judge_rows([row(1, "加我橙泡泡聊吧")], current_rulebook(session), now)[0] or {}, "violations") == set()
    release = bench_drafts.publish_draft(session, current_rulebook(session), draft, cast.zhou.id, now)
    assert release.number == 2 and session.get_one(ChangeSet, release.change_set_id).title == "话术规则：概念「软件」"
    assert bench.reported(bench.judge_rows([row(1, "加我橙泡泡聊吧")], current_rulebook(session), now)[0] or {}, "violations") == {CONTACT}
    again, homeless = laid_over(wording_bank.rulebook(), published_changes(session))
    assert (again.digest, homeless) == (release.digest, [])
    with pytest.raises(ConflictError, match="第 2 版"):
        bench_drafts.publish_draft(session, current_rulebook(session), older, cast.zhou.id, now)
    back = bench_drafts.save_draft(session, read("concept", "软件"), cast.zhou.id, now)
    assert publishing.publish(session, [back], "撤回", cast.zhou.id, now).digest == wording_bank.rulebook().digest


def test_a_change_that_new_files_leave_without_ground_stays_out_and_is_told() -> None:
    base = wording_bank.rulebook()
    published = {"concept.软件": read("concept", "软件", add="青泡泡"), "violation.x": {"violation": CONTACT, "add": ["<没了> 微信"]}}
    made, problems = laid_over(base, published)
    assert [change["concept"] for change in made.wording["house"]["changes"]] == ["软件"]
    assert "violation.x" in str(problems[0])


def test_what_the_gate_refuses_is_not_published(session: Session, cast: Cast, now: datetime) -> None:
    wording_bank.publish_release(session, now)
    draft = bench_drafts.save_draft(session, read("violation", CONTACT, add="蓝泡泡", sure="clear"), cast.zhou.id, now)
    with pytest.raises(ContentError, match="例句有 1 条"):
        bench_drafts.publish_draft(session, current_rulebook(session), draft, cast.zhou.id, now)


def test_limits_are_those_of_the_page() -> None:
    assert (bench_files.MOST_REPLIES, bench_files.LONGEST_REPLY) == (1000, 2000)
