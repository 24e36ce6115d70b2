"""The two short ways: saving an answer, which a class does all the time, and starting an exam, which it does all at once."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.utils import redirect

from trainer.questions import parse
from trainer.services import irregularities, saving
from trainer.services.starting import Wish, start_together
from trainer.web.exams import packets
from trainer.web.exams.lane import Call, Lane, Refused, Told, Way
from trainer.web.exams.together import Together
from trainer.web.rights import may_reach
from trainer.writers import WRITES_LATE

ITEM = re.compile(r"/exams/attempts/(\d{1,9})/items/(\d{1,4})")
START = re.compile(r"/exams/(\d{1,9})/start")
JSON = (("Content-Type", "application/json"),)
WORDS = {200: "200 OK", 409: "409 CONFLICT", 410: "410 GONE"}


def save(call: Call) -> Told:
    """Store one answer, from the device the attempt began on."""
    attempt_id, position = call.numbers
    user_id, epoch = call.person(call.environ.get("HTTP_X_CSRFTOKEN", ""))
    packet = packets.read_packet(call.json())
    with call.lane.engine().begin() as connection:
        sheet = saving.open_sheet(connection, attempt_id, user_id, epoch)
        if sheet is None or sheet.must_change or not may_reach("exams.save", sheet.roles, True):
            raise Refused
        if irregularities.is_other_device(sheet.client_mark, call.client_mark()):
            raise Refused
        saved = saving.save_answer(connection, sheet, position, packet.client_key, packet.base_seq,
                                   lambda kind: parse(kind, packet.raw), packet.unsure, call.now, packet.lookup)
        if saved is None:
            raise Refused
    told = packets.told(saved, sheet.deadline_at, call.now)
    return Told(WORDS[packets.STATUS[saved.kind]], json.dumps(told, separators=(",", ":")).encode(), JSON)


class Starts:
    """Starts of exams; those that come while others are being stored are stored together."""

    def __init__(self) -> None:
        self._together = Together(self._store)

    def start(self, call: Call) -> Told:
        """Begin an attempt and lead to its page; there a cookie that is due gets its new date."""
        form = call.form()
        wish = Wish(*call.person(form.get("csrf_token", ""), renew=False), call.client_mark(), form.get("code", "")[:40])
        attempt_id = self._together((call, wish))
        if attempt_id is None:
            raise Refused
        answer = redirect(f"{call.environ.get('SCRIPT_NAME', '')}/exams/attempts/{attempt_id}", 303)
        return Told(answer.status, answer.get_data(), (("Content-Type", answer.content_type), ("Location", answer.location)))

    def _store(self, asked: Sequence[tuple[Call, Wish]]) -> list[int | None]:
        """The attempts of those who wait, each exam in one transaction."""
        found: dict[tuple[int, Wish], int | None] = {}
        lane, now = asked[0][0].lane, datetime.now(UTC)
        engine = lane.engine().execution_options(**{WRITES_LATE: True})
        for exam_id in {call.numbers[0] for call, _ in asked}:
            wishes = [wish for call, wish in asked if call.numbers[0] == exam_id]
            with Session(engine) as session:
                made = start_together(session, exam_id, wishes, now, lambda roles: may_reach("exams.start", roles, True), lane.app.secret_key)
                session.commit()
            found |= {(exam_id, wish): attempt_id for wish, attempt_id in zip(wishes, made, strict=True)}
        return [found[call.numbers[0], wish] for call, wish in asked]


def put_lane(app: Flask) -> None:
    """Let saves and starts go the short way."""
    app.wsgi_app = Lane(app, app.wsgi_app, [  # type: ignore[method-assign]
        Way("PUT", ITEM, save), Way("POST", START, Starts().start)])
