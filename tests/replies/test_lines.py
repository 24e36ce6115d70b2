"""JSON lines in, JSON lines out."""

import json

from click.testing import CliRunner

from trainer.cli.check_reply import command
from trainer.replies.lines import check_lines

GOOD = {"id": "r1", "platform": "tmall", "as_of": "2026-11-21T10:00:00+08:00", "reply": "您好,非常抱歉"}


def answers(rulebook, *lines):
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return [(json.loads(text), error) for text, error in check_lines(rulebook, raw)]


def test_a_good_line_gives_its_findings_under_its_id(rulebook):
    ((answer, error),) = answers(rulebook, GOOD)
    assert not error
    assert answer["id"] == "r1"
    assert [each["act"] for each in answer["acts"]] == ["greet", "apologise"]


def test_a_bad_line_does_not_stop_the_others(rulebook):
    out = answers(
        rulebook, b"[]", b"{", GOOD, {**GOOD, "mood": 1}, {**GOOD, "platform": "amazon"}, {**GOOD, "as_of": "today"}
    )
    assert [error for _, error in out] == [True, True, False, True, True, True]
    assert all(set(answer) == {"id", "error"} for answer, error in out if error)


def test_expect_and_facts_must_have_their_shape(rulebook):
    bad = [
        {"expect": {"acts": ["dance"]}},
        {"expect": {"feats": []}},
        {"expect": []},
        {"facts": []},
        {"buyer": 3},
        {"reply": None},
    ]
    assert all(error for _, error in answers(rulebook, *({**GOOD, **each} for each in bad)))


def test_blank_lines_are_passed_over_and_a_bom_is_taken_off(rulebook):
    assert len(answers(rulebook, b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), b"  ", b"")) == 1


def test_the_command_answers_in_order_and_fails_only_on_errors(tmp_path):
    path = tmp_path / "replies.jsonl"
    path.write_text(json.dumps(GOOD) + "\n[]\n", encoding="utf-8")
    result = CliRunner().invoke(command, [str(path)])
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["r1", None]
    path.write_text(json.dumps(GOOD) + "\n", encoding="utf-8")
    assert CliRunner().invoke(command, [str(path)]).exit_code == 0
