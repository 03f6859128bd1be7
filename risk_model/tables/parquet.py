"""Parquet files, read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from risk_model.errors import InputError
from risk_model.tables.cells import to_text
from risk_model.tables.source import Reject, Row, fit

#: Rows decoded at once: enough for speed, little enough for letters of two megabytes.
_BATCH: Final = 1024
_DAMAGED: Final = "parquet 文件已损坏或不完整：请重新导出"


class Parquet:
    """A .parquet file; rows are numbered from 1."""

    kind = "parquet"

    def __init__(self, stream: BinaryIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            self._file = pq.ParquetFile(stream)
        except (pa.ArrowException, OSError):
            raise InputError(_DAMAGED) from None
        self.header = tuple(self._file.schema_arrow.names)
        self.notes: list[str] = []
        self._read = 0

    def rows(self) -> Iterator[Row | Reject]:
        """Yield every row."""
        import pyarrow as pa

        self._read = 0
        try:
            for batch in self._file.iter_batches(_BATCH):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    self._read += 1
                    yield fit(self._read, [to_text(value) for value in values], len(self.header))
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise InputError(_DAMAGED) from None

    def share(self) -> float | None:
        """Return the share of the rows that have been read."""
        return self._read / self.most_rows() if self.most_rows() else None

    def most_rows(self) -> int:
        """Return the number of rows."""
        return int(self._file.metadata.num_rows)
