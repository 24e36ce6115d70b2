"""Fixtures for everybody: a database session on each engine, the application, and the named cast."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import settings
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tests.compiled import TEMPLATES
from tests.factories import Cast, make_cast
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app
from trainer.models import APPEND_ONLY, Base, trigger_statements

# The same examples every time, so that a change is judged on its own; `make test-all` explores new ones.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg:///postgres")


def _prepare(engine: Engine) -> Engine:
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        for statement in trigger_statements(engine.dialect.name, APPEND_ONLY):
            connection.execute(text(statement))
    return engine


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = _prepare(create_engine(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.sqlite3'}"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    """A database of its own for this worker; skipped by name where no server answers."""
    name = f"shanggang_test_{os.getpid()}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except SQLAlchemyError as error:
        server.dispose()
        pytest.skip(f"no PostgreSQL server answers at TEST_POSTGRES_URL: {type(error).__name__}")
    engine = _prepare(create_engine(server.url.set(database=name), connect_args={"options": "-c synchronous_commit=off"}))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session whose work is undone at the end, on SQLite and on PostgreSQL."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def cast(session: Session) -> Cast:
    """小陈, 老周, 王姐, 管理员 and a stranger from another team, in `session`."""
    return make_cast(session, NOW)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database brought up by the migrations, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    settings = replace(read_settings({}), instance=folder, database_url=f"sqlite:///{folder / 'empty.sqlite3'}")
    app = create_app(settings)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder / "empty.sqlite3"


@pytest.fixture(scope="session")
def made_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, made once: to compile its routes takes longer than most tests."""
    folder = tmp_path_factory.mktemp("app")
    settings = replace(read_settings({}), instance=folder, database_url=f"sqlite:///{folder / 'app.sqlite3'}", secret_key="only for tests, never served")
    application = create_app(settings)
    application.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    application.jinja_env.bytecode_cache = TEMPLATES
    return application


@pytest.fixture
def app(made_app: Flask, migrated: Path) -> Iterator[Flask]:
    """The application on a migrated database of its own. No context is pushed: requests must not share one with the test.

    CSRF is off except where a test turns it on. Look into the database inside `with app.app_context():`.
    """
    folder, before = made_app.config["SETTINGS"].instance, dict(made_app.config)
    shutil.copyfile(migrated, folder / "app.sqlite3")
    yield made_app
    made_app.config.clear()
    made_app.config.update(before)
    with made_app.app_context():
        db.engine.dispose()
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.fixture
def people(app: Flask) -> Cast:
    """The cast, committed to the database of `app` and detached: their own columns and roles can be read anywhere."""
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        made = make_cast(session, datetime.now(UTC))
        session.commit()
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
