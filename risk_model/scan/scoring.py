"""Scores one partition, in whatever process: letters in, the bytes of a parquet file out.

The same letters and the same model give the same bytes on every engine: the rows are assessed in the same batches, one thread each.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from risk_model.matters import week_number
from risk_model.matters.sketch import HEAD
from risk_model.model import RiskModel, load
from risk_model.scan.handling import read_handling
from risk_model.scan.plan import Partition
from risk_model.schema import Assessment
from risk_model.tables import COLUMNS, Letter, values
from risk_model.taxonomy import SUBTAGS
from risk_model.text import prepare_many

#: Sub-tags that say what a matter is about; those of governance say how it was handled.
TOPICS: Final = tuple(s.name for s in SUBTAGS if s.tag != "governance" and s.name != "family_neighbor_dispute")
#: Week number of a letter whose day is unknown.
UNDATED: Final = -1
#: The key under which a part names what it was made from.
KEY: Final = b"petition-risk-part"


@cache
def schema() -> Any:
    """Return the schema of a part: where the row is from, masked text, handling, topics, then the columns of `score`."""
    import pyarrow as pa

    text, day, flag = pa.string(), pa.date32(), pa.bool_()
    types = {"probability": pa.float64(), "flag": flag}
    return pa.schema(
        [
            ("part", pa.int32()), ("row", pa.int32()), ("source", pa.int32()), ("id", text), ("given", flag),
            ("title", text), ("head", text), ("body", text), ("received", day), ("week", pa.int32()), ("area", text), ("channel", text),
            ("kind", text), ("department", text), ("accepted", day), ("answered", day), ("due", day), ("closed", flag),
            ("satisfied", flag), ("first", flag), ("topics", pa.list_(pa.float32(), len(TOPICS))),
        ]
        + [(column.name, types.get(column.kind, text)) for column in COLUMNS]
    )  # fmt: skip


@cache
def cached_model(model: str) -> RiskModel:
    """Load a model once in a process."""
    return load(Path(model))


def score_here(part: Partition, model: str, evidence: int, key: bytes) -> bytes:
    """Score a partition with the model in folder `model`, which this process loads once."""
    return score_partition(part, cached_model(model), evidence, key)


def score_partition(part: Partition, model: RiskModel, evidence: int, key: bytes) -> bytes:
    """Return the parquet file of a partition, sorted by week so that a week can be read back by itself."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        assessments = _assess(model, part.letters, evidence)
    titles = prepare_many([x.petition.title for x in part.letters])
    bodies = prepare_many([x.petition.body for x in part.letters])
    weeks = _weeks(part.letters)
    handlings = [read_handling(x.handling) for x in part.letters]
    columns: dict[str, Sequence[Any]] = {
        "part": [part.number] * len(weeks),
        "row": [x.number for x in part.letters],
        "source": [part.source] * len(weeks),
        "id": [_name(x, t, b) for x, t, b in zip(part.letters, titles, bodies, strict=True)],
        "given": [bool(x.petition.id) for x in part.letters],
        "title": titles,
        "head": [t or b[:HEAD] for t, b in zip(titles, bodies, strict=True)],
        "body": bodies,
        "received": [x.petition.received for x in part.letters],
        "week": weeks,
        "area": [x.petition.area for x in part.letters],
        **{n: [getattr(h, n) for h in handlings] for n in ("channel", "kind", "department")},
        **{n: [getattr(h, n) for h in handlings] for n in ("accepted", "answered", "due")},
        **{n: [getattr(h, n) for h in handlings] for n in ("closed", "satisfied", "first")},
        "topics": [[a.probabilities[t] for t in TOPICS] for a in assessments],
    }
    rows = [values(a) for a in assessments]
    columns |= {column.name: [row[k] for row in rows] for k, column in enumerate(COLUMNS)}
    table = pa.table({f.name: pa.array(columns[f.name], f.type) for f in schema()}, schema())
    table = table.take(pa.array(np.argsort(np.asarray(weeks, np.int64), kind="stable")))
    out = io.BytesIO()
    # Small row groups, each of few weeks: one week is read back without reading the rest.
    pq.write_table(table.replace_schema_metadata({KEY: key}), out, row_group_size=256, compression="zstd")
    return out.getvalue()


def _assess(model: RiskModel, letters: Sequence[Letter], evidence: int) -> list[Assessment]:
    """Assess all letters, and look up the words only of those that will be shown: it takes thrice the time."""
    from dataclasses import replace

    petitions = [x.petition for x in letters]
    found = model.score(petitions)
    shown = [k for k, a in enumerate(found) if a.risk_band == "high"] if evidence else []
    for k, a in zip(shown, model.score([petitions[k] for k in shown], evidence), strict=True):
        found[k] = replace(found[k], evidence=a.evidence)
    return found


def _weeks(letters: Sequence[Letter]) -> list[int]:
    days = np.array([x.petition.received or "NaT" for x in letters], "datetime64[D]")
    return [UNDATED if np.isnat(d) else int(w) for d, w in zip(days, week_number(days), strict=True)]


def _name(letter: Letter, title: str, body: str) -> str:
    """Return the id of a letter; one without an id is named by its masked text and day, so that the name outlives the file."""
    if letter.petition.id:
        return letter.petition.id
    said = f"{letter.petition.received or ''}\x1f{title}\x1f{body}"
    return "L-" + hashlib.blake2b(said.encode(), digest_size=8).hexdigest()
