"""`flask attempts`: sweep, rebuild and regrade."""

from datetime import UTC, datetime, timedelta, timezone

import click
from flask.cli import AppGroup
from sqlalchemy import select

from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.models import Regrade, Release, User
from trainer.services import regrading
from trainer.services.attempts import sweep_attempts
from trainer.services.exam_misses import enter_misses
from trainer.services.rebuild import rebuild_results
from trainer.services.releases import current_release
from trainer.services.spreadsheet import write_csv

group = AppGroup("attempts", help="答卷：到时自动交卷、重建成绩、重新判分。")


@group.command("sweep")
def sweep() -> None:
    """Submit every attempt whose time is over, and put misses into the 错题本 where keys may be seen."""
    count = sweep_attempts(db.session(), datetime.now(UTC))
    db.session.commit()
    moved = enter_misses(db.session(), datetime.now(UTC))
    db.session.commit()
    click.echo(f"已收卷 {count} 份，{moved} 题进错题本")


@group.command("rebuild")
@click.option("--check", is_flag=True, help="只比较，不写入；有差异时退出码为 1。")
def rebuild(check: bool) -> None:
    """Rebuild item and attempt results from grades, or compare them."""
    differences = rebuild_results(db.session(), write=not check)
    if check:
        db.session.rollback()
    else:
        db.session.commit()
    for line in differences:
        click.echo(line)
    click.echo(f"{len(differences)} 处差异")
    if check and differences:
        raise SystemExit(1)


BEIJING = timezone(timedelta(hours=8))


@group.command("regrade")
@click.option("--by", "staff_no", required=True, help="以谁的名义（工号）；记录和评分里会写他。")
@click.option("--assignment", "assignments", type=int, multiple=True, help="考试安排的编号，可以多个。")
@click.option("--paper", "papers", multiple=True, help="试卷编号，可以多个。")
@click.option("--question", "questions", multiple=True, help="只看这些题，题目编号，可以多个。")
@click.option("--release", "number", type=int, help="用第几版规则；不写就用现行的。")
@click.option("--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="按这一天的规则出补学名单，不改分数。")
@click.option("--resume", "resume", type=int, help="接着做编号为这个的重新判分。")
@click.option("--commit", is_flag=True, help="试算后写入新成绩；要有 --reason。")
@click.option("--reason", default="", help="改分的原因，学员会看到。")
@click.option("--csv", "as_csv", is_flag=True, help="把每份答卷的新旧得分按 csv 输出。")
def regrade(staff_no: str, assignments: tuple[int, ...], papers: tuple[str, ...], questions: tuple[str, ...], number: int | None,
            day: datetime | None, resume: int | None, commit: bool, reason: str, as_csv: bool) -> None:
    """Judge stored answers again: a dry run, and with --commit the new grades. Can be broken off and resumed."""
    session = db.session()
    try:
        by = session.scalar(select(User).where(User.staff_no == staff_no, User.active.is_(True)))
        if by is None:
            raise click.ClickException(f"没有工号 {staff_no}。")
        as_of = day.replace(hour=23, minute=59, second=59, tzinfo=BEIJING) if day else None
        release = session.scalar(select(Release).where(Release.number == number)) if number else current_release(session)
        if release is None:
            raise click.ClickException(f"没有第 {number} 版规则。")
        found = regrading.find_regrade(session, resume, by) if resume else regrading.plan_regrade(
            session, by, "date" if as_of else "release", regrading.Scope(assignments, papers, questions), release, as_of, datetime.now(UTC))
        if found is None:
            raise click.ClickException(f"没有编号为 {resume} 的重新判分，或您看不到它。")
        session.commit()
        regrade_id, by_id = found.id, by.id
        _drive(regrade_id, by_id, commit, reason)
        _tell(regrade_id, as_csv)
    except TrainerError as error:
        session.rollback()
        raise click.ClickException(error.message) from error


def _drive(regrade_id: int, by_id: int, commit: bool, reason: str) -> None:
    """Both halves chunk by chunk, each committed: whatever is done stays done."""
    session = db.session()
    while regrading.judge_some(session, session.get_one(Regrade, regrade_id), 200):
        _next(regrade_id, "试算")
    if commit:
        found = session.get_one(Regrade, regrade_id)
        if found.committed_at is None:
            regrading.commit_regrade(session, session.get_one(User, by_id), found, reason, datetime.now(UTC))
            session.commit()
        while regrading.write_some(session, session.get_one(Regrade, regrade_id), datetime.now(UTC), 100):
            _next(regrade_id, "写入")
        session.commit()


def _next(regrade_id: int, what: str) -> None:
    session = db.session()
    session.commit()
    session.expunge_all()
    state = regrading.progress_of(session, session.get_one(Regrade, regrade_id))
    click.echo(f"{what} {state.judged if what == '试算' else state.written} / {state.total}", err=True)


def _tell(regrade_id: int, as_csv: bool) -> None:
    session = db.session()
    found = session.get_one(Regrade, regrade_id)
    state = regrading.progress_of(session, found)
    if as_csv:
        click.echo(write_csv(regrading.export_rows(session, found)), nl=False)
    click.echo(f"重新判分 {found.id}：{state.total} 份答卷，{state.changed} 份有变化，{state.newly_passed} 人次变为通过，"
               f"{state.newly_failed} 人次变为未通过，{state.problems} 处要人工看；{'已写入' if found.finished_at else '没有写入'}", err=as_csv)
