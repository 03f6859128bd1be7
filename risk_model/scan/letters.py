"""The scored letters of a scan, read back week by week from the finished parts, each week in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from risk_model.scan.scoring import UNDATED
from risk_model.tables import Reject

#: Columns without the text and topics of the letters: light enough to hold for a whole book.
LIGHT: Final = (
    "part", "row", "source", "id", "head", "received", "week", "area", "channel", "kind", "department", "accepted", "answered",
    "due", "closed", "satisfied", "first", "land_acquisition", "livelihood", "governance", "subtags", "factors",
    "mass_incident_risk", "risk_band",
)  # fmt: skip
#: Of few distinct values: held as codes.
_FEW: Final = ("area", "channel", "kind", "department", "subtags", "factors", "risk_band")


@dataclass
class Scored:
    """The letters of finished parts.

    `undated` is the week that letters without a day are counted in. Letters that name an id that was there before are refused;
    letters without an id and of equal text are all kept.
    """

    files: tuple[Path, ...]
    undated: int
    _renamed: dict[tuple[int, int], str] = field(default_factory=dict)
    _refused: set[tuple[int, int]] = field(default_factory=set)

    @cached_property
    def light(self) -> pd.DataFrame:
        """All letters in order of week, day and id, without text."""
        frame = self._read((*LIGHT, "given"), None)
        again = frame["id"].duplicated(keep="first")
        refused = frame[again & frame["given"]]
        self._refused.update(zip(refused["part"], refused["row"], strict=True))
        frame = frame[~(again & frame["given"])]
        same = frame.groupby("id").cumcount()
        for k in np.flatnonzero(same.to_numpy() > 0):
            row = frame.iloc[k]
            self._renamed[int(row["part"]), int(row["row"])] = f"{row['id']}-{same.iloc[k] + 1}"
        return self._ordered(self._amend(frame)).drop(columns="given")

    @property
    def doubles(self) -> list[tuple[int, Reject]]:
        """Return (file number, reject) of letters whose id another part had before."""
        if not self._refused:
            return []
        frame = self._read(("part", "row", "source"), None)
        mine = frame[[key in self._refused for key in zip(frame["part"], frame["row"], strict=True)]]
        reason = "编号重复：同一批输入里前面已有这个编号"
        return [(int(s), Reject(int(r), reason)) for s, r in zip(mine["source"], mine["row"], strict=True)]

    @property
    def weeks(self) -> list[int]:
        """Return the numbers of the weeks that have letters."""
        return sorted(int(w) for w in self.light["week"].unique())

    def week(self, number: int) -> pd.DataFrame:
        """Return all columns of one week's letters."""
        self.light  # noqa: B018  (says which rows are refused or renamed)
        frame = self._read(None, number)
        if number == self.undated:
            frame = pd.concat([frame, self._read(None, UNDATED)], ignore_index=True)
        return self._ordered(self._amend(frame))

    def by_week(self) -> Iterator[tuple[int, pd.DataFrame]]:
        """Yield every week with all columns, in order of time."""
        for number in self.weeks:
            yield number, self.week(number)

    def _read(self, columns: tuple[str, ...] | None, week: int | None) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.compute as pc

        few = [name for name in _FEW if columns and name in columns]
        parts = [_part(path, columns, few, groups) for path, groups in self._groups(week)]
        table = pa.concat_tables(parts).unify_dictionaries()
        del parts
        if week is not None:
            table = table.filter(pc.equal(table["week"], week))
        frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True, date_as_object=False)
        del table
        # What a million letters were read through would otherwise be kept for good.
        pa.default_memory_pool().release_unused()
        for name in few:
            frame[name] = frame[name].cat.reorder_categories(sorted(frame[name].cat.categories))
        return frame

    def _groups(self, week: int | None) -> Iterator[tuple[Path, list[int]]]:
        """Yield the files and their row groups that may hold letters of a week; the first file always, for its columns."""
        for k, (path, spans) in enumerate(zip(self.files, self._spans, strict=True)):
            groups = [g for g, (low, high) in enumerate(spans) if week is None or low <= week <= high]
            if groups or k == 0:
                yield path, groups

    @cached_property
    def _spans(self) -> list[list[tuple[int, int]]]:
        """First and last week of each row group of each file."""
        import pyarrow.parquet as pq

        out: list[list[tuple[int, int]]] = []
        for path in self.files:
            with pq.ParquetFile(path) as file:
                about, at = file.metadata, file.schema_arrow.get_field_index("week")
                of = [about.row_group(g).column(at).statistics for g in range(about.num_row_groups)]
                # A part of rejects alone has no rows and no statistics.
                out.append([(s.min, s.max) if s and s.has_min_max else (1, 0) for s in of])
        return out

    def _amend(self, frame: pd.DataFrame) -> pd.DataFrame:
        keys = list(zip(frame["part"], frame["row"], strict=True)) if self._renamed or self._refused else []
        if self._renamed:
            ids = [self._renamed.get(key, i) for key, i in zip(keys, frame["id"], strict=True)]
            frame = frame.assign(id=ids)
        if self._refused:
            frame = frame[[key not in self._refused for key in keys]]
        return frame.assign(week=frame["week"].where(frame["week"] != UNDATED, self.undated).astype(np.int64))

    def _ordered(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.sort_values(["week", "received", "id"], kind="stable", ignore_index=True, na_position="last")


def up_to(frame: pd.DataFrame, week: int) -> pd.DataFrame:
    """Return the letters up to a week; the frame itself where that is all of them, so that a large book is not held twice."""
    early = frame["week"] <= week
    return frame if early.all() else frame[early]


def _part(path: Path, columns: tuple[str, ...] | None, few: Sequence[str], groups: list[int]) -> Any:
    """Return row groups of one file; what is known of a file is let go at once: of a thousand files it comes to half a gigabyte."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, read_dictionary=list(few)) as file:
        return file.read_row_groups(groups, columns=list(columns) if columns else None, use_threads=False)
