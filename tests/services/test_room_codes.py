"""考场口令: changes with the clock, the one before still works, guessing is stopped."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.factories import Cast
from trainer.errors import InputError
from trainer.services import room_codes

SECRET = "a secret of the server"


def test_the_code_depends_on_key_exam_and_slice_alone(now: datetime) -> None:
    code = room_codes.code_at(SECRET, 7, now)
    assert len(code) == 6 and code.isdigit()
    later = now + timedelta(seconds=room_codes.seconds_left(now) - 1)
    assert room_codes.code_at(SECRET.encode(), 7, later) == code
    others = {room_codes.code_at(SECRET, 8, now), room_codes.code_at("another", 7, now), room_codes.code_at(SECRET, 7, later + timedelta(seconds=1))}
    assert code not in others


def test_the_code_before_still_works_and_an_older_one_does_not(session: Session, cast: Cast, now: datetime) -> None:
    code = room_codes.code_at(SECRET, 7, now)
    for minutes in (0, 5):
        room_codes.check_code(session, SECRET, cast.chen, 7, f" {code[:3]}　{code[3:]} ", now + timedelta(minutes=minutes))
    with pytest.raises(InputError, match="口令不对"):
        room_codes.check_code(session, SECRET, cast.chen, 7, code, now + timedelta(minutes=11))


def test_full_width_digits_are_read(session: Session, cast: Cast, now: datetime) -> None:
    wide = room_codes.code_at(SECRET, 7, now).translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    room_codes.check_code(session, SECRET, cast.chen, 7, wide, now)


def test_guessing_is_stopped_for_the_person_and_forgotten_after_a_while(session: Session, cast: Cast, now: datetime) -> None:
    for _ in range(room_codes.MOST):
        with pytest.raises(InputError, match="口令不对"):
            room_codes.check_code(session, SECRET, cast.chen, 7, "x", now)
    code = room_codes.code_at(SECRET, 7, now)
    with pytest.raises(InputError, match="15 分钟"):
        room_codes.check_code(session, SECRET, cast.chen, 7, code, now)
    room_codes.check_code(session, SECRET, cast.stranger, 7, code, now)
    later = now + timedelta(minutes=16)
    room_codes.check_code(session, SECRET, cast.chen, 7, room_codes.code_at(SECRET, 7, later), later)
