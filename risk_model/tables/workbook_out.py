"""Writes an .xlsx workbook that a clerk can read at once and that runs nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import IO, Any, Final

from risk_model.tables.results import COLUMNS, RESULT_HEADERS, Value, output_header, to_chinese
from risk_model.taxonomy import DISCLAIMER

#: Excel's own limits: rows of a sheet, header included, and characters of a cell.
MOST_ROWS: Final = 1_048_576
LONGEST_CELL: Final = 32_767
CUT_MARK: Final = "……（过长，已截断）"

_HEADER: Final = {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "vcenter"}
_BANDS: Final = {
    "high": {"bg_color": "#F8CBAD", "font_color": "#9C0006", "bold": True},
    "medium": {"bg_color": "#FFEB9C", "font_color": "#7F6000"},
    "low": {"bg_color": "#E2EFDA", "font_color": "#375623"},
}
_WIDTHS: Final = {"probability": 11, "flag": 9, "names": 24, "band": 8, "text": 30}
#: Width of an original column; letters are long, and a clerk widens what is wanted.
_ORIGINAL_WIDTH: Final = 18

_NOTES: Final = (
    DISCLAIMER,
    "概率在0到1之间，已经校准：0.30表示同类信件中约三成会发展成群体事项（如果得不到答复）。",
    "风险档只排先后，不影响法定期限：分低的信件同样要在期限内受理、办结、答复。",
    "判断依据是信中的词语及其贡献，正数抬高、负数压低群体风险。",
    "“须先人工看的原因”不为空的，请先看原信再用结果。",
)


class WorkbookWriter:
    """Chinese headers; every text is a constant string, never a formula, a link or a number."""

    def __init__(self, file: IO[bytes], header: Sequence[str]) -> None:
        import xlsxwriter

        names, self.notes = output_header(header, RESULT_HEADERS)
        self._folder = tempfile.TemporaryDirectory(prefix="petition-risk-")
        self._book = xlsxwriter.Workbook(
            file,
            {
                # Rows go to temporary files, so that a million letters fit; the folder is gone when writing ends.
                "constant_memory": True,
                "tmpdir": self._folder.name,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._width, self._row, self._cut = len(names) + len(COLUMNS), 0, 0
        self._number = self._book.add_format({"num_format": "0.000"})
        self._bands = {band: self._book.add_format(style) for band, style in _BANDS.items()}
        self._sheet = self._book.add_worksheet("研判结果")
        self._sheet.freeze_panes(1, 0)
        head = self._book.add_format(_HEADER)
        widths = [_ORIGINAL_WIDTH] * len(names) + [_WIDTHS[column.kind] for column in COLUMNS]
        for i, (name, width) in enumerate(zip((*names, *RESULT_HEADERS), widths, strict=True)):
            self._sheet.set_column(i, i, width)
            self._sheet.write_string(0, i, self._fitting(name), head)

    def write(self, records: Iterable[tuple[Sequence[str], Sequence[Value]]]) -> None:
        """Append records."""
        for cells, values in records:
            self._row += 1
            for i, cell in enumerate(cells):
                if cell:
                    self._sheet.write_string(self._row, i, self._fitting(cell))
            for i, (column, value) in enumerate(zip(COLUMNS, values, strict=True), len(cells)):
                self._write_value(i, column.kind, value)

    def close(self) -> None:
        """Add the filter and the sheet of explanations, and write the workbook."""
        from xlsxwriter.exceptions import FileCreateError

        self._sheet.autofilter(0, 0, self._row, self._width - 1)
        about = self._book.add_worksheet("说明")
        about.set_column(0, 0, 90)
        for i, line in enumerate(_NOTES):
            about.write_string(i, 0, line)
        if self._cut:
            self.notes.append(f"{self._cut}个单元格超过 Excel 的{LONGEST_CELL}字上限，已截断（研判时读的是全文）")
        try:
            self._book.close()
        except FileCreateError as error:  # the library wraps what the system said
            raise error.args[0] from None

    def release(self) -> None:
        """Close and delete the temporary files."""
        for sheet in self._book.worksheets():
            with suppress(OSError):  # closing flushes what is left, which fails again on a full disk
                sheet.row_data_fh.close()
        self._folder.cleanup()

    def _write_value(self, column: int, kind: Any, value: Value) -> None:
        if kind == "probability":
            self._sheet.write_number(self._row, column, value, self._number)
        elif text := to_chinese(kind, value):
            style = self._bands.get(str(value)) if kind == "band" else None
            self._sheet.write_string(self._row, column, self._fitting(text), style)

    def _fitting(self, text: str) -> str:
        """Cut what a cell cannot hold; Excel counts UTF-16 units."""
        if len(text) <= LONGEST_CELL // 2 or len(text.encode("utf-16-le")) <= 2 * LONGEST_CELL:
            return text
        self._cut += 1
        room = 2 * (LONGEST_CELL - len(CUT_MARK))
        return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT_MARK
