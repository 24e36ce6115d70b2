"""Drawing a paper: arithmetic from a seed, unseen first, pools kept apart."""

import pytest

from trainer.errors import ContentError
from trainer.services.drawing import Candidate, draw_cases, draw_paper, number, numbers, permuted

PAPER = {"title": "上岗考", "platforms": ["tmall"], "certifying": True, "sections": [
    {"id": "red", "title": "红线", "draws": [{"red_line": True, "count": 2, "marks": 2}]},
    {"id": "rules", "title": "规则", "draws": [{"count": 4, "marks": 1.5}]}]}


def candidate(slug: str, **more: object) -> Candidate:
    values: dict[str, object] = {
        "slug": slug, "type": "single", "topic": "freight", "systems": frozenset({3}), "difficulty": 2,
        "platforms": frozenset({"tmall"}), "posts": frozenset(), "pool": "exam", "red_line": False, "open_book": False,
        "checked": True, "variants": {0: hash(slug) % 9999, 1: hash(slug) % 9999 + 10_000}}
    return Candidate(**(values | more))  # type: ignore[arg-type]


POOL = [candidate(f"red{n}", red_line=True) for n in range(4)] + [
    candidate(f"q{n}", topic=("freight", "shipping", "invoice")[n % 3]) for n in range(12)]


def test_the_same_seed_draws_the_same_and_another_seed_another() -> None:
    first, again = draw_paper(PAPER, POOL, {}, "7.1.1"), draw_paper(PAPER, list(reversed(POOL)), {}, "7.1.1")
    assert first == again
    assert [p.slug for p in draw_paper(PAPER, POOL, {}, "7.1.2")] != [p.slug for p in first]


def test_nothing_is_drawn_twice_and_marks_are_thousandths() -> None:
    picks = draw_paper(PAPER, POOL, {}, "1.1.1")
    assert len({p.slug for p in picks}) == len(picks) == 6
    assert [p.worth for p in picks] == [2000, 2000, 1500, 1500, 1500, 1500]


def test_unseen_questions_come_first() -> None:
    seen = {f"q{n}": 1 for n in range(8)}
    drawn = {p.slug for p in draw_paper(PAPER, [c for c in POOL if c.slug.startswith(("red", "q"))], seen, "3.1.1") if p.section == "rules"}
    fresh = {f"q{n}" for n in range(8, 12)} | {f"red{n}" for n in range(4)}
    assert drawn <= fresh


def test_topics_are_balanced() -> None:
    paper = {**PAPER, "sections": [{"id": "rules", "title": "规则", "draws": [{"count": 3, "marks": 1}]}]}
    topics = {next(c.topic for c in POOL if c.slug == p.slug) for p in draw_paper(paper, POOL[4:], {}, "5.1.1")}
    assert topics == {"freight", "shipping", "invoice"}


def test_a_certifying_paper_draws_no_practice_item_and_none_that_rests_on_unchecked_rules_only() -> None:
    pool = [*POOL[:5], candidate("practised", pool="practice"), candidate("old", checked=False), candidate("one", pool="both", variants={0: 1})]
    with pytest.raises(ContentError, match=r"规则.*需要 4 题，现有 [0-3] 题"):
        draw_paper(PAPER, pool, {}, "1.1.1")


def test_exam_and_practice_take_disjoint_variants_of_a_shared_question() -> None:
    shared = [candidate(f"s{n}", pool="both", variants={v: n * 100 + v for v in range(20)}) for n in range(4)]
    paper = {**PAPER, "sections": [PAPER["sections"][1]]}
    taken = {p.variant_id % 100 for seed in range(30) for p in draw_paper(paper, shared, {}, f"{seed}.1.1")}
    assert taken <= set(range(1, 20, 2))
    practice = {p.variant_id % 100 for seed in range(30) for p in draw_paper({**paper, "certifying": False}, shared, {}, f"{seed}.1.1")}
    assert practice <= set(range(0, 20, 2))


def test_named_questions_may_be_fewer_than_listed() -> None:
    paper = {**PAPER, "sections": [{"id": "a", "title": "甲", "draws": [{"questions": ["q1", "q2", "q3"], "count": 2, "marks": 1}]}]}
    picks = draw_paper(paper, POOL, {}, "1.1.1")
    assert len(picks) == 2
    assert {p.slug for p in picks} < {"q1", "q2", "q3"}


def test_cases_and_orders_depend_on_the_seed_alone() -> None:
    section = {"id": "desk", "cases": ["a", "b", "c"], "count": 2}
    assert draw_cases(section, "1") == draw_cases(section, "1")
    assert {tuple(draw_cases(section, str(n))) for n in range(20)} != {tuple(draw_cases(section, "1"))}
    assert sorted(permuted("s", 3, ["a", "b", "c", "d"])) == ["a", "b", "c", "d"]


def test_many_numbers_at_once_are_the_same_numbers() -> None:
    rank = numbers("7.1.2", "order", 3)
    assert [rank(name) for name in ("a", "乙", "")] == [number("7.1.2", "order", 3, name) for name in ("a", "乙", "")]
    assert permuted("7.1.2", 3, "dcba") == sorted("abcd", key=lambda name: number("7.1.2", "order", 3, name))
