"""Every check across a bank in one run: shape, references, keys, samples, typed figures, papers that can be drawn."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from trainer.bank.bank import Bank
from trainer.bank.papers import named, paper_flaws
from trainer.bank.pictures import picture_flaws
from trainer.bank.shop_rules import shop_problems
from trainer.bank.source import Entry, Value
from trainer.bank.stock import Stock
from trainer.bank.texts import Texts, figure_flaws, lesson_text_flaws, question_text_flaws, rule_flaws
from trainer.content import CaseHeader, Flaw, Lesson, Paper, Question, Reader, Shop
from trainer.content.figures import cited_rules
from trainer.content.lesson_page import lesson_faults
from trainer.content.markdown import LESSON_LINK
from trainer.questions import TYPES, body_flaws, check_question, key_rules
from trainer.roleplay import CaseError, load_case
from trainer.rules import Rulebook
from trainer.rules.problems import Problem


def check(bank: Bank, as_of: datetime) -> list[Problem]:
    """Everything wrong with the bank for the rules of a moment, in order of files and lines."""
    problems = list(bank.problems)
    for entry, flaws in check_entries(bank, as_of):
        problems += [entry.problem(flaw) for flaw in flaws]
    if bank.rulebook is not None:
        problems += shop_problems(bank.rulebook, as_of)
    return sorted(set(problems), key=lambda one: (one.file, one.line, one.message))


def check_entries(bank: Bank, as_of: datetime, stored: frozenset[str] = frozenset()) -> list[tuple[Entry, list[Flaw]]]:
    """Every entry of the bank with what is wrong with it for the rules of a moment; `stored` pictures need no file."""
    known = stored | bank.pictures.keys()
    return [(entry, [*flaws_of(entry.value, bank.stock, as_of), *picture_flaws(entry.value.to_dict(), known)]) for entry in bank.entries]


@dataclass(frozen=True)
class Sorted:
    """A bank's entries: those that can stand together, those that cannot, and flaws that are not grave."""

    sound: tuple[Entry, ...]
    flawed: tuple[tuple[Entry, tuple[Flaw, ...]], ...]
    doubtful: tuple[tuple[Entry, tuple[Flaw, ...]], ...]


def sort_entries(bank: Bank, as_of: datetime, stored: frozenset[str] = frozenset()) -> Sorted:
    """Which entries can be loaded where these pictures are stored; a paper is judged by the questions and cases that remain."""
    checked = check_entries(bank, as_of, stored)
    flawed = [(entry, tuple(flaws)) for entry, flaws in checked if any(flaw.grave for flaw in flaws)]
    doubtful = [(entry, tuple(flaws)) for entry, flaws in checked if flaws and not any(flaw.grave for flaw in flaws)]
    out = {id(entry) for entry, _ in flawed}
    sound = [entry for entry, _ in checked if id(entry) not in out]
    if flawed:
        stock = replace(bank, entries=tuple(sound)).stock
        short = [(entry, tuple(flaws_of(entry.value, stock, as_of))) for entry in sound if entry.kind == "paper"]
        flawed += [(entry, flaws) for entry, flaws in short if flaws]
        out |= {id(entry) for entry, flaws in short if flaws}
    return Sorted(tuple(entry for entry in sound if id(entry) not in out), tuple(flawed), tuple(doubtful))


def flaws_of(value: Value, stock: Stock, as_of: datetime) -> list[Flaw]:
    """Everything wrong with one item beside the rest of the stock, for the rules of a moment."""
    if isinstance(value, Question):
        return [*_topics((value.topic,), stock, "topic"), *question_flaws(value, stock.rulebook, as_of)]
    if isinstance(value, Lesson):
        return [*_topics((value.topic,), stock, "topic"), *_lesson(value, stock, as_of)]
    if isinstance(value, Paper):
        return list(paper_flaws(value, stock, as_of))
    if isinstance(value, Shop):
        return list(_shop(value, stock))
    return [*_topics(value.topics, stock, "topics"), *_case(value)]


def question_flaws(question: Question, rulebook: Rulebook | None, as_of: datetime) -> Iterator[Flaw]:
    """Everything wrong with a question: fields, texts, every variant's key, samples."""
    if rulebook is None:
        yield from body_flaws(question)
        return
    yield from rule_flaws(("rules",), question.rules, rulebook)
    texts, shown = _texts(question)
    unknown = dict.fromkeys(flaw for path, text in [*texts, *shown] for flaw in figure_flaws(path, text, rulebook))
    yield from unknown
    rules = key_rules(question, rulebook, as_of)
    yield from question_text_flaws(question, texts, shown, rules, rulebook, question.moment(as_of))
    # What names a rule that is not there cannot be made into variants; it would only be told twice.
    if not unknown:
        yield from check_question(question, rulebook, as_of)


def _texts(question: Question) -> tuple[Texts, Texts]:
    """Texts that state what is right, and those that stand before the answer."""
    kind = TYPES.get(question.type)
    texts: Texts = [(("explain",), question.explain), (("hint",), question.hint)]
    shown: Texts = [(("stem",), question.stem)]
    if kind:
        body = kind.read(Reader(question.body))
        texts += kind.texts(body)
    # A false statement is wrong on purpose.
    if not (question.type == "true_false" and question.body.get("right") is False):
        texts.append((("stem",), question.stem))
    options = question.body.get("options")
    for place, option in enumerate(options if isinstance(options, list) else []):
        if isinstance(option, dict):
            shown.append((("options", place, "text"), str(option.get("text", ""))))
    return texts, shown


def _lesson(lesson: Lesson, stock: Stock, as_of: datetime) -> Iterator[Flaw]:
    yield from named(("requires",), lesson.requires, stock.lessons, "课程")
    yield from named(("check",), lesson.check, stock.questions, "题目")
    for number, line in enumerate(lesson.text.split("\n"), 1):
        yield from named(("text", number), LESSON_LINK.findall(line), stock.lessons, "课程")
        if re.match(r"# ", line):
            yield Flaw(("text", number), "正文里用了一级标题", "课程名已是一级标题，请改用 ##。")
    if stock.rulebook is None:
        return
    rules = dict.fromkeys([*lesson.rules, *cited_rules(lesson.text)])
    yield from rule_flaws(("rules",), lesson.rules, stock.rulebook)
    yield from lesson_text_flaws(lesson, rules, stock.rulebook, as_of)
    for line_no, message, remedy in lesson_faults(lesson, stock.rulebook, as_of):
        yield Flaw(("text", line_no), message, remedy)


def _shop(shop: Shop, stock: Stock) -> Iterator[Flaw]:
    if stock.rulebook is not None:
        yield from rule_flaws(("rules",), shop.rules, stock.rulebook)
        for place, promise in enumerate(shop.promises):
            if promise.rule:
                yield from rule_flaws(("promises", place, "rule"), [promise.rule], stock.rulebook)


def _case(case: CaseHeader) -> Iterator[Flaw]:
    try:
        load_case(case.data)
    except CaseError as error:
        yield from error.flaws


def _topics(topics: tuple[str, ...], stock: Stock, field: str) -> Iterator[Flaw]:
    if stock.topics:
        yield from named((field,), topics, dict.fromkeys(stock.topics), "知识点")
