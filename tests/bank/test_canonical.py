"""The canonical form: reads back the same, and formatting twice changes nothing."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.bank.canonical import dump, is_same
from trainer.bank.layout import format_bank, format_text
from trainer.content.yamltext import read_yaml

SMALL_BANK = Path(__file__).parent.parent / "data" / "small_bank"
TEXTS = st.text(alphabet=st.sampled_from("ab中文,:;#-{}[]'\"\\&*!|>%@` \n\t0123.?~=<"), max_size=24)
SCALARS = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.decimals(0, 9999, places=2).map(float) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=24
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_any_value_reads_back_as_it_was(value):
    assert read_yaml(dump(value)).value == value


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "12", "1.5", "1e3", "2014-06-01", "10:30", "null", "", " a", "a ", "- a", "a: b", "a #b", "甲:"],
)
def test_texts_that_look_like_something_else_stay_texts(text):
    assert read_yaml(dump({"a": text, "b": [text], "c": {"d": [{"e": text}]}})).value == {
        "a": text,
        "b": [text],
        "c": {"d": [{"e": text}]},
    }


def test_text_of_several_lines_becomes_a_block():
    assert dump({"stem": "一\n二\n"}) == "stem: |\n  一\n  二\n"
    assert dump({"stem": "一\n\n二"}) == "stem: |-\n  一\n\n  二\n"


def test_short_leaves_stand_on_one_line_and_long_ones_do_not():
    short = {"text": "甲", "right": True}
    assert dump({"options": [short, short]}) == "options:\n- {text: 甲, right: true}\n- {text: 甲, right: true}\n"
    assert dump({"rate": [{"value": 30}]}) == "rate: [{value: 30}]\n"
    assert dump({"options": [{"text": "很" * 80, "right": True}]}).count("\n") == 3


def test_formatting_twice_changes_nothing_and_content_stays(tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(SMALL_BANK, folder)
    changed, problems = format_bank(folder)
    assert "questions/late.yaml" in changed and not problems
    assert format_bank(folder) == ([], [])
    for path in SMALL_BANK.rglob("shops/*.yaml"):
        again = read_yaml((folder / path.relative_to(SMALL_BANK)).read_text(encoding="utf-8")).value
        assert again == read_yaml(path.read_text(encoding="utf-8")).value


def test_only_looking_writes_nothing(tmp_path):
    folder = tmp_path / "bank"
    shutil.copytree(SMALL_BANK, folder)
    before = (folder / "questions/late.yaml").read_text(encoding="utf-8")
    changed, _ = format_bank(folder, write=False)
    assert changed and (folder / "questions/late.yaml").read_text(encoding="utf-8") == before


def test_a_file_with_errors_is_left_alone():
    problems = []
    assert format_text("papers/x.yaml", "id: x\n", problems) is None
    assert problems


def test_notes_are_kept_and_fields_get_their_order():
    fields = (
        "type: true_false, id: a, right: true, note: 备注, stem: 题, pool: both, difficulty: 1, systems: [1], topic: t"
    )
    text = f"questions:\n- {{{fields}, platforms: [tmall], title: 名}}\n"
    formatted = format_text("questions/x.yaml", text, [])
    assert [line.strip().split(":")[0] for line in formatted.split("\n")[1:4]] == ["- id", "type", "title"]
    assert "note: 备注" in formatted
    assert is_same(formatted, read_yaml(formatted).value)


def test_word_lists_laid_out_by_hand_are_left_alone(tmp_path: Path) -> None:
    words = tmp_path / "rulebook" / "wording" / "a.yaml"
    words.parent.mkdir(parents=True)
    words.write_text("concepts:\n    甲:  [一,   二]\n", encoding="utf-8")
    assert format_bank(tmp_path) == ([], [])
    assert words.read_text(encoding="utf-8") == "concepts:\n    甲:  [一,   二]\n"
