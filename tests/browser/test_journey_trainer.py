"""A trainer in a real browser: write, try, publish; the question appears in practice and its answers in the figures."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints

SignIn = Callable[[Page, str], None]
Axe = Callable[[Page], list[str]]
NewPage = Callable[..., Page]
TRAINER, LEARNER = "TR1001", "CS1009"
PAGES = ("/authoring/", "/authoring/questions", "/authoring/questions/new/single", "/authoring/questions/new/scripted_reply",
         "/authoring/lessons", "/authoring/cases/", "/authoring/cases/taobao_seven_day_refusal", "/authoring/cases/tmall_lost_parcel/edit",
         "/authoring/papers", "/authoring/papers/shanggang_cert", "/authoring/papers/shanggang_cert/edit", "/authoring/lessons/return-freight",
         "/authoring/lessons/return-freight/edit", "/authoring/questions/shipping.normal_deadline")
RULE = "law.return.seven_day_right"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), pytest.param(390, True, marks=pytest.mark.slow)])
def test_every_page_of_a_trainer_is_accessible(new_page: NewPage, sign_in: SignIn, axe: Axe, width: int, dark: bool) -> None:
    page = new_page(width=width, dark=dark)
    sign_in(page, TRAINER)
    found = []
    for address in PAGES:
        page.goto(address)
        found += axe(page)
    assert found == []


def test_a_case_is_walked_checked_and_kept_as_a_draft(page: Page, sign_in: SignIn, axe: Axe, complaints: Complaints) -> None:
    complaints.expect(422)
    sign_in(page, TRAINER)
    page.goto("/authoring/cases/tmall_review_threat")
    expect(page.locator(".graph-node.is-ok").first).to_be_visible()
    page.get_by_role("button", name="走一遍").click()
    expect(page.get_by_role("button", name="重新走一遍")).to_be_visible()
    expect(page.get_by_role("link", name="看最省的走法")).to_have_count(4)
    found = axe(page)
    page.get_by_role("link", name="修改").click()
    text = page.get_by_label("案例内容")
    whole = text.input_value()
    text.fill(whole.replace("platform: tmall", "platform: tmal"))
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("link", name="第 3 行")).to_be_visible()
    found += axe(page)
    page.get_by_label("案例内容").fill(whole.replace("level: 3", "level: 2"))
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    page.get_by_role("link", name="修订记录").click()
    expect(page.get_by_text("加 1 行，去 1 行")).to_be_visible()
    found += axe(page)
    assert found == []


def test_a_choice_question_is_refused_with_reasons_then_published_and_practised(
        page: Page, new_page: NewPage, sign_in: SignIn, axe: Axe, complaints: Complaints) -> None:
    complaints.expect(422)
    sign_in(page, TRAINER)
    page.goto("/authoring/questions")
    page.locator("summary", has_text="写题").click()
    page.get_by_role("link", name="单选题", exact=True).click()
    page.get_by_label("编号", exact=True).fill("privacy.e2e-choice")
    page.get_by_label("标题").fill("浏览器里写的单选题")
    page.get_by_label("规则系统编号").fill("1")
    page.get_by_label("题干").fill("买家签收第三天想退一件没拆的普通台灯，店铺能不能拒绝？")
    page.get_by_role("textbox", name="选项 1", exact=True).fill("不能，还在无理由退货期内")
    page.get_by_role("group", name="选项 1").get_by_label("正确").check()
    page.get_by_role("textbox", name="选项 2", exact=True).fill("能，店铺页面写了不退")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("没有写依据的规则").first).to_be_visible()
    expect(page.get_by_label("标题")).to_have_value("浏览器里写的单选题")
    found = axe(page)
    page.get_by_label("依据的规则编号").fill(RULE)
    page.get_by_role("group", name="选项 2").get_by_label("错在哪").fill("店铺页面不能排除法定的退货权。")
    page.get_by_role("textbox", name="选项 3", exact=True).fill("能，签收就算验收")
    page.get_by_role("group", name="选项 3").get_by_label("错在哪").fill("签收不等于放弃退货。")
    page.get_by_label("讲解").last.fill("见 [[" + RULE + "]]。")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url("**/authoring/questions/privacy.e2e-choice")
    expect(page.get_by_text("已发布").first).to_be_visible()
    found += axe(page)
    practise(new_page(), sign_in, "浏览器里写的单选题", "买家签收第三天想退一件没拆的普通台灯")
    page.reload()
    expect(page.get_by_text("1 人次")).to_be_visible()
    assert found == []


def practise(page: Page, sign_in: SignIn, title: str, stem: str) -> None:
    """Draw questions of the topic until the new one comes; it is the least practised, so it comes soon."""
    sign_in(page, LEARNER)
    for _ in range(40):
        page.goto("/practice/next?context=topic:seven_day")
        shown = page.locator(".stem").inner_text()
        control = page.locator("[data-question]")
        if control.locator("input[type=radio], input[type=checkbox]").count():
            control.locator("input[type=radio], input[type=checkbox]").first.check()
        elif control.locator("textarea").count():
            control.locator("textarea").fill("您好，马上为您核实，今天下午六点前答复您。")
        page.get_by_role("button", name="提交").click()
        page.wait_for_url("**/practice/answers/*")
        if stem in shown:
            return
    pytest.fail(f"{title} never appeared in practice")


def test_a_reply_question_is_tried_while_it_is_written_and_kept_as_a_draft(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, TRAINER)
    page.goto("/authoring/questions/new/scripted_reply")
    page.get_by_label("编号", exact=True).fill("shipping.e2e-reply")
    page.get_by_label("标题").fill("浏览器里写的话术题")
    page.get_by_label("规则系统编号").fill("7")
    page.get_by_label("题干").fill("买家付款两天还没发货，来催。请回复。")
    page.get_by_label("依据的规则编号").fill(RULE)
    page.get_by_label("买家说").fill("怎么还不发货？")
    for n, (act, what) in enumerate((("apologise", "道歉"), ("promise_follow_up", "答应跟进"))):
        page.locator(f"#pw{n}").select_option(f"act:{act}")
        page.locator(f"#pt{n}").fill(what)
        page.locator(f"#pp{n}").fill("5")
    page.get_by_label("写一条回复试试").fill("非常抱歉让您久等了，我马上去催仓库，今天下午六点前给您答复。")
    page.get_by_role("button", name="试评").click()
    expect(page.locator("[data-tried]")).to_contain_text("得分 100")
    found = axe(page)
    page.get_by_label("写一条回复试试").fill("不知道，自己等。")
    page.get_by_role("button", name="试评").click()
    expect(page.locator("[data-tried]")).to_contain_text("得分 0")
    good = ("真的很抱歉让您久等，我现在就去催仓库，今天下午六点前一定给您答复。", "对不起，耽误您了，我马上联系仓库，今晚八点前回复您。",
            "非常抱歉，是我们慢了，我这就去查，一小时内给您回复。")
    bad = ("不知道，等着吧。", "仓库的事我不清楚，您自己看物流。", "急什么，慢慢等。")
    for n, reply in enumerate((*good, *bad)):
        page.locator(f"#sr{n}").fill(reply)
    page.get_by_role("button", name="试评").click()
    expect(page.locator("[data-tried]")).to_contain_text("6 / 6 条符合预期")
    found += axe(page)
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_url("**/authoring/questions/shipping.e2e-reply")
    expect(page.get_by_text("已发布").first).to_be_visible()
    found += axe(page)
    assert found == []


def test_a_paper_is_previewed_as_a_learner_sees_it(page: Page, sign_in: SignIn, axe: Axe) -> None:
    sign_in(page, TRAINER)
    page.goto("/authoring/papers")
    page.get_by_role("button", name="预览").first.click()
    page.wait_for_url("**/exams/attempts/*")
    expect(page.locator(".exam-title")).to_contain_text("预览")
    found = axe(page)
    page.locator(".exam-bar [data-submit-open]").click()
    page.get_by_role("dialog").get_by_role("button", name="确定交卷").click()
    page.wait_for_url("**/result")
    found += axe(page)
    assert found == []
