"""话术题: a typed reply, read by the reply checks and marked point by point."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from trainer.content import Flaw, Question
from trainer.errors import ContentError
from trainer.questions.base import (
    FULL,
    Grade,
    Made,
    Making,
    Mark,
    QuestionType,
    Raw,
    Response,
    ResponseError,
    Variant,
    assemble,
    main_rule,
)
from trainer.questions.deciding import substitute
from trainer.questions.reply_body import GOOD_FROM, LONGEST, Point, ReplyBody, read
from trainer.replies import Act, Claim, Findings, check_reply
from trainer.rules import MissingFacts, QuestionError, Rulebook


def make(making: Making, body: ReplyBody) -> Made:
    """One variant; raises ContentError where a decision asked for has no answer for these facts."""
    platform = body.platform or making.question.platforms[0]
    facts = substitute(body.facts, making.values)
    points = [_point_key(making, point, platform, facts) for point in body.required]
    rules = [rule for point in points for rule in point["rules"]]
    shown = {"buyer": making.plain(body.buyer), "platform": platform, "length": list(body.length), "facts": facts}
    key = {
        "required": points,
        "forbidden": list(body.forbidden),
        "critical": list(body.critical),
        "deduct": body.deduct,
        "total": body.total,
        "samples": [one.reply for one in body.samples if one.low >= GOOD_FROM][:3],
    }
    return Made(shown, key, rules)


def _point_key(making: Making, point: Point, platform: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    key: dict[str, Any] = {
        "what": making.plain(point.what),
        "points": point.points,
        "acts": list(point.acts),
        "decision": point.decision,
        "field": point.field,
        "rules": [],
        "correct": "",
    }
    if point.decision:
        try:
            terms = making.rulebook.terms(point.decision, platform, making.as_of, dict(facts))
        except (QuestionError, MissingFacts) as error:
            raise ContentError(f"要点「{point.what}」的判定 {point.decision} 问不了：{error}") from error
        terms = [term for term in terms if not point.field or term.name.endswith(point.field)]
        if not terms:
            raise ContentError(
                f"要点「{point.what}」：判定 {point.decision} 在这些 facts 下没有可说的期限、金额或比例。"
            )
        key["rules"] = list(dict.fromkeys(term.rule for term in terms))
    return key


def parse(raw: Raw) -> Response | None:
    """The reply from the field `text`, as sent but for line ends."""
    values = raw.get("text") or ("",)
    text = values[0].replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST:
        raise ResponseError(f"回复有 {len(text)} 个字，最多 {LONGEST} 个，请缩短。", "text")
    return {"text": text} if text.strip() else None


def grade(variant: Variant, response: Response, rulebook: Rulebook) -> Grade:
    """A mark for each point, less what was found against it; a critical code zeroes the reply."""
    text = str(response.get("text", ""))
    shown, key = variant.shown, variant.key
    findings = check_reply(
        text,
        platform=shown["platform"],
        as_of=variant.as_of,
        rulebook=rulebook,
        buyer=shown["buyer"],
        facts=shown["facts"],
        expect=_expectation(key),
    )
    scale = FULL / key["total"]
    marks = [_required(point, findings, scale, variant) for point in key["required"]]
    marks += _deductions(findings, key, scale)
    length = sum(not character.isspace() for character in text)
    marks += _length_marks(length, shown["length"], round(key["deduct"] * scale))
    points = max(0, min(FULL, sum(mark.points for mark in marks)))
    critical = [one for one in findings.violations if one.code in key["critical"]]
    if critical:
        marks.append(
            Mark(
                "触碰红线，本题不得分",
                -points,
                0,
                critical[0].rule,
                critical[0].why,
                None,
                critical[0].start,
                critical[0].end,
            )
        )
        points = 0
    watched = set(key["forbidden"]) | set(key["critical"])
    doubtful = [one for one in findings.suspected if one.code in watched]
    review = bool(doubtful) or (findings.needs_review and not findings.suspected)
    because = findings.review_because if review else ()
    return Grade(points, tuple(marks), review, tuple(because), findings.to_dict())


def _expectation(key: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        "acts": [point["acts"][0] for point in key["required"] if len(point["acts"]) == 1],
        "decisions": [point["decision"] for point in key["required"] if point["decision"]],
    }


def _required(point: Mapping[str, Any], findings: Findings, scale: float, variant: Variant) -> Mark:
    of = round(point["points"] * scale)
    rule = point["rules"][0] if point["rules"] else main_rule(variant)
    if point["decision"]:
        return _stated(point, findings.claims, of, rule)
    done = [act for act in findings.acts if act.act in point["acts"] and not _contradicted(act, findings.claims)]
    if done:
        return Mark(point["what"], of, of, rule, f"「{done[0].text}」做到了。", None, done[0].start, done[0].end)
    return Mark(point["what"], 0, of, rule, "回复里没有做到这一点。")


def _contradicted(act: Act, claims: Sequence[Claim]) -> bool:
    """Whether what the act states is wrong: a wrong deadline or payer is no deadline or payer stated."""
    return any(claim.agrees is False and claim.start < act.end and act.start < claim.end for claim in claims)


def _stated(point: Mapping[str, Any], claims: Sequence[Claim], of: int, rule: str | None) -> Mark:
    name = f"{point['decision']}.{point['field']}" if point["field"] else point["decision"]
    said = [claim for claim in claims if claim.about in (name, point["decision"]) or claim.about.startswith(f"{name}.")]
    wrong = next((claim for claim in said if claim.agrees is False), None)
    right = next((claim for claim in said if claim.agrees), None)
    if wrong:
        correct = f",应是「{wrong.correct}」" if wrong.correct else ""
        return Mark(point["what"], 0, of, rule, f"「{wrong.said}」说得不对{correct}。", None, wrong.start, wrong.end)
    if right:
        return Mark(point["what"], of, of, rule, f"「{right.said}」说对了。", None, right.start, right.end)
    if said:
        return Mark(
            point["what"], 0, of, rule, f"「{said[0].said}」不够确定，没有说清。", None, said[0].start, said[0].end
        )
    return Mark(point["what"], 0, of, rule, "回复里没有说到这一点。")


def _deductions(findings: Findings, key: Mapping[str, Any], scale: float) -> list[Mark]:
    marks, seen = [], set()
    for one in findings.violations:
        if one.code in key["forbidden"] or one.code in key["critical"]:
            cost = 0 if one.code in seen else round(key["deduct"] * scale)
            seen.add(one.code)
            marks.append(Mark("违规点", -cost, 0, one.rule, one.why, None, one.start, one.end))
    return marks


def _length_marks(length: int, bounds: Sequence[int], cost: int) -> list[Mark]:
    low, high = bounds
    if low <= length <= high:
        return []
    what = f"少于 {low} 个字" if length < low else f"多于 {high} 个字"
    return [Mark("字数", -cost, 0, None, f"回复有 {length} 个字，{what}。")]


def check(question: Question, body: ReplyBody, rulebook: Rulebook, as_of: datetime) -> list[Flaw]:
    """Every sample graded; those outside their expected marks are flaws."""
    flaws = []
    variant = assemble(TYPE, Making(question, 0, rulebook, as_of))
    for place, sample in enumerate(body.samples):
        got = grade(variant, {"text": sample.reply}, rulebook)
        if not sample.low * 10 <= got.points <= sample.high * 10:
            flaws.append(
                Flaw(
                    ("samples", place),
                    f"样例「{_short(sample.reply)}」应得 {sample.low}–{sample.high} 分，实得 {got.points / 10:g} 分({_account(got)})",
                    "请改样例、要点或预期得分。",
                    grave=False,
                )
            )
    return flaws


def _short(text: str) -> str:
    flat = text.replace("\n", " ")
    return flat if len(flat) <= 20 else flat[:19] + "…"


def _account(got: Grade) -> str:
    return ";".join(f"{mark.what} {mark.points}/{mark.of}" for mark in got.marks)


def texts(body: ReplyBody) -> list[tuple[tuple[str | int, ...], str]]:
    """Nothing: what people say in chats is not examined for typed figures."""
    return []


TYPE = QuestionType("scripted_reply", "话术题", read, make, parse, grade, texts, check)
