"""The form of a paper as it comes from the browser: everything that was typed, whether or not it makes a paper."""

from werkzeug.datastructures import MultiDict

from trainer.services.paper_forms import MOST_DRAWS, MOST_SECTIONS, Form, empty_draw, empty_form, empty_section
from trainer.web.item_pages import named_item

Values = MultiDict[str, str]
TEXTS = ("id", "title", "post", "certifying", "minutes", "intro", "as_of", "pass_kind", "pass_value", "attempts", "cooldown_hours", "show_marks",
         "show_keys", "valid_months", "category", "statement", "note")
FLAGS = ("no_paste", "room_code", "certificate")
SECTION_TEXTS = ("id", "title", "pass_kind", "pass_value", "note", "count", "marks")
SECTION_FLAGS = ("red_line", "open_book", "keep_items", "keep_options")
LISTS = ("platforms", "need_lessons", "need_papers", "need_cases")


def read_form(values: Values) -> Form:
    """The form with its sections and rows."""
    form = empty_form() | _part(values, "", TEXTS, FLAGS, LISTS)
    count = min(values.get("sections", 0, int), MOST_SECTIONS)
    return form | {"sections": [_section(values, form, n) for n in range(count)]}


def _part(values: Values, prefix: str, texts: tuple[str, ...], flags: tuple[str, ...], lists: tuple[str, ...]) -> Form:
    part: Form = {name: values[prefix + name].replace("\r\n", "\n") for name in texts if prefix + name in values}
    part |= {name: prefix + name in values for name in flags}
    return part | {name: list(dict.fromkeys(values.getlist(prefix + name))) for name in lists}


def _section(values: Values, form: Form, n: int) -> Form:
    kind = "case" if values.get(f"s{n}-kind") == "case" else "questions"
    section = empty_section(form | {"sections": []}, kind) | _part(values, f"s{n}-", SECTION_TEXTS, SECTION_FLAGS, ("cases",))
    count = min(values.get(f"s{n}-draws", 0, int), MOST_DRAWS) if kind == "questions" else 0
    return section | {"draws": [_draw(values, f"s{n}-d{at}-") for at in range(count)]}


def _draw(values: Values, prefix: str) -> Form:
    draw = empty_draw() | _part(values, prefix, ("mode", "systems", "red_line", "open_book", "add", "count", "marks"), (),
                                ("topics", "types", "difficulty", "platforms", "posts", "questions"))
    draw["difficulty"] = [one for one in draw["difficulty"] if one in ("1", "2", "3")]
    return draw


def take_in(form: Form, titles: dict[str, str]) -> list[tuple[str, str]]:
    """Put the question named in a row's 加题 field among the row's questions; those that no question answers to, as (field, words)."""
    missed = []
    for n, section in enumerate(form["sections"]):
        for at, draw in enumerate(section["draws"]):
            typed = draw["add"].strip()
            if not typed:
                continue
            found = named_item(typed, titles)
            if found is None:
                missed.append((f"s{n}-d{at}-add", typed))
            elif found not in draw["questions"]:
                draw |= {"questions": [*draw["questions"], found], "mode": "named"}
            draw["add"] = typed if found is None else ""
    return missed
