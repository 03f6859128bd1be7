"""The tables of an output folder: one row a letter, one row a matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from risk_model.matters import week_name
from risk_model.scan.book import Book
from risk_model.scan.linkage import BETWEEN
from risk_model.scan.lists import names
from risk_model.tables import COLUMNS
from risk_model.taxonomy import TAG_NAMES

#: Words shown of what links a matter's letters.
_WORDS: Final = 6
#: What a row of a matter is made from, and matters made and written at a time.
_READ: Final = ("id", "matter_id", "week", "area", *TAG_NAMES, "subtags", "factors", "mass_incident_risk")
_TOGETHER: Final = 5_000


def scores_schema() -> Any:
    """Return the schema of scores.parquet."""
    import pyarrow as pa

    types = {"probability": pa.float64(), "flag": pa.bool_()}
    return pa.schema(
        [("id", pa.string()), ("matter_id", pa.string()), ("week", pa.string())]
        + [(column.name, types.get(column.kind, pa.string())) for column in COLUMNS]
        + [("linked_to", pa.string()), ("link_probability", pa.float64()), ("link_words", pa.string())]
    )


def score_rows(frame: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of scores.parquet of letters that bear their matter."""
    found = links.reindex(frame["id"])
    return frame.assign(
        week=[week_name(int(w)) for w in frame["week"]],
        linked_to=found["nearest"].fillna("").to_numpy(),
        link_probability=found["probability"].round(4).to_numpy(),
        link_words=found["words"].fillna("").to_numpy(),
    )[list(scores_schema().names)]


def write_scores(path: Path, frames: Iterable[pd.DataFrame]) -> int:
    """Write scores.parquet frame by frame; returns the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, rows = scores_schema(), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for frame in frames:
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))
            rows += len(frame)
    return rows


def matter_rows(book: Book, letters: pd.DataFrame, week: int, touched: set[str]) -> Iterator[dict[str, Any]]:
    """Yield one row for each matter of `touched`, in order of its first week and id; `letters` bear their matter."""
    mine = letters.loc[letters["matter_id"].isin(touched) & (letters["week"] <= week), list(_READ)]
    first = mine.groupby("matter_id")["week"].min().reset_index().sort_values(["week", "matter_id"], kind="stable")
    place = pd.Series(np.arange(len(first)), index=first["matter_id"].to_numpy())
    of = place.reindex(mine["matter_id"]).to_numpy()
    order = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[order], np.arange(len(first) + 1))
    titles = {book.index.matter_id(k): t for k, t in enumerate(book.index.titles)}
    copies = {book.index.ids[k] for k in np.flatnonzero(book.index.copies).tolist()}
    for start in range(0, len(first), _TOGETHER):
        end = min(start + _TOGETHER, len(first))
        rows = mine.iloc[order[bounds[start] : bounds[end]]]
        words = book.links["words"].reindex(rows["id"]).fillna("").tolist()
        # Plain lists: taking each of tens of thousands of matters out of a frame is a hundred times slower.
        columns = {name: rows[name].tolist() for name in _READ} | {"words": words}
        for k in range(start, end):
            part = slice(int(bounds[k] - bounds[start]), int(bounds[k + 1] - bounds[start]))
            yield _matter_row({name: cells[part] for name, cells in columns.items()}, week, titles, copies)


def _matter_row(
    cells: Mapping[str, list[Any]], week: int, titles: Mapping[str, str], copies: Collection[str]
) -> dict[str, Any]:
    """Return the row of one matter; `cells` has its letters column by column."""
    matter, weeks = cells["matter_id"][0], cells["week"]
    areas = Counter(str(a) for a in cells["area"] if a)
    words = Counter(w for cell in cells["words"] if cell for w in cell.split(BETWEEN))
    common = sorted(words, key=lambda w: (-words[w], w))[:_WORDS]
    return {
        "matter_id": matter,
        "title": titles.get(matter, ""),
        "first_week": week_name(min(weeks)),
        "last_week": week_name(max(weeks)),
        "letters": len(weeks),
        "letters_this_week": weeks.count(week),
        "copies": sum(i in copies for i in cells["id"]),
        "area": max(areas, key=lambda a: (areas[a], a), default=""),
        "tags": ";".join(t for t in TAG_NAMES if any(cells[t])),
        "subtags": ";".join(_commonest(cells["subtags"])),
        "factors": ";".join(_commonest(cells["factors"])),
        "risk": float(max(cells["mass_incident_risk"])),
        "reasons": "共同出现：" + "、".join(common) if common else "",
    }


def _commonest(cells: Iterable[object]) -> list[str]:
    found = Counter(n for cell in cells for n in names(cell))
    return sorted(found, key=lambda n: (-found[n], n))


def matters_schema() -> Any:
    """Return the schema of matters.parquet."""
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    return pa.schema(
        [
            ("matter_id", text), ("title", text), ("first_week", text), ("last_week", text), ("letters", whole),
            ("letters_this_week", whole), ("copies", whole), ("area", text), ("tags", text), ("subtags", text),
            ("factors", text), ("risk", pa.float64()), ("reasons", text),
        ]
    )  # fmt: skip


def write_matters(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write matters.parquet, some thousand rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = matters_schema()
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for some in _batched(rows):
            writer.write_table(pa.Table.from_pylist(some, schema))


def _batched(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while some := list(islice(left, _TOGETHER)):
        yield some


def read_matters(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of matters.parquet."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield from batch.to_pylist()
