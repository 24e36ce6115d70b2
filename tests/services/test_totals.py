"""The result of a paper from the marks of its places, and what hangs on a single reading."""

from hypothesis import given
from hypothesis import strategies as st

from trainer.services.totals import Place, judge_paper

PAPER = {
    "title": "上岗考",
    "sections": [
        {"id": "red", "title": "红线", "red_line": True, "pass": "all_right"},
        {"id": "rules", "title": "规则"},
        {"id": "talk", "title": "话术", "pass": {"percent": 80}},
    ],
    "pass": {"percent": 80},
}


def place(position: int, section: str, points: int, worth: int = 10_000, **more: bool) -> Place:
    return Place(position, section, worth, points, **more)


def right(section: str, positions: range) -> list[Place]:
    return [place(n, section, 10_000) for n in positions]


def test_everything_right_passes_and_nothing_is_decisive() -> None:
    totals = judge_paper(PAPER, [*right("red", range(2)), *right("rules", range(2, 5)), *right("talk", range(5, 7))])
    assert totals.passed
    assert (totals.points, totals.of, totals.decisive) == (70_000, 70_000, ())


def test_one_wrong_red_line_item_fails_the_paper_whatever_the_total() -> None:
    totals = judge_paper(PAPER, [place(0, "red", 0), *right("rules", range(1, 9)), *right("talk", range(9, 12))])
    assert totals.points * 100 >= 80 * totals.of
    assert not totals.passed
    assert totals.sections[0]["passed"] is False


def test_exactly_the_pass_mark_passes_and_a_thousandth_less_fails() -> None:
    exact = [*right("red", range(1)), place(1, "talk", 8_000), place(2, "rules", 6_000)]
    assert judge_paper(PAPER, exact).passed
    assert not judge_paper(PAPER, [*exact[:2], place(2, "rules", 5_999)]).passed


def test_the_shop_opening_rule_needs_sixty_and_every_basic_item() -> None:
    paper = {"sections": [{"id": "basic", "title": "基础", "pass": "all_right"}, {"id": "more", "title": "其他"}],
             "pass": {"marks": 60}}
    passing = [place(0, "basic", 40_000, 40_000), place(1, "more", 20_000, 60_000)]
    assert judge_paper(paper, passing).passed
    assert not judge_paper(paper, [place(0, "basic", 39_000, 40_000), place(1, "more", 60_000, 60_000)]).passed
    assert not judge_paper(paper, [place(0, "basic", 40_000, 40_000), place(1, "more", 19_999, 60_000)]).passed


def test_a_doubtful_item_that_decides_the_outcome_is_decisive() -> None:
    places = [*right("red", range(1)), *right("rules", range(1, 3)), place(3, "talk", 10_000, doubtful=True)]
    assert judge_paper(PAPER, places).decisive == (3,)


def test_a_finding_that_cannot_change_the_outcome_delays_nothing() -> None:
    hopeless = [place(0, "red", 0), *right("rules", range(1, 3)), place(3, "talk", 0, found=True)]
    assert judge_paper(PAPER, hopeless).decisive == ()
    safe = [*right("red", range(1)), *right("rules", range(1, 20)), place(20, "rules", 9_000, doubtful=True), *right("talk", range(21, 23))]
    assert judge_paper(PAPER, safe).decisive == ()


def test_a_failure_by_one_automatic_finding_waits_for_a_person() -> None:
    places = [*right("red", range(1)), *right("rules", range(1, 3)), place(3, "talk", 0, found=True)]
    totals = judge_paper(PAPER, places)
    assert not totals.passed
    assert totals.decisive == (3,)


@given(st.lists(st.tuples(st.sampled_from(["red", "rules", "talk"]), st.integers(0, 10_000)), min_size=1, max_size=12),
       st.integers(0, 11), st.integers(0, 10_000))
def test_more_points_never_turn_a_pass_into_a_fail(rows: list[tuple[str, int]], at: int, more: int) -> None:
    places = [place(n, section, points) for n, (section, points) in enumerate(rows)]
    at %= len(places)
    better = [p if p.position != at else place(at, p.section, max(p.points, more)) for p in places]
    assert judge_paper(PAPER, better).passed or not judge_paper(PAPER, places).passed
