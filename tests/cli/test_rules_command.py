"""`flask rules decide`: by the files, and with --db by what is published in the database."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from tests.services import exam_bank
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app

RULE = "tmall.late.pay"


def line() -> str:
    """A question that the rule of the small bank answers from one of its own examples."""
    rulebook = exam_bank.rulebook()
    rule = rulebook.rule(RULE)
    example = next(each for each in rule.examples if "missing" not in each and not each.get("silent"))
    ask = rule.decides[0].rpartition(".")[0]
    asked = {"id": "c1", "ask": ask, "platform": "tmall", "as_of": example["as_of"], "facts": example["facts"]}
    return json.dumps(asked, default=float)


def decide(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["rules", "decide", "-", *options], input=line())


def answered(result: Result) -> dict[str, Any]:
    assert (result.exit_code, result.stderr) == (0, "")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_published_release_answers_where_db_is_asked_for(app: Flask) -> None:
    with app.app_context(), Session(db.engine) as session:
        exam_bank.publish_bank(session, datetime.now(UTC))
        session.commit()
    by_database = answered(decide(app, "--db"))
    by_files = answered(decide(app, "--rulebook", str(exam_bank.SMALL_BANK / "rulebook")))
    assert by_database == by_files
    assert RULE in {each["rule"] for each in by_database["because"]}


def test_an_empty_database_says_what_to_do(app: Flask) -> None:
    result = decide(app, "--db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "flask bank load" in result.stderr


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    settings = replace(read_settings({}), instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    app = create_app(settings)
    result = decide(app, "--db")
    with app.app_context():
        db.engine.dispose()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "flask db upgrade" in result.stderr


def test_without_db_no_database_is_opened(tmp_path: Path) -> None:
    settings = replace(read_settings({}), instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    answered(decide(create_app(settings), "--rulebook", str(exam_bank.SMALL_BANK / "rulebook")))
    assert not (tmp_path / "none.sqlite3").exists()
