"""Styles, scripts and templates keep the rules of the design system."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STYLES = sorted((ROOT / "static/css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|lab|lch)\(")
INLINE = re.compile(r"<[^>{]*\s(?:style|on[a-z]+|hx-on[^=\s]*)\s*=", re.IGNORECASE)


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def icon_names() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text("utf-8")))


# The certificate is also set by WeasyPrint, alone on its sheet, and must look the same for ever.
NAME_COLOURS = {"tokens.css", "certificate.css"}


def test_only_the_tokens_name_colours() -> None:
    found = {path.name: COLOUR.findall(without_comments(path.read_text("utf-8"))) for path in STYLES if path.name not in NAME_COLOURS}
    assert {name: colours for name, colours in found.items() if colours} == {}


def test_every_token_that_is_used_exists() -> None:
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(path.read_text("utf-8") for path in STYLES)))
    used = {name for path in STYLES for name in re.findall(r"var\((--[\w-]+)", path.read_text("utf-8"))}
    assert used - defined == set()


def test_dark_replaces_every_colour_that_light_gives_meaning() -> None:
    light, dark = (ROOT / "static/css/tokens.css").read_text("utf-8").split("@media screen")
    names = {name for name in re.findall(r"(--(?:ok|bad|caution|info|text|line|ground|surface)[\w-]*)\s*:", light)}
    assert names - set(re.findall(r"(--[\w-]+)\s*:", dark)) == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_inline_code(path: Path) -> None:
    text = path.read_text("utf-8")
    assert INLINE.findall(text) == []
    assert "<style" not in text
    assert re.findall(r"<script(?![^>]*(?:\ssrc=|application/json))[^>]*>", text) == []


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    named = {name for path in TEMPLATES for name in re.findall(r'\bicon\(\s*"([\w-]+)"', path.read_text("utf-8"))}
    named |= {name for path in TEMPLATES for name in re.findall(r'icon_name\s*=\s*"([\w-]+)"', path.read_text("utf-8"))}
    assert named - icon_names() == set()


def test_scripts_make_no_markup_from_text() -> None:
    pattern = re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)")
    assert {path.name: pattern.findall(path.read_text("utf-8")) for path in SCRIPTS if pattern.search(path.read_text("utf-8"))} == {}


def test_scripts_import_only_files_that_exist() -> None:
    missing = [f"{path.name}: {name}" for path in SCRIPTS
               for name in re.findall(r'from "\./([^"]+)"', path.read_text("utf-8")) if not (path.parent / name).is_file()]
    assert missing == []


def test_every_class_of_a_template_has_a_style_or_a_script() -> None:
    css = without_comments("".join(path.read_text("utf-8") for path in STYLES))
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", css)) | set(re.findall(r"[\w-]+", "".join(path.read_text("utf-8") for path in SCRIPTS)))
    missing = {(path.name, name) for path in TEMPLATES for value in re.findall(r'\bclass="([^"]*)"', path.read_text("utf-8"))
               for name in re.sub(r"{[{%].*?[}%]}", "\0", value).split() if re.fullmatch(r"[a-z][\w-]*\w", name)}
    assert {pair for pair in missing if pair[1] not in known} == set()


def test_the_frame_asks_for_all_its_modules_at_once() -> None:
    app = (ROOT / "static/js/app.js").read_text("utf-8")
    needed = set(re.findall(r'from "\./([\w-]+)\.js"', app)) | {"dialog"}
    listed = re.search(r"for module in \(([^)]*)\)", (ROOT / "templates/base.html").read_text("utf-8"))
    assert listed is not None
    assert set(re.findall(r'"([\w-]+)"', listed[1])) == needed
