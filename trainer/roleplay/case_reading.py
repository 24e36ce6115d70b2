"""Reads a case file's mapping into a Case, with every mistake named in one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.content.fields import FlawedContent, Reader, read
from trainer.content.vocabulary import LEVELS, PLATFORMS, POOLS
from trainer.roleplay.case import (
    OFFERS,
    PARTY_NAMES,
    TEMPERS,
    Accept,
    Ask,
    Buyer,
    Case,
    Check,
    Event,
    Fact,
    Forbidden,
    Line,
    Money,
    Outcome,
    Solution,
    fill,
    variant_values,
)
from trainer.roleplay.case_words import check_words
from trainer.roleplay.conditions import Condition, ConditionError, compile_condition, order_pairs
from trainer.roleplay.moves import EVIDENCE, PANELS, RECORD_FIELDS, SPECS, MoveError, to_fen
from trainer.roleplay.sale_reading import read_sale

CaseError = FlawedContent


def load_case(raw: Mapping[str, Any]) -> Case:
    """The case in a file's mapping, checked with its first variant; raises CaseError with every flaw."""
    return read(fill(raw, variant_values(raw, 0)), lambda reader: _case(reader, raw))


def _case(r: Reader, raw: Mapping[str, Any]) -> Case:
    variants = {str(key): tuple(items) for key, items in r.mapping("variants").items() if isinstance(items, list)}
    rubric = r.child("rubric")
    weights_reader = rubric.child("weights")
    weights = {name: weights_reader.integer(name, 0, 1000) for name in ("outcome", "rules", "talk", "record")}
    if sum(weights.values()) != 1000:
        rubric.flaw(f"四项权重合计 {sum(weights.values())}", "应合计 1000。", "weights")
    sale = read_sale(r.child("sale"), condition, fen) if r.has("sale") else None
    case = Case(
        id=r.ident("id"), title=r.text("title", limit=60), platform=r.word("platform", PLATFORMS),
        level=r.integer("level", min(LEVELS), max(LEVELS)), pool=r.word("pool", POOLS, "practice"),
        topics=r.texts("topics", required=True), as_of=r.moment("as_of", (), ""),
        horizon=r.integer("horizon_hours", 1, 24 * 60) * 60, brief=r.text("brief"), learn=r.text("learn"),
        shop=r.text("shop"), buyer=_buyer(r.child("buyer")), money=_money(r.child("money")),
        facts_given=r.mapping("given"), kind=r.word("kind", ("仅退款", "退货退款", "换货", "补寄", "维修"), "仅退款"),
        start=r.mapping("start"), panels=_panels(r.child("panels")),
        facts=tuple(_fact(part) for part in r.children("facts")), asks=tuple(_ask(part) for part in r.children("asks")),
        accepts=tuple(_accept(part) for part in r.children("accepts")),
        events=tuple(_event(part) for part in r.children("events")), settled=_settled(r, sale is not None),
        outcomes=tuple(_outcome(part) for part in r.children("outcomes", low=1)),
        acts=tuple(_act_check(part) for part in rubric.children("acts")),
        checks=tuple(_check(part) for part in rubric.children("checks")),
        forbidden=tuple(_forbidden(part) for part in rubric.children("forbidden")),
        record=_record(rubric.child("record")), weights=weights, pass_mark=rubric.integer("pass", 1, 1000, 800),
        solutions=tuple(_solution(part) for part in r.children("solutions", low=2)),
        pairs=tuple(sorted(order_pairs(raw))), variants=variants, sale=sale, raw=raw,
    )
    for name in ("note", "summary", "minutes"):
        r.take(name)
    weights_reader.done()
    rubric.done()
    r.done()
    _sums(case, r)
    if not r.flaws:
        check_words(case, r)
    return case


def _settled(r: Reader, sale: bool) -> Condition:
    if sale and not r.has("settled"):
        return compile_condition({"flow": ["paid", "lost"]})
    return condition(r, "settled")


def condition(r: Reader, name: str) -> Condition:
    """A compiled condition of a field; absent = always."""
    try:
        return compile_condition(r.take(name))
    except ConditionError as error:
        r.flaw(str(error), "", name)
        return compile_condition(None)


def fen(r: Reader, name: str, default: object = None) -> int:
    """An amount in yuan as fen."""
    value = r.take(name)
    try:
        return to_fen(default if value is None else value, "这里")
    except MoveError as error:
        r.flaw(str(error), "", name)
        return 0


def _lines(r: Reader, name: str) -> tuple[str, ...]:
    value = r.take(name)
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float) for item in items):
        r.flaw("这里应是文字或文字的列表", "含冒号的文字请加引号。", name)
        return ()
    return tuple(str(item) for item in items)


def _buyer(r: Reader) -> Buyer:
    lines = {str(key): tuple(map(str, value if isinstance(value, list) else [value]))
             for key, value in r.mapping("lines").items()}
    buyer = Buyer(r.text("name"), r.text("nick"), r.text("who"), r.word("temper", TEMPERS), r.integer("mood", -3, 3, 0),
                  r.integer("patience", 1, 9, 3), _lines(r, "opening"), lines)
    r.done()
    return buyer


def _money(r: Reader) -> Money:
    shadow_reader = r.child("shadow")
    names = {"intervention": 50, "complaint": 30, "bad_review": 30, "second_contact": 5, "returned_parcel": 0}
    shadow = {name: fen(shadow_reader, name, default) for name, default in names.items()}
    shadow_reader.done()
    owed = fen(r, "owed")
    money = Money(owed, fen(r, "demanded", _as_yuan(owed)), fen(r, "paid"), fen(r, "authority", 0), fen(r, "reship", 0),
                  fen(r, "lost", 0), shadow)
    r.done()
    return money


def _as_yuan(value: int) -> str:
    return f"{value // 100}.{value % 100:02d}"


def _panels(r: Reader) -> dict[str, tuple[Line, ...]]:
    panels: dict[str, tuple[Line, ...]] = {}
    for name in PANELS:
        lines = []
        for part in r.children(name, short="text"):
            lines.append(Line(part.text("text"), condition(part, "when")))
            part.done()
        panels[name] = tuple(lines)
    r.done()
    return panels


def _fact(r: Reader) -> Fact:
    found = r.child("found")
    ways = [way for way in ("look", "act", "ask", "evidence", "event", "visible") if found.has(way)]
    if len(ways) != 1:
        found.flaw("一条信息应写明一种发现方式", "可用：look、act、ask、evidence、event、visible。")
    way = ways[0] if ways else "visible"
    words = _lines(found, "ask") if way == "ask" else ()
    by = "" if words else str(found.take(way))
    if way == "look" and by not in PANELS:
        found.flaw(f"没有「{by}」这一栏", f"可用：{'、'.join(PANELS)}。", way)
    if way == "evidence" and by not in EVIDENCE:
        found.flaw(f"没有「{by}」这种凭证", f"可用：{'、'.join(EVIDENCE)}。", way)
    found.done()
    fact = Fact(r.ident("id"), r.text("text"), way, by, _lines(r, "answer"), words, condition(r, "when"))
    r.done()
    return fact


def _ask(r: Reader) -> Ask:
    ask = Ask(r.ident("id"), _lines(r, "act"), _lines(r, "say"), condition(r, "when"))
    r.done()
    return ask


def _accept(r: Reader) -> Accept:
    accept = Accept(r.word("offer", OFFERS), condition(r, "when"), _lines(r, "say"), fen(r, "above", 0),
                    r.flag("owed"))
    r.done()
    return accept


def _event(r: Reader) -> Event:
    after = r.text("after", "")
    at = r.integer("at", -1, 60 * 24 * 60, -1)
    if (at < 0) == (not after):
        r.flaw("事件应写明 at 或 after 之一", "at 是开场后的分钟数，after 是某个操作、状态或事件的名字。")
    pays = []
    for part in r.children("pay"):
        payer, payee = part.text("from"), part.text("to")
        pays.append((payer, payee, fen(part, "amount"), part.text("what"), part.flag("owed", True)))
        part.done()
    event = Event(r.ident("id"), at, after, r.integer("minutes", 0, 60 * 24 * 60, 0), condition(r, "when"),
                  r.word("who", PARTY_NAMES, "system"), _lines(r, "say"), r.texts("facts"), r.text("flow", ""),
                  r.integer("mood", -3, 3, 0), tuple(pays), r.text("marks", ""))
    r.done()
    return event


def _outcome(r: Reader) -> Outcome:
    outcome = Outcome(r.ident("id"), r.text("title"), condition(r, "when"), r.integer("share", 0, 100), r.text("rule", ""),
                      r.text("why", ""))
    r.done()
    return outcome


def _act_check(r: Reader) -> Check:
    acts = _lines(r, "act")
    raw_when: dict[str, Any] = {"any": [{"acts": act} for act in acts]}
    check = Check(acts[0] if acts else "", r.text("what"), compile_condition(raw_when), r.integer("of", 0, 1000),
                  r.flag("must"), r.text("rule", ""), r.text("why"), "|".join(acts))
    r.done()
    return check


def _check(r: Reader) -> Check:
    check = Check(r.ident("id"), r.text("what"), condition(r, "when"), r.integer("of", 0, 1000), r.flag("must"),
                  r.text("rule", ""), r.text("why"), r.text("turn_of", ""))
    r.done()
    return check


def _forbidden(r: Reader) -> Forbidden:
    forbidden = Forbidden(r.word("move", SPECS), condition(r, "when"), r.integer("points", 0, 1000), r.flag("fatal"),
                          r.text("rule", ""), r.text("why"))
    r.done()
    return forbidden


def _record(r: Reader) -> dict[str, tuple[str, ...]]:
    wanted = {}
    for name, allowed in RECORD_FIELDS.items():
        words = _lines(r, name)
        for word in words:
            if word not in allowed:
                r.flaw(f"「{word}」不在可选范围", f"可用：{'、'.join(allowed)}。", name)
        if words:
            wanted[name] = words
    r.done()
    return wanted


def _solution(r: Reader) -> Solution:
    value = r.take("moves")
    moves = tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()
    if not moves:
        r.flaw("缺少操作", "请写上 moves，每个操作一行。", "moves")
    solution = Solution(r.text("title"), r.flag("passes"), r.text("why"), moves)
    r.done()
    return solution


def _sums(case: Case, r: Reader) -> None:
    talk = sum(check.of for check in case.acts)
    kept = sum(check.of for check in case.checks)
    if talk != case.weights["talk"]:
        r.flaw(f"话术要点合计 {talk}，权重是 {case.weights['talk']}", "请把两者改成一致。", "rubric", "acts")
    if kept != case.weights["record"]:
        r.flaw(f"凭证与记录合计 {kept}，权重是 {case.weights['record']}", "请把两者改成一致。", "rubric", "checks")
    if not any(solution.passes for solution in case.solutions) or all(solution.passes for solution in case.solutions):
        r.flaw("solutions 应至少有一个通过、一个不通过的做法", "请补上缺的那一个，并写明原因。", "solutions")
    known = {fact.id for fact in case.facts}
    for event in case.events:
        for fact in event.facts:
            if fact not in known:
                r.flaw(f"事件 {event.id} 用到的信息「{fact}」没有写在 facts 里", f"已有：{'、'.join(sorted(known))}。", "events")
