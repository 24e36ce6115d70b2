"""Fills texts: `{{rule#figure}}` with what the rulebook says on a day, `{param}` with a variant's values."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trainer.content.wording import say, say_date, say_time
from trainer.errors import ContentError
from trainer.rules import Rulebook, UnknownRule

CITATION = re.compile(r"\[\[(?P<rule>[a-z0-9_.]+)(?:#(?P<figure>\w+))?(?:\|(?P<text>[^\[\]]+))?\]\]")
FIGURE = re.compile(r"\{\{\s*(?P<rule>[a-z0-9_.]+)#(?P<figure>\w+)\s*\}\}")
_PARAM = re.compile(r"(?<!\{)\{(?P<name>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)(?::(?P<form>date|time))?\}(?!\})")


def cited_rules(text: str) -> tuple[str, ...]:
    """The rules a text names, by figure or citation, once each."""
    found = [match["rule"] for pattern in (CITATION, FIGURE) for match in pattern.finditer(text)]
    return tuple(dict.fromkeys(found))


def fill_figures(text: str, rulebook: Rulebook, as_of: datetime, chips: bool = False) -> str:
    """The text with its figures as of a moment; with chips each stands as `[[rule#figure|72 小时]]`, else as plain words."""
    try:
        if not chips:
            return rulebook.render(text, as_of) if "{{" in text else text
        if "{{" in text:
            parts = rulebook.segments(text, as_of)
            text = "".join(one if isinstance(one, str) else f"[[{one.rule}#{one.figure}|{one.text}]]" for one in parts)
        return CITATION.sub(lambda match: _titled(match, rulebook), text)
    except (UnknownRule, ValueError) as error:
        raise ContentError(f"文字里引用的规则或数字不存在：{error}") from error


def _titled(match: re.Match[str], rulebook: Rulebook) -> str:
    if match["text"]:
        return match[0]
    return f"[[{match['rule']}|{rulebook.rule(match['rule']).title}]]"


def fill_params(text: str, values: Mapping[str, Any]) -> str:
    """The text with `{name}`, `{name.part}`, `{name:date}` replaced; raises ContentError for a name that is not there."""

    def replace(match: re.Match[str]) -> str:
        value = lookup(values, match["name"])
        if isinstance(value, datetime) and match["form"]:
            return say_date(value) if match["form"] == "date" else say_time(value)
        return say(value)

    return _PARAM.sub(replace, text)


def param_names(text: str) -> tuple[str, ...]:
    """The names in single braces that a text uses."""
    return tuple(match["name"] for match in _PARAM.finditer(text))


def lookup(values: Mapping[str, Any], name: str) -> Any:
    """A dotted name in nested mappings; raises ContentError if absent."""
    value: Any = values
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise ContentError(f"文字里的 {{{name}}} 没有定义。可用：{'、'.join(values)}。")
        value = value[part]
    return value
