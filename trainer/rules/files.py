"""Rule files in their one canonical form: fixed order of keys, short mappings on one line, a blank line between rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import yaml

from trainer.rules.reading import EXAMPLE_KEYS, RULE_KEYS

_LINES = ("statement", "explain", "caution", "note", "when")


class _Dumper(yaml.SafeDumper):
    """Writes dates and times as plain text and decimals as numbers."""


_Dumper.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for letter, pairs in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
_Dumper.add_representer(
    Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", format(number, "f"))
)


def dump_rules(rules: Iterable[Mapping[str, Any]]) -> str:
    """The text of one rule file from the data of its rules."""
    return "rules:\n" + "\n".join(_rule(rule) for rule in rules)


def _rule(rule: Mapping[str, Any]) -> str:
    lines = []
    for key in RULE_KEYS:
        value = rule.get(key)
        if value is not None and value != [] and value != {}:
            lines += _entry(key, value)
    return "".join(f"{'- ' if index == 0 else '  '}{line}\n" for index, line in enumerate(lines))


def _entry(key: str, value: Any) -> list[str]:
    if key in _LINES and isinstance(value, str) and "\n" in value:
        return [f"{key}: |-", *(f"  {line}" for line in value.splitlines())]
    if key == "figures" or key == "then":
        return [f"{key}:", *(f"  {name}: {_flow(item)}" for name, item in value.items())]
    if key == "beats":
        return [f"{key}:", *(f"- {_flow(item)}" for item in value)]
    if key == "examples":
        return [f"{key}:", *(line for example in value for line in _example(example))]
    return [f"{key}: {_flow(value)}"]


def _example(example: Mapping[str, Any]) -> list[str]:
    lines = [f"{key}: {_flow(example[key])}" for key in EXAMPLE_KEYS if key in example]
    return [f"{'- ' if index == 0 else '  '}{line}" for index, line in enumerate(lines)]


def _flow(value: Any) -> str:
    text: str = yaml.dump(
        _plain(value), Dumper=_Dumper, default_flow_style=True, allow_unicode=True, width=10_000_000, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
