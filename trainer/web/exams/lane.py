"""A short way through the server for what a whole class does at the same moment: most of what a request costs is the road to its view.

Only the ordinary request takes it: signed in by a good cookie, with its form token, complete. A way asks the same questions as the
long one and stores through the same services (ways.py). Whatever is not ordinary, errors included, goes the long way
untouched, so that every refusal and its words have one place. What failed here may be tried again there: a save names its
packet, and who has an attempt in progress gets it again.
"""

import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Engine

from trainer.extensions import db
from trainer.web.exams.devices import client_mark
from trainer.web.security import HEADERS

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST = 64 * 1024  # bytes of a body; longer ones go the long way
RENEW = timedelta(minutes=5)  # an older cookie goes the long way, where it is given a new date


class Refused(Exception):
    """This request is not an ordinary one."""


@dataclass(frozen=True)
class Told:
    """The answer of a way: status line, body, and the headers that not every answer carries."""

    status: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


class Lane:
    """The application with short ways in front of it."""

    def __init__(self, app: Flask, inner: "WSGIApplication", ways: "Sequence[Way]") -> None:
        self.app, self.inner, self.ways = app, inner, ways
        self.cookie = re.compile(rf"(?:^|; ){re.escape(app.config['SESSION_COOKIE_NAME'])}=([^;]*)")
        self._seals: tuple[object, Seals] | None = None
        self._engine: Engine | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        for way in self.ways:
            if environ["REQUEST_METHOD"] == way.method and (place := way.place.fullmatch(environ.get("PATH_INFO", ""))):
                try:
                    told = way.take(Call(self, environ, tuple(map(int, place.groups()))))
                except (Refused, BadData, ValueError):  # not ordinary, or not to be read
                    break
                except Exception:  # whatever it was, the long way meets it again and says so
                    self.app.logger.warning("The short way of %s failed; the long way was taken", environ["PATH_INFO"], exc_info=True)
                    break
                start_response(told.status, [*told.headers, ("Content-Length", str(len(told.body))), ("Vary", "Cookie"), *HEADERS])
                return [told.body]
        return self.inner(environ, start_response)

    def seals(self) -> "Seals":
        """What the signing key of now vouches for."""
        key = self.app.secret_key
        if self._seals is None or self._seals[0] != key:
            self._seals = key, Seals(self.app)
        return self._seals[1]

    def engine(self) -> Engine:
        """The database of the application."""
        if self._engine is None:
            with self.app.app_context():
                self._engine = db.engine
        return self._engine


class Call:
    """A request on a short way; `numbers` are those of its address. Whatever asks about it raises Refused where it is not ordinary."""

    def __init__(self, lane: Lane, environ: "WSGIEnvironment", numbers: tuple[int, ...]) -> None:
        self.lane, self.environ, self.numbers, self.now = lane, environ, numbers, datetime.now(UTC)

    def person(self, token: str, renew: bool = True) -> tuple[int, int]:
        """The person of the cookie and the epoch of the sign-in; the form token must belong to it.

        With `renew` a cookie that is due for a new date is refused.
        """
        app, seals = self.lane.app, self.lane.seals()
        found = self.lane.cookie.search(self.environ.get("HTTP_COOKIE", ""))
        content, sealed_at = seals.cookie(found[1] if found else "")
        age = self.now - sealed_at
        if age > app.permanent_session_lifetime or (renew and age > RENEW and content.get("_permanent")):
            raise Refused
        if app.config.get("WTF_CSRF_ENABLED", True) and not (
                hmac.compare_digest(seals.token(token), str(content.get("csrf_token", ""))) and self._is_same_site()):
            raise Refused
        number, _, epoch = str(content.get("_user_id", "")).partition(".")
        if not (number.isdigit() and epoch.isdigit()):
            raise Refused
        return int(number), int(epoch)

    def client_mark(self) -> str:
        """The device and address it comes from."""
        return client_mark(self.environ.get("HTTP_USER_AGENT", ""), self.environ.get("REMOTE_ADDR", ""))

    def json(self) -> Any:
        """The JSON of the body."""
        try:
            return json.loads(self._body("application/json"))
        except ValueError:
            raise Refused from None

    def form(self) -> Mapping[str, str]:
        """The fields of a form, each with its first value."""
        try:
            return dict(reversed(parse_qsl(self._body("application/x-www-form-urlencoded").decode(), keep_blank_values=True, max_num_fields=20)))
        except ValueError:
            raise Refused from None

    def _body(self, kind: str) -> bytes:
        """The body, which stays to be read again."""
        length = self.environ.get("CONTENT_LENGTH", "")
        if not length.isdigit() or int(length) > LONGEST or not self.environ.get("CONTENT_TYPE", "").startswith(kind):
            raise Refused
        body: bytes = self.environ["wsgi.input"].read(int(length))
        self.environ["wsgi.input"] = BytesIO(body)
        return body

    def _is_same_site(self) -> bool:
        """Over HTTPS the page that sends must be ours."""
        return self.environ["wsgi.url_scheme"] != "https" or self.environ.get("HTTP_REFERER", "").startswith(
            f"https://{self.environ.get('HTTP_HOST')}/")


@dataclass(frozen=True)
class Way:
    """One kind of request: its method, the form of its address, and what answers it or raises."""

    method: str
    place: re.Pattern[str]
    take: Callable[[Call], Told]


class Seals:
    """What the signing key of the application vouches for. A string that was good once stays good, only its age is asked again."""

    def __init__(self, app: Flask) -> None:
        interface = app.session_interface
        sessions = interface.get_signing_serializer(app) if isinstance(interface, SecureCookieSessionInterface) else None
        if sessions is None or app.secret_key is None:
            raise Refused
        tokens = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token")  # as Flask-WTF seals them

        @lru_cache(4096)
        def cookie(text: str) -> tuple[Mapping[str, Any], datetime]:
            content, sealed_at = sessions.loads(text, return_timestamp=True)
            return dict(content), sealed_at

        @lru_cache(4096)
        def token(text: str) -> str:
            return str(tokens.loads(text))

        self.cookie, self.token = cookie, token
