"""A supervisor in a real browser: import, assign, read an attempt, replay a dispute, confirm a provisional result."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SignIn = Callable[[Page, str], None]
Axe = Callable[[Page], list[str]]
NewPage = Callable[..., Page]
SUPERVISOR = "SV1001"
PAGES = ("/team/", "/team/people", "/team/report", "/grading/", "/assignments/", "/assignments/1", "/assignments/new", "/certificates",
         "/desk/sessions/3/replay?turn=3", "/desk/compare?a=3&b=1", "/desk/comments")


@pytest.mark.parametrize(("width", "dark"), [(1280, True), pytest.param(390, False, marks=pytest.mark.slow)])
def test_every_page_of_a_supervisor_is_accessible(new_page: NewPage, sign_in: SignIn, axe: Axe, width: int, dark: bool) -> None:
    page = new_page(width=width, dark=dark)
    sign_in(page, SUPERVISOR)
    found = []
    for address in PAGES:
        page.goto(address)
        found += axe(page)
    assert found == []


def test_a_roster_is_imported_and_the_newcomers_are_assigned_an_exam(page: Page, sign_in: SignIn, axe: Axe, tmp_path: Path) -> None:
    roster = tmp_path / "新人.csv"
    roster.write_text("工号,姓名,团队\nCS2001,新人甲,天猫售后一组\nCS2002,新人乙,天猫售后一组\n", encoding="utf-8-sig")
    sign_in(page, SUPERVISOR)
    page.goto("/team/people")
    page.get_by_role("link", name="导入").click()
    page.get_by_label("名单").set_input_files(roster)
    found = axe(page)
    page.get_by_role("button", name="检查名单").click()
    expect(page.get_by_text("检查通过：2 人")).to_be_visible()
    page.get_by_role("button", name="确认导入 2 人").click()
    expect(page.get_by_text("CS2001").first).to_be_visible()
    page.goto("/assignments/new")
    page.get_by_label("考试名称").fill("新人摸底")
    page.get_by_role("button", name="安排", exact=True).click()
    expect(page.get_by_text("请至少选择一个团队、班级或学员").first).to_be_visible()
    expect(page.get_by_label("考试名称")).to_have_value("新人摸底")
    found += axe(page)
    page.get_by_label("天猫售后一组").check()
    page.get_by_role("button", name="安排", exact=True).click()
    page.wait_for_url(re.compile(r"/assignments/\d+$"))
    expect(page.get_by_role("link", name="新人甲")).to_be_visible()
    found += axe(page)
    assert found == []


def test_one_learner_gets_more_time_with_a_reason(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, SUPERVISOR)
    page.goto("/assignments/2")
    page.get_by_text("给某位学员或某个组加时").click()
    page.get_by_label("给谁").select_option(label="郭子轩（CS1004）")
    page.get_by_label("答题时间").select_option(label="1.5 倍")
    page.get_by_label("原因").fill("手受伤，打字慢")
    found = axe(page)
    page.get_by_role("button", name=re.compile("特批|批准")).click()
    expect(page.get_by_text("特批已生效")).to_be_visible()
    expect(page.get_by_text("手受伤，打字慢")).to_be_visible()
    assert found == []


def test_an_attempt_and_its_dispute_are_read_whole(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, SUPERVISOR)
    page.goto("/team/people?q=CS1003")
    page.get_by_role("link", name="何嘉怡", exact=True).click()
    found = axe(page)
    page.get_by_role("link", name=re.compile("11 月上岗考（第一场）")).click()
    expect(page.locator(".result-item")).to_have_count(33)
    expect(page.locator(".option-right").first).to_be_attached()
    found += axe(page)
    page.go_back()
    page.locator("a[href*='/desk/'], a[href*='replay']").first.click()
    expect(page.locator(".replay-step").first).to_be_visible()
    expect(page.locator(".desk-mark").first).to_be_attached()
    page.wait_for_load_state()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="第 1 步")).to_be_visible()
    found += axe(page)
    page.get_by_label("写给").fill("查得很全，开口前先看物流，很好。")
    page.get_by_role("button", name="发出点评").click()
    expect(page.get_by_text("点评已发出")).to_be_visible()
    assert found == []


def test_a_provisional_result_is_confirmed_and_an_appeal_answered(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, SUPERVISOR)
    page.goto("/team/")
    page.get_by_role("link", name="查看全部").first.click()
    waiting = page.locator("main table").get_by_role("link", name="处理", exact=True)
    expect(waiting.first).to_be_visible()
    assert waiting.count() >= 2
    found = axe(page)
    while waiting.count():  # deciding one may settle another of the same question
        waiting.first.click()
        expect(page.get_by_text("您的决定")).to_be_visible()
        assert not any(name in page.locator("main").inner_text() for name in ("罗雅婷", "宋佳宁", "林小满")), "the queue is blind to names"
        found += axe(page)
        page.get_by_label("理由（学员会看到）").fill("看过原话，评分合理")
        page.get_by_role("button", name="提交决定").click()
        expect(page.get_by_text("已确认，维持原分")).to_be_visible()
    expect(page.get_by_text("没有待处理的")).to_be_visible()
    assert found == []


def test_a_certificate_is_revoked_and_restored(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, SUPERVISOR)
    page.goto("/certificates")
    row = page.locator("tbody tr").first
    row.get_by_text("撤销").first.click()
    row.get_by_label("原因").first.fill("长期离岗")
    row.get_by_role("button", name="撤销").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销").first).to_be_visible()
    found = axe(page)
    page.get_by_role("button", name="恢复").click()
    expect(page.get_by_text("上岗证已恢复")).to_be_visible()
    assert found == []
