"""Checks of papers: everything named exists, every place can be filled, a certificate rests on checked rules."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from trainer.bank.drawing import shortages
from trainer.bank.stock import Stock
from trainer.content import Draw, Flaw, Paper, Question, Section
from trainer.content import fields as content_fields
from trainer.content.fields import nearest
from trainer.questions import TYPES, key_rules, variant_count
from trainer.rules import Rulebook


def paper_flaws(paper: Paper, stock: Stock, as_of: datetime) -> Iterator[Flaw]:
    """Everything wrong with a paper beside the rest of the stock."""
    for place, section in enumerate(paper.sections):
        yield from _section(paper, section, ("sections", place), stock)
    if paper.certificate:
        at: content_fields.Path = ("certificate", "requires")
        yield from named((*at, "lessons"), paper.certificate.lessons, stock.lessons, "课程")
        yield from named((*at, "papers"), paper.certificate.papers, stock.papers, "试卷")
        yield from named((*at, "cases"), paper.certificate.cases, stock.cases, "案例")
    for short in shortages(paper, drawable(paper, stock, as_of)):
        draw = paper.sections[short.section].draws[short.draw]
        yield Flaw(
            ("sections", short.section, "draws", short.draw),
            f"抽不满：{_wanted(draw)}要 {draw.count} 题，还差 {short.missing} 题（能用的共 {short.found} 题，前面的抽题可能先占）",
            f"请补{_wanted(draw)}的题，或减少 count、放宽条件。{_why(paper)}",
        )


def drawable(paper: Paper, stock: Stock, as_of: datetime) -> list[Question]:
    """The questions whose keys are good enough for this paper.

    An exam shares a question with practice only where there are variants to keep apart, and takes none whose key
    rests on unchecked rules alone.
    """
    if not paper.certifying:
        return list(stock.questions.values())
    return [one for one in stock.questions.values() if _examinable(one, stock.rulebook, as_of)]


def _examinable(question: Question, rulebook: Rulebook | None, as_of: datetime) -> bool:
    if question.pool == "both" and variant_count(question) < 2:
        return False
    if rulebook is None:
        return True
    rules = [rule for rule in key_rules(question, rulebook, as_of) if rule in rulebook.rules]
    return not rules or any(rulebook.badge(rule).status == "checked" for rule in rules)


def _why(paper: Paper) -> str:
    if not paper.certifying:
        return ""
    return "上岗考不抽：依据全是待核对规则的题、没有变式却和练习共用的题。"


def _section(paper: Paper, section: Section, at: content_fields.Path, stock: Stock) -> Iterator[Flaw]:
    yield from named((*at, "cases"), section.cases, stock.cases, "案例")
    for number, draw in enumerate(section.draws):
        here = (*at, "draws", number)
        yield from named((*here, "questions"), draw.questions, stock.questions, "题目")
        if stock.topics:
            yield from named((*here, "topics"), draw.topics, dict.fromkeys(stock.topics), "知识点")
        yield from named((*here, "types"), draw.types, TYPES, "题型")
        for question in draw.questions:
            if question in stock.questions and not paper.fits(stock.questions[question]):
                yield Flaw(
                    (*here, "questions"),
                    f"题目 {question} 的平台或题库用途不适合这张试卷",
                    "请换题，或改题目的 pool、platforms。",
                )


def _wanted(draw: Draw) -> str:
    parts = []
    if draw.questions:
        parts.append("、".join(draw.questions))
    if draw.topics:
        parts.append(f"知识点 {'、'.join(draw.topics)}")
    if draw.systems:
        parts.append(f"系统 {'、'.join(map(str, draw.systems))}")
    if draw.types:
        parts.append(f"题型 {'、'.join(draw.types)}")
    if draw.difficulty:
        parts.append(f"难度 {'、'.join(map(str, draw.difficulty))}")
    if draw.red_line:
        parts.append("红线")
    return f"「{','.join(parts)}」" if parts else "「任意题」"


def named(path: content_fields.Path, ids: Iterable[str], known: Mapping[str, object], what: str) -> Iterator[Flaw]:
    """Ids that do not exist."""
    for one in ids:
        if one not in known:
            yield Flaw(path, f"没有{what} {one}", f"{nearest(one, known)}请改成已有的编号。")
