"""The packets of a save: what a page sends and what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainer.errors import InputError
from trainer.services.saving import Saved

STATUS = {"saved": 200, "conflict": 409, "late": 410}


@dataclass(frozen=True)
class Packet:
    """One answer as it was sent; `raw` holds the texts of each field, still to be read for the type of the question."""

    client_key: str
    base_seq: int
    unsure: bool
    raw: Mapping[str, list[str]]
    lookup: int


def read_packet(data: Any) -> Packet:
    """The packet in a body {client_key, base_seq, unsure, raw: {name: [text]}}; raises InputError where it is incomplete."""
    sent: dict[str, Any] = data if isinstance(data, dict) else {}
    raw, key, base, lookup = sent.get("raw"), sent.get("client_key"), sent.get("base_seq", 0), sent.get("lookup", 0)
    numbers = all(type(number) is int and 0 <= number < 2**31 for number in (base, lookup))
    if numbers and isinstance(key, str) and 8 <= len(key) <= 64 and isinstance(raw, dict) and all(map(_is_texts, raw.values())):
        return Packet(key, base, sent.get("unsure") is True, raw, lookup)
    raise InputError("保存的内容不完整，请刷新页面后重试；本机草稿还在。")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def told(saved: Saved, deadline_at: datetime, now: datetime) -> dict[str, Any]:
    """What the page is told: what counts now, and the seconds left."""
    return {"kind": saved.kind, "seq": saved.seq, "answer": saved.answer, "left": (deadline_at - now).total_seconds(),
            "saved_at": saved.saved_at.isoformat() if saved.saved_at else None}
