"""`flask cases`: list, play, bots and walk, from files alone; standard output carries results only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import click

from trainer.config import ROOT
from trainer.roleplay.bots import BOTS, FOREIGN, run_all
from trainer.roleplay.case import variant_count
from trainer.roleplay.ear import rulebook_ear
from trainer.roleplay.files import CaseFileError, load_cases, locked_costs, read_lock, write_lock
from trainer.roleplay.moves import MoveError, yuan
from trainer.roleplay.play import play
from trainer.roleplay.report import Report, report
from trainer.roleplay.ruling import RulebookJudge
from trainer.roleplay.scene import Scene, make_scene
from trainer.roleplay.walk import best_line, walk
from trainer.rules import Rulebook, RulebookError

BANK = ROOT / "question_bank"

group = click.Group("cases", help="案例：列出、按脚本演练、让机器人试、走遍。")


def _fail(message: str) -> click.ClickException:
    return click.ClickException(message)


@lru_cache(maxsize=1)
def _rulebook(bank: Path) -> Rulebook:
    try:
        return Rulebook.load(bank / "rulebook")
    except RulebookError as error:
        raise _fail(str(error)) from None


def _scenes(bank: Path, ids: Sequence[str], seed: int, rulebook: Rulebook) -> list[Scene]:
    try:
        cases = load_cases(bank / "cases", ids)
    except CaseFileError as error:
        raise _fail(str(error)) from None
    unknown = [name for name in ids if name not in cases]
    if unknown:
        stems = sorted(path.stem for path in (bank / "cases").glob("*.yaml"))
        raise _fail(f"没有案例 {'、'.join(unknown)}，现有：{'、'.join(stems)}")
    judge = RulebookJudge(rulebook)
    return [make_scene(cases[name], seed, judge) for name in (ids or list(cases))]


def bank_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The folder of the question bank."""
    return click.option("--bank", type=click.Path(exists=True, file_okay=False, path_type=Path), default=BANK,
                        show_default=False, help="题库文件夹，默认是项目里的 question_bank。")(command)


@group.command("list")
@bank_option
def list_cases(bank: Path) -> None:
    """Every case: id, title, platform, level."""
    try:
        cases = load_cases(bank / "cases")
    except CaseFileError as error:
        raise _fail(str(error)) from None
    for case in cases.values():
        click.echo("\t".join((case.id, case.title, case.platform, str(case.level))))


@group.command("play")
@click.argument("case_id")
@click.option("--moves", "moves", type=click.File("r", encoding="utf-8"), required=True, help="每行一个 JSON 操作，- 是标准输入。")
@click.option("--seed", type=int, default=0, help="种子：决定同类题和买家的用词，默认 0。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@bank_option
def play_case(case_id: str, moves: Any, seed: int, as_json: bool, bank: Path) -> None:
    """Play a script of moves and print the result."""
    script = _script(moves)
    rulebook = _rulebook(bank)
    scene = _scenes(bank, [case_id], seed, rulebook)[0]
    try:
        played = play(scene, script, rulebook_ear(rulebook))
    except MoveError as error:
        raise _fail(str(error)) from None
    best = locked_costs(bank / "cases", scene)
    if best is None:
        best = best_line(scene).best_cost
    result = report(scene, played.state, played.events, best)
    if as_json:
        click.echo(json.dumps(result.to_dict(), ensure_ascii=False))
        return
    _print(result)


def _script(lines: Any) -> list[Any]:
    script = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                script.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise _fail(f"第 {number} 行不是 JSON：{error.msg}，每行应像 {{\"move\": \"look\", \"panel\": \"parcel\"}}") from None
    return script


def _print(result: Report) -> None:
    for row in result.transcript:
        said = row.get("text") or json.dumps(row["move"], ensure_ascii=False)
        click.echo(f"{row['at'][5:16].replace('T', ' ')}  {row['who']}\t{said}".replace("\n", " / "))
    click.echo("")
    for mark in result.marks:
        where = f"第 {mark.turn} 步 " if mark.turn else ""
        click.echo(f"{mark.points / 10:g}/{mark.of / 10:g}\t{mark.what}\t{where}{mark.why}\t{mark.rule}")
    click.echo("")
    best = "未知" if result.best_cost is None else yuan(result.best_cost)
    click.echo(f"结果\t{result.end_title}\n得分\t{result.score / 10:g}\n{'通过' if result.passed else '未通过'}\t"
               f"店铺多付 {yuan(result.cost)} 元，最好的做法 {best} 元")


@group.command("bots")
@click.argument("ids", nargs=-1)
@click.option("--seed", type=int, default=0, help="种子，默认 0。")
@bank_option
def bots(ids: tuple[str, ...], seed: int, bank: Path) -> None:
    """A table: every case against every bot, then how often each bot passes."""
    rulebook = _rulebook(bank)
    scenes = _scenes(bank, ids, seed, rulebook)
    results = run_all(scenes, rulebook_ear(rulebook))
    names = [bot.name for bot in BOTS] + [FOREIGN]
    click.echo("\t".join(("case", *names)))
    for scene in scenes:
        row = []
        for name in names:
            mine = [one for one in results if one.case == scene.case.id and one.bot == name]
            best = max(mine, key=lambda one: (one.passed, one.score), default=None)
            row.append("-" if best is None else f"{best.score / 10:g}{'过' if best.passed else ''}")
        click.echo("\t".join((scene.case.id, *row)))
    shares = []
    for name in names:
        mine = [one for one in results if one.bot == name]
        shares.append(f"{100 * sum(one.passed for one in mine) / len(mine):.0f}%" if mine else "-")
    click.echo("\t".join(("passes", *shares)))


def _variants(bank: Path, case_id: str, rulebook: Rulebook) -> list[Scene]:
    case = load_cases(bank / "cases", [case_id])[case_id]
    return [make_scene(case, number, RulebookJudge(rulebook)) for number in range(variant_count(case.raw))]


def _teller() -> Callable[[str], None]:
    """Prints lines until nobody reads them any more; what is left to do is done all the same."""
    closed = False

    def tell(line: str) -> None:
        nonlocal closed
        if closed:
            return
        try:
            click.echo(line)
        except BrokenPipeError:
            closed = True
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    return tell


@group.command("walk")
@click.argument("ids", nargs=-1)
@click.option("--lock", is_flag=True, help="把最低成本写进 cases/walks.lock。")
@click.option("--changed", is_flag=True, help="只走改过的：walks.lock 里没有，或者记下后又改了的。")
@bank_option
def walk_cases(ids: tuple[str, ...], lock: bool, changed: bool, bank: Path) -> None:
    """Walk each case over its alphabet: states, endings, best cost, dead ends; exit status 1 if one has no passing line."""
    rulebook = _rulebook(bank)
    broken = False
    tell = _teller()
    known = read_lock(bank / "cases") if changed else {}
    for scene in _scenes(bank, ids, 0, rulebook):
        if known.get(scene.case.id, {}).get("digest") == scene.digest:
            continue
        result = walk(scene)
        if lock:
            write_lock(bank / "cases", _variants(bank, scene.case.id, rulebook))
        broken |= result.best_cost is None or result.dead_ends > 0
        best = "没有通过的走法" if result.best_cost is None else f"最低 {yuan(result.best_cost)} 元"
        tell("\t".join((scene.case.id, f"{result.states} 个状态", "走完" if result.complete else "未走完", best,
                              f"{result.dead_ends} 处死路", " ".join(f"{name}×{count}" for name, count in result.endings))))
        for move, heard in result.line:
            detail = "、".join(sorted(heard.acts | heard.told)) or json.dumps(move.to_dict(), ensure_ascii=False)
            tell(f"\t{move.name}\t{detail}")
    if broken:
        raise SystemExit(1)
