"""`flask rules`: ask the rules engine, from files alone; needs no database and no secret key."""

import json
import sys
from collections.abc import Callable
from dataclasses import astuple
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup, ScriptInfo, pass_script_info
from sqlalchemy.exc import SQLAlchemyError

from trainer.bank import Bank
from trainer.cli.check_reply import command as check_reply
from trainer.cli.files import Folder, InputFile, lines_of, needed
from trainer.config import ROOT
from trainer.content import Question
from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.questions import make_variant, variant_count
from trainer.replies import wording_schema
from trainer.rules import Problem, Rulebook
from trainer.rules.calendar import BEIJING
from trainer.rules.changes import Edition, compare
from trainer.rules.coverage import coverage, missing_rules, read_register
from trainer.rules.lines import answer_lines
from trainer.rules.mentions import find_mentions
from trainer.services.releases import current_rulebook

group = AppGroup("rules", help="规则：提问、检查回复、覆盖情况、比较两版。")
group.add_command(check_reply)

RULEBOOK = ROOT / "question_bank" / "rulebook"
_FOLDER = Folder()


def load_rulebook(path: Path) -> Rulebook:
    """The rulebook of a folder, or an exit with every flaw on standard error."""
    try:
        return Rulebook.load(path, wording_schema)
    except TrainerError as error:
        click.echo(error.message, err=True)
        raise SystemExit(1) from None


def published_rulebook(info: ScriptInfo) -> Rulebook:
    """The rulebook of the current release in the database, or an exit that says what is missing."""
    with info.load_app().app_context():
        try:
            return current_rulebook(db.session())
        except TrainerError as error:
            message = error.message
        except SQLAlchemyError as error:
            message = f"读不了数据库（{type(error).__name__}）。请检查 DATABASE_URL，并先运行 flask db upgrade 和 flask bank load。"
    click.echo(message, err=True)
    raise SystemExit(1)


@group.command("decide", with_appcontext=False)
@click.argument("file", type=InputFile(), required=False)
@click.option("--rulebook", "path", type=_FOLDER, default=RULEBOOK, help="规则目录。")
@click.option("--db", "published", is_flag=True, help="用数据库里当前发布的规则，不读文件。")
@pass_script_info
def decide(info: ScriptInfo, file: BinaryIO | None, path: Path, published: bool) -> None:
    """Answer questions: JSON lines in, JSON lines out, in order; - is standard input. Exit 1 if a line is an error."""
    source = needed(file)
    rulebook = published_rulebook(info) if published else load_rulebook(path)
    out = sys.stdout.buffer
    live = getattr(source, "name", "") == "<stdin>"
    failed = False
    for line, is_error in answer_lines(rulebook, lines_of(source)):
        out.write(line)
        failed = failed or is_error
        if live:
            out.flush()
    out.flush()
    sys.exit(1 if failed else 0)


@group.command("coverage", with_appcontext=False)
@click.argument("folder", type=_FOLDER, default=RULEBOOK.parent)
def show_coverage(folder: Path) -> None:
    """For each rule system: rules, with expression, with examples, named by lessons, questions, cases.

    Exit 1 where a rule of the register is missing.
    """
    rulebook = load_rulebook(folder / "rulebook")
    problems: list[Problem] = []
    register = read_register(folder / "rulebook" / "register.yaml", problems)
    click.echo("系统\t名称\t规则\t有表达式\t有例子\t课程引用\t题目覆盖\t案例覆盖")
    for row in coverage(rulebook, register, find_mentions(rulebook, folder)):
        click.echo("\t".join(str(value) for value in astuple(row)))
    missing = missing_rules(rulebook, register)
    for rule in missing:
        click.echo(f"规则库里缺少 {rule}", err=True)
    for problem in problems:
        click.echo(str(problem), err=True)
    sys.exit(1 if missing or problems else 0)


VARIANTS = 8
READ_AFTERWARDS = ("explain", "why", "mistakes", "shown")
_WHAT = {"added": "新增", "removed": "删除", "begins": "开始施行", "ends": "停止施行"}
_KIND_NAMES = {"lesson": "课程", "question": "题目", "case": "案例"}


def _edition(text: str, own: Callable[[], Rulebook]) -> Edition:
    """A date means the bank's own rules on that day; anything else is a rulebook folder, a bank or a release file."""
    try:
        moment = datetime.combine(date.fromisoformat(text), time(), BEIJING)
    except ValueError:
        return Edition(_other_rulebook(text), datetime.now(BEIJING))
    return Edition(own(), moment)


def _other_rulebook(text: str) -> Rulebook:
    path = Path(text)
    if path.is_dir():
        return load_rulebook(path / "rulebook" if (path / "rulebook").is_dir() else path)
    try:
        return Rulebook.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TrainerError) as error:
        click.echo(f"「{text}」既不是日期（2026-01-01），也不是规则目录或版本文件：{error}", err=True)
        raise SystemExit(1) from None


@group.command("diff", with_appcontext=False)
@click.argument("old")
@click.argument("new")
@click.option("--bank", "folder", type=_FOLDER, default=RULEBOOK.parent, help="题库目录，用来找受影响的内容。")
def diff(old: str, new: str, folder: Path) -> None:
    """List the rules that changed from OLD to NEW and the content they touch, with keys before and after.

    OLD and NEW are dates, rulebook folders, question banks or release files.
    """
    own = cache(lambda: load_rulebook(folder / "rulebook"))
    before, after = _edition(old, own), _edition(new, own)
    changes = compare(before, after)
    for change in changes:
        click.echo(f"规则\t{change.rule}\t{change.title}\t{'、'.join(_WHAT.get(each, each) for each in change.what)}")
    changed = {change.rule for change in changes}
    touched = [each for each in find_mentions(after.rulebook, folder) if each.rules & changed] if changed else []
    questions = Bank.read(folder).questions if any(each.kind == "question" for each in touched) else {}
    for each in touched:
        keys = _keys(questions.get(each.item), before, after) if each.kind == "question" else ""
        click.echo(f"{_KIND_NAMES[each.kind]}\t{each.item}\t{'、'.join(sorted(each.rules & changed))}{keys}")


def _keys(question: Question | None, before: Edition, after: Edition) -> str:
    """How the keys of a question's variants differ: the first pair that does, and how many do."""
    if question is None:
        return ""
    count = min(VARIANTS, variant_count(question))
    pairs = [(_key(question, number, before), _key(question, number, after)) for number in range(count)]
    changed = [(old, new) for old, new in pairs if _judging(old) != _judging(new)]
    if not changed:
        return "\t答案不变" + ("" if all(old == new for old, new in pairs) else "，说明或选项的文字变了")
    old, new = (_judging(each) for each in changed[0])
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    told = (json.dumps({name: each.get(name) for name in names}, ensure_ascii=False) for each in (old, new))
    return f"\t答案变了（{len(changed)}/{count} 道同类题）\t{' → '.join(told)}"


def _judging(key: dict[str, Any]) -> dict[str, Any]:
    """What of a key decides marks; where it holds the answer itself, the letter of the option says nothing more."""
    without = (*READ_AFTERWARDS, "right") if "answer" in key else READ_AFTERWARDS
    return {name: value for name, value in key.items() if name not in without}


def _key(question: Question, number: int, edition: Edition) -> dict[str, Any]:
    try:
        variant = make_variant(question, number, edition.rulebook, edition.moment)
    except TrainerError as error:
        return {"出不了题": error.message}
    return {**variant.key, "shown": variant.shown}
