"""Fixtures of the pages of exams, learning, the team and the trainer: one prepared database, copied for every test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import Cast, make_cast
from tests.web.exam_pages import Pages, publish_pages
from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app


@dataclass(frozen=True)
class Stage:
    """The prepared database, who is in it and what stands on the pages."""

    database: Path
    cast: Cast
    pages: Pages


@pytest.fixture(scope="session")
def stage(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A bank, an exam and what people made of it; made once a session."""
    folder = tmp_path_factory.mktemp("stage")
    shutil.copyfile(migrated, folder / "stage.sqlite3")
    settings = replace(read_settings({}), instance=folder, database_url=f"sqlite:///{folder / 'stage.sqlite3'}", secret_key="only for tests, never served")
    app = create_app(settings)
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        cast = make_cast(session, datetime.now(UTC))
        session.commit()
    pages = publish_pages(app, cast)
    with app.app_context():
        db.engine.dispose()
    return Stage(folder / "stage.sqlite3", cast, pages)


@pytest.fixture
def pages(app: Flask, stage: Stage) -> Pages:
    """The stage in the database of `app`; `staff` are the people on it."""
    shutil.copyfile(stage.database, app.config["SETTINGS"].instance / "app.sqlite3")
    return stage.pages


@pytest.fixture
def staff(pages: Pages, stage: Stage) -> Cast:
    return stage.cast


@pytest.fixture
def long_way(app: Flask) -> Iterator[list[str]]:
    """The addresses that went past the short ways."""
    gone: list[str] = []
    here: Any = app.wsgi_app
    inner = here.inner

    def note(environ: Any, start_response: Any) -> Any:
        gone.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    here.inner = note
    yield gone
    here.inner = inner
