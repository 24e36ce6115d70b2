"""Signing in, passwords, and the changes an administrator makes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import PASSWORD, Cast, make_user
from trainer.errors import InputError
from trainer.models import AuditLog, SignInFailure
from trainer.services.accounts import (
    activate,
    add_account,
    authenticate,
    change_password,
    create_first_admin,
    deactivate,
    edit_account,
    find_user,
    issue_setup_code,
    reset_password,
    sign_out_everywhere,
)
from trainer.services.passwords import hash_password, initial_password, is_outdated, password_fits, require_good
from trainer.services.throttle import LIMITS, WINDOW


def fail(session: Session, times: int, now: datetime, staff_no: str = "S1001", address: str = "10.0.0.1") -> str:
    return [authenticate(session, staff_no, "wrong", address, now).message for _ in range(times)][-1]


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditLog.action).order_by(AuditLog.id)))


def test_the_right_password_signs_in_whatever_the_case_of_the_staff_number(session: Session, cast: Cast, now: datetime) -> None:
    assert authenticate(session, " s1001 ", PASSWORD, "10.0.0.1", now).user is cast.chen
    assert actions(session) == ["sign_in"]


def test_a_wrong_password_and_an_unknown_account_are_answered_alike(session: Session, cast: Cast, now: datetime) -> None:
    known = authenticate(session, "S1001", "wrong", "10.0.0.1", now)
    unknown = authenticate(session, "S7777", "wrong", "10.0.0.1", now)
    assert known.user is None
    assert known.message == unknown.message


def test_the_person_is_warned_before_sign_in_is_paused(session: Session, cast: Cast, now: datetime) -> None:
    assert "再错 2 次" in fail(session, LIMITS["account"] - 2, now)


def test_after_five_failures_even_the_right_password_waits(session: Session, cast: Cast, now: datetime) -> None:
    fail(session, 5, now)
    refused = authenticate(session, "S1001", PASSWORD, "10.0.0.2", now + timedelta(minutes=3))
    assert refused.user is None
    assert "12 分钟后再试" in refused.message


def test_the_pause_ends_with_the_window(session: Session, cast: Cast, now: datetime) -> None:
    fail(session, 5, now)
    assert authenticate(session, "S1001", PASSWORD, "10.0.0.1", now + WINDOW).user is cast.chen


def test_another_account_at_the_same_address_is_not_paused(session: Session, cast: Cast, now: datetime) -> None:
    fail(session, 5, now)
    assert authenticate(session, "L2001", PASSWORD, "10.0.0.1", now).user is cast.wang


def test_one_address_cannot_try_one_account_after_another(session: Session, cast: Cast, now: datetime) -> None:
    session.add_all(SignInFailure(scope="address", subject="10.0.0.1", at=now) for _ in range(LIMITS["address"]))
    session.flush()
    assert authenticate(session, "L2001", PASSWORD, "10.0.0.1", now).user is None
    assert authenticate(session, "L2001", PASSWORD, "10.0.0.2", now).user is cast.wang


def test_signing_in_forgets_earlier_failures(session: Session, cast: Cast, now: datetime) -> None:
    fail(session, 4, now)
    authenticate(session, "S1001", PASSWORD, "10.0.0.1", now)
    assert "请检查大小写" in fail(session, 1, now)


def test_a_leaver_is_told_so_only_with_the_right_password(session: Session, cast: Cast, now: datetime) -> None:
    deactivate(session, cast.chen, now, cast.admin.id)
    assert "已停用" in authenticate(session, "S1001", PASSWORD, "10.0.0.1", now).message
    assert "已停用" not in authenticate(session, "S1001", "wrong", "10.0.0.1", now).message


def test_a_person_who_comes_back_signs_in_again(session: Session, cast: Cast, now: datetime) -> None:
    deactivate(session, cast.chen, now, cast.admin.id)
    activate(session, cast.chen, now, cast.admin.id)
    assert authenticate(session, "S1001", PASSWORD, "10.0.0.1", now).user is cast.chen


def test_changing_the_password_ends_the_other_sessions(session: Session, cast: Cast, now: datetime) -> None:
    cast.chen.must_change, before = True, cast.chen.get_id()
    change_password(session, cast.chen, PASSWORD, "一句好记的话 2026", now)
    assert cast.chen.must_change is False
    assert cast.chen.get_id() != before
    assert authenticate(session, "S1001", "一句好记的话 2026", "10.0.0.1", now).user is cast.chen


@pytest.mark.parametrize(("old", "new", "field"), [
    ("wrong", "一句好记的话 2026", "old"), (PASSWORD, PASSWORD, "new"), (PASSWORD, "short", "new"),
    (PASSWORD, "12345678", "new"), (PASSWORD, "aaaaaaaaaa", "new"), (PASSWORD, "S1001abc", "new"), (PASSWORD, "x" * 129, "new"),
])
def test_a_new_password_that_will_not_do_is_refused_at_its_field(
        session: Session, cast: Cast, now: datetime, old: str, new: str, field: str) -> None:
    with pytest.raises(InputError) as refused:
        change_password(session, cast.chen, old, new, now)
    assert refused.value.field == field
    assert password_fits(cast.chen.password_hash, PASSWORD)


def test_signing_out_everywhere_changes_what_the_cookie_must_say(session: Session, cast: Cast, now: datetime) -> None:
    before = cast.chen.get_id()
    sign_out_everywhere(session, cast.chen, now)
    assert cast.chen.get_id() != before


def test_a_new_account_starts_with_a_password_to_change(session: Session, cast: Cast, now: datetime) -> None:
    user, secret = add_account(session, "S1002", " 小 李 ", frozenset({"trainee"}), now, by_id=cast.admin.id)
    assert (user.name, user.must_change, user.roles) == ("小 李", True, {"trainee"})
    assert authenticate(session, "S1002", secret, "10.0.0.1", now).user is user


@pytest.mark.parametrize(("staff_no", "name", "roles", "field"), [
    ("s1001", "重号", {"trainee"}, "staff_no"), ("", "无号", {"trainee"}, "staff_no"), ("有汉字", "张三", {"trainee"}, "staff_no"),
    ("S1003", "  ", {"trainee"}, "name"), ("S1003", "张三", set(), "roles"), ("S1003", "张三", {"boss"}, "roles"),
])
def test_an_account_at_fault_names_the_field(
        session: Session, cast: Cast, now: datetime, staff_no: str, name: str, roles: set[str], field: str) -> None:
    with pytest.raises(InputError) as refused:
        add_account(session, staff_no, name, frozenset(roles), now)
    assert refused.value.field == field


def test_a_reset_gives_a_new_initial_password_and_lifts_the_pause(session: Session, cast: Cast, now: datetime) -> None:
    fail(session, 5, now)
    secret = reset_password(session, cast.chen, now, cast.admin.id)
    assert authenticate(session, "S1001", PASSWORD, "10.0.0.1", now).user is None
    assert authenticate(session, "S1001", secret, "10.0.0.1", now).user is cast.chen
    assert cast.chen.must_change is True


def test_roles_are_changed_and_the_change_is_on_record(session: Session, cast: Cast, now: datetime) -> None:
    edit_account(session, cast.chen, "陈小雨", frozenset({"trainee", "supervisor"}), " 13800000000 ", now, cast.admin.id)
    session.refresh(cast.chen)
    assert (cast.chen.name, cast.chen.roles) == ("陈小雨", {"trainee", "supervisor"})
    row = session.scalars(select(AuditLog).where(AuditLog.action == "account.edit")).one()
    assert row.detail == {"roles_before": ["trainee"], "roles": ["supervisor", "trainee"]}


def test_the_last_administrator_stays_one(session: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(InputError, match="最后一位管理员"):
        edit_account(session, cast.admin, "管理员小赵", frozenset({"trainer"}), None, now, cast.zhou.id)
    with pytest.raises(InputError, match="最后一位管理员"):
        deactivate(session, cast.admin, now, cast.zhou.id)
    make_user(session, now, "A9002", "第二位", ("admin",))
    deactivate(session, cast.admin, now, cast.zhou.id)
    assert cast.admin.active is False


def test_nobody_deactivates_himself(session: Session, cast: Cast, now: datetime) -> None:
    with pytest.raises(InputError, match="自己"):
        deactivate(session, cast.chen, now, cast.chen.id)


def test_the_console_code_makes_the_first_administrator_once(session: Session, now: datetime) -> None:
    code = issue_setup_code(session)
    assert code is not None
    admin = create_first_admin(session, code.lower().replace("-", " "), "A1", "店长", PASSWORD, now)
    assert (admin.roles, admin.must_change) == ({"admin"}, False)
    assert issue_setup_code(session) is None
    with pytest.raises(InputError, match="已经建好"):
        create_first_admin(session, code, "A2", "别人", PASSWORD, now)


def test_a_wrong_console_code_makes_nobody_and_is_throttled(session: Session, now: datetime) -> None:
    code = issue_setup_code(session)
    assert code is not None
    for _ in range(5):
        with pytest.raises(InputError) as refused:
            create_first_admin(session, "AAAA-AAAA-AAAA", "A1", "店长", PASSWORD, now)
        assert refused.value.field == "code"
    with pytest.raises(InputError, match="分钟后再试"):
        create_first_admin(session, code, "A1", "店长", PASSWORD, now)
    assert find_user(session, "A1") is None


def test_only_the_newest_console_code_counts(session: Session, now: datetime) -> None:
    old, new = issue_setup_code(session), issue_setup_code(session)
    assert old is not None
    assert new is not None
    with pytest.raises(InputError):
        create_first_admin(session, old, "A1", "店长", PASSWORD, now)
    assert create_first_admin(session, new, "A1", "店长", PASSWORD, now).staff_no == "A1"


def test_initial_passwords_are_good_enough_and_differ() -> None:
    made = {initial_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        require_good(password, "S1001")


def test_hashes_are_argon2id_and_kept_up_to_date() -> None:
    assert hash_password(PASSWORD).startswith("$argon2id$")
    assert is_outdated("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21l$1TBcc0XQ3pLDFBLJTxiFH7vDAPZkzxB5")
