"""Parameters of a question: how many variants there are, and the values of each. Same question, same values."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from trainer.content import BEIJING, Flaw, FlawedContent, Question, Reader, read_moment
from trainer.content.wording import read_length

DEFAULT_COUNT = 20
TRIES = 500
KINDS = ("choices", "range", "times", "dates", "after", "before")


def pick(question_id: str, variant_no: int, name: str, size: int) -> int:
    """A number below `size` that depends on these words only."""
    digest = hashlib.blake2b(f"{question_id}\x1f{variant_no}\x1f{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % size


def arrange(question_id: str, variant_no: int, items: Sequence[str]) -> list[int]:
    """An order of the items that depends on their texts and the variant only."""

    def weight(place: int) -> bytes:
        return hashlib.blake2b(f"{question_id}\x1f{variant_no}\x1f{items[place]}".encode(), digest_size=8).digest()

    return sorted(range(len(items)), key=weight)


def variant_count(question: Question) -> int:
    """How many different variants the question has: at most 20, one without parameters."""
    size = 1
    for values in _spaces(question.id, _text(question), None).values():
        size = min(DEFAULT_COUNT, size * len(values))
    return size


def draw_values(question: Question, variant_no: int, as_of: datetime) -> Mapping[str, Any]:
    """The parameters of one variant; raises FlawedContent where they are not well written."""
    if not question.body.get("params"):
        return {}
    sets = _value_sets(question.id, _text(question), as_of.isoformat())
    return sets[variant_no % len(sets)]


def param_flaws(question: Question, as_of: datetime) -> list[Flaw]:
    """What is wrong with the question's parameters."""
    try:
        _spaces(question.id, _text(question), as_of.isoformat())
    except FlawedContent as error:
        return list(error.flaws)
    return []


def _text(question: Question) -> str:
    return json.dumps(question.body.get("params") or {}, ensure_ascii=False)


@lru_cache(maxsize=512)
def _value_sets(question_id: str, text: str, as_of: str) -> list[dict[str, Any]]:
    spaces = _spaces(question_id, text, as_of)
    params = json.loads(text)
    size = 1
    for values in spaces.values():
        size = min(DEFAULT_COUNT, size * len(values))
    out: list[dict[str, Any]] = []
    for number in range(size):
        out.append(_fresh(question_id, number, params, spaces, out))
    return out


def _fresh(
    question_id: str,
    number: int,
    params: Mapping[str, Any],
    spaces: Mapping[str, Sequence[Any]],
    seen: list[dict[str, Any]],
) -> dict[str, Any]:
    """Values that no earlier variant has, where tries suffice to find some."""
    drawn: dict[str, Any] = {}
    for attempt in range(TRIES):
        drawn = _draw(question_id, number, attempt, params, spaces)
        if drawn not in seen:
            break
    return drawn


def _draw(
    question_id: str, number: int, attempt: int, params: Mapping[str, Any], spaces: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, space in spaces.items():
        chosen = space[pick(question_id, number, f"{name}\x1f{attempt}", len(space))]
        anchor = params[name].get("after") or params[name].get("before")
        if anchor:
            chosen = values[anchor] + (chosen if params[name].get("after") else -chosen)
        values[name] = chosen
    return values


@lru_cache(maxsize=512)
def _spaces(question_id: str, text: str, as_of: str | None) -> dict[str, list[Any]]:
    """The possible values of every parameter; for relative ones the lengths of time."""
    moment = read_moment(as_of) if as_of else datetime(2020, 1, 1, tzinfo=BEIJING)
    reader = Reader(json.loads(text), ("params",))
    spaces: dict[str, list[Any]] = {}
    for name in _in_order(reader.data):
        one = reader.child(name)
        kinds = [kind for kind in KINDS if one.has(kind)]
        if "choices" in kinds and ("after" in kinds or "before" in kinds):
            kinds.remove("choices")
        if len(kinds) != 1:
            one.flaw("取值方式不清楚", f"请在 {'、'.join(KINDS)} 中写一种。")
            continue
        spaces[name] = _space(one, kinds[0], moment, list(spaces))
        one.done()
    if reader.flaws:
        raise FlawedContent(reader.flaws)
    return spaces


def _in_order(params: Mapping[str, Any]) -> list[str]:
    """The names sorted, each after the one that it is relative to: the order in which they are written does not count."""
    out: list[str] = []
    waiting = sorted(params)
    while waiting:
        ready = [name for name in waiting if _anchor(params[name]) in (None, *out)]
        if not ready:
            return out + waiting
        out += ready
        waiting = [name for name in waiting if name not in ready]
    return out


def _anchor(param: Any) -> str | None:
    return (param.get("after") or param.get("before")) if isinstance(param, Mapping) else None


def _space(reader: Reader, kind: str, moment: datetime, earlier: list[str]) -> list[Any]:
    try:
        if kind == "choices":
            values = reader.take("choices")
            if not isinstance(values, list) or not values:
                raise ValueError("choices 应是不空的列表")
            return values
        if kind in ("after", "before"):
            return _lengths(reader, kind, earlier)
        bounds = reader.take(kind)
        if not isinstance(bounds, list) or len(bounds) != 2:
            raise ValueError(f"{kind} 应是 [起, 止]")
        if kind == "range":
            return _numbers(bounds, reader.take("step"))
        low, high = (_instant(str(bound), moment) for bound in bounds)
        if kind == "dates":
            return [day.date() for day in _steps(low, high, timedelta(days=1))]
        return _steps(low, high, read_length(str(reader.take("step") or "1h")))
    except (ValueError, ArithmeticError) as error:
        reader.flaw(f"取值写法有误({error})", "写法见 docs/content-format.md 的 params。")
        return [None]


def _lengths(reader: Reader, kind: str, earlier: list[str]) -> list[timedelta]:
    anchor = reader.take(kind)
    if anchor not in earlier:
        reader.flaw(f"没有参数「{anchor}」，或互相引用", f"可用：{'、'.join(earlier) or '(无)'}。", kind)
    return [read_length(text) for text in reader.texts("choices", required=True)] or [timedelta()]


def _numbers(bounds: list[Any], step: Any) -> list[int | float]:
    low, high, by = (Decimal(str(value)) for value in (*bounds, step or 1))
    count = int((high - low) / by) + 1
    if count < 1 or count > 100_000:
        raise ValueError(f"共 {count} 个值")
    return [_plain(low + by * place) for place in range(count)]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _instant(text: str, moment: datetime) -> datetime:
    try:
        return read_moment(text).astimezone(BEIJING)
    except ValueError:
        start = moment.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)
        return start + read_length(text)


def _steps(low: datetime, high: datetime, step: timedelta) -> list[datetime]:
    count = int((high - low) / step) + 1
    if count < 1 or count > 100_000:
        raise ValueError(f"共 {count} 个时刻")
    return [low + step * place for place in range(count)]
