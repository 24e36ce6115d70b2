"""A lease lets one process at a time do a periodic job."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from trainer.services.lease import take_lease

MINUTE = timedelta(minutes=1)


def test_the_first_takes_it_and_the_second_waits(session: Session, now: datetime) -> None:
    assert take_lease(session, "sweep", MINUTE, now)
    assert not take_lease(session, "sweep", MINUTE, now + timedelta(seconds=59))


def test_it_is_free_again_when_its_time_is_over(session: Session, now: datetime) -> None:
    take_lease(session, "sweep", MINUTE, now)
    assert take_lease(session, "sweep", MINUTE, now + MINUTE)


def test_leases_of_other_names_do_not_hinder(session: Session, now: datetime) -> None:
    take_lease(session, "sweep", MINUTE, now)
    assert take_lease(session, "backup", MINUTE, now)
