"""`flask demo prepare`: the demo database, once; and the accounts, printed at every start."""

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select

from trainer.bank import Bank
from trainer.errors import TrainerError
from trainer.extensions import db
from trainer.models import User
from trainer.services.demo_accounts import demo_accounts
from trainer.services.demo_story import tell_story
from trainer.services.publishing import load_bank

group = AppGroup("demo", help="演示：准备演示数据。")


@group.command("prepare")
def prepare() -> None:
    """Load the bank and tell the story into an empty demo database; a prepared one is left as it is."""
    settings = current_app.config["SETTINGS"]
    if not settings.demo:
        raise click.ClickException("这不是演示环境。请用 make run，或设置 SHANGGANG_DEMO=1。")
    session, now = db.session(), datetime.now(UTC)
    if not session.scalar(select(func.count()).select_from(User)):
        try:
            load_bank(session, Bank.load(settings.question_bank), now, checked=True)
            tell_story(session, now)
        except TrainerError as error:
            session.rollback()
            raise click.ClickException(error.message) from error
        session.commit()
    click.echo("演示账号（密码都是 shanggang-demo）：")
    for account in demo_accounts(session):
        click.echo(f"  {account['staff_no']}  {account['name']}({account['role']}) {account['note']}")
