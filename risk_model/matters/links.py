"""Which letters may speak of the same matter, and how surely.

Candidates come from rare shared n-grams, looked up, not from all pairs. The score is a logistic regression on a few plain
likenesses; its coefficients were fitted on real groups (benchmarks/matters/fit_links.py) and are written here, so that a link can
be checked by hand.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from risk_model.matters.sketch import Sketches
from risk_model.matters.vectors import pair_dots, pick_columns

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

#: An n-gram in more letters of the index than this names no matter; it also bounds the work that a letter can cause.
COMMON: Final = 120
#: Letters compared with one letter: those that share the most with it.
CANDIDATES: Final = 48
#: Bounds of a score. A pair that was no candidate counts as the lower one.
FLOOR, CEILING = -6.0, 6.0

FEATURES: Final = ("names", "words", "title", "cover_most", "cover_least", "topic", "clash", "gap")
COEFFICIENTS: Final = np.array([13.40, 1.36, 1.35, 3.06, 7.07, 4.91, -2.52, -0.37], np.float32)
INTERCEPT: Final = -8.77
#: Topic likeness assumed where the caller gives no topics: that of a usual pair of candidates.
TOPIC_UNKNOWN: Final = 0.85


def candidates(new: Sketches, every: Sketches) -> tuple[Ints, Ints]:
    """Return the pairs to score: (row of `every`, earlier row of `every`); the last rows of `every` are those of `new`."""
    held = np.bincount(every.names.indices, minlength=every.names.shape[1])
    rare = (held > 1) & (held <= COMMON)
    shared = sp.csr_array(pick_columns(new.names, rare) @ pick_columns(every.names, rare).T)
    row = np.repeat(np.arange(len(new)), np.diff(shared.indptr)) + len(every) - len(new)
    other = shared.indices.astype(np.int64)
    mine = row != other
    row, other, weight = row[mine], other[mine], shared.data[mine]
    order = np.lexsort((other, -weight, row))
    row, other = row[order], other[order]
    start = np.flatnonzero(np.diff(row, prepend=-1))
    rank = np.arange(len(row)) - np.repeat(start, np.diff(start, append=len(row)))
    row, other = row[rank < CANDIDATES], other[rank < CANDIDATES]
    # Two letters of one week find each other twice: once is enough.
    pairs = np.unique(np.maximum(row, other) * len(every) + np.minimum(row, other))
    return pairs // max(1, len(every)), pairs % max(1, len(every))


def likenesses(s: Sketches, i: Ints, j: Ints) -> Floats:
    """Return the features of the pairs of rows (i, j), shape (len(i), len(FEATURES)), in the order of FEATURES.

    names, words, title: square root of the cosine; cover: share of one letter's title found in the other letter, the larger and the
    smaller of both ways; topic: cosine; clash: 1 where both name places and none in common; gap: log of 1 + days between.
    """
    there = sum(pair_dots(s.title, text, i, j, np.square, np.ones_like) for text in (s.names, s.words))
    back = sum(pair_dots(s.title, text, j, i, np.square, np.ones_like) for text in (s.names, s.words))
    named = np.diff(s.places.indptr) > 0
    known = s.topics.shape[1] > 0
    columns = [
        np.sqrt(pair_dots(s.names, s.names, i, j)),
        np.sqrt(pair_dots(s.words, s.words, i, j)),
        np.sqrt(pair_dots(s.title, s.title, i, j)),
        np.maximum(there, back),
        np.minimum(there, back),
        np.einsum("ij,ij->i", s.topics[i], s.topics[j]) if known else np.full(len(i), TOPIC_UNKNOWN),
        named[i] & named[j] & (pair_dots(s.places, s.places, i, j) == 0),
        np.log1p(np.abs(s.days[i] - s.days[j])),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def score(features: Floats) -> Floats:
    """Return the log odds that the pairs are one matter, within FLOOR and CEILING."""
    odds: Floats = features @ COEFFICIENTS + np.float32(INTERCEPT)
    return np.clip(odds, FLOOR, CEILING)
