"""Sites for the rules pages: one judged by the shipped rulebook, only read, and one with the small bank to publish in."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.compiled import TEMPLATES
from tests.factories import Cast, make_cast
from tests.services.desk_bank import publish_case
from trainer.bank import Bank
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app
from trainer.services.publishing import load_bank

SMALL_BANK = Path(__file__).parents[1] / "data" / "small_bank"


@pytest.fixture(scope="session")
def shipped(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Cast]]:
    """The application with the shipped rulebook as its current release and one case, for tests that only read."""
    folder = tmp_path_factory.mktemp("rules")
    shutil.copyfile(migrated, folder / "app.sqlite3")
    settings = replace(read_settings({}), instance=folder, database_url=f"sqlite:///{folder / 'app.sqlite3'}", secret_key="only for tests, never served")
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, SECRET_KEY=settings.secret_key)
    app.jinja_env.bytecode_cache = TEMPLATES
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        publish_case(session, datetime.now(UTC))
        cast = make_cast(session, datetime.now(UTC))
        session.commit()
    yield app, cast
    with app.app_context():
        db.engine.dispose()


def with_small_bank(app: Flask) -> Flask:
    """The application with the small bank of the tests loaded."""
    with app.app_context():
        load_bank(db.session(), Bank.load(SMALL_BANK), datetime.now(UTC))
        db.session.commit()
    return app
