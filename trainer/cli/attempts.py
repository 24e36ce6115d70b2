"""`flask attempts`: sweep and rebuild."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from trainer.extensions import db
from trainer.services.attempts import sweep_attempts
from trainer.services.exam_misses import enter_misses
from trainer.services.rebuild import rebuild_results

group = AppGroup("attempts", help="答卷：到时自动交卷、重建成绩。")


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
