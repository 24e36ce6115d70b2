"""Coverage, comparison of editions and the check of a shop's own rules."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from trainer.bank.shop_rules import shop_problems
from trainer.cli.rules import group
from trainer.rules import Rulebook
from trainer.rules.coverage import coverage, missing_rules, read_register
from trainer.rules.mentions import find_mentions

ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "question_bank"

SHOP_RULE: dict[str, Any] = {
    "id": "shop.s1.window",
    "title": "本店售后期",
    "platforms": ["tmall"],
    "scope": "shop:s1",
    "topic": "after_sale_window",
    "kind": "deadline",
    "authority": "shop_policy",
    "standing": "decides",
    "decides": ["aftersale.window.closes_at"],
    "beats": [{"rule": "tmall.after_sale.window_15d", "slot": "aftersale.window.closes_at", "reason": "special"}],
    "figures": {"window": [{"value": 30, "unit": "days"}]},
    "then": {"closes_at": "order.completed_at + figure.window"},
    "statement": "本店交易成功后{{#window}}内都可以申请售后。",
    "explain": "本店承诺{{#window}}。",
    "examples": [
        {
            "as_of": "2026-01-20T00:00:00+08:00",
            "facts": {
                "order": {"completed_at": "2026-01-01T00:00:00+08:00"},
                "claim": {"filed_at": "2026-01-20T00:00:00+08:00"},
            },
        }
    ],
    "source": {"document": "本店承诺", "section": "售后"},
    "currency": {"status": "unchecked"},
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, list(arguments))


def with_rule(rulebook: Rulebook, rule: dict[str, Any]) -> Rulebook:
    data = json.loads(rulebook.canonical_json())
    return Rulebook.from_json(json.dumps({**data, "rules": [*data["rules"], rule]}))


def test_every_required_rule_is_there_and_every_system_is_counted(rulebook: Rulebook) -> None:
    problems: list[Any] = []
    register = read_register(BANK / "rulebook" / "register.yaml", problems)
    rows = coverage(rulebook, register, find_mentions(rulebook, BANK))
    assert (problems, missing_rules(rulebook, register), len(register.required)) == ([], [], 942)
    assert [row.number for row in rows] == list(range(1, 47))
    assert all(row.rules >= row.computing and row.rules >= row.with_examples for row in rows)
    assert rows[0].in_lessons > 0


def test_coverage_fails_where_a_required_rule_is_missing(tmp_path: Path) -> None:
    shutil.copytree(BANK / "rulebook", tmp_path / "bank" / "rulebook")
    register = tmp_path / "bank" / "rulebook" / "register.yaml"
    assert run("coverage", str(tmp_path / "bank")).exit_code == 0
    register.write_text(register.read_text(encoding="utf-8") + "- tmall.never.written\n", encoding="utf-8")
    result = run("coverage", str(tmp_path / "bank"))
    assert result.exit_code == 1
    assert "缺少 tmall.never.written" in result.output


def test_two_dates_show_what_began_between_them() -> None:
    lines = run("diff", "2025-08-14", "2025-08-15").stdout.splitlines()
    assert any(line.startswith("规则\ttb2025.surface.burden\t") and line.endswith("开始施行") for line in lines)
    assert not any("law.fraud.triple\t" in line for line in lines)


def test_the_same_day_twice_shows_nothing() -> None:
    assert run("diff", "2026-01-01", "2026-01-01").stdout == ""


def test_a_changed_figure_names_the_content_it_touches_with_keys_before_and_after(tmp_path: Path) -> None:
    changed = tmp_path / "rulebook"
    shutil.copytree(BANK / "rulebook", changed)
    shutil.copytree(BANK / "calendar", tmp_path / "calendar")
    file = changed / "tmall" / "shipping_promise.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("{value: 72, unit: hours}", "{value: 48, unit: hours}"),
        encoding="utf-8",
    )
    lines = run("diff", str(BANK / "rulebook"), str(changed)).stdout.splitlines()
    assert [line for line in lines if line.startswith("规则")] == [
        "规则\ttmall.shipping.normal_72h\t普通商品72小时发货\tfigures"
    ]
    touched = {tuple(line.split("\t")[:2]): line for line in lines if not line.startswith("规则")}
    assert ("课程", "shipping-deadline") in touched
    assert "→" in touched["题目", "shipping.normal_deadline"]


def test_a_release_file_can_be_compared(tmp_path: Path, rulebook: Rulebook) -> None:
    release = tmp_path / "release.json"
    release.write_text(with_rule(rulebook, SHOP_RULE).canonical_json(), encoding="utf-8")
    lines = run("diff", str(BANK), str(release), "--bank", str(tmp_path)).stdout.splitlines()
    assert lines[0] == "规则\tshop.s1.window\t本店售后期\t新增"


@pytest.mark.parametrize("path", ["nowhere", "2026-13-01"])
def test_what_cannot_be_compared_is_told(path: str) -> None:
    result = run("diff", path, path)
    assert result.exit_code == 1
    assert "既不是日期" in result.output


def test_a_shops_better_promise_may_be_published_and_a_worse_one_is_refused_by_name(rulebook: Rulebook) -> None:
    now = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
    assert list(shop_problems(rulebook, now)) == []
    assert list(shop_problems(with_rule(rulebook, SHOP_RULE), now)) == []
    worse = {**SHOP_RULE, "figures": {"window": [{"value": 7, "unit": "days"}]}}
    [problem] = shop_problems(with_rule(rulebook, worse), now)
    assert "shop.s1.window" in problem.message
    assert "tmall.after_sale.window_15d" in problem.message
