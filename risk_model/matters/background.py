"""How common n-grams are in petitions at large, so that the first weeks of an office already know names from set phrases."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from risk_model.matters.vectors import WIDTH, count_rows
from risk_model.text import prepare_many


@cache
def background() -> tuple[NDArray[np.int32], int]:
    """Return letters by n-gram, shape (WIDTH,), and the number of letters of the built-in (invented) corpus; takes about a second."""
    with (files("risk_model.data") / "corpus.jsonl").open(encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    counts = count_rows(prepare_many([f"{row['title']}\n{row['body']}" for row in rows]))
    return np.bincount(counts.indices, minlength=WIDTH).astype(np.int32), len(rows)
