"""What is particular to a type of question, as lines that people type, and back; what lines cannot say is written as YAML."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from trainer.bank.canonical import dump
from trainer.content.fields import read_moment
from trainer.content.question import COMMON
from trainer.content.yamltext import read_yaml
from trainer.errors import InputError

Form = Mapping[str, Any]
TEXTS = ("right", "why", "steps", "pairs", "extra", "text", "blanks", "value", "unit", "tolerance", "chat", "yaml", "mode")
LINED = ("true_false", "ordering", "matching", "cloze", "numeric", "spot_violation")
LONGEST = 20_000
STARTS = {
    "decision": """params:
  amount: {choices: [89, 399.5, 1288, 2699]}
decision:
  ask: shipping.compensation
  platform: tmall
  facts:
    order: {amount: "{amount}", paid_at: 2014-06-02T10:00, kind: normal}
    claim: {reason: late_shipment}
answer:
  say: 赔 {amount} 元
distractors:
- {mistake: 忘了封顶, value: {amount: "order.amount * 0.3"}, why: 单笔有上限。}
- {mistake: 以为按全额赔, answer: {amount: "{amount}"}, why: 按比例赔。}
""",
    "deadline": """decision:
  ask: refund.seller_silent
  platform: taobao
  facts:
    claim: {filed_at: 2026-11-20T10:00, needs_return: false}
answer: {field: at}
mistakes:
- {mistake: 按 48 小时算了, value: {at: "claim.filed_at + hours(48)"}, why: 那是别的时限。}
""",
}


def part_of(form: Form) -> dict[str, Any]:
    """The fields of a type from its lines or its YAML; raises InputError that names the line."""
    if form.get("mode") == "yaml" or form["type"] not in LINED:
        return _from_yaml(form["yaml"])
    makers: dict[str, Callable[[Form], dict[str, Any]]] = {
        "true_false": lambda one: {"right": one["right"] == "yes", "why": one["why"].strip() or None} if one["right"] else {},
        "ordering": lambda one: {"steps": [_step(line) for line in _lines(one["steps"])]}, "matching": _matching, "cloze": _cloze,
        "numeric": _numeric, "spot_violation": lambda one: {"chat": [_said(number, line) for number, line in enumerate(_lines(one["chat"]), 1)]}}
    return {name: value for name, value in makers[form["type"]](form).items() if value not in (None, "", [])}


def lines_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The lines of a body that lines can say in full; `mode` tells whether they can."""
    part = {name: value for name, value in body.items() if name not in COMMON}
    empty = dict.fromkeys(TEXTS, "")
    if body["type"] in LINED:
        lines = empty | _lines_of(body) | {"mode": "lines"}
        try:
            if part_of({"type": body["type"], **lines}) == {name: value for name, value in part.items() if value not in (None, "", [])}:
                return lines
        except InputError:
            pass
    return empty | {"mode": "yaml", "yaml": dump(part)}


def _lines_of(body: Mapping[str, Any]) -> dict[str, str]:
    out: dict[str, str] = {}
    if "right" in body:
        out |= {"right": "yes" if body["right"] else "no", "why": str(body.get("why", ""))}
    for name, build in (("steps", _step_line), ("pairs", lambda one: _reasoned(f"{one['left']} = {one['right']}", one.get("why"))),
                        ("blanks", _blank_line), ("chat", lambda one: f"{one['who']}：{one['text']}"), ("extra", str)):
        out[name] = "\n".join(build(one) for one in body.get(name) or [])
    answer = body.get("answer")
    if isinstance(answer, Mapping):
        out |= {name: str(answer.get(name, "")) for name in ("value", "unit", "tolerance")}
    return out | ({"text": str(body["text"])} if "text" in body else {})


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _reasoned(text: str, why: object) -> str:
    return f"{text} ## {why}" if why else text


def _parted(line: str) -> tuple[str, str]:
    text, _, why = line.partition("##")
    return text.strip(), why.strip()


def _step_line(step: Any) -> str:
    return step if isinstance(step, str) else _reasoned(step["text"], step.get("why"))


def _step(line: str) -> Any:
    text, why = _parted(line)
    return {"text": text, "why": why} if why else text


def _matching(form: Form) -> dict[str, Any]:
    pairs = []
    for number, line in enumerate(_lines(form["pairs"]), 1):
        text, why = _parted(line)
        left, found, right = text.partition(" = ") if " = " in text else re.sub(r"[＝=]|->|→", "\ue000", text, count=1).partition("\ue000")
        if not found:
            raise InputError(f"配对第 {number} 行没有等号。请写成「左边 = 右边」。", "pairs")
        pairs.append({"left": left.strip(), "right": right.strip()} | ({"why": why} if why else {}))
    return {"pairs": pairs, "extra": _lines(form["extra"])}


def _blank_line(blank: Mapping[str, Any]) -> str:
    full = [*([f"{{{{{blank['figure']}}}}}"] if blank.get("figure") else []), *blank.get("accept", ())]
    return _reasoned(" | ".join(full), blank.get("why"))


def _cloze(form: Form) -> dict[str, Any]:
    blanks = []
    for line in _lines(form["blanks"]):
        text, why = _parted(line)
        parts = [part.strip() for part in text.split("|") if part.strip()]
        figure = next((part.strip("{} ") for part in parts if part.startswith("{{") and part.endswith("}}")), "")
        accept = [part for part in parts if not part.startswith("{{")]
        blanks.append({name: value for name, value in (("figure", figure), ("accept", accept), ("why", why)) if value})
    return {"text": form["text"].strip(), "blanks": blanks}


def _numeric(form: Form) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for name in ("value", "unit", "tolerance"):
        text = form[name].strip()
        if text and name != "unit" and not re.fullmatch(r"-?\d{1,12}(?:\.\d{1,6})?", text):
            raise InputError(f"「{text}」不是数字。请只写数字，例如 72 或 0.5。", "answer")
        if text:
            answer[name] = text if name == "unit" else int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    return {"answer": answer} if answer else {}


def _said(number: int, line: str) -> dict[str, str]:
    who, found, text = re.sub("[：:]", "\ue000", line, count=1).partition("\ue000")
    if not found:
        raise InputError(f"对话第 {number} 行没有写是谁说的。请写成「客服：……」或「买家：……」。", "chat")
    return {"who": who.strip(), "text": text.strip()}


def _from_yaml(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise InputError(f"题目内容超过 {LONGEST} 个字，请写短些。", "yaml")
    document = read_yaml(text)
    if document.faults:
        line, message, remedy = document.faults[0]
        raise InputError(f"题目内容第 {max(1, min(line, text.count(chr(10)) + 1))} 行：{message}。{remedy}", "yaml")
    if not isinstance(document.value, dict):
        raise InputError("题目内容要写成「字段: 值」，一行一个。", "yaml")
    wrong = [name for name in document.value if name in COMMON]
    if wrong:
        raise InputError(f"「{'、'.join(wrong)}」请填在上面的栏里，这里只写这种题型自己的字段。", "yaml")
    found = _plain(document.value)
    assert isinstance(found, dict)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def moment_flaw(text: str) -> str:
    """What is wrong with a date of judgement, or nothing."""
    if text in ("", "attempt"):
        return ""
    try:
        read_moment(text)
    except ValueError:
        return f"「{text}」不是日期。请写成 2014-06-01，或留空（按作答时的规则）。"
    return ""
