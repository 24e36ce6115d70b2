"""Straight-line code for a situation that is asked again and again.

The engine finds out who speaks, who wins and who loses by walking over candidates. Where the same situation comes back
(same decision, platform, stretch of time and words of the case), the same walk is written out once as a Python function.
It is put together from nothing but the checked trees of the expressions (`Expression.tree`), names of our own and
constants that are passed in by name; no text of a rule is ever compiled. Both ways give the same answers; the tests
compare them.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP
from typing import TYPE_CHECKING, Any

from trainer.rules.expressions import Expression
from trainer.rules.texts import Filler, ValueFiller

if TYPE_CHECKING:
    from trainer.rules.plans import Focus, Voice

Code = Callable[[Any, dict[str, Any], Any, dict[str, Any], dict[str, Any]], None]
Explain = Callable[[Mapping[str, Any], Any], str]
_ALWAYS = "True"
_PLAIN = tuple(str(number) for number in range(60))
_PADDED = tuple(f"{number:02d}" for number in range(60))


class _Bound(ast.NodeTransformer):
    """Replaces the constants and figures of one expression by names of the function it goes into."""

    def __init__(self, writer: Writer, expression: Expression, figures: Mapping[str, Any]) -> None:
        self.writer = writer
        self.constants = expression.constants
        self.figures = figures

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.writer.name(self.constants[node.id]) if node.id in self.constants else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        assert isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant)
        return self.writer.name(self.figures[str(node.slice.value)]) if node.value.id == "G" else node


class Writer:
    """A function that is being written: its lines, and what its names stand for."""

    def __init__(self, head: str) -> None:
        self.lines = [head]
        self.scope: dict[str, Any] = {"__builtins__": {}}
        self._known: dict[int, str] = {}

    def bind(self, value: Any) -> str:
        """The name under which the function finds a value."""
        found = self._known.get(id(value))
        if found is None:
            found = self._known[id(value)] = f"k{len(self._known)}"
            self.scope[found] = value
        return found

    def name(self, value: Any) -> ast.expr:
        return ast.Name(self.bind(value), ast.Load())

    def expression(self, expression: Expression, figures: Mapping[str, Any]) -> str:
        tree = _Bound(self, expression, figures).visit(copy.deepcopy(expression.tree))
        return f"({ast.unparse(tree)})"

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def function(self, name: str) -> Any:
        exec(compile("\n".join(self.lines), "<rules>", "exec"), self.scope)
        return self.scope[name]


def settle_code(fields: Sequence[Focus], lose: Callable[[Voice, Voice, str], Any], reason: Callable[[Voice, Voice], str]) -> Code:
    """The function that settles all fields of a situation.

    `lose(loser, winner, reason)` gives the line of the trace; `reason` what authority and dates say of a pair.
    """
    writer = Writer("def settle(T, F, R, S, L):")
    for focus in fields:
        _Field(writer, focus, lose, reason).write()
    code: Code = writer.function("settle")
    return code


class _Field:
    """Writes the settling of one field."""

    def __init__(
        self, writer: Writer, focus: Focus, lose: Callable[[Voice, Voice, str], Any], reason: Callable[[Voice, Voice], str]
    ) -> None:
        self.writer = writer
        self.focus = focus
        self.slot = focus.slot
        self.voices = focus.voices
        self.lose = lose
        self.reason = reason
        self.speaks: list[str] = []

    def write(self) -> None:
        for index, voice in enumerate(self.voices):
            self._hear(index, voice)
        if self.slot.combine == "one":
            self._winner()
        else:
            self._together()
        step = self.focus.step
        if step is not None:
            rounded = f"a.quantize({self.writer.bind(step)}, {self.writer.bind(ROUND_HALF_UP)})"
            self.writer.add(1, f"a = None if a is None else {rounded}")
        self.writer.add(1, f"F[{self.focus.key!r}] = a")

    def _hear(self, index: int, voice: Voice) -> None:
        """Whether a voice speaks, and what it says."""
        terms = [
            f"F[{name!r}] is not None" if name.startswith("answer.") else f"F.get({name!r}) is not None"
            for name in voice.rests_on
        ]
        if voice.when is not None:
            terms.append(self.writer.expression(voice.when, voice.figures))
        said = "None" if voice.value is None else self.writer.expression(voice.value, voice.figures)
        if not terms:
            self.speaks.append(_ALWAYS)
            self.writer.add(1, f"x{index} = {said}")
            return
        self.speaks.append(f"s{index}")
        self.writer.add(1, f"s{index} = {' and '.join(terms)}")
        self.writer.add(1, f"if s{index}: x{index} = {said}")

    def _winner(self) -> None:
        self.writer.add(1, "a = None")
        contest = self._contest()
        if len(contest) == 1:
            self._won(contest[0][0], self.speaks[contest[0][0]])
            return
        self.writer.add(1, "n = -1")
        for index, terms in contest:
            self.writer.add(1, f"if {self.speaks[index]} and ({' or '.join(terms)}): n = {index}")
        for index, _ in contest:
            self._won(index, f"n == {index}")

    def _won(self, index: int, when: str) -> None:
        """Write what follows where a voice has won."""
        self.writer.add(1, f"if {when}:")
        self.writer.add(2, f"a = x{index}")
        self.writer.add(2, f"S[{self.voices[index].rule!r}] = {self.writer.bind(self.voices[index].speaker)}")
        for other in range(len(self.voices)):
            if other != index:
                self._note(index, other)

    def _contest(self) -> list[tuple[int, list[str]]]:
        """The voices that may win, in turn, each with the conditions on the winner so far (n, -1 = nobody)."""
        possible: list[tuple[int, list[str]]] = []
        nobody = True
        for index, voice in enumerate(self.voices):
            if voice.loser:
                continue
            terms = ["n < 0"] if nobody else []
            for other, _ in possible:
                before = self._goes_before(index, other)
                if before is not None:
                    terms.append(f"(n == {other} and {before})")
            if terms:
                possible.append((index, terms))
            nobody = nobody and self.speaks[index] != _ALWAYS
        return possible

    def _goes_before(self, one: int, other: int) -> str | None:
        """The condition under which `one` goes before `other`; None = never."""
        first, second = self.voices[one], self.voices[other]
        beaten, back = first.beats.get(second.rule), second.beats.get(first.rule)
        if beaten is None:
            return None
        terms = [] if beaten.when is None else [self.writer.expression(beaten.when, first.figures)]
        if beaten.reason != "void" and back is not None:
            if back.when is None:
                return None
            terms.append(f"not {self.writer.expression(back.when, second.figures)}")
        if first.rank < second.rank:
            if self.slot.better is None:
                return None
            sign = ">" if self.slot.better == "higher" else "<"
            terms.append(f"x{one} is not None and x{other} is not None and x{one} {sign} x{other}")
        return " and ".join(terms) or _ALWAYS

    def _note(self, winner: int, other: int) -> None:
        """Write how a loser is named: one that is beaten by name, or that says something else."""
        best, loser = self.voices[winner], self.voices[other]
        if best.rank < loser.rank:
            return
        beaten = best.beats.get(loser.rule)
        plain = "void" if best.rule in loser.beats and best.rank > loser.rank else self.reason(best, loser)
        named = None if beaten is None else self._line(loser, best, beaten.reason)
        differs = "" if loser.value is None else f" and {self._differ(winner, other)}"
        speaks = self.speaks[other]
        if beaten is None:
            self.writer.add(2, f"if {speaks}{differs}: {self._line(loser, best, plain)}")
        elif beaten.when is None:
            self.writer.add(2, f"if {speaks}: {named}")
        else:
            self.writer.add(2, f"if {speaks} and {self.writer.expression(beaten.when, best.figures)}: {named}")
            self.writer.add(2, f"elif {speaks}{differs}: {self._line(loser, best, plain)}")

    def _line(self, loser: Voice, winner: Voice, reason: str) -> str:
        return f"L.setdefault({loser.rule!r}, {self.writer.bind(self.lose(loser, winner, reason))})"

    def _differ(self, winner: int, other: int) -> str:
        if self.focus.step is None:
            return f"x{other} != x{winner}"
        settle = self.writer.bind(self.slot.settle)
        return f"{settle}(x{other}) != {settle}(x{winner})"

    def _together(self) -> None:
        """Fields that several rules make together are put together by the engine itself."""
        self.writer.add(1, "p = []")
        for index, voice in enumerate(self.voices):
            pair = f"p.append(({self.writer.bind(voice)}, x{index}))"
            self.writer.add(1, pair if self.speaks[index] == _ALWAYS else f"if s{index}: {pair}")
        self.writer.add(1, f"a = T.combined({self.writer.bind(self.focus)}, p)")


def key_code(valued: Sequence[str], asked: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """What tells the situations of a stretch of time apart: some values, and whether others are known."""
    writer = Writer("def key(F):")
    parts = [f"F[{name!r}]" for name in valued] + [f"F[{name!r}] is None" for name in asked]
    writer.add(1, f"return ({', '.join(parts)}{',' if parts else ''})")
    key: Callable[[Mapping[str, Any]], Any] = writer.function("key")
    return key


def explain_code(parts: Sequence[str | Filler], slow: Explain) -> Explain:
    """The function that fills in a text; `slow` does it where a time is not known."""
    writer = Writer("def explain(F, M):")
    plain, padded = writer.bind(_PLAIN), writer.bind(_PADDED)
    texts = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            texts.append(writer.bind(part))
        elif isinstance(part, ValueFiller) and part.kind == "time":
            t = f"t{index}"
            writer.add(1, f"{t} = F.get({part.key!r})")
            writer.add(1, f"if {t} is None: return {writer.bind(slow)}(F, M)")
            texts += [f"{writer.bind(str)}({t}.year)", "'年'", f"{plain}[{t}.month]", "'月'", f"{plain}[{t}.day]", "'日 '"]
            texts += [f"{padded}[{t}.hour]", "':'", f"{padded}[{t}.minute]", "':'", f"{padded}[{t}.second]"]
        else:
            texts.append(f"{writer.bind(part)}(F, M)")
    writer.add(1, f"return ''.join(({', '.join(texts)},))")
    explain: Explain = writer.function("explain")
    return explain
