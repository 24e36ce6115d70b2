"""A lesson as a page: live figures, citations, blocks, and decisions that the engine answers while it is rendered."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainer.content.answers import say_answer, say_facts
from trainer.content.blocks import CHATS, Piece, chat_page, frame, read_chat, split_blocks
from trainer.content.facts import to_fact
from trainer.content.fields import FlawedContent, Reader, read_moment
from trainer.content.figures import cited_rules, fill_figures
from trainer.content.lesson import Lesson
from trainer.content.markdown import clean, convert
from trainer.content.question import ATTEMPT
from trainer.content.yamltext import read_yaml
from trainer.errors import ContentError, TrainerError
from trainer.rules import Decision, Rulebook


@dataclass(frozen=True)
class LessonPage:
    """Safe HTML, and the rules it rests on."""

    html: str
    rules: tuple[str, ...]


def lesson_page(lesson: Lesson, rulebook: Rulebook, as_of: datetime) -> LessonPage:
    """The lesson for the rules of a moment; raises ContentError where a block cannot be rendered."""
    moment = as_of if lesson.as_of == ATTEMPT else read_moment(lesson.as_of)
    pieces, _ = split_blocks(lesson.text)
    rules = list(lesson.rules)
    parts = []
    for piece in pieces:
        part, found = _render(piece, rulebook, moment)
        parts.append(part)
        rules += found
    return LessonPage(clean("\n".join(parts)), tuple(dict.fromkeys(rules)))


@dataclass(frozen=True)
class LessonPart:
    """A piece of a lesson that is being written: where it begins, its safe HTML, or why it cannot be shown."""

    line: int
    html: str
    problem: str = ""


def lesson_parts(text: str, rulebook: Rulebook, as_of: datetime) -> list[LessonPart]:
    """A text piece by piece for the rules of a moment; a piece that cannot be rendered stands with its reason, the others as they will look."""
    parts = []
    for piece in split_blocks(text)[0]:
        try:
            parts.append(LessonPart(piece.line, clean(_render(piece, rulebook, as_of)[0])))
        except (TrainerError, KeyError) as error:
            parts.append(LessonPart(piece.line, "", error.message if isinstance(error, TrainerError) else f"没有「{piece.kind}」这种块。"))
    return parts


def lesson_faults(lesson: Lesson, rulebook: Rulebook, as_of: datetime) -> list[tuple[int, str, str]]:
    """What keeps blocks from being rendered, as (line of the text, message, remedy)."""
    moment = as_of if lesson.as_of == ATTEMPT else read_moment(lesson.as_of)
    pieces, faults = split_blocks(lesson.text)
    for piece in pieces:
        if piece.kind == "判定":
            try:
                _decide(piece, rulebook, moment)
            except TrainerError as error:
                faults.append((piece.line, f"判定块算不出来：{error.message}", "请改 ask、platform 或 facts。"))
    return faults


def _render(piece: Piece, rulebook: Rulebook, as_of: datetime) -> tuple[str, tuple[str, ...]]:
    if piece.kind == "判定":
        return _decision(piece, rulebook, as_of)
    rules = cited_rules(piece.text)
    if piece.kind in CHATS:
        turns = read_chat(piece.text)
        inline = {turn.text: convert(fill_figures(turn.text, rulebook, as_of, chips=True)) for turn in turns}
        return frame(piece.kind, piece.title, chat_page(turns, inline)), rules
    body = convert(fill_figures(piece.text, rulebook, as_of, chips=True))
    return (frame(piece.kind, piece.title, body) if piece.kind else body), rules


@dataclass(frozen=True)
class _Worked:
    ask: str
    facts: Mapping[str, Any]
    decision: Decision


def _decide(piece: Piece, rulebook: Rulebook, as_of: datetime) -> _Worked:
    document = read_yaml(piece.text)
    if document.faults:
        raise ContentError("".join(fault[1] for fault in document.faults))
    reader = Reader(document.value)
    ask, platform, facts = reader.text("ask"), reader.text("platform"), to_fact(reader.mapping("facts"))
    moment = reader.text("as_of", "")
    reader.done()
    if reader.flaws:
        raise FlawedContent(reader.flaws)
    try:
        when = read_moment(moment) if moment else as_of
    except ValueError:
        raise ContentError(f"as_of「{moment}」不是日期。") from None
    return _Worked(ask, facts, rulebook.decide(ask, platform=platform, as_of=when, facts=facts))


def _decision(piece: Piece, rulebook: Rulebook, as_of: datetime) -> tuple[str, tuple[str, ...]]:
    try:
        worked = _decide(piece, rulebook, as_of)
    except TrainerError as error:
        raise ContentError(f"正文第 {piece.line} 行的判定块算不出来：{error.message}") from error
    given = "".join(_row(*pair) for pair in say_facts(rulebook, worked.ask, worked.facts))
    answer = "".join(_row(*pair) for pair in say_answer(rulebook, worked.ask, worked.decision.answer))
    rules = tuple(dict.fromkeys(one.rule for one in worked.decision.because))
    chips = "、".join(
        convert(f"[[{rule}|{rulebook.rule(rule).title}]]").removeprefix("<p>").removesuffix("</p>") for rule in rules
    )
    body = f'<dl class="facts">{given}</dl><dl class="facts answer">{answer}</dl>'
    if chips:
        body += f'<p class="decision-because">依据：{chips}</p>'
    return frame(piece.kind, piece.title or rulebook.decisions[worked.ask].title, body), rules


def _row(title: str, value: str) -> str:
    return f"<dt>{html.escape(title)}</dt><dd>{html.escape(value)}</dd>"
