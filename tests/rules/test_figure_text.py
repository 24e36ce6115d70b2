"""A figure reads as people write it."""

from decimal import Decimal

import pytest

from trainer.rules.record import Figure


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("72", "hours", "72 小时"),
        ("30", "percent", "30%"),
        ("500", "yuan", "500 元"),
        ("6000", "yuan", "6000 元"),
        ("10000", "yuan", "1 万元"),
        ("16000", "yuan", "16000 元"),
        ("500000", "yuan", "50 万元"),
        ("50000000", "yuan", "5000 万元"),
        ("10000", "people", "10000 人"),
        ("2.60", "cm", "2.6 厘米"),
    ],
)
def test_a_figure_reads_as_people_write_it(value: str, unit: str, text: str) -> None:
    assert Figure(Decimal(value), unit).text == text


def test_a_figure_that_the_documents_do_not_give_says_so() -> None:
    assert Figure(None, "yuan").text == "资料未载"


def test_a_time_of_day_reads_as_it_is_written() -> None:
    assert Figure("16:00", "clock").text == "16:00"
