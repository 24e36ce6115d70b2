"""How migrations run: on the application's own engine, in batch mode, one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

config = context.config
db = current_app.extensions["migrate"].db


def run_migrations_online() -> None:
    """Run every pending migration on the configured database."""
    with db.engine.connect() as connection:
        _let_tables_be_made_anew(connection)
        context.configure(connection=connection, target_metadata=db.metadata, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
            _refuse_orphans(connection)
        connection.commit()
    db.engine.dispose()


def _let_tables_be_made_anew(connection: Connection) -> None:
    """SQLite changes a table by making it anew; the rows that refer to it must not stand in the way meanwhile."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _refuse_orphans(connection: Connection) -> None:
    """What the pragma let through is looked for before anything is kept."""
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if orphans:
            raise RuntimeError(f"rows refer to rows that are not there: {orphans[:5]}")


run_migrations_online()
