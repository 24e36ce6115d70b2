"""The wording rules of the rulebook as data: their shape, and their compiled form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from trainer.replies.changes import with_changes
from trainer.replies.clauses import GRAMMAR
from trainer.replies.lexicon import Entry, Hits, Lexicon, LexiconError, expand
from trainer.replies.patterns import Pattern, by_rarest, parse_pattern
from trainer.replies.topics import Topic, compile_topic
from trainer.replies.wording_shape import ACTORS, ENTITIES, SURE, shape
from trainer.rules import Problem

MAX_PATTERNS = 4_000
MIN_EXAMPLES = 6


class WordingError(ValueError):
    """Wording data that cannot be used; `problems` says each fault with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("话术规则有误:" + ";".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which reading of its clause a pattern counts."""

    when: str = "affirmed"
    by: frozenset[str] = frozenset(ACTORS)
    question: str = "ok"
    condition: str = "ok"
    quoted: bool = False
    warned: bool = False
    unless: tuple[int, ...] = ()
    unless_sentence: tuple[int, ...] = ()
    unless_reply: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    together: tuple[int, ...] = ()
    sure: str = "sure"


@dataclass(frozen=True, slots=True)
class WordingRule:
    """One violation code or act with everything that recognises and explains it."""

    name: str
    rule: str
    title: str
    why: str
    better: str
    yields_to: tuple[str, ...]
    spoiled_by: tuple[str, ...]
    examples: Mapping[str, Sequence[Any]]


@dataclass(eq=False)
class Wording:
    """All wording rules compiled: one lexicon, one list of patterns found through their rarest concept."""

    lexicon: Lexicon
    rules: dict[str, WordingRule]
    patterns: list[Pattern]
    owners: list[str]
    conditions: list[Conditions]
    index: dict[int, list[int]]
    grammar: dict[str, int]
    disguised: frozenset[int]
    disguises: Lexicon
    topics: tuple[Topic, ...] = ()
    entities: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _by_word: dict[Entry, int] = field(default_factory=dict)
    _named_of: dict[tuple[Entry, str], tuple[str, ...]] = field(default_factory=dict)

    def candidates(self, hits: Hits, clauses: Sequence[int], alive: int) -> list[int]:
        """Of the patterns whose bits are `alive` those all of whose concepts occur, in one clause where they ask for one, as they are written."""
        by_word, met = self._by_word, self._anchored(hits.added())
        for entry in hits.entries():
            known = by_word.get(entry)
            if known is None:
                known = by_word[entry] = self._anchored(entry.concepts)
            met |= known
        return self._complete(met & alive, hits.bits, clauses)

    def _complete(self, met: int, bits: int, clauses: Sequence[int]) -> list[int]:
        """Of the patterns whose numbers are these bits those that have all their concepts."""
        patterns, crossing, found = self.patterns, self._crossing, []
        while met:
            lowest = met & -met
            number = lowest.bit_length() - 1
            needs = patterns[number].needs
            if needs & bits == needs and (number in crossing or _in_one(needs, clauses)):
                found.append(number)
            met ^= lowest
        return found

    def _anchored(self, concepts: Iterable[int]) -> int:
        """The patterns whose rarest concept is one of these, as bits."""
        return sum({1 << n for each in concepts for n in self.index.get(each, ())})

    @cached_property
    def by_rule(self) -> dict[tuple[str, str], int]:
        """The patterns of each rule that are equally sure, as bits."""
        made: dict[tuple[str, str], int] = {}
        for number, (owner, conditions) in enumerate(zip(self.owners, self.conditions, strict=True)):
            made[owner, conditions.sure] = made.get((owner, conditions.sure), 0) | 1 << number
        return made

    @cached_property
    def grammar_bits(self) -> int:
        """The concepts by which clauses are read, as bits."""
        return sum(1 << number for number in self.grammar.values())

    @cached_property
    def _crossing(self) -> frozenset[int]:
        """Patterns whose slots may lie in several clauses."""
        return frozenset(n for n, pattern in enumerate(self.patterns) if any(slot.crosses for slot in pattern.slots))

    def named_of(self, entry: Entry, prefix: str) -> tuple[str, ...]:
        """The named concepts of a word, each with the prefix."""
        known = self._named_of.get((entry, prefix))
        if known is None:
            named = self.named
            known = self._named_of[entry, prefix] = tuple(prefix + named[n] for n in entry.concepts if n in named)
        return known

    @cached_property
    def named(self) -> Mapping[int, str]:
        """The concepts that people have named, without the word lists of single patterns."""
        return {
            n: name for n in range(len(self.lexicon)) if (name := self.lexicon.name(n))[:2] != "词:" and "|" not in name
        }


def _in_one(needs: int, clauses: Sequence[int]) -> bool:
    for bits in clauses:  # noqa: SIM110 - a generator takes three times as long
        if needs & bits == needs:
            return True
    return False


def validate_wording(files: Mapping[str, Any]) -> list[str]:
    """Every fault of the wording files as a Chinese line; empty if they can be used. Handed to the rulebook's loader."""
    try:
        compile_wording(files)
    except WordingError as error:
        return list(error.problems)
    return []


def wording_schema(data: Any, file: str) -> list[Problem]:
    """The faults of one wording file, in the form in which the rulebook's loader takes them."""
    return [Problem(file, 0, line) for line in shape({file: data})]


def compile_wording(files: Mapping[str, Any]) -> Wording:
    """The compiled rules; WordingError with every fault."""
    files, problems = with_changes(files)
    problems += shape(files)
    if problems:
        raise WordingError(problems)
    lexicon = Lexicon()
    for name in (*ENTITIES, *GRAMMAR):
        lexicon.add(name, ())
    disguised = _load_concepts(files, lexicon, problems)
    rules: dict[str, WordingRule] = {}
    patterns: list[Pattern] = []
    owners: list[str] = []
    conditions: list[Conditions] = []
    guards = _guards(files, lexicon, problems)
    for document in files.values():
        for kind in ("violations", "acts"):
            for code, body in (document.get(kind) or {}).items():
                rules[code] = _join_rule(rules.get(code), _rule(code, body))
                for pattern, condition in _compile_rule(code, body, lexicon, problems):
                    patterns.append(pattern)
                    owners.append(code)
                    conditions.append(_guarded(condition, *guards.get(code, ((), ()))))
    topics = tuple(_compile_topics(files, lexicon, problems))
    if len(patterns) > MAX_PATTERNS:
        problems.append(f"共有 {len(patterns)} 条句式,最多 {MAX_PATTERNS} 条")
    if problems:
        raise WordingError(problems)
    grammar = {name: lexicon.number(name) for name in GRAMMAR}
    entities = _entity_concepts(lexicon)
    index = by_rarest(patterns, lexicon.weights())
    return Wording(
        lexicon, rules, patterns, owners, conditions, index, grammar, disguised, lexicon.only(disguised), topics, entities
    )


Guards = tuple[tuple[int, ...], tuple[int, ...]]


def _guards(files: Mapping[str, Any], lexicon: Lexicon, problems: list[str]) -> dict[str, Guards]:
    """For each rule the concepts in whose clause, and in whose sentence, none of its patterns counts."""
    made: dict[str, Guards] = {}
    for document in files.values():
        for kind in ("violations", "acts"):
            for code, body in (document.get(kind) or {}).items():
                try:
                    found = [tuple(lexicon.number(name) for name in body.get(key) or ()) for key in ("unless", "unless_sentence")]
                except LexiconError as error:
                    problems.append(f"{code}:{error}")
                    continue
                clause, sentence = made.get(code, ((), ()))
                made[code] = (*clause, *found[0]), (*sentence, *found[1])
    return made


def _guarded(condition: Conditions, clause: tuple[int, ...], sentence: tuple[int, ...]) -> Conditions:
    return replace(condition, unless=(*condition.unless, *clause), unless_sentence=(*condition.unless_sentence, *sentence))


def _compile_topics(files: Mapping[str, Any], lexicon: Lexicon, problems: list[str]) -> Iterator[Topic]:
    for document in files.values():
        for ask, body in (document.get("topics") or {}).items():
            try:
                yield compile_topic(ask, body, lexicon)
            except LexiconError as error:
                problems.append(f"口径 {ask}:{error}")


def _entity_concepts(lexicon: Lexicon) -> dict[str, tuple[int, ...]]:
    """For each kind of entity the concepts that its places belong to, unions included."""
    made: dict[str, tuple[int, ...]] = {}
    for name, kinds in ENTITIES.items():
        number = lexicon.number(name)
        holders = (number, *(whole for whole, parts in lexicon.unions.items() if number in parts))
        for kind in kinds:
            made[kind] = (*made.get(kind, ()), *holders)
    return made


def _load_concepts(files: Mapping[str, Any], lexicon: Lexicon, problems: list[str]) -> frozenset[int]:
    bodies: dict[str, Any] = {}
    for document in files.values():
        for name, body in (document.get("concepts") or {}).items():
            if name in bodies:
                problems.append(f"概念「{name}」写了两遍,请并成一个")
            bodies[name] = body if isinstance(body, Mapping) else {"words": body}
    disguised: set[int] = set()
    for name, body in bodies.items():
        try:
            number = lexicon.add(name, _words(name, bodies, "words", ()), _words(name, bodies, "not", ()))
        except LexiconError as error:
            problems.append(f"概念「{name}」:{error}")
            continue
        if body.get("disguised"):
            disguised.add(number)
        held = [word[1:-1] for word in body.get("words") or [] if word.startswith("<") and word[1:-1] in ENTITIES]
        if held:
            lexicon.unions[number] = tuple(lexicon.number(each) for each in held)
    return frozenset(disguised)


def _words(name: str, bodies: Mapping[str, Any], key: str, seen: tuple[str, ...]) -> list[str]:
    if name in seen:
        raise LexiconError(f"概念互相包含:{' → '.join((*seen, name))}")
    if name in ENTITIES:
        return []
    if name not in bodies:
        raise LexiconError(f"没有名为「{name}」的概念")
    out: list[str] = []
    for word in bodies[name].get("words") or []:
        if word.startswith("<"):
            out += _words(word[1:-1], bodies, key, (*seen, name))
        elif key == "words":
            out += expand(word)
    if key == "not":
        out += [each for word in bodies[name].get("not") or [] for each in expand(word)]
    return out


def _rule(code: str, body: Mapping[str, Any]) -> WordingRule:
    return WordingRule(
        code,
        body.get("rule") or "",
        body.get("title") or "",
        body.get("why") or "",
        body.get("better") or "",
        tuple(body.get("yields_to") or ()),
        tuple(body.get("spoiled_by") or ()),
        {key: tuple(value) for key, value in (body.get("examples") or {}).items()},
    )


def _join_rule(old: WordingRule | None, new: WordingRule) -> WordingRule:
    """Two files may each hold a part of one rule."""
    if old is None:
        return new
    examples = {key: (*old.examples.get(key, ()), *new.examples.get(key, ())) for key in {*old.examples, *new.examples}}
    return WordingRule(
        new.name,
        old.rule or new.rule,
        old.title or new.title,
        old.why or new.why,
        old.better or new.better,
        old.yields_to + new.yields_to,
        old.spoiled_by + new.spoiled_by,
        examples,
    )


def _compile_rule(
    code: str, body: Mapping[str, Any], lexicon: Lexicon, problems: list[str]
) -> Iterator[tuple[Pattern, Conditions]]:
    for group in body.get("patterns") or []:
        group = group if isinstance(group, Mapping) else {"say": group}
        says = [group["say"]] if isinstance(group.get("say"), str) else group.get("say") or []
        try:
            conditions = _conditions(group, lexicon)
        except LexiconError as error:
            problems.append(f"{code}:{error}")
            continue
        for say in says:
            try:
                yield parse_pattern(say, lexicon), conditions
            except LexiconError as error:
                problems.append(f"{code} 句式「{say}」:{error}")


def _conditions(group: Mapping[str, Any], lexicon: Lexicon) -> Conditions:
    def concepts(key: str) -> tuple[int, ...]:
        return tuple(lexicon.number(name) for name in group.get(key) or ())

    return Conditions(
        when=group.get("when", "affirmed"),
        by=frozenset(group.get("by") or ACTORS),
        question=group.get("question", "ok"),
        condition=group.get("if", "ok"),
        quoted=group.get("quoted", "never") == "ok",
        warned=group.get("warned", "never") == "ok",
        unless=concepts("unless"),
        unless_sentence=concepts("unless_sentence"),
        unless_reply=concepts("unless_reply"),
        asked=concepts("asked"),
        together=concepts("with"),
        sure=SURE[group.get("sure", True)],
    )
