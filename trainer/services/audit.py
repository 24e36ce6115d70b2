"""The audit log (操作日志): one append-only row for what must be traceable."""

from datetime import datetime

from sqlalchemy.orm import Session

from trainer.models import AuditLog


def record(session: Session, now: datetime, user_id: int | None, action: str, subject: str = "",
           detail: dict[str, object] | None = None, address: str = "") -> None:
    """Add one row; `action` is dotted (`grade.override`), `subject` names the row it is about (`attempt:12`)."""
    session.add(AuditLog(at=now, user_id=user_id, action=action, subject=subject[:120], detail=detail or {},
                         address=address[:64]))
