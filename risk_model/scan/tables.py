"""The tables of an output folder: one row a letter, one row a matter."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from risk_model.matters import Link, week_name
from risk_model.scan.book import Book
from risk_model.scan.lists import names
from risk_model.tables import COLUMNS
from risk_model.taxonomy import TAG_NAMES

#: Words shown of what links a matter's letters.
_WORDS: Final = 6


def scores_schema() -> Any:
    """Return the schema of scores.parquet."""
    import pyarrow as pa

    types = {"probability": pa.float64(), "flag": pa.bool_()}
    return pa.schema(
        [("id", pa.string()), ("matter_id", pa.string()), ("week", pa.string())]
        + [(column.name, types.get(column.kind, pa.string())) for column in COLUMNS]
        + [("linked_to", pa.string()), ("link_probability", pa.float64()), ("link_words", pa.string())]
    )


def score_rows(frame: pd.DataFrame, links: dict[str, Link]) -> pd.DataFrame:
    """Return the columns of scores.parquet of letters that bear their matter."""
    found = [links.get(i) for i in frame["id"]]
    return frame.assign(
        week=[week_name(int(w)) for w in frame["week"]],
        linked_to=[x.nearest if x else "" for x in found],
        link_probability=[round(x.probability, 4) if x else math.nan for x in found],
        link_words=["；".join(x.words) if x else "" for x in found],
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
    mine = letters[letters["matter_id"].isin(touched) & (letters["week"] <= week)]
    titles = {book.index.matter_id(k): t for k, t in enumerate(book.index.titles)}
    copies = dict(zip(book.index.ids, book.index.copies.tolist(), strict=True))
    # Plain lists: a book has tens of thousands of matters, and taking each out of a frame is a hundred times slower.
    columns = {name: mine[name].tolist() for name in ("id", "week", "area", *TAG_NAMES, "subtags", "factors")}
    risks = mine["mass_incident_risk"].tolist()
    members: dict[str, list[int]] = defaultdict(list)
    for row, matter in enumerate(mine["matter_id"]):
        members[matter].append(row)
    weeks = columns["week"]
    for matter in sorted(members, key=lambda m: (min(weeks[r] for r in members[m]), m)):
        rows = members[matter]
        seen = [weeks[r] for r in rows]
        ids = [columns["id"][r] for r in rows]
        areas = Counter(str(a) for r in rows if (a := columns["area"][r]))
        words = Counter(w for i in ids if i in book.links for w in book.links[i].words)
        common = sorted(words, key=lambda w: (-words[w], w))[:_WORDS]
        yield {
            "matter_id": matter,
            "title": titles.get(matter, ""),
            "first_week": week_name(min(seen)),
            "last_week": week_name(max(seen)),
            "letters": len(rows),
            "letters_this_week": seen.count(week),
            "copies": sum(copies.get(i, False) for i in ids),
            "area": max(areas, key=lambda a: (areas[a], a), default=""),
            "tags": ";".join(t for t in TAG_NAMES if any(columns[t][r] for r in rows)),
            "subtags": ";".join(_commonest(columns["subtags"][r] for r in rows)),
            "factors": ";".join(_commonest(columns["factors"][r] for r in rows)),
            "risk": float(max(risks[r] for r in rows)),
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


def write_matters(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write matters.parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows, matters_schema()), path, compression="zstd")
