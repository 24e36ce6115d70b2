"""`flask rules check-reply FILE`: judge written replies, from files alone; needs no database and no secret key."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from trainer.cli.files import Folder, InputFile, lines_of, needed
from trainer.config import ROOT
from trainer.errors import TrainerError
from trainer.replies import wording_faults, wording_schema
from trainer.replies.lines import check_lines
from trainer.rules import Rulebook


@click.command("check-reply")
@click.argument("file", type=InputFile(), required=False)
@click.option(
    "--rulebook",
    "path",
    type=Folder(),
    default=ROOT / "question_bank" / "rulebook",
    help="规则目录。",
)
def command(file: BinaryIO | None, path: Path) -> None:
    """Judge replies: JSON lines in, JSON lines out, in order; - is standard input. Exit 1 if a line is an error."""
    source = needed(file)
    try:
        rulebook = Rulebook.load(path, wording_schema)
    except TrainerError as error:
        click.echo(error.message, err=True)
        raise SystemExit(1) from None
    faults = wording_faults(rulebook)
    if faults:
        click.echo("\n".join(faults), err=True)
        raise SystemExit(1)
    out = sys.stdout.buffer
    failed = False
    for line, is_error in check_lines(rulebook, lines_of(source)):
        out.write(line)
        out.flush()
        failed = failed or is_error
    sys.exit(1 if failed else 0)
