"""Malformed rulebooks: every flaw in one run, each with file, line and the words that help."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from trainer.rules import Problem, Rulebook, RulebookError, UnknownRule

ROOT = Path(__file__).resolve().parents[2]

RULE = """\
rules:
- id: tmall.test.one
  title: 测试规则
  platforms: [tmall]
  topic: shipping_promise
  kind: deadline
  authority: platform_rule
  effective: {from: 2012, to: null}
  standing: decides
  decides: [shipping.deadline.ship_by]
  figures:
    wait: [{value: 48, unit: hours}]
  when: order.kind == 'normal'
  then: {ship_by: order.paid_at + figure.wait}
  statement: 付款后{{#wait}}内发货。
  explain: 付款后{{#wait}}内发货,最晚 {{answer.ship_by}}。
  examples:
  - {why: 普通, as_of: 2026-01-01T00:00:00+08:00, facts: {order: {kind: normal}}}
  source: {document: 测试, section: 第一条}
  currency: {status: unchecked}
"""


def load(folder: Path, text: str, more: dict[str, str] | None = None) -> Rulebook:
    book = folder / "rulebook"
    (book / "tmall").mkdir(parents=True)
    shutil.copy(ROOT / "question_bank" / "rulebook" / "decisions.yaml", book / "decisions.yaml")
    (book / "tmall" / "shipping_promise.yaml").write_text(text, encoding="utf-8")
    for name, content in (more or {}).items():
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_text(content, encoding="utf-8")
    return Rulebook.load(book)


def test_a_sound_rule_loads_and_answers(tmp_path: Path) -> None:
    facts = {"order": {"kind": "normal", "paid_at": "2026-01-01T10:00:00+08:00"}}
    decision = load(tmp_path, RULE).decide(
        "shipping.deadline", platform="tmall", as_of="2026-01-02T00:00:00Z", facts=facts
    )
    assert decision.answer == {"ship_by": "2026-01-03T10:00:00+08:00"}
    assert decision.because[0].text == "付款后48 小时内发货,最晚 2026年1月3日 10:00:00。"


BROKEN = [
    ("  title: 测试规则\n", "", 2, "缺少 title"),
    ("  title:", "  titel:", 3, "是不是「title」"),
    ("kind: deadline", "kind: dead", 6, "可用：procedure"),
    ("kind: deadline", "kind: deadline\n  kind: fee", 7, "键「kind」写了两次"),
    ("authority: platform_rule", "authority: plattform_rule", 7, "是不是「platform_rule」"),
    ("platforms: [tmall]", "platforms: [tmal]", 4, "是不是「tmall」"),
    ("from: 2012", "from: 2012-13-01", 8, "不是日期"),
    ("to: null", "to: 2011-01-01", 8, "to 要晚于 from"),
    ("to: null", "until: 2011", 8, "可用的键：from、to"),
    ("standing: decides", "standing: guides", 10, "不能有 decides"),
    ("decides: [shipping.deadline.ship_by]", "decides: [shipping.deadline.by]", 10, "可用：shipping.deadline.ship_by"),
    ("decides: [shipping.deadline.ship_by]", "decides: [deadline]", 10, "写成 判断.字段"),
    ("unit: hours", "unit: hour", 12, "是不是「hours」"),
    ("value: 48", "value: many", 12, "要写数"),
    ("order.kind == 'normal'", "order.kin == 'normal'", 13, "第 1 列：不认识「order.kin」，是不是「order.kind」"),
    ("order.kind == 'normal'", "order.kind == 'norma'", 13, "是不是「normal」"),
    ("order.kind == 'normal'", "order.paid_at", 13, "when 要得出是非"),
    ("order.paid_at + figure.wait", "order.paid_at - order.paid_at", 14, "要得出时刻"),
    ("order.paid_at + figure.wait", "answer.ship_by", 14, "还没有算出来"),
    ("{ship_by:", "{by:", 14, "不在 decides 里"),
    ("statement: 付款后{{#wait}}", "statement: 付款后{{#wate}}", 15, "可用：wait"),
    ("statement: 付款后{{#wait}}", "statement: 付款后{{wait}}", 15, "看不懂"),
    ("statement: 付款后{{#wait}}", "statement: 付款后{{#wait}", 15, "没有成对"),
    ("{{answer.ship_by}}", "{{answer.ship_at}}", 16, "没有字段「answer.ship_at」"),
    ("as_of: 2026", "asof: 2026", 18, "是不是「as_of」"),
    (", section: 第一条", "", 19, "缺少 section"),
    ("{status: unchecked}", "{status: checked}", 20, "没有 by"),
    ("{status: unchecked}", "{status: fine}", 20, "可用：checked"),
    ("id: tmall.test.one", "id: Tmall One", 2, "不合写法"),
    (
        "  when:",
        "  beats: [{rule: tmall.x.y, slot: shipping.deadline.ship_by, reason: special}]\n  when:",
        13,
        "不存在的「tmall.x.y」",
    ),
    ("  when:", "  scope: store\n  when:", 13, "shop:店铺编号"),
    ("platforms: [tmall]", "platforms: &p [tmall]\n  systems: *p", 4, "锚点"),
    ("platforms: [tmall]", "platforms: [tmall", 5, "YAML 写法有误"),
    ("rules:", "rule:", 1, "最上层只有一个键 rules"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN)
def test_a_flaw_is_told_with_its_line_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in RULE
    with pytest.raises(RulebookError) as failure:
        load(tmp_path, RULE.replace(old, new, 1))
    told = [problem for problem in failure.value.problems if words in str(problem)]
    assert told, str(failure.value)
    assert told[0].file == "tmall/shipping_promise.yaml"
    assert told[0].line == line


def test_all_flaws_of_all_files_are_told_in_one_run(tmp_path: Path) -> None:
    other = RULE.replace("tmall.test.one", "tmall.test.two").replace("kind: deadline", "kind: x")
    year = "year: 2026\ntitle: 通知\noff: [2027-01-01, never]\nwork: []\n"
    with pytest.raises(RulebookError) as failure:
        load(
            tmp_path,
            RULE.replace("topic: shipping_promise", "topic: y"),
            {"tmall/more.yaml": other, "weixin/a.yaml": "rules: []", "../calendar/2026.yaml": year},
        )
    told = str(failure.value)
    for words in (
        "tmall/more.yaml 第 6 行",
        "tmall/shipping_promise.yaml 第 5 行",
        "目录「weixin」不是平台",
        "「never」不是日期",
        "不在 2026 年",
    ):
        assert words in told


def test_an_id_used_twice_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as failure:
        load(tmp_path, RULE, {"tmall/more.yaml": RULE})
    assert "用了两次" in str(failure.value)
    assert "tmall/more.yaml 第 2 行" in str(failure.value)


def test_wording_is_carried_and_checked_by_the_schema_that_is_handed_in(tmp_path: Path) -> None:
    book = load(tmp_path, RULE, {"wording/contact.yaml": "wording:\n  weight: 0.5\n"})
    assert book.wording == {"contact": {"wording": {"weight": 0.5}}}
    with pytest.raises(RulebookError) as failure:
        Rulebook.load(
            tmp_path / "rulebook", lambda data, file: [Problem(file, 2, f"不认识 {next(iter(data['wording']))}")]
        )
    assert "wording/contact.yaml 第 2 行：不认识 weight" in str(failure.value)


def test_a_shops_rule_speaks_only_where_its_shop_is_named(tmp_path: Path) -> None:
    own = (
        RULE.replace("tmall.test.one", "shop.s1.fast")
        .replace("platform_rule", "shop_policy")
        .replace("value: 48", "value: 24")
    )
    own = own.replace("  topic:", "  scope: shop:s1\n  topic:")
    own = own.replace(
        "  when:", "  beats: [{rule: tmall.test.one, slot: shipping.deadline.ship_by, reason: special}]\n  when:"
    )
    book = load(tmp_path, RULE, {"tmall/shop.yaml": own})
    for shop, day in ((None, "03"), ("s2", "03"), ("s1", "02")):
        facts = {"order": {"kind": "normal", "paid_at": "2026-01-01T10:00:00+08:00"}, "shop": shop}
        decision = book.decide("shipping.deadline", platform="tmall", as_of="2026-01-02T00:00:00Z", facts=facts)
        assert decision.answer["ship_by"] == f"2026-01-{day}T10:00:00+08:00"


def test_a_shops_promise_that_is_worse_is_void(tmp_path: Path) -> None:
    own = (
        RULE.replace("tmall.test.one", "shop.s1.slow")
        .replace("platform_rule", "shop_policy")
        .replace("value: 48", "value: 96")
    )
    own = own.replace(
        "  when:", "  beats: [{rule: tmall.test.one, slot: shipping.deadline.ship_by, reason: special}]\n  when:"
    )
    book = load(tmp_path, RULE, {"tmall/shop.yaml": own})
    facts = {"order": {"kind": "normal", "paid_at": "2026-01-01T10:00:00+08:00"}}
    decision = book.decide("shipping.deadline", platform="tmall", as_of="2026-01-02T00:00:00Z", facts=facts)
    assert decision.answer["ship_by"] == "2026-01-03T10:00:00+08:00"
    assert [(lost.rule, lost.by, lost.reason) for lost in decision.overridden] == [
        ("shop.s1.slow", "tmall.test.one", "void")
    ]


def test_a_figure_that_changed_counts_by_its_own_date(tmp_path: Path) -> None:
    text = RULE.replace(
        "{value: 48, unit: hours}", "{value: 48, unit: hours}, {value: 24, unit: hours, from: 2026-06-01}"
    )
    book = load(tmp_path, text)
    facts = {"order": {"kind": "normal", "paid_at": "2026-01-01T10:00:00+08:00"}}
    for as_of, day, words in (
        ("2026-05-31T23:59:59+08:00", "03", "48 小时"),
        ("2026-06-01T00:00:00+08:00", "02", "24 小时"),
    ):
        decision = book.decide("shipping.deadline", platform="tmall", as_of=as_of, facts=facts)
        assert decision.answer["ship_by"] == f"2026-01-{day}T10:00:00+08:00"
        assert words in decision.because[0].text


def test_an_announced_rule_speaks_from_its_day_on(tmp_path: Path) -> None:
    book = load(tmp_path, RULE.replace("from: 2012", "from: 2030-01-01"))
    facts = {"order": {"kind": "normal", "paid_at": "2026-01-01T10:00:00+08:00"}}
    before = book.decide("shipping.deadline", platform="tmall", as_of="2029-12-31T23:59:59+08:00", facts=facts)
    assert (before.answer, before.because) == ({"ship_by": None}, ())
    assert book.decide("shipping.deadline", platform="tmall", as_of="2030-01-01T00:00:00+08:00", facts=facts).answer[
        "ship_by"
    ]


def test_an_unknown_rule_suggests_a_known_one(rulebook: Rulebook) -> None:
    with pytest.raises(UnknownRule) as failure:
        rulebook.rule("tmall.shipping.normal_72")
    assert "tmall.shipping.normal_72h" in str(failure.value)


def test_texts_are_rendered_and_cut_at_their_figures(rulebook: Rulebook) -> None:
    text = "须在{{tmall.shipping.normal_72h#window}}内发货，否则赔{{tmall.late_shipment.compensation#rate}}"
    assert rulebook.render(text, "2026-01-01T00:00:00+08:00") == "须在72 小时内发货，否则赔30%"
    segments = rulebook.segments("最高{{#cap}}", "2026-01-01T00:00:00+08:00", own="tmall.late_shipment.compensation")
    assert segments[0] == "最高"
    assert not isinstance(segments[1], str)
    assert (segments[1].rule, segments[1].figure, segments[1].text) == (
        "tmall.late_shipment.compensation",
        "cap",
        "500 元",
    )
    assert rulebook.figure("tmall.late_shipment.compensation#cap", "2026-01-01T00:00:00+08:00").text == "500 元"


def test_the_badge_says_whether_a_rule_was_checked(rulebook: Rulebook) -> None:
    assert rulebook.badge("tmall.shipping.normal_72h").text == "待核对"
    assert rulebook.badge("law.fraud.triple").text == "现行已核对"


# --- withdrawn rules ---


def withdrawn(rulebook: Rulebook, **change: object) -> Rulebook:
    """The shipped rulebook with one rule withdrawn on 2026-11-21."""
    data = json.loads(rulebook.canonical_json())
    for rule in data["rules"]:
        if rule["id"] == "tb.complaint.appeal_7d":
            rule["currency"] = {"status": "withdrawn", "by": "周", "date": "2026-11-21", "against": "被新规取代"}
            rule.update(change)
    return Rulebook.from_json(json.dumps(data))


@pytest.mark.parametrize(("as_of", "appeal_by"), [
    ("2026-11-20T23:59:59+08:00", "2026-01-08T00:00:00+08:00"), ("2026-11-21T00:00:00+08:00", None), ("2026-11-22T00:00:00+08:00", None),
])
def test_a_withdrawn_rule_without_a_last_day_decides_no_more_from_that_day(rulebook: Rulebook, as_of: str, appeal_by: str | None) -> None:
    book = withdrawn(rulebook)
    facts = {"complained_at": "2026-01-01T00:00:00+08:00"}
    decision = book.decide("appeal.due", platform="taobao", as_of=as_of, facts=facts)
    assert decision.answer == {"appeal_by": appeal_by} and bool(decision.because) is (appeal_by is not None)
    assert Rulebook.from_json(book.canonical_json()).digest == book.digest


def test_a_last_day_that_is_written_goes_before_the_day_of_withdrawal(rulebook: Rulebook) -> None:
    book = withdrawn(rulebook, effective={"to": "2027-01-01"})
    assert str(book.rule("tb.complaint.appeal_7d").effective.end) == "2027-01-01"
    early = withdrawn(rulebook, effective={"from": "2027-01-01"}).rule("tb.complaint.appeal_7d").effective
    assert early.start is not None and not early.covers(early.start.moment), "withdrawn before it began: never in force"
