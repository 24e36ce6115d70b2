"""Drawing a paper: which variants a person gets, from a seed and arithmetic alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from trainer.errors import ContentError

BETWEEN = "\x1f"  # stands between the names that a number depends on
Rank = Callable[[str], int]


@dataclass(frozen=True)
class Candidate:
    """A published question that could be drawn, with the ids of its variants by number."""

    slug: str
    type: str
    topic: str
    systems: frozenset[int]
    difficulty: int
    platforms: frozenset[str]
    posts: frozenset[str]
    pool: str
    red_line: bool
    open_book: bool
    checked: bool
    variants: Mapping[int, int]


@dataclass(frozen=True)
class Pick:
    """One drawn place: the section, the variant and what it is worth in thousandths."""

    section: str
    slug: str
    variant_id: int
    worth: int


def number(seed: str, *names: object) -> int:
    """A number that depends on the seed and the names alone, the same on every machine."""
    text = BETWEEN.join([seed, *(str(name) for name in names)])
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def numbers(seed: str, *names: object) -> Rank:
    """`number` with these names and one more, quick for many: what all have in common is hashed once."""
    begun = blake2b("".join(f"{part}{BETWEEN}" for part in (seed, *names)).encode(), digest_size=8)

    def of(last: str) -> int:
        whole = begun.copy()
        whole.update(last.encode())
        return int.from_bytes(whole.digest(), "big")

    return of


def permuted(seed: str, place: int, names: Sequence[str]) -> list[str]:
    """The names in the order that this place of this attempt shows them."""
    return permuted_by(numbers(seed, "order"), place, names)


def permuted_by(rank: Rank, place: int, names: Sequence[str]) -> list[str]:
    """The same for many places of an attempt, with `numbers(seed, "order")` of it."""
    return [name for _, name in sorted([(rank(f"{place}{BETWEEN}{name}"), name) for name in names])]


def suits(candidate: Candidate, paper: Mapping[str, Any]) -> bool:
    """Whether the question is for the platforms of a paper."""
    platforms = set(paper.get("platforms") or [])
    return not platforms or "general" in candidate.platforms or bool(platforms & candidate.platforms)


def why_not(candidate: Candidate, paper: Mapping[str, Any]) -> str:
    """What keeps a paper from drawing a question of its platforms: practice, exam, single or unchecked; nothing where it may."""
    if not paper.get("certifying"):
        return "exam" if candidate.pool == "exam" else ""
    if candidate.pool == "practice":
        return "practice"
    if not candidate.checked:
        return "unchecked"
    return "single" if candidate.pool == "both" and len(candidate.variants) < 2 else ""


def usable(candidate: Candidate, paper: Mapping[str, Any]) -> bool:
    """Whether a paper may draw the question at all."""
    return suits(candidate, paper) and not why_not(candidate, paper)


def fits(candidate: Candidate, draw: Mapping[str, Any]) -> bool:
    """Whether the question meets every filter of a draw."""
    wanted = {
        "topics": {candidate.topic}, "systems": candidate.systems, "types": {candidate.type},
        "difficulty": {candidate.difficulty}, "platforms": candidate.platforms, "posts": candidate.posts,
    }
    for name, values in wanted.items():
        if draw.get(name) and not set(draw[name]) & set(values):
            return False
    return all(draw.get(name) is None or bool(draw[name]) == getattr(candidate, name) for name in ("red_line", "open_book"))


def _balanced(candidates: Iterable[Candidate], seen: Mapping[str, int], seed: str) -> list[Candidate]:
    """Unseen first; then one topic after the other, so that no topic crowds out the rest."""
    rank, by_topic = numbers(seed, "item"), dict[str, list[tuple[int, int, str, Candidate]]]()
    for entry in sorted((seen.get(c.slug, 0), rank(c.slug), c.slug, c) for c in candidates):
        by_topic.setdefault(entry[-1].topic, []).append(entry)
    ranked = [(times, turn, place, topic, c) for topic, members in by_topic.items() for place in [number(seed, "topic", topic)]
              for turn, (times, _, _, c) in enumerate(members)]
    return [entry[-1] for entry in sorted(ranked)]


def _variant(candidate: Candidate, certifying: bool, rank: int, seen: Mapping[str, int]) -> int:
    """An exam takes the odd numbers of a question that practice shares, practice the even ones."""
    free = sorted(candidate.variants)
    if candidate.pool == "both" and len(free) > 1:
        free = [n for n in free if n % 2 == int(certifying)]
    return candidate.variants[free[(rank % len(free) + seen.get(candidate.slug, 0)) % len(free)]]


@dataclass(frozen=True)
class Draw:
    """One draw of the paper's section at the index `section`, with everything it may take; the same for every attempt."""

    section: int
    wanted: int
    worth: int
    fixed: bool
    names: str
    free: tuple[Candidate, ...]


def prepare_draws(paper: Mapping[str, Any], pool: Sequence[Candidate]) -> tuple[Draw, ...]:
    """The draws of a paper's sections of questions, in order, each with the candidates that fit it."""
    by_slug = {candidate.slug: candidate for candidate in pool}
    free = [candidate for candidate in pool if usable(candidate, paper)]
    draws = []
    for place, section in enumerate(paper["sections"]):
        for draw in (section.get("draws") or []) if section.get("kind", "questions") == "questions" else []:
            fixed = list(draw.get("questions") or [])
            found = [by_slug[slug] for slug in fixed if slug in by_slug] if fixed else [c for c in free if fits(c, draw)]
            draws.append(Draw(
                place, int(draw.get("count") or len(fixed)), round(float(draw.get("marks", 1)) * 1000), bool(fixed),
                "、".join(str(v) for v in [*fixed, *(draw.get("topics") or []), *(draw.get("systems") or [])]) or "红线", tuple(found)))
    return tuple(draws)


def _drawn(paper: Mapping[str, Any], section: Mapping[str, Any], draw: Draw, taken: set[str], seen: Mapping[str, int],
           seed: str) -> list[Pick]:
    free = [candidate for candidate in draw.free if candidate.slug not in taken]
    rank = numbers(seed, "fixed")
    ranked = sorted(free, key=lambda c: (rank(c.slug), c.slug)) if draw.fixed else _balanced(free, seen, seed)
    chosen = ranked[:draw.wanted]
    if len(chosen) < draw.wanted:
        raise ContentError(f"试卷「{paper.get('title')}」的「{section.get('title')}」抽不满题："
                           f"范围 {draw.names} 需要 {draw.wanted} 题，现有 {len(chosen)} 题。请培训师补题或调整抽题规则。")
    taken.update(candidate.slug for candidate in chosen)
    certifying, turn = bool(paper.get("certifying")), numbers(seed, "variant")
    return [Pick(str(section["id"]), c.slug, _variant(c, certifying, turn(c.slug), seen), draw.worth) for c in chosen]


def draw_prepared(paper: Mapping[str, Any], draws: Sequence[Draw], seen: Mapping[str, int], seed: str) -> list[Pick]:
    """Every question place of the paper in the order shown, from draws prepared for it.

    `seen` counts how often the person met each question. Raises ContentError (naming the section and topic) where the
    bank cannot fill the paper. No question is drawn twice.
    """
    taken, picks, rank = set[str](), list[Pick](), numbers(seed, "place")
    for place, section in enumerate(paper["sections"]):
        drawn = [pick for draw in draws if draw.section == place for pick in _drawn(paper, section, draw, taken, seen, seed)]
        if (section.get("shuffle") or {}).get("items", True):
            drawn.sort(key=lambda pick: (rank(pick.slug), pick.slug))
        picks.extend(drawn)
    return picks


def draw_paper(paper: Mapping[str, Any], pool: Sequence[Candidate], seen: Mapping[str, int], seed: str) -> list[Pick]:
    """The same from a pool."""
    return draw_prepared(paper, prepare_draws(paper, pool), seen, seed)


def draw_cases(section: Mapping[str, Any], seed: str) -> list[str]:
    """The case ids that a case section gives."""
    cases = [str(case) for case in section.get("cases") or []]
    rank = numbers(seed, "case", section["id"])
    ranked = sorted(cases, key=lambda case: (rank(case), case))
    return ranked[: int(section.get("count", 1))]
