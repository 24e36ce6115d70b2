"""Writing questions: a form's values to a question body, its flaws, and replies tried against it while it is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import yaml

from trainer.content import Flaw, FlawedContent, Question
from trainer.errors import InputError
from trainer.questions import Variant, check_question, grade, make_variant, variant_count
from trainer.rules import Rulebook
from trainer.services.type_forms import part_of

OPTIONS, POINTS, SAMPLES = 8, 6, 8
Form = Mapping[str, Any]


def body_of(form: Form) -> dict[str, Any]:
    """The question body that a form describes; blank rows are left out. Raises InputError for facts that are no YAML."""
    body: dict[str, Any] = {
        "id": form["id"].strip(), "type": form["type"], "title": form["title"].strip(), "platforms": list(form["platforms"]),
        "topic": form["topic"], "systems": [int(number) for number in form["systems"]], "difficulty": int(form["difficulty"]),
        "pool": form["pool"], "stem": form["stem"].strip(), "rules": re.split(r"[\s,，、]+", form["rules"].strip()) if form["rules"].strip() else [],
        "red_line": form.get("red_line") or None, "open_book": form.get("open_book") or None, "explain": form["explain"].strip(),
        "posts": list(form["posts"]), "as_of": form["as_of"].strip(), "note": form["note"].strip(),
        "hint": form["hint"].strip(),
        "literal": [line.strip() for line in form["literal"].split("\n") if line.strip()],
    }
    if form["mode"] == "yaml" or form["type"] not in ("single", "multiple", "scripted_reply"):
        body |= part_of(form)
    elif form["type"] == "scripted_reply":
        body |= _reply_part(form)
    else:
        body["options"] = [
            {name: value for name, value in option.items() if value} for option in form["options"] if option["text"].strip()]
    return {name: value for name, value in body.items() if value is False or value not in (None, "", [])}


def _reply_part(form: Form) -> dict[str, Any]:
    part: dict[str, Any] = {"platform": form["platforms"][0] if form["platforms"] else "", "buyer": form["buyer"].strip(),
                            "facts": read_facts(form["facts"])}
    part["required"] = [_point(row) for row in form["required"] if row["want"]]
    part["critical"] = list(form["critical"])
    if form["shortest"] and form["longest"]:
        part["length"] = [int(form["shortest"]), int(form["longest"])]
    part["samples"] = [
        {"reply": row["reply"].strip(), "marks": [int(row["low"] or 0), int(row["high"] or 100)], **({"why": row["why"].strip()} if row["why"].strip() else {})}
        for row in form["samples"] if row["reply"].strip()]
    return part


def _point(row: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, name = row["want"].partition(":")
    return {kind: name, "points": int(row["points"] or 1), "what": row["what"].strip()}


def read_facts(text: str) -> dict[str, Any]:
    """Order facts written as YAML lines; raises InputError that says what is wrong."""
    if not text.strip():
        return {}
    try:
        facts = yaml.load(text, Loader=yaml.BaseLoader) if len(text) < 4000 else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else ""
        raise InputError(f"订单信息{where}看不懂。请按「order: {{amount: 1000}}」这样的格式写。", "facts") from error
    if not isinstance(facts, dict):
        raise InputError("订单信息要写成「名称: 值」，例如 order: {amount: 1000}。", "facts")
    return {str(name): _typed(value) for name, value in facts.items()}


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _typed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    if value in ("true", "false"):
        return value == "true"
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value) else value


def flaws_of(body: Mapping[str, Any], rulebook: Rulebook, as_of: datetime) -> list[Flaw]:
    """Everything that keeps the question from being published."""
    try:
        question = Question.from_dict(body)
    except FlawedContent as error:
        return list(error.flaws)
    unknown = [rule_id for rule_id in question.rules if rule_id not in rulebook.rules]
    flaws = [Flaw(("rules",), f"规则库里没有「{rule_id}」", "请在规则页复制编号。") for rule_id in unknown]
    if not question.rules and "decision" not in body:
        flaws.append(Flaw(("rules",), "没有写依据的规则", "请填一条规则编号，学员看反馈时能点开出处。"))
    return flaws + check_question(question, rulebook, as_of)


def preview(body: Mapping[str, Any], rulebook: Rulebook, as_of: datetime, count: int = 3) -> list[Variant]:
    """The first variants as learners would meet them; raises ContentError where none can be made yet."""
    question, flaws = Question.parse(body)
    if flaws:
        raise FlawedContent(flaws)
    return [make_variant(question, number, rulebook, as_of) for number in range(min(count, variant_count(question)))]


def try_replies(body: Mapping[str, Any], replies: Sequence[str], rulebook: Rulebook, as_of: datetime) -> list[dict[str, Any]]:
    """Each reply graded against the question as it stands; raises ContentError where it cannot be graded yet."""
    # Marking needs no samples; these stand in so that a question can be tried before its own are written.
    stand_in = [{"reply": "在", "marks": marks} for marks in ([80, 100], [0, 0]) for _ in range(3)]
    reading = dict(body) | {"samples": stand_in}
    question, _flaws = Question.parse(reading)
    variant = make_variant(question, 0, rulebook, as_of)
    rows = []
    for reply in replies:
        result = grade(variant, {"text": reply}, rulebook)
        rows.append({"text": reply, "points": result.points, "marks": [asdict(mark) for mark in result.marks],
                     "findings": result.findings, "needs_review": result.needs_review, "because": result.review_because})
    return rows


def sample_agreement(body: Mapping[str, Any], rulebook: Rulebook, as_of: datetime) -> list[dict[str, Any]]:
    """The question's own samples graded, with whether each lies within the marks expected of it."""
    samples = body.get("samples") or []
    graded = try_replies(body, [sample["reply"] for sample in samples], rulebook, as_of)
    return [row | {"low": sample["marks"][0], "high": sample["marks"][1],
                   "agrees": sample["marks"][0] <= row["points"] / 10 <= sample["marks"][1]}
            for row, sample in zip(graded, samples, strict=True)]
