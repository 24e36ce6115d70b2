"""An installation that has been at work is brought up to date: nothing is lost, and tables are what the models say."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, inspect, text

from trainer.config import read_settings
from trainer.extensions import db
from trainer.factory import create_app
from trainer.models import Base

ROWS = (
    "INSERT INTO user_account (id, staff_no, name, password_hash, must_change, active, session_epoch, created_at) "
    "VALUES (1, 'S1', '小陈', 'x', 0, 1, 0, '2026-11-01')",
    "INSERT INTO content_item (id, kind, slug, title) VALUES (1, 'case', 'c', 'c')",
    "INSERT INTO revision (id, item_id, no, body, digest, origin, state, created_at, note) VALUES (1, 1, 1, '{}', 'd', 'file', 'published', '2026-11-01', '')",
    "INSERT INTO release (id, number, digest, body, published_at) VALUES (1, 1, 'd', '{}', '2026-11-01')",
    "INSERT INTO desk_session (id, user_id, mode, release_id, as_of, engine, checker, preview, started_at, head_n) "
    "VALUES (1, 1, 'learn', 1, '2026-11-01', '1', '1', 0, '2026-11-01', 0)",
    "INSERT INTO desk_conversation (id, session_id, position, case_revision_id, variant_no, opening) VALUES (1, 1, 0, 1, 0, '{}')",
    "INSERT INTO desk_comment (id, session_id, n, by_id, text, at) VALUES (1, 1, 0, 1, '点评', '2026-11-02')",
)


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Flask]:
    """A database of the first release with a desk that somebody commented on."""
    settings = replace(read_settings({}), instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'old.sqlite3'}")
    app = create_app(settings)
    with app.app_context():
        upgrade(revision="0001")
        with db.engine.begin() as connection:
            for statement in ROWS:
                connection.execute(text(statement))
        yield app
        db.engine.dispose()


def test_rows_of_the_first_release_are_kept_and_tables_match_the_models(released: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        kept = [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in ("desk_session", "desk_conversation", "desk_comment")]
        assert kept == [1, 1, 1]
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1, "the pragma is back for whoever comes next"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_way_down_ends_with_nothing(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    url = f"sqlite:///{tmp_path / 'down.sqlite3'}"
    if kind == "postgres":
        shared: Engine = request.getfixturevalue("postgres_engine")
        with shared.begin() as connection:
            connection.execute(text("CREATE SCHEMA down"))
        url = shared.url.update_query_dict({"options": "-csearch_path=down"}).render_as_string(hide_password=False)
    app = create_app(replace(read_settings({}), instance=tmp_path, database_url=url))
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        db.engine.dispose()
    if kind == "postgres":
        with shared.begin() as connection:
            connection.execute(text("DROP SCHEMA down CASCADE"))
