"""Pictures travel with a bank: out of one database, through files that are checked, into another one; once, and never changed."""

import hashlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from tests.bank.test_command_line import SMALL_BANK, run
from trainer.extensions import db
from trainer.models import Asset


def painted(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, "PNG")
    return out.getvalue()


RED = painted("red")
DIGEST = hashlib.sha256(RED).hexdigest()


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A bank with a question that shows a picture."""
    folder = tmp_path / "bank"
    shutil.copytree(SMALL_BANK, folder)
    path = folder / "questions" / "late.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("explain: ", f"explain: '![截图](asset:{DIGEST})' #", 1), encoding="utf-8")
    assert DIGEST in path.read_text(encoding="utf-8")
    (folder / "pictures").mkdir()
    (folder / "pictures" / f"{DIGEST}.png").write_bytes(RED)
    return folder


def test_a_picture_comes_out_as_it_went_in_and_is_loaded_once(app: Flask, bank: Path, tmp_path: Path) -> None:
    assert run("check", bank).stdout == ""
    runner = app.test_cli_runner()
    assert "新图片 1 张" in runner.invoke(args=["bank", "load", str(bank)]).stdout
    assert "新图片" not in runner.invoke(args=["bank", "load", str(bank)]).stdout
    names = runner.invoke(args=["bank", "export", str(tmp_path / "out")]).stdout.split("\n")
    assert f"pictures/{DIGEST}.png" in names
    assert (tmp_path / "out" / "pictures" / f"{DIGEST}.png").read_bytes() == RED
    assert run("check", tmp_path / "out").exit_code == 0
    with app.app_context():
        assert [(row.sha256, row.mime, row.data) for row in db.session.query(Asset)] == [(DIGEST, "image/png", RED)]


def test_a_picture_in_the_database_needs_no_file_and_one_that_is_nowhere_is_told(app: Flask, bank: Path) -> None:
    runner = app.test_cli_runner()
    file = bank / "pictures" / f"{DIGEST}.png"
    file.unlink()
    told = run("check", bank)
    assert told.exit_code == 1 and f"没有图片 {DIGEST[:12]}" in told.stdout and "questions/late.yaml 第 " in told.stdout
    assert "没有载入：questions/late.yaml" in runner.invoke(args=["bank", "load", str(bank)]).stderr
    file.write_bytes(RED)
    assert runner.invoke(args=["bank", "load", str(bank)]).exit_code == 0
    file.unlink()
    assert runner.invoke(args=["bank", "load", str(bank)]).exit_code == 0


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda folder: (folder / f"{DIGEST}.png").write_bytes(RED + b"x"), "对不上"),
    (lambda folder: (folder / "red.png").write_bytes(RED), "文件名不是"),
    (lambda folder: (folder / f"{hashlib.sha256(b'GIF89a').hexdigest()}.png").write_bytes(b"GIF89a"), "不是 PNG 或 JPG"),
    (lambda folder: (folder / f"{hashlib.sha256(RED[:20]).hexdigest()}.png").write_bytes(RED[:20]), "图片打不开")])
def test_a_file_that_is_not_what_its_name_says_is_refused(app: Flask, bank: Path, spoil: Callable[[Path], object], words: str) -> None:
    spoil(bank / "pictures")
    result = app.test_cli_runner().invoke(args=["bank", "load", str(bank)])
    assert result.exit_code == 1 and words in result.output
    with app.app_context():
        assert db.session.query(Asset).count() == 0
