"""Checks of what texts say: figures and citations that exist, no citation where it gives the key away, no typed figure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from trainer.bank.numbers import typed_figures
from trainer.content import Flaw, Lesson, Question
from trainer.content import fields as content_fields
from trainer.content.blocks import CHATS, split_blocks
from trainer.content.fields import nearest
from trainer.content.figures import CITATION, FIGURE, cited_rules
from trainer.rules import Rulebook

Path = content_fields.Path
Texts = list[tuple[Path, str]]


def rule_flaws(path: Path, rules: Iterable[str], rulebook: Rulebook) -> Iterator[Flaw]:
    """Rules that do not exist."""
    for rule in rules:
        if rule not in rulebook.rules:
            yield Flaw(path, f"规则库里没有规则 {rule}", f"{nearest(rule, rulebook.rules)}请改成规则库里的编号。")


def figure_flaws(path: Path, text: str, rulebook: Rulebook) -> Iterator[Flaw]:
    """Rules and figures in a text that do not exist."""
    yield from rule_flaws(path, cited_rules(text), rulebook)
    for match in [*FIGURE.finditer(text), *CITATION.finditer(text)]:
        rule, name = match["rule"], match["figure"]
        if name and rule in rulebook.rules and name not in rulebook.rule(rule).figures:
            known = list(rulebook.rule(rule).figures)
            hint = f"{nearest(name, known)}可用：{'、'.join(known)}。" if known else "这条规则没有数字。"
            yield Flaw(path, f"规则 {rule} 没有数字 {name}", hint)


def question_text_flaws(
    question: Question, texts: Texts, shown: Texts, rules: Iterable[str], rulebook: Rulebook, as_of: datetime
) -> Iterator[Flaw]:
    """What is wrong in the texts of a question; `texts` state what is right, `shown` stand before the answer."""
    for path, text in shown:
        if CITATION.search(text):
            yield Flaw(path, "这里不能放 [[规则]] 引用，会泄露答案", "请移到 explain 或 why。")
    cited = dict.fromkeys([*rules, *(rule for _, text in [*texts, *shown] for rule in cited_rules(text))])
    for path, text in texts:
        for _, typed, figure in typed_figures(text, cited, rulebook, as_of, question.literal):
            yield typed_flaw(path, typed, figure)


def lesson_text_flaws(lesson: Lesson, rules: Iterable[str], rulebook: Rulebook, as_of: datetime) -> Iterator[Flaw]:
    """What is wrong in the text of a lesson, line by line."""
    for number, line in enumerate(lesson.text.split("\n"), 1):
        yield from figure_flaws(("text", number), line, rulebook)
    pieces, _ = split_blocks(lesson.text)
    for piece in pieces:
        # A chat tells what people say, a decision block holds facts of an example.
        if piece.kind in (*CHATS, "判定"):
            continue
        first = piece.line + (1 if piece.kind else 0)
        for offset, line in enumerate(piece.text.split("\n")):
            for _, typed, figure in typed_figures(line, rules, rulebook, as_of, lesson.literal):
                yield typed_flaw(("text", first + offset), typed, figure)


def typed_flaw(path: Path, typed: str, figure: str) -> Flaw:
    """A number that should have been a reference."""
    return Flaw(
        path,
        f"「{typed}」和规则的数字 {figure} 相同，写死了",
        f'请写 {{{{{figure}}}}}；如果确实是另一个数，请加 literal: ["{typed}"]。',
    )
