"""`flask accounts`: make, import and mend accounts from the console."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.models import ROLES, User
from trainer.services.accounts import add_account, find_user, issue_setup_code, reset_password
from trainer.services.roster import Plan, apply_plan, plan_import, roles_of
from trainer.services.spreadsheet import read_table

group = AppGroup("accounts", help="账号：新建、导入、重置密码。")


def _stop(message: str) -> SystemExit:
    click.echo(message, err=True)
    return SystemExit(1)


def _add(staff_no: str, name: str, roles: frozenset[str]) -> None:
    try:
        user, secret = add_account(db.session(), staff_no, name, roles, datetime.now(UTC))
    except TrainerError as error:
        raise _stop(error.message) from None
    db.session.commit()
    click.echo(f"{user.staff_no}\t{user.name}\t{'、'.join(ROLES[role] for role in sorted(user.roles))}\t{secret}")


@group.command("create-admin")
@click.argument("staff_no")
@click.argument("name")
def create_admin(staff_no: str, name: str) -> None:
    """Make an administrator; prints 工号, name, role and initial password."""
    _add(staff_no, name, frozenset({"admin"}))


@group.command("add")
@click.argument("staff_no")
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="角色，可重复：学员 主管 培训师 管理员 带教师傅 质检员（或英文代号）。默认学员。")
def add(staff_no: str, name: str, roles: tuple[str, ...]) -> None:
    """Make one account; prints 工号, name, roles and initial password."""
    _add(staff_no, name, roles_of("、".join(roles)))


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不建账号。")
def import_roster(file: Path, dry_run: bool) -> None:
    """Make accounts from an xlsx or csv roster, all or none; prints the initial passwords as tab-separated lines."""
    session = db.session()
    try:
        plan = plan_import(session, read_table(file.name, file.read_bytes(), "名单"))
        _refuse_errors(plan)
        made = [] if dry_run else apply_plan(session, plan, datetime.now(UTC), None)
    except TrainerError as error:
        session.rollback()
        raise _stop(error.message) from None
    session.commit()
    for user, secret in made:
        click.echo(f"{user.staff_no}\t{user.name}\t{secret}")
    news = [f"新建班级 {name}" for name in plan.new_klasses] + [f"新建团队 {name}" for name in plan.new_teams]
    click.echo("；".join([f"{'可以导入' if dry_run else '已导入'} {len(plan.entries)} 人", *news]), err=True)


def _refuse_errors(plan: Plan) -> None:
    for error in plan.errors:
        click.echo(f"第 {error.row} 行 {error.column}：{error.message}", err=True)
    if plan.errors:
        raise _stop(f"共 {len(plan.errors)} 处错误，一个账号也没有建。")


@group.command("reset")
@click.argument("staff_no")
def reset(staff_no: str) -> None:
    """Give somebody a new initial password and sign him out everywhere; prints 工号, name and password."""
    user: User | None = find_user(db.session(), staff_no)
    if user is None:
        raise _stop(f"没有工号为 {staff_no} 的账号，请检查后再试。")
    secret = reset_password(db.session(), user, datetime.now(UTC))
    db.session.commit()
    click.echo(f"{user.staff_no}\t{user.name}\t{secret}")


@group.command("setup-code")
def setup_code() -> None:
    """Print the one-time code for the first administrator; nothing once somebody has an account."""
    code = issue_setup_code(db.session())
    db.session.commit()
    if code:
        click.echo(code)
