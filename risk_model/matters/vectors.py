"""Letters as sparse vectors of hashed character n-grams.

Characters, not words: the names that tell matters apart (estates, villages, companies) are in no dictionary, and a segmenter
cuts them differently from letter to letter. Hashing into a fixed width keeps the table of document frequencies at one size
for ever, so a week can be read without the vocabulary of the weeks before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from risk_model.features import stop_flags
from risk_model.features.hashing import ngram_hashes, values

#: Two and three characters: most Chinese words and the telling parts of names. Longer ones are nearly all unique and only blur the
#: likeness of long letters (benchmarks/matters).
NGRAMS: Final = (2, 3)
#: Two million buckets: a letter has some 400 n-grams, so chance gives two letters one more in common in about one pair of ten.
WIDTH: Final = 1 << 21
#: Heaviest n-grams kept of a letter, which bounds its place in the index; only letters of over 500 characters lose any.
KEPT: Final = 512

#: Sparse rows (scipy.sparse.csr_array, which carries no types).
Rows: TypeAlias = Any
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
_END: Final = "\n"
#: Texts read at a time: enough for vectorised work, few enough that a week of any size takes little memory.
TEXTS: Final = 1_000
#: Code points whose kind is looked up; the others, rare, are asked one by one.
_PLANE: Final = 1 << 16


def count_rows(texts: Sequence[str]) -> Rows:
    """Return counts of n-grams, shape (len(texts), WIDTH); no n-gram crosses punctuation, white space or a mask."""
    parts = [_count(texts[s : s + TEXTS]) for s in range(0, len(texts), TEXTS)]
    return sp.vstack(parts, format="csr") if len(parts) > 1 else parts[0] if parts else _count([])


def _count(texts: Sequence[str]) -> Rows:
    joined = _END.join([*texts, ""])
    sizes = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    # Narrow indices halve the index of a large book.
    row_of = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
    columns, starts, _ = find_ngrams(joined)
    out = sp.csr_array((np.ones(len(starts), np.float32), (row_of[starts], columns)), shape=(len(texts), WIDTH))
    out.sum_duplicates()
    return out


def find_ngrams(text: str) -> tuple[NDArray[np.int32], Ints, Ints]:
    """Return column, start and end of every n-gram of `text`."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    barred = np.concatenate([[0], np.cumsum(stop_flags(codes) | ~_sounding(codes))])
    value = values(codes)
    columns, starts, ends = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for n in NGRAMS:
        at = np.flatnonzero(barred[n:] == barred[:-n])
        columns.append((ngram_hashes(value, n)[at] % np.uint64(WIDTH)).astype(np.int32))
        starts.append(at)
        ends.append(at + n)
    return np.concatenate(columns), np.concatenate(starts), np.concatenate(ends)


def _sounding(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Flag letters and digits: what is left when punctuation and symbols are gone."""
    flags = _plane().take(codes, mode="clip")
    for k in np.flatnonzero(codes >= _PLANE).tolist():
        flags[k] = chr(codes[k]).isalnum()
    return flags


@cache
def _plane() -> NDArray[np.bool_]:
    return np.fromiter((chr(c).isalnum() for c in range(_PLANE)), np.bool_, _PLANE)


def weigh_rows(counts: Rows, idf: NDArray[np.float32], only: NDArray[np.bool_] | None = None) -> Rows:
    """Return (1 + log count) x idf of the columns flagged in `only`, the heaviest KEPT of each row, rows of length 1."""
    out = pick_columns(counts, only) if only is not None else counts.copy()
    out.data = (1 + np.log(out.data)) * idf[out.indices]
    out = _heaviest(out, KEPT)
    length = np.sqrt(out.multiply(out).sum(axis=1))
    out.data /= np.repeat(np.maximum(length, 1e-9), np.diff(out.indptr)).astype(np.float32)
    return out


def pick_columns(rows: Rows, only: NDArray[np.bool_]) -> Rows:
    """Return `rows` with the columns not flagged in `only` emptied."""
    kept = only[rows.indices]
    return sp.csr_array((rows.data[kept], rows.indices[kept], _bounds(kept, rows.indptr)), shape=rows.shape)


def _bounds(kept: NDArray[np.bool_], indptr: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return where rows begin once only the `kept` entries are left."""
    before = np.zeros(len(kept) + 1, np.int32)
    np.cumsum(kept, dtype=np.int32, out=before[1:])
    return before[indptr]


def narrow(rows: Rows, only: NDArray[np.bool_]) -> Rows:
    """Return `rows` with just the columns flagged in `only`, numbered anew in the same order."""
    kept = only[rows.indices]
    number = np.cumsum(only, dtype=np.int32) - 1
    columns = number[rows.indices[kept]]
    shape = (rows.shape[0], int(only.sum()))
    return sp.csr_array((rows.data[kept], columns, _bounds(kept, rows.indptr)), shape=shape)


def _heaviest(rows: Rows, kept: int) -> Rows:
    size = np.diff(rows.indptr)
    if size.max(initial=0) <= kept:
        return rows
    row = np.repeat(np.arange(rows.shape[0]), size)
    # Ties are broken by column, so that the choice does not hang on the order of anything.
    order = np.lexsort((rows.indices, -rows.data, row))
    rank = np.arange(len(row)) - np.repeat(rows.indptr[:-1], size)
    keep = np.zeros(len(row), np.bool_)
    keep[order[rank < kept]] = True
    return sp.csr_array((rows.data[keep], rows.indices[keep], _bounds(keep, rows.indptr)), shape=rows.shape)


def row_dots(a: Rows, b: Rows) -> Floats:
    """Return the dot product of each row of `a` with the same row of `b`."""
    out: Floats = a.multiply(b).sum(axis=1).astype(np.float32)
    return out


def with_data(rows: Rows, data: Floats) -> Rows:
    """Return rows with the same places and other entries."""
    return sp.csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
