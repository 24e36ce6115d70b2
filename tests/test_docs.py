"""The documents name what exists: settings, commands, targets, files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_operations_names_every_setting_and_no_other() -> None:
    name = r"((?:SHANGGANG_[A-Z_]+|SECRET_KEY(?:_FILE)?|DATABASE_URL))"
    read = set(re.findall(f'"{name}"', text("trainer/config.py")))
    named = set(re.findall(f"`{name}`", text("docs/operations.md").split("## Settings")[1].split("## On")[0]))
    assert read == named


def test_every_target_that_documents_name_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = {target for path in DOCUMENTS for target in re.findall(r"`?\bmake ([a-z-]+)`", path.read_text("utf-8"))}
    assert named - targets == set()


def test_every_target_of_the_makefile_says_what_it_does() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", text("Makefile"), re.MULTILINE)
    assert phony is not None
    described = set(re.findall(r"^([a-z-]+):.*## \S", text("Makefile"), re.MULTILINE))
    assert set(phony[1].split()) == described


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")) if not re.match(r"[a-z]+:|#", link)]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_design_system_names_only_macros_that_exist() -> None:
    page = text("docs/architecture.md").split("### Macros")[1].split("### Classes")[0]
    named = set(re.findall(r"`([a-z_]+)\(", page))
    defined = {name for path in (ROOT / "templates/_macros").glob("*.html") for name in re.findall(r"{%-? macro (\w+)\(", path.read_text("utf-8"))}
    assert named - defined - {"url"} == set()


def test_both_readmes_tell_of_the_same_commands() -> None:
    commands = [set(re.findall(r"\b(?:make|flask) [a-z-]+", text(name))) for name in ("README.md", "README.zh-CN.md")]
    assert {command for command in commands[0] ^ commands[1] if command.split()[1] not in {"test", "check", "help"}} == set()
