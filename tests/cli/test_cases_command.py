import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trainer.cli.cases import group

MOVES = [{"move": "look", "panel": "parcel"}, {"move": "agree_refund", "amount": 1},
         {"move": "reply", "text": "您找快递去，货出了我们的门就不关我们的事。"}, {"move": "finish"}]


@pytest.fixture
def moves(tmp_path: Path) -> str:
    path = tmp_path / "moves.jsonl"
    path.write_text("\n".join(json.dumps(move, ensure_ascii=False) for move in MOVES) + "\n\n", encoding="utf-8")
    return str(path)


def test_list_names_every_case_with_platform_and_level() -> None:
    rows = [line.split("\t") for line in CliRunner().invoke(group, ["list"]).output.splitlines()]
    assert ["tmall_lost_parcel", "台灯停在中转站五天，孩子等着用", "tmall", "1"] in rows


def test_play_prints_one_json_object_and_nothing_else(moves: str) -> None:
    found = CliRunner().invoke(group, ["play", "tmall_lost_parcel", "--moves", moves, "--seed", "3", "--json"])
    shown = json.loads(found.output)
    assert found.exit_code == 0
    assert (shown["case"], shown["seed"], shown["end_state"], shown["passed"]) == ("tmall_lost_parcel", 3, "open", False)
    assert shown["best_cost"] == 0
    blamed = next(mark for mark in shown["marks"] if mark["what"] == "推卸责任")
    assert blamed["turn"] == 2, "a refused move is no turn"
    assert any("不能「同意退款」" in row.get("text", "") for row in shown["transcript"])


def test_the_same_seed_prints_the_same(moves: str) -> None:
    one, two = (CliRunner().invoke(group, ["play", "tmall_lost_parcel", "--moves", moves, "--seed", "7", "--json"]).output
                for _ in range(2))
    assert one == two


def test_moves_come_from_standard_input_too() -> None:
    found = CliRunner().invoke(group, ["play", "tmall_lost_parcel", "--moves", "-"], input='{"move": "finish"}\n')
    assert found.exit_code == 0
    assert "没有处理完" in found.output


@pytest.mark.parametrize("script, told", [
    ("not json\n", "第 1 行不是 JSON"),
    ('{"move": "look", "panel": "parcel"}\n{"move": "fly"}\n', "第 2 步"),
    ('["reply"]\n', "应是一个对象"),
])
def test_a_bad_script_ends_with_a_message_and_status_1(script: str, told: str) -> None:
    found = CliRunner().invoke(group, ["play", "tmall_lost_parcel", "--moves", "-", "--json"], input=script)
    assert found.exit_code == 1
    assert told in found.stderr
    assert found.stdout == ""


def test_an_unknown_case_is_told_with_those_there_are(moves: str) -> None:
    found = CliRunner().invoke(group, ["play", "nothing", "--moves", moves])
    assert found.exit_code == 1
    assert "tmall_lost_parcel" in found.stderr


def test_bots_prints_a_table_of_cases_against_bots() -> None:
    lines = CliRunner().invoke(group, ["bots", "tmall_lost_parcel"]).output.splitlines()
    assert lines[0].split("\t")[:3] == ["case", "silent", "agree_all"]
    assert lines[1].startswith("tmall_lost_parcel\t0\t")
    assert lines[-1].split("\t")[0] == "passes"
