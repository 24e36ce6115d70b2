"""Database triggers that keep append-only tables append-only, on both engines."""

from collections.abc import Sequence

FIRST = ("grade", "response_event", "audit_log", "practice_answer", "learner_state", "exam_exception",
         "variant", "desk_comment", "sample_label", "late_draft_decision", "typing_test")
"""The tables of the first migration; each later migration names its own."""
APPEND_ONLY = (*FIRST, "desk_comment_note")


def trigger_statements(dialect: str, tables: Sequence[str] = FIRST) -> list[str]:
    """The DDL that refuses UPDATE and DELETE on append-only tables for the given dialect."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS keep_{table}_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in tables for verb in ("UPDATE", "DELETE")
        ]
    function = ("CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$ "
                "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql")
    return [function] + [
        f"CREATE OR REPLACE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in tables
    ]
