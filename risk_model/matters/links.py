"""Which letters may speak of the same matter, and how surely.

Candidates come from rare shared n-grams, looked up, not from all pairs. The score is a logistic regression on a few plain
likenesses; its coefficients were fitted on real groups (benchmarks/matters/fit_links.py) and are written here, so that a link can
be checked by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.matters.sketch import Sketches
from risk_model.matters.vectors import Rows, narrow, row_dots, with_data

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

#: An n-gram in more letters of the index than this names no matter; it also bounds the work that a letter can cause.
COMMON: Final = 120
#: Letters compared with one letter: those that share the most with it.
CANDIDATES: Final = 48
#: New letters looked up, and pairs compared, at a time: what they are laid out in stays within some 100 MB.
_ROWS: Final = 1_000
_PAIRS: Final = 10_000
#: Bits at which row and weight stand in the number that a pair is sorted by: 10 bits for a row of a block, 31 for a weight, 23 for a column.
_ROW, _COLUMN = np.uint64(54), np.uint64(23)
#: Bounds of a score. A pair that was no candidate counts as the lower one.
FLOOR, CEILING = -6.0, 6.0

FEATURES: Final = ("names", "words", "title", "cover_most", "cover_least", "topic", "clash", "gap")
COEFFICIENTS: Final = np.array([13.40, 1.36, 1.35, 3.06, 7.07, 4.91, -2.52, -0.37], np.float32)
INTERCEPT: Final = -8.77
#: Topic likeness assumed where the caller gives no topics: that of a usual pair of candidates.
TOPIC_UNKNOWN: Final = 0.85


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scored pairs of live rows, a > b; `a` is new this week."""

    a: Ints
    b: Ints
    score: Floats


def candidates(new: Sketches, every: Sketches) -> tuple[Ints, Ints]:
    """Return the pairs to score: (row of `every`, earlier row of `every`); the last rows of `every` are those of `new`."""
    held = np.bincount(every.names.indices, minlength=every.names.shape[1])
    rare = np.zeros(len(held), np.bool_)
    rare[new.names.indices] = True
    rare &= (held > 1) & (held <= COMMON)
    there = narrow(every.names, rare)
    here, columns, first = there[len(every) - len(new) :], there.T.tocsr(), len(every) - len(new)
    found = [_nearest(here[s : s + _ROWS] @ columns, first + s) for s in range(0, len(new), _ROWS)]
    row, other = (np.concatenate([part[k] for part in found] or [np.zeros(0, np.int64)]) for k in (0, 1))
    # Two letters of one week find each other twice: once is enough.
    pairs = np.unique(np.maximum(row, other) * len(every) + np.minimum(row, other))
    return pairs // max(1, len(every)), pairs % max(1, len(every))


def _nearest(shared: Rows, first: int) -> tuple[Ints, Ints]:
    """Return each row's CANDIDATES heaviest columns, itself left out; row 0 is row `first` of the index."""
    row = np.repeat(np.arange(shared.shape[0], dtype=np.uint64), np.diff(shared.indptr))
    mine = row + np.uint64(first) != shared.indices
    # One number a pair, to be sorted plainly: row, then weight (the bits of a positive float are in its order), heaviest first, then column.
    weight = np.uint64(0x7F800000) - np.ascontiguousarray(shared.data, np.float32).view(np.uint32)
    keys = (row << _ROW) | (weight << _COLUMN) | shared.indices.astype(np.uint64)
    keys = np.sort(keys[mine])
    row = keys >> _ROW
    start = np.flatnonzero(np.diff(row, prepend=np.uint64(shared.shape[0])))
    rank = np.arange(len(row)) - np.repeat(start, np.diff(start, append=len(row)))
    keys = keys[rank < CANDIDATES]
    return (keys >> _ROW).astype(np.int64) + first, (keys & np.uint64((1 << int(_COLUMN)) - 1)).astype(np.int64)


def likenesses(s: Sketches, i: Ints, j: Ints) -> Floats:
    """Return the features of the pairs of rows (i, j), shape (len(i), len(FEATURES)), in the order of FEATURES.

    names, words, title: square root of the cosine; cover: share of one letter's title found in the other letter, the larger and the
    smaller of both ways; topic: cosine; clash: 1 where both name places and none in common; gap: log of 1 + days between.
    """
    out = np.zeros((len(i), len(FEATURES)), np.float32)
    for k in range(0, len(i), _PAIRS):
        part = slice(k, k + _PAIRS)
        out[part] = _likenesses(s, i[part], j[part])
    return out


def _likenesses(s: Sketches, i: Ints, j: Ints) -> Floats:
    names, words, title = ((rows[i], rows[j]) for rows in (s.names, s.words, s.title))
    squared = [with_data(rows, np.square(rows.data)) for rows in title]
    ones = [[with_data(text[side], np.ones_like(text[side].data)) for text in (names, words)] for side in (0, 1)]
    there = row_dots(squared[0], ones[1][0]) + row_dots(squared[0], ones[1][1])
    back = row_dots(squared[1], ones[0][0]) + row_dots(squared[1], ones[0][1])
    named = np.diff(s.places.indptr) > 0
    known = s.topics.shape[1] > 0
    columns = [
        np.sqrt(row_dots(*names)),
        np.sqrt(row_dots(*words)),
        np.sqrt(row_dots(*title)),
        np.maximum(there, back),
        np.minimum(there, back),
        np.einsum("ij,ij->i", s.topics[i], s.topics[j]) if known else np.full(len(i), TOPIC_UNKNOWN),
        named[i] & named[j] & (row_dots(s.places[i], s.places[j]) == 0),
        np.log1p(np.abs(s.days[i] - s.days[j])),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def score(features: Floats) -> Floats:
    """Return the log odds that the pairs are one matter, within FLOOR and CEILING."""
    odds: Floats = features @ COEFFICIENTS + np.float32(INTERCEPT)
    return np.clip(odds, FLOOR, CEILING)
