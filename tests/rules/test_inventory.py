"""The rulebook files hold every rule of both inventories, and hold it well."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RULEBOOK = ROOT / "question_bank" / "rulebook"
IDS = (Path(__file__).with_name("inventory_ids.txt")).read_text(encoding="utf-8").split()
FOLDERS = ["taobao", "tmall", "jd", "pdd", "douyin", "kuaishou", "shop", "o2o_platform", "phone_desk", "general"]
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
POSTS = {"presale", "aftersale", "complaint", "supervisor"}
FIGURE = re.compile(r"\{\{([a-z0-9_.]*)#([a-z0-9_]+)\}\}")
NUMERALS = {1: "一", 2: "两", 3: "三", 5: "五", 7: "七", 10: "十", 15: "十五", 30: "三十"}
SPOKEN = {
    "minutes": "分钟",
    "hours": "小时",
    "days": "[天日](?!无理由)",
    "workdays": "个工作日",
    "months": "个月",
    "years": "年",
    "yuan": "元",
    "points": "分（?!钟）",
    "percent": "%",
    "times": "倍",
    "kg": "(?:公斤|kg)",
    "km": "(?:公里|km)",
}


def read_rules() -> list[dict[str, Any]]:
    found = []
    for folder in FOLDERS:
        for path in sorted((RULEBOOK / folder).glob("*.yaml")):
            for rule in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["rules"]:
                found.append({**rule, "path": path})
    return found


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    return read_rules()


@pytest.fixture(scope="module")
def by_id(rules: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in rules}


def texts_of(rule: dict[str, Any]) -> str:
    return " ".join(rule.get(key) or "" for key in ("statement", "explain"))


def test_the_list_of_ids_is_whole() -> None:
    assert len(IDS) == len(set(IDS)) == 942


def test_every_inventory_id_is_in_the_rulebook(by_id: dict[str, dict[str, Any]]) -> None:
    assert [rule_id for rule_id in IDS if rule_id not in by_id] == []


def test_no_id_stands_twice(rules: list[dict[str, Any]]) -> None:
    counts = Counter(rule["id"] for rule in rules)
    assert [rule_id for rule_id, count in counts.items() if count > 1] == []


def test_every_rule_names_its_source_and_systems(rules: list[dict[str, Any]]) -> None:
    def complete(rule: dict[str, Any]) -> bool:
        source, systems = rule.get("source", {}), rule.get("systems", [])
        named = bool(source.get("document") and source.get("section"))
        return named and bool(systems) and all(1 <= int(number) <= 46 for number in systems)

    assert [rule["id"] for rule in rules if not complete(rule)] == []


def test_sources_are_titles_and_not_file_names(rules: list[dict[str, Any]]) -> None:
    assert [rule["id"] for rule in rules if re.search(r"\.txt|[0-9a-f]{8}", rule["source"]["document"])] == []


def test_quotes_are_at_most_25_characters(rules: list[dict[str, Any]]) -> None:
    assert [rule["id"] for rule in rules if len(rule["source"].get("quote") or "") > 25] == []


def test_every_system_has_rules(rules: list[dict[str, Any]]) -> None:
    covered = {int(number) for rule in rules for number in rule["systems"]}
    assert covered == set(range(1, 47))


def test_every_figure_named_in_a_text_exists(rules: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> None:
    def missing(rule: dict[str, Any]) -> list[str]:
        uses = FIGURE.findall(texts_of(rule) + (rule.get("caution") or ""))
        return [
            f"{rule['id']}: {at or rule['id']}#{name}"
            for at, name in uses
            if name not in by_id.get(at or rule["id"], {}).get("figures", {})
        ]

    assert [text for rule in rules for text in missing(rule)] == []


def spoken(value: str, unit: str) -> str | None:
    """A pattern of the figure as a person would type it, or None for a unit that is not read aloud."""
    if unit not in SPOKEN or value == "null":
        return None
    number = re.escape(value)
    numeral = NUMERALS.get(int(value)) if value.isdigit() else None
    typed = rf"(?<![\d.]){number}" + (rf"|(?<![十二三四五六七八九第]){numeral}" if numeral else "")
    return rf"(?:{typed})\s*(?:个自然|个)?{SPOKEN[unit]}"


@pytest.mark.parametrize("text", ["七天内退款", "须在7日内退", "7个自然日", "7 天"])
def test_a_typed_figure_is_recognised(text: str) -> None:
    assert re.search(spoken("7", "days") or "$^", text)


@pytest.mark.parametrize("text", ["七天无理由", "17天", "第七天", "十七天", "7小时"])
def test_another_number_is_not_taken_for_the_figure(text: str) -> None:
    assert not re.search(spoken("7", "days") or "", text)


def test_a_figure_is_written_once(rules: list[dict[str, Any]]) -> None:
    def typed_again(rule: dict[str, Any]) -> list[str]:
        text = FIGURE.sub("", texts_of(rule))
        versions = [version for figure in rule.get("figures", {}).values() for version in figure]
        patterns = [spoken(version["value"], version["unit"]) for version in versions]
        return [f"{rule['id']}: {found[0]}" for pattern in patterns if pattern and (found := re.search(pattern, text))]

    assert [text for rule in rules for text in typed_again(rule)] == []


def test_a_caution_against_following_makes_a_pitfall(rules: list[dict[str, Any]]) -> None:
    warned = [
        rule for rule in rules if re.search("不得照做|绝不可学|不可执行|不可据此|不得照此", rule.get("caution") or "")
    ]
    assert len(warned) > 5
    assert [rule["id"] for rule in warned if rule["standing"] not in ("pitfall", "historic")] == []


def test_a_checked_rule_says_by_whom_when_and_against_what(rules: list[dict[str, Any]]) -> None:
    checked = [rule["currency"] for rule in rules if rule["currency"]["status"] == "checked"]
    assert len(checked) >= 258
    assert all(mark.get("by") and mark.get("date") and mark.get("against") for mark in checked)


def test_law_holds_everywhere_and_platform_rules_only_at_home(rules: list[dict[str, Any]]) -> None:
    law = [rule for rule in rules if rule["authority"] == "law"]
    assert [rule["id"] for rule in law if rule["platforms"] != ["general"]] == []
    elsewhere = [rule["id"] for rule in rules if rule["id"].startswith("tb2025.") and rule["platforms"] != ["taobao"]]
    assert elsewhere == []


def test_about_sixty_rules_must_be_known_by_heart(rules: list[dict[str, Any]]) -> None:
    assert all(set(rule["need"]) <= POSTS for rule in rules)
    must = [rule["id"] for rule in rules if "must" in rule["need"].values()]
    assert 50 <= len(must) <= 70


def test_every_pitfall_and_replaced_rule_warns_the_reader(rules: list[dict[str, Any]]) -> None:
    silent = [rule["id"] for rule in rules if rule["standing"] in ("pitfall", "historic") and not rule.get("caution")]
    assert silent == []
