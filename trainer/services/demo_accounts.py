"""The accounts that the demo shows on its sign-in page. Kept apart from real accounts: only `flask demo prepare` writes them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from trainer.models import Setting

KEY = "demo_accounts"


def show_demo_accounts(session: Session, accounts: Sequence[dict[str, str]]) -> None:
    """Remember what the sign-in page of the demo shows: staff_no, name, role (Chinese), password, and a note for each."""
    session.merge(Setting(key=KEY, value=[dict(account) for account in accounts]))
    session.flush()


def demo_accounts(session: Session) -> list[dict[str, str]]:
    """The accounts to show, in their order; none where no demo was prepared."""
    row = session.get(Setting, KEY)
    return list(row.value) if row is not None else []
