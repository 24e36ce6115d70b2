"""Vendored browser files are what the lock says, and the check notices when they are not."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "scripts/vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copied(vendor: ModuleType, to: Path) -> Path:
    for name in ("vendor.lock.json", *vendor.FILES.values()):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, to / name)
    return to


def test_committed_files_match_the_lock(vendor: ModuleType) -> None:
    assert vendor.find_problems() == []


def test_a_changed_file_is_named(vendor: ModuleType, tmp_path: Path) -> None:
    root = copied(vendor, tmp_path)
    (root / "static/vendor/htmx.min.js").write_text("changed")
    assert vendor.find_problems(root) == ["static/vendor/htmx.min.js: 内容与锁定的 sha256 不一致"]


def test_a_file_that_nobody_locked_is_named(vendor: ModuleType, tmp_path: Path) -> None:
    root = copied(vendor, tmp_path)
    (root / "static/vendor/extra.js").write_text("new")
    assert vendor.find_problems(root) == ["static/vendor/extra.js: 不在锁定文件里"]
