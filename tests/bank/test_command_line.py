"""`flask bank check|format`: no database, no key; results alone on standard output."""

import shutil
from pathlib import Path

from click.testing import CliRunner

from trainer.cli.bank import group

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"


def run(*words):
    return CliRunner().invoke(group, [str(word) for word in words])


def test_a_bank_in_order_gives_no_output_and_status_0():
    result = run("check", SMALL_BANK)
    assert (result.stdout, result.exit_code) == ("", 0)
    assert "题目 4" in result.stderr and "0 处问题" in result.stderr


def test_problems_are_lines_with_file_and_line_and_status_1(tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(SMALL_BANK, folder)
    path = folder / "questions" / "late.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("topic: shipping", "topic: x"), encoding="utf-8")
    result = run("check", folder)
    assert result.exit_code == 1
    assert result.stdout.startswith("papers/late-paper.yaml 第 12 行：") and "questions/late.yaml 第 " in result.stdout


def test_format_names_the_files_it_changed(tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(SMALL_BANK, folder)
    assert run("format", "--check", folder).exit_code == 1
    assert "questions/late.yaml" in run("format", folder).stdout.split("\n")
    assert (run("format", "--check", folder).stdout, run("format", "--check", folder).exit_code) == ("", 0)


def test_load_says_what_it_did_and_a_second_time_that_nothing_changed(app):
    runner = app.test_cli_runner()
    first = runner.invoke(args=["bank", "load", str(SMALL_BANK)])
    assert first.exit_code == 0 and "新增 10" in first.stdout and "规则库第 1 版" in first.stdout
    again = runner.invoke(args=["bank", "load", str(SMALL_BANK)])
    assert "新增 0，更新 0，不变 10" in again.stdout and "同类题 0 道" in again.stdout


def test_load_of_broken_files_says_where_and_loads_nothing(app, tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(SMALL_BANK, folder)
    (folder / "questions" / "late.yaml").write_text("questions: [", encoding="utf-8")
    runner = app.test_cli_runner()
    result = runner.invoke(args=["bank", "load", str(folder)])
    assert result.exit_code == 1 and "questions/late.yaml 第 2 行：YAML 写法有误：括号里的内容不完整" in result.output
    assert "规则库还没有发布" in runner.invoke(args=["bank", "export", str(tmp_path / "out")]).output


def test_load_names_what_it_left_out(app, tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(SMALL_BANK, folder)
    path = folder / "questions" / "late.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("{amount: 30}", "{amount: 31}"), encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["bank", "load", str(folder)])
    assert result.exit_code == 1 and "新增 9" in result.stdout
    assert "没有载入：questions/late.yaml 第 " in result.stderr


def test_an_export_is_in_canonical_form_and_in_order(app, tmp_path):
    runner = app.test_cli_runner()
    runner.invoke(args=["bank", "load", str(SMALL_BANK)])
    result = runner.invoke(args=["bank", "export", str(tmp_path / "out")])
    assert "questions/late.yaml" in result.stdout.split("\n")
    assert run("format", "--check", tmp_path / "out").stdout == ""
    assert run("check", tmp_path / "out").exit_code == 0
