"""A short way for saves through the server: a whole class saves all the time, and most of what a request costs is the road to its view.

Only the ordinary save takes it: signed in by a good cookie, with its form token, from the device the attempt began on, on an attempt
of one's own, complete. It asks the same questions as the long way and stores through the same service. Whatever is not
ordinary, errors included, goes the long way untouched, so that every refusal and its words have one place. The same packet
gives the same answer on both ways, so a save that failed here may be tried again there.
"""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine

from trainer.extensions import db
from trainer.questions import parse
from trainer.services import irregularities, saving
from trainer.web.exams.devices import client_mark
from trainer.web.exams.packets import STATUS, read_packet, told
from trainer.web.rights import may_reach
from trainer.web.security import HEADERS

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PLACE = re.compile(r"/exams/attempts/(\d{1,9})/items/(\d{1,4})")
LONGEST = 64 * 1024  # bytes of a body; longer ones go the long way
RENEW = timedelta(minutes=5)  # an older cookie goes the long way, where it is given a new date
WORDS = {200: "200 OK", 409: "409 CONFLICT", 410: "410 GONE"}


class Refused(Exception):
    """This request is not an ordinary save."""


class Lane:
    """The application with the short way in front of it."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        self.app, self.inner = app, inner
        self._cookie = re.compile(rf"(?:^|; ){re.escape(app.config['SESSION_COOKIE_NAME'])}=([^;]*)")
        self._seals: tuple[object, Seals] | None = None
        self._engine: Engine | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT" and (place := PLACE.fullmatch(environ.get("PATH_INFO", ""))):
            try:
                status, body = self._save(environ, int(place[1]), int(place[2]))
            except Exception:  # whatever it was, the long way meets it again and says so
                return self.inner(environ, start_response)
            start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Vary", "Cookie"), *HEADERS])
            return [body]
        return self.inner(environ, start_response)

    def _save(self, environ: "WSGIEnvironment", attempt_id: int, position: int) -> tuple[str, bytes]:
        now = datetime.now(UTC)
        user_id, epoch = self._who(environ, now)
        packet = read_packet(_body(environ))
        with self._database().begin() as connection:
            sheet = saving.open_sheet(connection, attempt_id, user_id, epoch)
            if sheet is None or sheet.must_change or not may_reach("exams.save", sheet.roles, True):
                raise Refused
            if irregularities.is_other_device(sheet.client_mark, client_mark(environ.get("HTTP_USER_AGENT", ""), environ.get("REMOTE_ADDR", ""))):
                raise Refused
            saved = saving.save_answer(connection, sheet, position, packet.client_key, packet.base_seq,
                                       lambda kind: parse(kind, packet.raw), packet.unsure, now, packet.lookup)
            if saved is None:
                raise Refused
        return WORDS[STATUS[saved.kind]], json.dumps(told(saved, sheet.deadline_at, now), separators=(",", ":")).encode()

    def _who(self, environ: "WSGIEnvironment", now: datetime) -> tuple[int, int]:
        """The person of the cookie and the epoch of the sign-in; the form token must belong to it."""
        seals = self._current_seals()
        found = self._cookie.search(environ.get("HTTP_COOKIE", ""))
        content, sealed_at = seals.cookie(found[1] if found else "")
        age = now - sealed_at
        if age > self.app.permanent_session_lifetime or (age > RENEW and content.get("_permanent")):
            raise Refused
        if self.app.config.get("WTF_CSRF_ENABLED", True):
            token = seals.token(environ.get("HTTP_X_CSRFTOKEN", ""))
            if not hmac.compare_digest(token, str(content.get("csrf_token", ""))) or not _same_site(environ):
                raise Refused
        number, _, epoch = str(content.get("_user_id", "")).partition(".")
        if not (number.isdigit() and epoch.isdigit()):
            raise Refused
        return int(number), int(epoch)

    def _current_seals(self) -> "Seals":
        key = self.app.secret_key
        if self._seals is None or self._seals[0] != key:
            self._seals = key, Seals(self.app)
        return self._seals[1]

    def _database(self) -> Engine:
        if self._engine is None:
            with self.app.app_context():
                self._engine = db.engine
        return self._engine


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


def _same_site(environ: "WSGIEnvironment") -> bool:
    """Over HTTPS the page that sends must be ours."""
    return environ["wsgi.url_scheme"] != "https" or environ.get("HTTP_REFERER", "").startswith(f"https://{environ.get('HTTP_HOST')}/")


def _body(environ: "WSGIEnvironment") -> Any:
    """The JSON of the body, which stays to be read again."""
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdigit() or int(length) > LONGEST or not environ.get("CONTENT_TYPE", "").startswith("application/json"):
        raise Refused
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    try:
        return json.loads(body)
    except ValueError:
        raise Refused from None


def put_lane(app: Flask) -> None:
    """Let saves go the short way."""
    app.wsgi_app = Lane(app, app.wsgi_app)  # type: ignore[method-assign]
