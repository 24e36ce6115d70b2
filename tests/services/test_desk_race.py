"""Two tabs at once: the same move arrives twice, another move comes late; nothing is made twice and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import Cast, client_of
from tests.services.desk_bank import publish_case
from trainer.extensions import db
from trainer.models import DeskMove, DeskSession


@pytest.mark.parametrize("keys", [("same", "same"), ("one", "two")])
def test_two_posts_at_once_make_one_move(app: Flask, people: Cast, keys: tuple[str, str]) -> None:
    with app.app_context():
        publish_case(db.session(), datetime.now(UTC))
        db.session.commit()
    desk = client_of(app, people.chen).post("/desk/cases/tmall_lost_parcel/start").headers["Location"]
    clients = [client_of(app, people.chen) for _ in keys]

    def post(number: int) -> int:
        return clients[number].post(f"{desk}/moves", headers={"X-Partial": "desk"}, data={
            "move": "look", "panel": "parcel", "n": "0", "client_key": keys[number]}).status_code

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(post, range(2)))
    assert codes == [200, 200]
    with app.app_context():
        assert [move.n for move in db.session.scalars(select(DeskMove))] == [1]
        assert db.session.scalars(select(DeskSession)).one().head_n == 1
