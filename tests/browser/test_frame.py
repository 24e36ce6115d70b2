"""The frame and the administrator's pages in a real browser: keys, theme, dialogs, phone, accessibility."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

SignIn = Callable[[Page, str], None]
Axe = Callable[[Page], list[str]]
ADMIN = "AD1001"
PAGES = ("/admin/accounts", "/admin/accounts/new", "/admin/accounts/1", "/admin/groups", "/roster/", "/admin/audit", "/admin/system", "/account",
         "/account/password")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), pytest.param(360, True, marks=pytest.mark.slow)])
def test_every_page_of_the_administrator_is_accessible(
        new_page: Callable[..., Page], sign_in: SignIn, axe: Axe, width: int, dark: bool) -> None:
    page = new_page(width=width, dark=dark)
    page.goto("/sign-in")
    found = axe(page)
    sign_in(page, ADMIN)
    for address in PAGES:
        page.goto(address)
        found += axe(page)
    assert found == []


def test_a_demo_account_signs_in_with_one_click(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name=ADMIN).click()
    page.wait_for_url("**/admin/accounts")


def test_the_chosen_theme_holds_on_the_next_page(page: Page, sign_in: SignIn) -> None:
    sign_in(page, ADMIN)
    page.locator("summary.person").click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/admin/system")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_escape_closes_the_menu_and_gives_the_focus_back(page: Page, sign_in: SignIn) -> None:
    sign_in(page, ADMIN)
    page.locator("summary.person").click()
    expect(page.locator("details.menu")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(page.locator("details.menu")).not_to_have_attribute("open", "")
    expect(page.locator("summary.person")).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_text(page: Page, sign_in: SignIn) -> None:
    sign_in(page, ADMIN)
    page.goto("/admin/system")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_slash_goes_to_the_search_field(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "CS1001")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("/")
    expect(page.locator("[data-search]")).to_have_value("/")


def test_destroying_asks_first_and_escape_changes_nothing(page: Page, sign_in: SignIn) -> None:
    sign_in(page, ADMIN)
    page.goto("/admin/accounts?q=CS1002")
    page.get_by_role("link", name="林小满").click()
    page.get_by_role("button", name="停用账号").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("停用 林小满 的账号？")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="停用账号").click()
    page.get_by_role("dialog").get_by_role("button", name="停用账号").click()
    expect(page.get_by_role("status").first).to_contain_text("已停用")
    page.get_by_role("button", name="恢复账号").click()
    expect(page.get_by_role("status").first).to_contain_text("已恢复")


def test_leaving_with_unsaved_changes_asks_first(page: Page, sign_in: SignIn) -> None:
    sign_in(page, ADMIN)
    page.goto("/admin/accounts/new")
    page.get_by_label("姓名").fill("还没保存")
    expect(page.locator("[data-unsaved-state]")).to_have_text("有未保存的修改")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/admin/accounts")
    assert asked == ["beforeunload"]


def test_filters_apply_when_they_are_chosen(page: Page, sign_in: SignIn) -> None:
    sign_in(page, ADMIN)
    page.get_by_label("角色").select_option("admin")
    page.wait_for_url("**role=admin**")
    assert all("管理员" in row for row in page.locator("tbody tr").all_inner_texts())


def test_a_roster_is_checked_then_imported_and_its_passwords_are_saved_as_a_file(page: Page, sign_in: SignIn) -> None:
    sign_in(page, ADMIN)
    page.goto("/roster/")
    page.get_by_label("名单文件").set_input_files(
        files=[{"name": "名单.csv", "mimeType": "text/csv", "buffer": "工号,姓名\nBR9001,浏览器测试\n".encode()}])
    page.get_by_role("button", name="检查名单").click()
    page.get_by_role("button", name="确认导入 1 人").click()
    page.wait_for_url("**/apply")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 csv").click()
    saved = download.value.path().read_text("utf-8-sig")
    assert saved.splitlines()[0] == "工号,姓名,角色,初始密码"
    assert saved.splitlines()[1].startswith("BR9001,浏览器测试,学员,")


def test_a_wrong_password_is_explained_beside_the_form(page: Page, complaints: Any, axe: Axe) -> None:
    complaints.expect(422)
    page.goto("/sign-in")
    page.get_by_label("工号").fill("CS9999")
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("工号或密码不对")
    expect(page.get_by_label("工号")).to_have_value("CS9999")
    assert axe(page) == []


def test_a_cited_rule_opens_in_the_side_sheet_and_escape_leads_back(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, "CS1002")
    page.goto("/lessons/seven-day-time")
    cited = page.locator("main a.cite").first
    cited.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    expect(sheet.locator("[data-sheet-title]")).not_to_have_text("正在打开…")
    expect(sheet.locator("[data-sheet-body]")).to_contain_text("核对")
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(cited).to_be_focused()
    assert page.url.endswith("/lessons/seven-day-time")


def test_a_rule_that_cannot_be_fetched_is_explained_in_the_sheet(page: Page, sign_in: SignIn, complaints: Any) -> None:
    sign_in(page, "CS1002")
    page.goto("/lessons/seven-day-time")
    page.route("**/rules/**", lambda route: route.abort())
    page.locator("main a.cite").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("网络断开了")
    complaints.clear()
