"""Every route against every role and a stranger, made from the application's own map and the one table of rights."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.factories import Cast, client_of
from trainer.extensions import db
from trainer.factory import create_app
from trainer.models import ROLES, User
from trainer.web.rights import RIGHTS

KNOWN = frozenset(ROLES) | {"anyone", "signed_in"}
# What an address may hold; nothing with these ids exists, so whoever passes the gate gets 404 or 400 and nothing happens.
SAMPLES = {"IntegerConverter": 999999, "UnicodeConverter": "nothing-here", "PathConverter": "nothing/here", "UUIDConverter":
           "00000000-0000-0000-0000-000000000000", "FloatConverter": 1.0}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def requests_of(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route, with made-up ids."""
    addresses = app.url_map.bind("localhost")
    for rule in rules(app):
        values = {name: SAMPLES[type(converter).__name__] for name, converter in rule._converters.items()}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, addresses.build(rule.endpoint, values, method)


def test_every_route_stands_in_the_table_and_every_entry_is_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(RIGHTS) == set(), "routes without an entry are refused to everybody"
    assert set(RIGHTS) - endpoints == set(), "entries without a route"


def test_the_table_names_only_roles_that_exist() -> None:
    assert {endpoint: allowed - KNOWN for endpoint, allowed in RIGHTS.items() if allowed - KNOWN or not allowed} == {}


def signed_in(app: Flask, user_id: int) -> FlaskClient:
    """A client of the person as he is now: signing out everywhere, one of the routes, ends older ones."""
    with app.app_context():
        return client_of(app, db.session.get_one(User, user_id))


@pytest.fixture
def person(app: Flask, people: Cast, request: pytest.FixtureRequest) -> User | None:
    return {"stranger": None, "trainee": people.chen, "supervisor": people.wang, "trainer": people.zhou, "admin": people.admin,
            "mentor": people.mentor, "inspector": people.inspector}[request.param]


@pytest.mark.parametrize("person", ["stranger", "trainee", "supervisor", "trainer", "admin", "mentor", "inspector"], indirect=True)
def test_the_gate_opens_exactly_as_the_table_says(app: Flask, person: User | None) -> None:
    roles = person.roles if person is not None else frozenset()
    wrong = []
    for endpoint, method, address in requests_of(app):
        client = app.test_client() if person is None else signed_in(app, person.id)
        allowed = RIGHTS.get(endpoint, frozenset())
        may = "anyone" in allowed or (person is not None and ("signed_in" in allowed or bool(allowed & roles)))
        answer = client.open(address, method=method)
        refused = answer.status_code in {401, 403} or (answer.status_code == 303 and (answer.location or "").startswith("/sign-in?next="))
        if refused == may or answer.status_code >= 500:
            wrong.append(f"{method} {address} ({endpoint}): {answer.status_code}, table says {'open' if may else 'closed'}")
    assert wrong == []


def test_a_stranger_is_sent_to_sign_in_and_a_posting_one_is_refused(app: Flask, people: Cast) -> None:
    client = app.test_client()
    assert client.get("/admin/accounts").location == "/sign-in?next=/admin/accounts"
    assert client.post("/admin/accounts/1/deactivate").status_code == 401


def test_a_route_that_nobody_listed_is_refused_to_everybody(app: Flask, people: Cast) -> None:
    forgotten = create_app(app.config["SETTINGS"])
    forgotten.config.update(SECRET_KEY=app.config["SECRET_KEY"])
    forgotten.add_url_rule("/forgotten", "forgotten", lambda: "seen")
    assert client_of(forgotten, people.admin).get("/forgotten").status_code == 403


def test_a_refusal_is_explained_in_chinese(app: Flask, people: Cast) -> None:
    answer = client_of(app, people.chen).get("/admin/accounts")
    assert answer.status_code == 403
    assert "没有权限" in answer.text
