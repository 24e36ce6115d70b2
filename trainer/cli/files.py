"""Files named on the command line: what cannot be read is told in Chinese, with exit status 2."""

import errno
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click

_WHY = {
    errno.ENOENT: "没有这个文件；请检查路径和当前目录，要从标准输入读就写 -",
    errno.EISDIR: "这是目录；请写出里面的文件",
    errno.EACCES: "没有读的权限；请检查文件权限，或换一个能读它的账号",
    errno.ENAMETOOLONG: "路径太长；请检查是不是把内容当成了文件名",
}


def stop(message: str) -> SystemExit:
    """Say what is wrong with the call on standard error; to be raised, exit status 2."""
    click.echo(message, err=True)
    return SystemExit(2)


class InputFile(click.ParamType):
    """A file to read bytes from; - is standard input."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        if value == "-":
            return sys.stdin.buffer
        try:
            opened = open(value, "rb")  # noqa: SIM115 - closed with the context
        except (OSError, ValueError) as error:
            why = _WHY.get(getattr(error, "errno", 0) or 0, "打不开；请检查路径和权限")
            raise stop(f"读不了 FILE「{value[:200]}」：{why}。") from None
        if ctx is not None:
            ctx.call_on_close(opened.close)
        return opened


class Folder(click.ParamType):
    """A folder that exists."""

    name = "directory"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(value)
        if not path.is_dir():
            why = "这是文件，要写目录" if path.is_file() else "没有这个目录；请检查路径和当前目录"
            raise stop(f"读不了 {param.opts[0] if param else '目录'}「{str(value)[:200]}」：{why}。")
        return path


def needed(file: BinaryIO | None) -> BinaryIO:
    """The file; where none was named, an exit that says how."""
    if file is None:
        raise stop("没有写出 FILE。请写要读的文件，每行一个 JSON 对象；从标准输入读就写 -。")
    return file


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; a failure while reading ends the run with its reason."""
    try:
        yield from file
    except OSError as error:
        sys.stdout.flush()
        raise stop(f"读到一半读不下去了：{error.strerror or '读取出错'}。已经输出的行有效，请检查磁盘或来源后重来。") from None
