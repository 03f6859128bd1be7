"""Writers: the rows of the input with the appended columns, one class a format."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

from risk_model.errors import OutputError
from risk_model.tables.atomic import atomic
from risk_model.tables.results import COLUMNS, RESULT_NAMES, Value, output_header, to_plain, unique_header
from risk_model.tables.workbook_out import WorkbookWriter

#: The cells of the input that are kept, and the values appended to them.
Record = tuple[Sequence[str], Sequence[Value]]


class Writer(Protocol):
    """Takes records as they come; `notes` says, after `close`, what the format could not hold."""

    notes: list[str]

    def write(self, records: Iterable[Record]) -> None:
        """Append records."""

    def close(self) -> None:
        """Write what is still held back; the file itself stays open."""

    def release(self) -> None:
        """Let go of everything without writing; called last, also after a failure."""


class CsvWriter:
    """UTF-8 with a mark at its start, without which Excel garbles Chinese text. Original cells are not altered."""

    def __init__(self, file: IO[bytes], header: Sequence[str]) -> None:
        names, self.notes = output_header(header)
        self._file = file
        self._file.write(codecs.BOM_UTF8)
        self._rows([[*names, *RESULT_NAMES]])

    def write(self, records: Iterable[Record]) -> None:
        """Append records."""
        self._rows([*cells, *map(to_plain, values)] for cells, values in records)

    def close(self) -> None:
        """Nothing is held back."""

    def release(self) -> None:
        """Nothing is held."""

    def _rows(self, rows: Iterable[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode())


class JsonLinesWriter:
    """One object a line; probabilities are numbers, flags are booleans, original cells are texts."""

    def __init__(self, file: IO[bytes], header: Sequence[str]) -> None:
        names, self.notes = output_header(header)
        self._file = file
        self._names = (*unique_header(names), *RESULT_NAMES)

    def write(self, records: Iterable[Record]) -> None:
        """Append records."""
        for cells, values in records:
            entry = dict(zip(self._names, (*cells, *values), strict=True))
            self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        """Nothing is held back."""

    def release(self) -> None:
        """Nothing is held."""


class ParquetWriter:
    """Texts as strings, probabilities as doubles, flags as booleans."""

    #: Rows a row group: enough to compress well, little enough to hold in memory.
    GROUP: Final = 8192

    def __init__(self, file: IO[bytes], header: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        names, self.notes = output_header(header)
        types = {"probability": pa.float64(), "flag": pa.bool_()}
        self._schema = pa.schema(
            [(name, pa.string()) for name in unique_header(names)]
            + [(column.name, types.get(column.kind, pa.string())) for column in COLUMNS]
        )
        self._parquet = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[list[Any]] = []

    def write(self, records: Iterable[Record]) -> None:
        """Append records."""
        self._held.extend([*cells, *values] for cells, values in records)
        if len(self._held) >= self.GROUP:
            self._flush()

    def close(self) -> None:
        """Write the last group and the footer."""
        self._flush()
        self._parquet.close()

    def release(self) -> None:
        """Keep the library from writing its footer when it is collected after a failure."""
        self._parquet.is_open = False

    def _flush(self) -> None:
        import pyarrow as pa

        columns = zip(*self._held, strict=True) if self._held else [()] * len(self._schema)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, self._schema, strict=True)]
        self._parquet.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._held.clear()


WRITERS: Final[dict[str, Callable[[IO[bytes], Sequence[str]], Writer]]] = {
    ".csv": CsvWriter,
    ".xlsx": WorkbookWriter,
    ".parquet": ParquetWriter,
    ".jsonl": JsonLinesWriter,
}


def check_suffix(path: Path) -> str:
    """Return the suffix that decides the format. Raises `OutputError` naming the formats there are."""
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise OutputError(f"不会写 {suffix or '没有扩展名的文件'}：输出文件请用 {'、'.join(WRITERS)}")
    return suffix


@contextmanager
def open_writer(path: Path, header: Sequence[str]) -> Iterator[Writer]:
    """Open a writer of the format that the suffix names; the file appears when the block ends well, else not at all."""
    with atomic(path) as file:
        writer = WRITERS[check_suffix(path)](file, header)
        try:
            yield writer
            writer.close()
        finally:
            writer.release()
