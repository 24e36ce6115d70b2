"""Parameters: drawn by a digest, distinct, relative to one another and to the day."""

import hashlib
from decimal import Decimal

import pytest

from trainer.content import read_moment
from trainer.content.wording import read_length, say, say_number
from trainer.questions.variation import draw_values, pick, variant_count


def test_a_pick_depends_on_question_variant_and_name_by_blake2b():
    digest = hashlib.blake2b(b"q\x1f3\x1fx", digest_size=8).digest()
    assert pick("q", 3, "x", 1000) == int.from_bytes(digest) % 1000


def test_few_values_give_few_variants_all_used(make_question, moment):
    question = make_question("decision", params={"x": {"choices": [1, 2, 3]}})
    assert variant_count(question) == 3
    assert {draw_values(question, number, moment)["x"] for number in range(3)} == {1, 2, 3}


def test_numbers_follow_their_step(make_question, moment):
    question = make_question("decision", params={"x": {"range": [0.5, 2], "step": 0.5}})
    assert {draw_values(question, number, moment)["x"] for number in range(4)} == {0.5, 1, 1.5, 2}


def test_a_moment_after_another_keeps_its_distance(make_question, moment):
    question = make_question(
        "decision",
        params={
            "paid": {"times": ["2014-06-02T09:00", "2014-06-06T21:00"], "step": "30m"},
            "filed": {"after": "paid", "choices": ["71h", "3d12h"]},
            "made": {"before": "paid", "choices": ["10m"]},
        },
    )
    for number in range(20):
        values = draw_values(question, number, moment)
        assert values["filed"] - values["paid"] in (read_length("71h"), read_length("84h"))
        assert values["paid"] - values["made"] == read_length("10m")


def test_lengths_as_moments_are_relative_to_the_day_of_the_attempt(make_question):
    question = make_question("decision", params={"paid": {"times": ["-3d", "-2d"], "step": "1h"}})
    day = read_moment("2026-11-21T10:20")
    assert all(
        read_length("2d") <= day.replace(minute=0) - draw_values(question, n, day)["paid"] <= read_length("3d")
        for n in range(20)
    )


def test_the_order_in_which_parameters_are_written_does_not_count(make_question, moment):
    params = {
        "made": {"before": "paid", "choices": ["10m", "20m"]},
        "paid": {"times": ["2014-06-02T09:00", "2014-06-06T21:00"]},
    }
    turned = dict(reversed(params.items()))
    one, two = (make_question("decision", params=each) for each in (params, turned))
    assert [draw_values(one, n, moment) for n in range(20)] == [draw_values(two, n, moment) for n in range(20)]


@pytest.mark.parametrize("text", ["", "3", "3x", "h3", "3d-"])
def test_a_malformed_length_is_refused(text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        read_length(text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "没有"),
        (True, "是"),
        (199.9, "199.90"),
        (500, "500"),
        ("2014-06-02T10:00:00+08:00", "2014年6月2日 10:00"),
        ("2014-06-02T02:00:00Z", "2014年6月2日 10:00"),
        ([], "没有"),
        ("文字", "文字"),
    ],
)
def test_values_are_said_as_people_read_them(value, words):
    assert say(value) == words


def test_small_shares_keep_their_digits():
    assert say_number(Decimal("0.5")) == "0.5"
