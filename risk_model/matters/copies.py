"""Copies: the same text sent again, whole or with small changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.features.hashing import ngram_hashes, span_hashes, values
from risk_model.matters.history import RUNS
from risk_model.matters.sketch import Sketches
from risk_model.matters.vectors import TEXTS, row_dots

#: Unrelated letters share set phrases of up to about 20 characters (measured on real messages for the training split).
RUN: Final = 20
#: Share of the kept runs two letters must have in common to be called copies.
COPIED: Final = 0.5
#: Cosine of two letters' rare n-grams from which they are copies though every run was retouched.
SAME: Final = 0.8

_NOISE: Final = re.compile(r"[\W_]+")
_NONE: Final = np.uint64(np.iinfo(np.uint64).max)


def read_runs(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return a fingerprint of each whole text and its RUNS smallest hashes of runs, shape (len(texts), RUNS).

    The smallest hashes are a fair sample of all runs, the same in every letter [1]. A text shorter than a run has fingerprint 0: too
    little to call it a copy of anything.

    [1] A. Z. Broder, On the resemblance and containment of documents, SEQUENCES 1997.
    """
    parts = [_read(texts[s : s + TEXTS]) for s in range(0, max(1, len(texts)), TEXTS)]
    return np.concatenate([prints for prints, _ in parts]), np.concatenate([runs for _, runs in parts])


def _read(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    prints = np.zeros(len(texts), np.uint64)
    runs = np.full((len(texts), RUNS), _NONE)
    plain = [_NOISE.sub("", text) for text in texts]
    value = values(np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), np.uint32))
    every = ngram_hashes(value, RUN)
    ends = np.cumsum([len(text) for text in plain], dtype=np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    long = np.flatnonzero(ends - starts >= RUN)
    prints[long] = span_hashes(value, starts[long], ends[long])
    for r in long.tolist():
        smallest = np.unique(every[starts[r] : ends[r] - RUN + 1])[:RUNS]
        runs[r, : len(smallest)] = smallest
    return prints, runs


def shared_runs(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the share of runs that rows of `a` and `b` have in common, of the smaller set, shape (len(a),)."""
    both = ((a[:, :, None] == b[:, None, :]) & (a[:, :, None] != _NONE)).any(axis=2).sum(axis=1)
    least = np.minimum((a != _NONE).sum(axis=1), (b != _NONE).sum(axis=1))
    share: NDArray[np.float64] = both / np.maximum(least, 1)
    return share


def copied(
    sketches: Sketches, runs: NDArray[np.uint64], i: NDArray[np.int64], j: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Flag the pairs of rows (i, j) that are near-identical: half of their runs shared, or SAME by cosine.

    A text shorter than a run is too little to be called a copy.
    """
    enough: NDArray[np.bool_] = (runs[i, 0] != _NONE) & (runs[j, 0] != _NONE)
    alike = row_dots(sketches.names[i], sketches.names[j]) >= SAME
    return enough & np.logical_or(alike, shared_runs(runs[i], runs[j]) >= COPIED)
