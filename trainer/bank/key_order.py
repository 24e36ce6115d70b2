"""The order in which fields stand in canonical files; a database keeps them sorted and forgets how they were written."""

from collections.abc import Mapping
from typing import Any

_TOP: Mapping[str, str] = {
    "rule": """id title platforms scope topic kind authority effective standing decides beats figures when then statement explain
        caution examples source currency need systems note""",
    "lesson": """id title summary platforms topic systems posts level minutes day order as_of requires rules check literal note
        text""",
    "question": """id type title platforms topic systems posts difficulty pool red_line open_book as_of rules stem params decision
        answer right why options keep_order distractors mistakes steps pairs extra chat text blanks platform buyer facts
        required forbidden critical deduct length samples hint explain literal note""",
    "paper": """id title platforms post certifying as_of minutes intro sections pass attempts cooldown_hours show no_paste
        room_code certificate note""",
    "shop": "id name platform category intro promises authority couriers return_address goods phrases rules note",
    "case": """id title platform level minutes summary pool topics as_of horizon_hours brief learn shop variants buyer money
        kind given start panels facts asks accepts events settled outcomes rubric solutions note""",
}
_NESTED = """id title ask platform mistake act any decision offer left right_text who key group name code choices range times dates
    after before step facts order goods claim dispute evidence shop created_at changed_at paid_at shipped_at signed_at signed_on
    completed_at kind category promised_ship_at carrier free_shipping breaks_free_shipping opened used intact reason filed_at
    needs_return rejected_at agreed_at returned_at return_carrier excluded_confirmed
    text say answer value amount price stock field unit tolerance day words rule right when points what reply marks why optional
    outbound return draws questions topics systems types difficulty platforms posts red_line open_book cases count shuffle items
    options pass percent valid_months requires lessons papers statement state regions days details faq
    agent supervisor refund compensation document section quote file line published url status by date against from to"""
_RANK = {name: at for at, name in enumerate(_NESTED.split())}


def in_order(kind: str | None, value: Any) -> Any:
    """A value of a kind with its fields, and those within, in canonical order; unknown ones last, by name."""
    names = _TOP.get(kind or "", "").split()
    if not isinstance(value, Mapping) or not names:
        return value
    rank = {name: at for at, name in enumerate(names)}
    return {name: _nested(value[name]) for name in sorted(value, key=lambda one: (rank.get(one, len(rank)), one))}


def _nested(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _nested(value[name]) for name in sorted(value, key=lambda one: (_RANK.get(one, len(_RANK)), str(one)))
        }
    if isinstance(value, (list, tuple)):
        return [_nested(one) for one in value]
    return value
