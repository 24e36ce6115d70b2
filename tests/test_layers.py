"""The layers of the house: a module imports only from layers below its own, or from its own part."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {
    "rules": 0, "replies": 1, "content": 2, "questions": 2, "roleplay": 2, "bank": 3, "measures": 3,
    "models": 4, "extensions": 5, "services": 5, "demo": 5, "web": 6, "cli": 6, "factory": 7, "sweeper": 7, "workers": 7, "serve": 8, "migrations": 8,
}
FREE = {"errors", "config", "writers"}
# Siblings of one layer that may use each other all the same.
SIDEWAYS = {("questions", "content"), ("roleplay", "content")}
# Engine layers must be importable without the web stack.
PURE = {"rules", "replies", "content", "questions", "roleplay", "bank", "measures"}
WEB_STACK = {"flask", "sqlalchemy", "flask_sqlalchemy", "flask_login", "wtforms", "flask_wtf", "werkzeug", "jinja2"}
HEAVY_MAY_BE_LAZY = {"weasyprint"}


def modules() -> list[Path]:
    return sorted(path for path in (ROOT / "trainer").rglob("*.py") if "versions" not in path.parts)


def part_of(name: str) -> str | None:
    """rules for trainer.rules.engine; None for other packages and for the package itself."""
    pieces = name.split(".")
    return pieces[1] if pieces[0] == "trainer" and len(pieces) > 1 and not pieces[1].startswith("__") else None


def imported_names(node: ast.AST, package: list[str]) -> list[str]:
    """Full module names that an import statement reaches, relative ones resolved."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = package[:len(package) - node.level + 1] if node.level else []
    stem = ".".join([*base, node.module] if node.module else base)
    return [f"{stem}.{alias.name}" for alias in node.names] if stem == "trainer" else [stem]


def breaches_in(source: str, path: Path) -> list[str]:
    """Every import of the file that the layers forbid, one line each."""
    package = list(path.relative_to(ROOT).parent.parts)
    own = part_of(".".join([*package, path.stem]))
    found = []
    for node in ast.walk(ast.parse(source)):
        for name in imported_names(node, package):
            found += [f"{path.relative_to(ROOT)}:{node.lineno}: {why}" for why in why_forbidden(own, name)]
    return found


def why_forbidden(own: str | None, name: str) -> list[str]:
    """The reason why a part may not import a module; empty where it may."""
    other = part_of(name)
    if own in PURE and name.split(".")[0] in WEB_STACK:
        return [f"{own} must work without {name.split('.')[0]}"]
    if own is None or other is None or other in FREE or own == other:
        return []
    if own in FREE:
        return [f"{own} imports {other}, but it is free to all and must stand on {sorted(FREE)} alone"]
    if other not in LAYERS:
        return [f"{other} has no layer yet: name it in tests/test_layers.py"]
    if LAYERS[own] > LAYERS[other] or (own, other) in SIDEWAYS:
        return []
    return [f"layer {LAYERS[own]} ({own}) imports layer {LAYERS[other]} ({other})"]


def test_every_module_imports_only_lower_layers() -> None:
    assert [breach for path in modules() for breach in breaches_in(path.read_text("utf-8"), path)] == []


def test_no_function_imports_our_own_modules() -> None:
    found = []
    for path in modules():
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                names = imported_names(node, list(path.relative_to(ROOT).parent.parts))
                found += [f"{path.relative_to(ROOT)}:{node.lineno}: {name}" for name in names if name.startswith("trainer")]
    assert found == []


def test_features_of_the_web_do_not_import_one_another() -> None:
    found = []
    for folder in sorted(path for path in (ROOT / "trainer/web").iterdir() if path.is_dir()):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                for name in imported_names(node, list(path.relative_to(ROOT).parent.parts)):
                    pieces = name.split(".")
                    if pieces[:2] == ["trainer", "web"] and len(pieces) > 2 and pieces[2] != folder.name \
                            and (ROOT / "trainer/web" / pieces[2]).is_dir():
                        found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")
    assert found == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {str(path.relative_to(ROOT)): count for path in modules()
            if (count := len(path.read_text("utf-8").splitlines())) > 400}
    assert long == {}


def test_no_module_is_named_after_nothing() -> None:
    assert [path for path in modules() if path.stem in {"utils", "helpers", "common", "misc"}] == []


@pytest.mark.parametrize(("path", "source"), [
    ("trainer/rules/engine.py", "from trainer.replies import check_reply"),
    ("trainer/rules/engine.py", "import flask"),
    ("trainer/questions/ordering.py", "from trainer.roleplay import step"),
    ("trainer/content/case.py", "from ..bank import Bank"),
    ("trainer/services/attempts.py", "from trainer.web.clock import now"),
    ("trainer/errors.py", "from trainer import rules"),
])
def test_a_breach_is_found(path: str, source: str) -> None:
    assert breaches_in(source, ROOT / path) != []


@pytest.mark.parametrize(("path", "source"), [
    ("trainer/replies/check.py", "from trainer.rules import Rulebook"),
    ("trainer/questions/ordering.py", "from trainer.content import Question"),
    ("trainer/rules/engine.py", "from trainer.errors import InputError"),
    ("trainer/web/home.py", "import flask"),
])
def test_a_lower_layer_may_be_imported(path: str, source: str) -> None:
    assert breaches_in(source, ROOT / path) == []
