"""`flask bank`: check, format, load and export the question bank."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from trainer.bank import Bank, check
from trainer.bank.bank import TOPICS_FILE
from trainer.bank.export import write_files, write_pictures
from trainer.bank.layout import format_bank, format_text
from trainer.errors import ContentError
from trainer.extensions import db
from trainer.services.bank_export import export_bank, export_pictures
from trainer.services.publishing import load_bank

group = AppGroup("bank", help="题库：检查、整理格式、载入、导出。")
_FOLDER = click.argument("folder", type=click.Path(path_type=Path), default=Path("question_bank"))


@group.command("check", with_appcontext=False)
@_FOLDER
def check_files(folder: Path) -> None:
    """Tell every error of a question bank with file, line and remedy; exit status 1 if there is any."""
    bank = Bank.read(folder)
    problems = check(bank, datetime.now(UTC))
    for problem in problems:
        click.echo(str(problem))
    counts = ",".join(f"{name} {len(bank.of(kind))}" for kind, name in _NAMES.items())
    rules = len(bank.rulebook.rules) if bank.rulebook else 0
    click.echo(f"规则 {rules},{counts}；{len(problems)} 处问题", err=True)
    if problems:
        raise SystemExit(1)


_NAMES = {"lesson": "课程", "question": "题目", "paper": "试卷", "case": "案例", "shop": "店铺"}


@group.command("format", with_appcontext=False)
@_FOLDER
@click.option("--check", "only_check", is_flag=True, help="只列出需要整理的文件，不改写；有则退出码为 1。")
def format_files(folder: Path, only_check: bool) -> None:
    """Write every file in its one canonical form and name those that changed."""
    changed, problems = format_bank(folder, write=not only_check)
    for name in changed:
        click.echo(name)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems or (only_check and changed):
        raise SystemExit(1)


@group.command("load")
@_FOLDER
def load(folder: Path) -> None:
    """Bring the files into the database. What a trainer published stays; items with flaws are left out and told."""
    try:
        report = load_bank(db.session(), Bank.load(folder), datetime.now(UTC))
    except ContentError as error:
        db.session.rollback()
        raise click.ClickException(error.message) from error
    db.session.commit()
    click.echo(f"新增 {report.added}，更新 {report.changed}，不变 {report.same}；规则库第 {report.release} 版，同类题 {report.variants} 道"
               + (f"，新图片 {report.pictures} 张" if report.pictures else ""))
    for label in report.kept:
        click.echo(f"保留培训师的版本：{label}", err=True)
    for label in report.gone:
        click.echo(f"文件里已没有：{label}（库里保留，如不再用请停用）", err=True)
    for problem in report.left_out:
        click.echo(f"没有载入：{problem}", err=True)
    for problem in report.doubtful:
        click.echo(f"已载入，但样例得分有出入：{problem}", err=True)
    if report.left_out:
        raise SystemExit(1)


@group.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(folder: Path) -> None:
    """Write everything published as canonical files below a folder, and name them."""
    try:
        files = export_bank(db.session())
    except ContentError as error:
        raise click.ClickException(error.message) from error
    topics = Path(current_app.config["SETTINGS"].question_bank) / TOPICS_FILE
    if topics.is_file():
        text = topics.read_text(encoding="utf-8")
        files[TOPICS_FILE] = format_text(TOPICS_FILE, text, []) or text
    pictures, missing = export_pictures(db.session(), files)
    write_files(folder, files)
    write_pictures(folder, pictures)
    for name in [*files, *pictures]:
        click.echo(name)
    for digest in missing:
        click.echo(f"有题目引用了图片 {digest}，库里没有这张图。请在题目里换一张或去掉引用。", err=True)
