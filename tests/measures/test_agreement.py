"""Agreement of two judges, against numbers worked out by hand or printed in the sources."""

import pytest

from trainer.measures.agreement import Fourfold, fourfold, wilson


@pytest.mark.parametrize(("part", "whole", "low", "high"), [
    (8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1.0)])
def test_the_interval_of_wilson(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert found.value == part / whole


def test_no_cases_say_nothing() -> None:
    found = wilson(0, 0)
    assert (found.value, found.low, found.high, found.few) == (0.0, 0.0, 1.0, True)


def test_more_than_all_is_no_share() -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


def test_the_kappa_of_cohen() -> None:
    # po = (20 + 15) / 50 = 0.7, pe = (25 × 30 + 25 × 20) / 2500 = 0.5, so (0.7 − 0.5) / 0.5.
    assert Fourfold(20, 5, 10, 15).kappa == pytest.approx(0.4)


@pytest.mark.parametrize("table", [Fourfold(5, 1, 1, 10), Fourfold(40, 0, 0, 0), Fourfold(0, 0, 0, 40), Fourfold(0, 0, 3, 40)])
def test_kappa_is_silent_where_it_would_mislead(table: Fourfold) -> None:
    assert table.kappa is None


def test_agreement_does_not_count_what_neither_saw() -> None:
    table = fourfold([(True, True)] * 6 + [(True, False)] * 2 + [(False, True)] + [(False, False)] * 991)
    assert (table.both, table.first, table.second, table.neither, table.cases) == (6, 2, 1, 991, 1000)
    assert table.agreement.value == pytest.approx(6 / 9)
    assert not table.agreement.few and Fourfold(3, 1, 1, 500).agreement.few
