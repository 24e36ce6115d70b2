"""Results of the test bench and labelled samples as spreadsheets; no cell starts a formula."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from trainer.measures.agreement import TOO_FEW
from trainer.models import SAMPLE_ORIGINS, SAMPLE_STATES, ReplySample, SampleLabel
from trainer.services.bench import CELLS, KINDS, Judged, Line, PatternHits, cell_of, marks, reported, suspected
from trainer.services.bench_files import TEMPLATE, Row
from trainer.services.spreadsheet import safe_cell

Names = Mapping[str, str]
Sheet = tuple[str, Iterable[Sequence[object]], Sequence[int]]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_CELL = 32_000


def write_book(sheets: Iterable[Sheet]) -> bytes:
    """An xlsx with one sheet for each (title, rows, widths); the first row is bold and stays in sight."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows, widths in sheets:
        sheet = book.create_sheet(title[:31])
        for row in rows:
            sheet.append([_cell(value) for value in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for number, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        for line in sheet.iter_rows(min_row=2):
            for cell in line:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(value: object) -> object:
    return safe_cell(_CONTROL.sub("", value)[:LONGEST_CELL]) if isinstance(value, str) else value


def template_book() -> bytes:
    """The table to fill in, with three examples."""
    return write_book([("回复", TEMPLATE, (10, 30, 60, 24, 36, 24))])


def result_book(rows: Sequence[Row], found: Sequence[Judged | None], lines: Iterable[Line], hits: Iterable[PatternHits], names: Names,
                platforms: Names) -> bytes:
    """A run whole: every reply with both labels, the table by code, the patterns."""
    return write_book([
        ("逐条", _replies(rows, found, names, platforms), (6, 10, 26, 60, 20, 20, 16, 26, 26, 20, 20, 20, 20, 20)),
        ("按代码", _lines(lines, names), (12, 26, 22, 8, 8, 8, 8, 10, 24, 12, 12, 10)),
        ("按句式", _hits(hits, names), (22, 50, 10, 10, 10, 10, 10)),
    ])


def _words(codes: Iterable[str] | None, names: Names) -> str:
    return "" if codes is None else "、".join(names.get(code, code) for code in codes) or "无"


def _replies(rows: Sequence[Row], found: Sequence[Judged | None], names: Names, platforms: Names) -> Iterable[Sequence[object]]:
    yield ("行", "平台", "买家的话", "客服回复", "人工违规点", "机器违规点", "疑似", "人工话术要点", "机器话术要点", "漏判", "误判", "未标", "判对", "来源")
    for row, judged in zip(rows, found, strict=True):
        head = (row.row, platforms.get(row.platform, row.platform), row.buyer, row.reply)
        if judged is None:
            yield (*head, _words(row.violations, names), "（没检查完）")
            continue
        cells = {cell: [code for kind, codes in KINDS.items() for code in codes if cell_of(row, judged, kind, code) == cell] for cell in CELLS}
        yield (*head, _words(marks(row, "violations"), names), _words(sorted(reported(judged, "violations")), names),
               _words(sorted(suspected(judged)), names), _words(marks(row, "acts"), names), _words(sorted(reported(judged, "acts")), names),
               *(_words(cells[cell] or None, names) for cell in ("missed", "false", "unmarked", "right")), row.source)


def _lines(lines: Iterable[Line], names: Names) -> Iterable[Sequence[object]]:
    yield ("种类", "代码", "名称", "判对", "漏判", "其中疑似", "误判", "未标", "一致率", "区间下限", "区间上限", "Kappa")
    for line in lines:
        share, kappa = line.table.agreement, line.table.kappa
        said: tuple[object, ...] = (TOO_FEW, "", "") if share.few else (round(share.value, 4), round(share.low, 4), round(share.high, 4))
        yield ("违规点" if line.kind == "violations" else "话术要点", line.code, names.get(line.code, line.code), line.right, line.missed,
               line.doubted, line.false, line.unmarked, *said, "" if kappa is None or share.few else round(kappa, 4))


def _hits(hits: Iterable[PatternHits], names: Names) -> Iterable[Sequence[object]]:
    yield ("代码", "句式", "字面符合", "算数", "判对", "误判", "未标")
    for one in hits:
        yield (names.get(one.hit.name, one.hit.name), one.hit.pattern or "（不靠句式：口径、字数或学习模型）", one.met, one.counted, one.right,
               one.wrong, one.unmarked)


def samples_book(samples: Iterable[tuple[ReplySample, SampleLabel]], names: Names, platforms: Names) -> bytes:
    """Labelled samples in the columns of the template, so that they can be put on the bench again."""
    def table() -> Iterable[Sequence[object]]:
        yield ("平台", "买家的话", "客服回复", "人工违规点", "人工话术要点", "来源", "编号", "状态", "标注理由")
        for sample, label in samples:
            yield (platforms.get(sample.platform, sample.platform), sample.buyer, sample.reply, _words(label.violations, names),
                   _words(label.acts, names), SAMPLE_ORIGINS.get(sample.origin, sample.origin), sample.id, SAMPLE_STATES[sample.state], label.reason)
    return write_book([("标注样本", table(), (10, 30, 60, 26, 40, 12, 8, 10, 40))])
