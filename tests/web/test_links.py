"""Every link and every plain form of every page that a person comes to leads somewhere that lets him in."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Cast, client_of
from tests.web.exam_pages import Pages

LINK = re.compile(r'<a\s[^>]*href="(/[^"#]*)')
MOST = 90


def walk(client: FlaskClient) -> Iterator[tuple[str, str, int]]:
    """(page, link, status) of every link reached from the first page, the nearest first; one of each shape of address is enough."""
    shapes, waiting = set(), [("", "/")]
    while waiting and len(shapes) < MOST:
        page, link = waiting.pop(0)
        link = link.replace("&amp;", "&")
        shape = re.sub(r"\d+", "0", re.sub(r"/(questions|lessons|rules|decisions|calculators)/[a-z][^/?]*", r"/\1/x", link.partition("?")[0]))
        if shape in shapes or link.startswith(("/static/", "/sign-out")):
            continue
        shapes.add(shape)
        answer = client.get(link)
        yield page, link, answer.status_code
        if answer.status_code in {302, 303}:
            waiting.insert(0, (link, answer.location))
        elif answer.mimetype == "text/html":
            waiting += [(link, found) for found in LINK.findall(answer.text)]


@pytest.mark.parametrize("who", ["chen", "wang", "zhou", "admin", "mentor", "inspector"])
def test_no_page_shows_a_link_that_is_refused(app: Flask, staff: Cast, pages: Pages, who: str) -> None:
    seen = list(walk(client_of(app, getattr(staff, who))))
    assert [(page, link, status) for page, link, status in seen if status not in {200, 302, 303}] == []
    assert len(seen) >= 2
