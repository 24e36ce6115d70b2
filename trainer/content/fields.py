"""Reads mappings into typed values, collecting every problem with its place instead of stopping at the first."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar

from trainer.errors import ContentError

BEIJING = timezone(timedelta(hours=8))
Path = tuple[str | int, ...]
T = TypeVar("T")
ID_PATTERN = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*\Z")
ID_LENGTH = 80
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?\Z")


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with content: where in its mapping, what is wrong, how to put it right.

    One that is not grave keeps new work from being published, but does not take out what stands.
    """

    path: Path
    message: str
    remedy: str
    grave: bool = True

    @property
    def place(self) -> str:
        """The path as people read it: `options[2].text`."""
        text = ""
        for part in self.path:
            text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
        return text

    def __str__(self) -> str:
        head = f"{self.place}:" if self.path else ""
        return f"{head}{self.message}{self.remedy}"


class FlawedContent(ContentError):
    """Content cannot be read; `flaws` lists everything that is wrong with it."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("\n".join(str(flaw) for flaw in flaws))
        self.flaws = tuple(flaws)


def read_moment(text: str) -> datetime:
    """An aware moment from ISO text; a bare date is its midnight and a missing offset Beijing. Raises ValueError."""
    if not _MOMENT.match(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text.replace(" ", "T"))
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """「是不是…?」 for the closest allowed word, or nothing."""
    found = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"是不是 {found[0]}?" if found else ""


class Reader:
    """One mapping being read; readers of nested mappings share the list of flaws."""

    def __init__(self, data: object, path: Path = (), flaws: list[Flaw] | None = None) -> None:
        self.path = path
        self.flaws: list[Flaw] = [] if flaws is None else flaws
        self._used: set[str] = set()
        self.data: Mapping[str, Any] = {}
        if isinstance(data, Mapping):
            self.data = data
        else:
            self.flaw("这里应是一组“字段: 值”", "请按格式补成字段。")

    def flaw(self, message: str, remedy: str, *at: str | int) -> None:
        """Note a problem at this mapping or below it."""
        self.flaws.append(Flaw(self.path + at, message, remedy))

    def has(self, name: str) -> bool:
        """Whether the field is present and not null."""
        return self.data.get(name) is not None

    def take(self, name: str) -> Any:
        """The raw value of a field, null if absent; marks it as known."""
        self._used.add(name)
        return self.data.get(name)

    def text(self, name: str, default: str | None = None, limit: int = 4000) -> str:
        """A text; required where there is no default."""
        value = self.take(name)
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            value = str(value)
        if value is None or value == "":
            if default is None:
                self.flaw("缺少这个字段", f"请写上 {name}。", name)
            return default or ""
        if not isinstance(value, str):
            self.flaw("这里应是文字", "含冒号或花括号的文字请加引号。", name)
            return default or ""
        if len(value) > limit:
            self.flaw(f"有 {len(value)} 个字，最多 {limit} 个", "请写短些。", name)
        return value

    def ident(self, name: str) -> str:
        """An id of the bank."""
        value = self.text(name, limit=ID_LENGTH)
        if value and not ID_PATTERN.match(value):
            self.flaw(f"编号「{value}」写法不对", "只用小写字母、数字，中间可用 - _ . 连接。", name)
        return value

    def word(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of the allowed words."""
        value = self.text(name, default)
        options = list(allowed)
        if value and value not in options:
            self.flaw(f"「{value}」不认识", f"{nearest(value, options)}可用：{'、'.join(options)}。", name)
            return default or ""
        return value

    def words(
        self, name: str, allowed: Iterable[str], required: bool = False, aliases: Mapping[str, str] | None = None
    ) -> tuple[str, ...]:
        """A list of allowed words without repetition; aliases are other spellings."""
        options = list(allowed)
        out: list[str] = []
        for place, raw in enumerate(self.texts(name, required)):
            value = (aliases or {}).get(raw, raw)
            if value not in options:
                self.flaw(f"「{value}」不认识", f"{nearest(value, options)}可用：{'、'.join(options)}。", name, place)
            elif value not in out:
                out.append(value)
        return tuple(out)

    def texts(self, name: str, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self._list(name, required, str, "文字"))

    def integers(self, name: str, low: int, high: int, required: bool = False) -> tuple[int, ...]:
        """A list of whole numbers within bounds."""
        out = []
        for place, value in enumerate(self._list(name, required, int, "整数")):
            if not low <= value <= high:
                self.flaw(f"{value} 超出范围", f"应在 {low} 到 {high} 之间。", name, place)
            else:
                out.append(value)
        return tuple(out)

    def _list(self, name: str, required: bool, kind: type[T], said: str) -> Iterator[T]:
        value = self.take(name)
        if value is None or value == []:
            if required:
                self.flaw("缺少这个字段", f"请写上 {name}，至少一项。", name)
            return
        if not isinstance(value, (list, tuple)):
            self.flaw("这里应是列表", f"请写成 {name}: [{value}] 的样子。", name)
            return
        for place, item in enumerate(value):
            if kind is str and isinstance(item, (int, Decimal)) and not isinstance(item, bool):
                item = str(item)
            if isinstance(item, kind) and not (isinstance(item, bool) and kind is not bool):
                yield item
            else:
                self.flaw(f"这里应是{said}", "请改写这一项。", name, place)

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number within bounds."""
        value = self.take(name)
        if value is None:
            if default is None:
                self.flaw("缺少这个字段", f"请写上 {name}（{low} 到 {high} 的整数）。", name)
            return low if default is None else default
        if isinstance(value, bool) or not isinstance(value, int):
            self.flaw("这里应是整数", f"请写 {low} 到 {high} 的整数。", name)
            return low if default is None else default
        if not low <= value <= high:
            self.flaw(f"{value} 超出范围", f"应在 {low} 到 {high} 之间。", name)
            return low if default is None else default
        return value

    def number(self, name: str, default: Decimal | None = None, low: int = 0) -> Decimal:
        """A decimal number not below `low`."""
        value = self.take(name)
        if value is None:
            if default is None:
                self.flaw("缺少这个字段", f"请写上 {name}（数字）。", name)
            return Decimal(0) if default is None else default
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            self.flaw("这里应是数字", "请只写数字，不带单位。", name)
            return Decimal(0)
        amount = Decimal(str(value))
        if amount < low:
            self.flaw(f"{value} 太小", f"应不小于 {low}。", name)
        return amount

    def flag(self, name: str, default: bool = False) -> bool:
        """true or false."""
        value = self.take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.flaw("这里应是 true 或 false", "请改成 true 或 false。", name)
            return default
        return value

    def moment(self, name: str, words: Iterable[str], default: str) -> str:
        """A date, a moment or one of a few words, as written."""
        value = self.text(name, default)
        if value not in words:
            try:
                read_moment(value)
            except ValueError:
                self.flaw(f"「{value}」不是日期", f"请写 2014-06-01、2014-06-01T10:00 或 {'、'.join(words)}。", name)
                return default
        return value

    def child(self, name: str) -> "Reader":
        """A reader for a nested mapping (empty where absent)."""
        value = self.take(name)
        return Reader({} if value is None else value, (*self.path, name), self.flaws)

    def children(self, name: str, low: int = 0, high: int = 200, short: str | None = None) -> list["Reader"]:
        """Readers for a list of mappings; `short` names the field that a bare text stands for."""
        value = self.take(name)
        value = [] if value is None else value
        if not isinstance(value, (list, tuple)):
            self.flaw("这里应是列表", "每项以“- ”开头。", name)
            return []
        if not low <= len(value) <= high:
            self.flaw(f"有 {len(value)} 项", f"应有 {low} 到 {high} 项。", name)
        return [
            Reader({short: item} if short and isinstance(item, str) else item, (*self.path, name, place), self.flaws)
            for place, item in enumerate(value)
        ]

    def mapping(self, name: str) -> Mapping[str, Any]:
        """A nested mapping left as it is."""
        value = self.take(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.flaw("这里应是一组“字段: 值”", "请按格式补成字段。", name)
            return {}
        return value

    def done(self) -> None:
        """Note every field that nobody asked for."""
        for name in self.data:
            if name not in self._used:
                if self.data[name] is None and not str(name).isascii():
                    self.flaw(f"「{name}」被当成了新字段", "花括号里的文字含逗号时，请给整句加引号。")
                    continue
                known = sorted(self._used)
                self.flaw("没有这个字段", f"{nearest(str(name), known)}可用：{'、'.join(known)}。", str(name))


def read(data: object, build: Callable[[Reader], T]) -> T:
    """Build a value from a mapping; raises FlawedContent with every flaw."""
    reader = Reader(data)
    value = build(reader)
    if reader.flaws:
        raise FlawedContent(reader.flaws)
    return value
