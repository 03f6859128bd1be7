"""Excel workbooks, new and old."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from risk_model.errors import InputError
from risk_model.tables.cells import to_text
from risk_model.tables.names import TEXT_NAMES, fold
from risk_model.tables.package import DAMAGED, LOCKED, OLE2, check_ole2, check_zip
from risk_model.tables.source import HEADER_WITHIN, Reject, Row, find_header, fit


class Workbook:
    """An .xlsx or .xls file: the first visible sheet whose header is understood, else the first with content.

    Rows bear their Excel row number. The format keeps no streams, so the sheet is held in memory.
    """

    kind = "xlsx"

    def __init__(self, stream: BinaryIO, wanted: frozenset[str] = TEXT_NAMES) -> None:
        import python_calamine as calamine

        (check_ole2 if stream.read(len(OLE2)) == OLE2 else check_zip)(stream)
        try:
            self._choose(calamine.CalamineWorkbook.from_filelike(stream), wanted)
        except calamine.PasswordError:
            raise InputError(LOCKED) from None
        except calamine.CalamineError:
            raise InputError(DAMAGED) from None
        self._read: int = self._header_row

    def rows(self) -> Iterator[Row | Reject]:
        """Yield the rows below the header up to the last with any content."""
        for number, values in enumerate(self._sheet.iter_rows(), 1):
            if number > self._header_row:
                self._read = number
                cells = [to_text(value) for value in values]
                yield fit(number, cells, len(self.header))

    def share(self) -> float | None:
        """Return the share of the rows that have been read."""
        return self._read / max(1, int(self._sheet.total_height))

    def most_rows(self) -> int:
        """Return the number of rows below the header."""
        return int(self._sheet.total_height) - self._header_row

    def _choose(self, book: Any, wanted: frozenset[str]) -> None:
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        names = [
            meta.name
            for meta in book.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
        ]
        best: tuple[bool, str, Any, int, list[str]] | None = None
        for name in names:
            sheet = book.get_sheet_by_name(name)
            top = [
                [to_text(value) for value in row]
                for row, _ in zip(sheet.iter_rows(), range(HEADER_WITHIN), strict=False)
            ]
            index = find_header(top, wanted)
            if index is not None:
                understood = any(fold(cell) in wanted for cell in top[index])
                if best is None or understood:
                    best = (understood, name, sheet, index, top[index])
                if understood:
                    break
        if best is None:
            raise InputError("工作簿里没有内容：请确认数据在可见的工作表里")
        _, chosen, self._sheet, index, header = best
        self._header_row = index + 1
        self.header = tuple(header)
        self.notes = [f"只读工作表“{chosen}”，其余{len(names) - 1}张未读"] if len(names) > 1 else []
