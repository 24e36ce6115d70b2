"""The rule browser, the page of a rule, the platforms side by side, and the check list of trainers."""

import csv
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, select

from tests.factories import Cast, client_of
from tests.web.rules_site import shipped as shipped
from tests.web.rules_site import with_small_bank
from trainer.extensions import db
from trainer.models import AuditLog, Release


@pytest.fixture
def chen(shipped: tuple[Flask, Cast]) -> FlaskClient:
    return client_of(shipped[0], shipped[1].chen)


@pytest.fixture
def zhou(shipped: tuple[Flask, Cast]) -> FlaskClient:
    return client_of(shipped[0], shipped[1].zhou)


@pytest.fixture
def small(app: Flask, people: Cast) -> FlaskClient:
    """老周 on a small bank, so that publishing is quick."""
    return client_of(with_small_bank(app), people.zhou)


def titles(page: str) -> list[str]:
    return re.findall(r'rule-row"><div class="row"><a class="strong"[^>]*>([^<]*)</a>', page)


def count(page: str) -> int:
    found = re.search(r"共 (\d+) 条", page)
    assert found is not None
    return int(found[1])


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


# --- the browser ---


@pytest.mark.parametrize(("query", "first"), [
    ("72小时发货", "普通商品72小时发货"), ("72 小时 发货", "普通商品72小时发货"), ("tmall.shipping.normal_72h", "普通商品72小时发货"),
    ("假一赔十", "假一赔十"), ("七日自签收", "七日自签收次日起算"), ("好评返现", "好评返现3元"),
])
def test_a_search_puts_the_rule_that_is_meant_first(chen: FlaskClient, query: str, first: str) -> None:
    assert titles(chen.get(f"/rules/?q={query}").text)[0] == first


def test_a_question_without_blanks_still_finds_what_comes_near(chen: FlaskClient) -> None:
    assert any("运费" in title for title in titles(chen.get("/rules/?q=七天无理由运费谁出").text))


@pytest.mark.parametrize("query", [
    "platform=jd", "topic=freight", "need=must", "currency=checked", "standing=pitfall", "authority=law", "conflict=1", "conflict=replaced",
    "force=in", "force=out", "force=out&as_of=2015-01-01", "q=运费&platform=tmall",
])
def test_a_filter_leaves_some_rules_and_not_all(chen: FlaskClient, query: str) -> None:
    assert 0 < count(chen.get(f"/rules/?{query}").text) < count(chen.get("/rules/").text)


def test_the_platform_tabs_count_what_the_other_filters_leave(chen: FlaskClient) -> None:
    page = chen.get("/rules/?q=运费").text
    tab = re.search(r'<a href="([^"]*platform=tmall[^"]*)">天猫<span class="count">(\d+)</span>', page)
    assert tab is not None
    assert count(chen.get(tab[1].replace("&amp;", "&")).text) == int(tab[2])


def test_pages_follow_one_another_without_repeating(chen: FlaskClient) -> None:
    first, second = titles(chen.get("/rules/?page=1").text), titles(chen.get("/rules/?page=2").text)
    assert len(first) == 50 and not set(first) & set(second)
    assert "第 20 / 20 页" in chen.get("/rules/?page=999").text


def test_nothing_found_says_so_and_leads_back(chen: FlaskClient) -> None:
    page = chen.get("/rules/?q=zzzz").text
    assert "没有找到规则" in page and "清空条件" in page


@pytest.mark.parametrize("query", ["as_of=gestern", "as_of=9999-12-31", "page=x", "platform=nowhere", "standing=%00", "force=sideways"])
def test_odd_queries_are_answered(chen: FlaskClient, query: str) -> None:
    assert chen.get(f"/rules/?{query}").status_code == 200


def test_a_stranger_is_sent_to_sign_in(shipped: tuple[Flask, Cast]) -> None:
    assert shipped[0].test_client().get("/rules/").status_code == 303


# --- one rule ---


def test_an_old_rule_shows_the_year_of_its_document_and_that_nobody_checked_it(chen: FlaskClient) -> None:
    assert "2012年资料 · 待核对" in chen.get("/rules/tmall.shipping.normal_72h").text


def test_a_date_that_the_document_does_not_give_is_said_to_be_missing(chen: FlaskClient) -> None:
    assert "生效日资料未载" in chen.get("/rules/tmall.seven_day.exact_168h").text


def test_an_old_rule_names_what_holds_today(chen: FlaskClient) -> None:
    page = text_of(chen.get("/rules/tmall.seven_day.exact_168h").text)
    assert "旧资料这样教，现在按下面的规定七日自签收次日起算 旧说法已不成立，现在按这条（优先级更高）" in page
    assert "遇到下面的规则，以它们为准" in text_of(chen.get("/rules/tmall.shipping.normal_72h").text)


def test_a_rule_names_what_it_beats_and_draws_the_years(chen: FlaskClient) -> None:
    page = chen.get("/rules/law.return.count_from_next_day").text
    assert "有准确时间：168小时" in page.split("以它为准、不再适用的")[1]
    assert "2017-03-15 起" in page and 'class="years-today"' in page


def test_examples_stand_as_cases_with_facts_and_answer(chen: FlaskClient) -> None:
    page = text_of(chen.get("/rules/tmall.shipping.normal_72h").text)
    assert "付款时间2012-11-10 10:00" in page
    assert "最晚发货时间2012年11月13日 10:00:00（周二）" in page
    assert "不适用：48小时后申请迟发" in page


def test_an_example_opens_in_the_calculator_with_the_same_answer(chen: FlaskClient) -> None:
    link = re.search(r'href="(/rules/calculators/[^"]*)">在计算器里打开', chen.get("/rules/tmall.shipping.normal_72h").text)
    assert link is not None
    assert "2012年11月13日 10:00:00" in chen.get(link[1].replace("&amp;", "&")).text


def test_no_page_of_a_rule_leaves_braces_or_half_width_commas(chen: FlaskClient) -> None:
    for rule_id in ("shop.bottle.praise_cashback", "law.fraud.triple", "tb2025.fake.refund", "pdd.effective_reply.user", "shop.bottle_home.ship_today"):
        body = chen.get(f"/rules/{rule_id}").text.split("data-sheet-content")[1].split("</main>")[0]
        assert "{{" not in body
        assert not re.search(r"[\u4e00-\u9fff],[\u4e00-\u9fff]", text_of(body).replace("「", "").split("原文")[0])


def test_a_case_that_names_the_rule_is_counted(zhou: FlaskClient) -> None:
    assert "案例 1 个" in zhou.get("/rules/law.delivery.risk_on_seller").text


def test_lessons_and_questions_that_rest_on_it_are_linked(small: FlaskClient) -> None:
    page = small.get("/rules/tmall.late.pay").text
    assert "迟发怎么赔" in page and "课程 1 课，题目 3 道" in page
    assert "/authoring/questions/late.amount" in page


def test_a_figure_that_changed_is_shown_over_time(small: FlaskClient) -> None:
    page = text_of(small.get("/rules/tmall.late.pay").text)
    assert "最早30%" in page and "2026-01-0120%" in page
    assert "30%赔" in text_of(small.get("/rules/tmall.late.pay?as_of=2025-12-31").text)


def test_a_rule_that_is_not_there_is_not_found(chen: FlaskClient) -> None:
    assert chen.get("/rules/no.such.rule").status_code == 404


def test_a_page_of_a_rule_takes_few_queries(shipped: tuple[Flask, Cast], chen: FlaskClient) -> None:
    seen: list[str] = []
    with shipped[0].app_context():
        engine = db.engine
    chen.get("/rules/law.fraud.triple")
    listener = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    chen.get("/rules/law.fraud.triple")
    event.remove(engine, "before_cursor_execute", listener)
    assert len(seen) <= 14


# --- the platforms side by side ---


def test_platforms_stand_side_by_side_with_their_figures(chen: FlaskClient) -> None:
    page = text_of(chen.get("/rules/compare?view=decisions").text)
    assert "收到退货后最晚什么时候退款说法一样" in page
    assert "72 小时 普通商品72小时发货" in page
    assert "48 小时 退款超时：签收48小时" in page


def test_the_comparison_follows_the_day(chen: FlaskClient) -> None:
    row = "能不能七天无理由退货"
    assert "168 小时" not in text_of(chen.get("/rules/compare?view=decisions").text).split(row)[1][:200]
    assert "168 小时" in text_of(chen.get("/rules/compare?view=decisions&as_of=2013-06-01").text)


def test_the_comparison_by_topic_can_be_narrowed(chen: FlaskClient) -> None:
    whole, some = chen.get("/rules/compare").text, chen.get("/rules/compare?verdict=说法一样").text
    assert whole.count('scope="row"') > some.count('scope="row"')


# --- checking ---


def test_the_list_puts_the_rule_with_most_items_first(small: FlaskClient) -> None:
    page = small.get("/rules/checking").text
    items = [sum(map(int, row)) for row in re.findall(r'课程">(\d+)</td><td[^>]*>(\d+)</td><td[^>]*>(\d+)</td>', page)]
    assert "共 2 条" in page and len(items) == 2 and items == sorted(items, reverse=True) and items[0] > 0


def test_the_list_can_be_taken_along_as_a_file(small: FlaskClient) -> None:
    answer = small.get("/rules/checking.csv?q=付款")
    assert answer.mimetype == "text/csv"
    assert [line.split(",")[0] for line in answer.text.splitlines()] == ["\ufeff编号", "tmall.late.window"]


def confirm(client: FlaskClient, **fields: str) -> str:
    values = {"rule": "tmall.late.window", "status": "checked", "against": "样例规则（2026 年版）第二节", "day": "2026-11-01", **fields}
    return client.post("/rules/check", data=values, follow_redirects=True).text


def test_a_trainer_confirms_a_rule_and_the_page_says_who_and_when(app: Flask, small: FlaskClient) -> None:
    assert "2012年资料 · 待核对" in small.get("/rules/tmall.late.window").text
    page = text_of(confirm(small))
    assert "已发布，规则库现在是第 2 版" in page
    assert "现行已核对" in page and "老周，2026-11-01，对照 样例规则（2026 年版）第二节" in page
    with app.app_context():
        assert db.session.scalars(select(Release.number)).all() == [1, 2]
        logged = db.session.scalars(select(AuditLog).where(AuditLog.action == "content.publish")).one()
        assert "付款后多久发货" in str(logged.detail["title"])


def test_a_rule_can_be_withdrawn_and_taken_back_with_all_of_it_on_record(small: FlaskClient) -> None:
    confirm(small)
    page = text_of(confirm(small, status="withdrawn", reason="被新规取代了", until="2026-11-10"))
    assert "已废止" in page and "2026-11-10 起失效" in page and "到 2026-11-10 为止" in page
    page = text_of(confirm(small, status="unchecked", reason="看错了文本"))
    assert "待核对" in page and page.count("老周：") == 3


def test_an_incomplete_check_is_told_at_its_field_and_nothing_is_published(app: Flask, small: FlaskClient) -> None:
    for fields, words in (
        ({"against": ""}, "请写明对照的是哪份文本"), ({"status": ""}, "请选一个核对结果"), ({"status": "withdrawn", "reason": ""}, "请写明理由"),
        ({"day": "morgen"}, "不是日期"), ({"day": "2999-01-01"}, "不能晚于今天"), ({"rule": "no.such"}, "没有这条规则"),
        ({"status": "withdrawn", "reason": "早就没有了", "until": "2001-01-01"}, "要晚于这一天"),
    ):
        values = {"rule": "tmall.late.window", "status": "checked", "against": "样例规则第二节", "day": "2026-11-01", **fields}
        answer = small.post("/rules/check", data=values)
        assert answer.status_code == 422 and words in answer.text
    with app.app_context():
        assert db.session.scalars(select(Release.number)).all() == [1]


def test_only_trainers_check_rules(chen: FlaskClient) -> None:
    assert chen.get("/rules/checking").status_code == 403
    assert chen.post("/rules/check", data={"rule": "law.fraud.triple"}).status_code == 403
    assert "核对或废止" not in chen.get("/rules/law.fraud.triple").text


# --- search ---


def test_the_search_of_the_top_line_finds_rules_and_calculators(chen: FlaskClient) -> None:
    page = chen.get("/search?q=最晚 发货").text
    assert "/rules/calculators/shipping.deadline" in page
    assert "判定 1 个" in page


def test_an_empty_search_says_what_can_be_found(chen: FlaskClient) -> None:
    assert "想找什么？" in chen.get("/search").text


@pytest.mark.parametrize("view", ["topics", "decisions"])
def test_the_platforms_side_by_side_come_as_a_file(chen: FlaskClient, view: str) -> None:
    answer = chen.get(f"/rules/compare.csv?view={view}&as_of=2026-11-21")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][1:4] == ["对照", "淘宝", "天猫"] and (rows[0][-1] == "法律和通用") is (view == "topics")
    assert {len(row) for row in rows} == {len(rows[0])} and any("待核对）" in cell for row in rows for cell in row)
    assert "attachment; filename=compare-2026-11-21.csv" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(chen.get(f"/rules/compare.xlsx?view={view}&as_of=2026-11-21").data)).active
    assert sheet is not None and [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] == rows
    assert chen.get("/rules/compare.pdf").status_code == 404
