"""Rows of small spreadsheets, xlsx or csv, read within bounds; and csv written so that no cell starts a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from trainer.errors import InputError

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_ROWS = 2000
MOST_COLUMNS = 40
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def read_table(filename: str, data: bytes, what: str) -> list[list[str]]:
    """All rows as text, blank ones kept in place so that row numbers hold; raises InputError that says what to do."""
    if not data:
        raise InputError(f"{what}是空的，请选一个有内容的 xlsx 或 csv 文件。", "file")
    if len(data) > LARGEST_FILE:
        raise InputError(f"{what}超过 2 MB，请分成几个文件导入。", "file")
    name = filename.lower()
    if data[:2] == b"PK":
        rows = _read_xlsx(data, what)
    elif name.endswith((".xls", ".et")) or data[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError(f"{what}是旧的 xls 格式，请用「另存为」保存成 xlsx 或 csv 再导入。", "file")
    else:
        rows = _read_csv(data, what)
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) > MOST_ROWS + 1:
        raise InputError(f"{what}有 {len(rows) - 1} 行，一次最多 {MOST_ROWS} 行，请分成几个文件。", "file")
    return rows


def _read_csv(data: bytes, what: str) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(f"{what}的文字编码认不出来，请另存为 UTF-8 的 csv，或直接用 xlsx。", "file")
    if "\x00" in text:
        raise InputError(f"{what}不是 xlsx 或 csv 文件，请检查选的文件。", "file")
    separator = max(",\t;", key=text.split("\n", 1)[0].count)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        return [[cell.strip() for cell in row[:MOST_COLUMNS]] for row in rows]
    except csv.Error as error:
        raise InputError(f"{what}的 csv 格式有误（{error}），请检查引号是否成对，或改用 xlsx。", "file") from None


def _read_xlsx(data: bytes, what: str) -> list[list[str]]:
    broken = InputError(f"{what}打不开，可能已损坏或加了密码。请用表格软件重新另存为 xlsx。", "file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise InputError(f"{what}展开后太大，请删去图片和多余的表，只留名单。", "file")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise broken from None
    try:
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
        return [_without_tail([_text(cell) for cell in row]) for row in rows]
    except (IndexError, KeyError, ValueError, SyntaxError):
        raise broken from None
    finally:
        book.close()


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M") if (cell.hour or cell.minute) else cell.strftime("%Y-%m-%d")
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def safe_cell(value: object) -> object:
    """The value, with an apostrophe in front where a spreadsheet would take text for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def write_csv(rows: Iterable[Sequence[object]]) -> str:
    """CSV text that Excel opens with the right characters."""
    out = io.StringIO()
    csv.writer(out).writerows([safe_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def write_xlsx(title: str, rows: Iterable[Sequence[object]], widths: Sequence[int] = ()) -> bytes:
    """One sheet with a bold, frozen first row."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title[:31]
    for row in rows:
        sheet.append([safe_cell(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
