"""A new hire in a real browser: lesson, check, practice, desk, the exam with a lost network, result, certificate."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Complaints

SignIn = Callable[[Page, str], None]
Axe = Callable[[Page], list[str]]
NewPage = Callable[..., Page]
HIRE, HOLDER = "CS1001", "CS1002"
PAGES = ("/today", "/lessons", "/practice/", "/practice/mistakes", "/exams/", "/desk/", "/rules/", "/search?q=退货")
REPLY = "您好，让您久等了，真的很抱歉。我马上为您核实，今天下午六点前给您答复。"


def answer(question: Locator, page: Page) -> None:
    """Some answer to whatever kind of question stands there."""
    boxes = question.locator("input[type=radio], input[type=checkbox]")
    if boxes.count():
        boxes.first.check()
    elif question.locator("textarea").count():
        question.locator("textarea").fill(REPLY)
    elif question.locator("[data-down]").count():
        question.locator("[data-down]").first.click()


@pytest.mark.parametrize(("width", "dark"), [pytest.param(1280, False, marks=pytest.mark.slow), (390, True)])
def test_every_page_of_a_learner_is_accessible(new_page: NewPage, sign_in: SignIn, axe: Axe, width: int, dark: bool) -> None:
    page = new_page(width=width, dark=dark)
    sign_in(page, HOLDER)
    found = []
    for address in PAGES:
        page.goto(address)
        found += axe(page)
    page.goto("/exams/")
    page.get_by_role("link", name="看成绩").first.click()
    found += axe(page)
    assert found == []


def test_the_day_begins_with_one_next_step_that_leads_to_a_lesson_and_its_check(
        page: Page, sign_in: SignIn, axe: Axe, complaints: Complaints) -> None:
    complaints.expect(422)
    sign_in(page, HIRE)
    page.get_by_role("link", name="开始学").click()
    expect(page.locator("article.lesson h1")).to_be_visible()
    found = axe(page)
    page.get_by_role("button", name="学完了").click()
    page.wait_for_url("**/check")
    found += axe(page)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("还有题没有作答")).to_be_visible()
    for question in page.locator("[data-question]").all():
        answer(question, page)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/check?done=1")
    expect(page.locator(".mark-list").first).to_be_visible()
    found += axe(page)
    assert found == []


def test_practice_shows_key_reason_and_rule_at_once(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, HIRE)
    page.goto("/practice/next?context=mixed")
    found = axe(page)
    answer(page.locator("[data-question]"), page)
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/practice/answers/*")
    expect(page.locator(".mark-list li").first).to_be_visible()
    found += axe(page)
    cite = page.locator(".cite").first
    cite.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += axe(page)
    assert found == []


def test_a_dispute_is_opened_and_answered(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, HIRE)
    page.goto("/desk/")
    page.get_by_role("button", name="开始接待").first.click()
    page.wait_for_url("**/desk/sessions/*")
    found = axe(page)
    page.locator("textarea[name=text]").fill(REPLY)
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text(REPLY[:12])).to_be_visible()
    found += axe(page)
    assert found == []


@pytest.fixture
def sitting(page: Page, sign_in: SignIn, complaints: Complaints) -> Page:
    """小陈 in the exam of this week, begun now or gone back to."""
    complaints.expect_lost_network()
    sign_in(page, HIRE)
    page.goto("/exams/")
    page.get_by_role("link", name="11 月上岗考（第二场）").click()
    page.wait_for_url(re.compile(r"/exams/\d+$"))
    if page.get_by_role("link", name="继续作答").count():
        page.get_by_role("link", name="继续作答").click()
    else:
        page.get_by_role("button", name="开始考试").click()
        page.get_by_role("dialog").get_by_role("button", name="开始考试").click()
    page.wait_for_url("**/exams/attempts/*")
    return page


def go(page: Page, place: int) -> Locator:
    page.locator(f"[data-go='{place}']").click()
    return page.locator(f"[data-item='{place}']")


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_contain_text("已保存")


def place_of(page: Page, inside: str) -> int:
    """The first item that holds such a control."""
    return int(page.locator(f"[data-item]:has({inside})").first.get_attribute("data-item") or "0")


def test_an_exam_survives_reload_and_a_lost_network(sitting: Page, axe: Axe) -> None:
    page = sitting
    found = axe(page)
    text = place_of(page, "textarea")
    go(page, 0).locator("input[type=radio]").nth(1).check()
    saved(page)
    lose_network(page, True)
    go(page, text).locator("textarea").fill(REPLY)
    expect(page.locator("[data-save-state]")).to_contain_text("网络断开")
    lose_network(page, False)
    saved(page)
    page.reload()
    expect(go(page, 0).locator("input[type=radio]").nth(1)).to_be_checked()
    expect(go(page, text).locator("textarea")).to_have_value(REPLY)
    page.keyboard.press("Escape")
    found += axe(page)
    assert found == []


def lose_network(page: Page, gone: bool) -> None:
    """Cut the line to the server as a pulled cable does; the browser's own complaint about it is not ours."""
    if gone:
        page.route("**/items/*", lambda route: route.abort("internetdisconnected"))
    else:
        page.unroute("**/items/*")
        page.evaluate("window.dispatchEvent(new Event('online'))")


def test_what_was_typed_offline_is_there_after_the_browser_died(sitting: Page, axe: Axe) -> None:
    page = sitting
    text = place_of(page, "textarea")
    lose_network(page, True)
    go(page, text).locator("textarea").fill("断网时写的草稿，" + REPLY)
    expect(page.locator("[data-save-state]")).to_contain_text("网络断开")
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(f"{page.url.split('#')[0]}#q{text + 1}")
    expect(again.locator(f"[data-item='{text}'] textarea")).to_have_value("断网时写的草稿，" + REPLY)
    saved(again)


def test_two_tabs_are_told_of_each_other_and_the_learner_chooses(sitting: Page, complaints: Complaints) -> None:
    complaints.expect(409)
    page = sitting
    go(page, 1)
    other = page.context.new_page()
    other.goto(page.url.split("#")[0] + "#q2")
    page.locator("[data-item='1'] input[type=radio]").nth(0).check()
    saved(page)
    other.locator("[data-item='1'] input[type=radio]").nth(2).check()
    expect(other.locator("[data-item='1'] [data-conflict]")).to_be_visible()
    other.get_by_role("button", name="用这一页的").click()
    saved(other)
    page.reload()
    expect(page.locator("[data-item='1'] input[type=radio]").nth(2)).to_be_checked()


def test_keys_choose_and_move_and_mark_unsure(sitting: Page) -> None:
    page = sitting
    go(page, 2)
    page.locator("[data-item='2'] h2").focus()
    page.keyboard.press("3")
    expect(page.locator("[data-item='2'] input").nth(2)).to_be_checked()
    page.keyboard.press("m")
    expect(page.locator("[data-item='2'] [data-unsure-toggle]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-item='2'] h2").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-item='3']")).to_be_visible()


def test_handing_in_names_what_is_open_and_brings_the_result(sitting: Page, axe: Axe) -> None:
    page = sitting
    for place in range(page.locator("[data-item]").count()):
        item = go(page, place)
        if item.get_attribute("data-kind") != "case":
            answer(item, page)
    page.locator(".exam-bar [data-submit-open]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("还有 1 题未答")
    found = axe(page)
    dialog.get_by_role("button", name="确定交卷").click()
    page.wait_for_url("**/result")
    expect(page.locator(".result-item").first).to_be_visible()
    expect(page.get_by_text("正确答案在考试结束后")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(key => /^shanggang:\\d+:\\d+:/.test(key))") == []
    found += axe(page)
    assert found == []


def test_a_certificate_is_shown_printed_and_verified_by_anybody(page: Page, new_page: NewPage, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, HOLDER)
    page.goto("/exams/")
    page.locator("a[href*='/certificates/SG']").first.click()
    number = page.url.rsplit("/", 1)[1]
    expect(page.get_by_text("企业内部培训合格证明").first).to_be_visible()
    found = axe(page)
    passer_by = new_page(width=390)
    passer_by.goto("/verify")
    passer_by.get_by_label("证书编号").fill(number)
    passer_by.get_by_role("button", name="查验").click()
    expect(passer_by.get_by_text("有效").first).to_be_visible()
    expect(passer_by.get_by_text("林*")).to_be_visible()
    assert "林小满" not in passer_by.content()
    found += axe(passer_by)
    assert found == []
