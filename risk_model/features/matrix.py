"""Batches to sparse matrices of known terms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import scipy.sparse as sp

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]
Cells = NDArray[np.int32] | Ints

#: Letters that are multiplied one by one.
_FEW: Final = 128


@dataclass(frozen=True, slots=True)
class TermColumns:
    """A sparse matrix of letters by terms, kept by column; terms that do not occur take no room.

    Column j belongs to term `terms[j]` (ascending) and holds `data[i]` in letter `rows[i]` for i from `starts[j]` to
    `starts[j + 1]`.
    """

    size: int
    terms: Ints
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    data: F32

    def columns(self) -> NDArray[np.int32]:
        """Return the column of each entry."""
        return np.repeat(np.arange(len(self.terms), dtype=np.int32), np.diff(self.starts))

    def dot(self, weights: F32) -> NDArray[np.float64]:
        """Return the product (letters, K) with `weights` (F, K).

        By column: each row of `weights` is read once and in order, and the sums of a batch stay in the cache. In double
        precision: hundreds of terms, some large, would otherwise move the fifth decimal.
        """
        data, used = self.data.astype(np.float64), weights.take(self.terms, axis=0).astype(np.float64)
        if self.size <= _FEW:
            # A few letters need no sparse product, and a server or a quick start not the library that has one (18 MB).
            order = np.argsort(self.rows, kind="stable")
            columns, data = self.columns().take(order), data.take(order)
            at = np.searchsorted(self.rows.take(order), np.arange(self.size + 1)).tolist()
            return np.stack([data[i:j] @ used.take(columns[i:j], axis=0) for i, j in pairwise(at)])
        import scipy.sparse as sp

        matrix = sp.csc_array((data, self.rows, self.starts), shape=(self.size, len(self.terms)))
        out: NDArray[np.float64] = matrix @ used
        return out

    def csr(self, width: int) -> sp.csr_array:
        """Return the matrix as scikit-learn wants it, shape (letters, width)."""
        import scipy.sparse as sp

        columns = self.terms.take(self.columns()).astype(np.int32)  # liblinear takes no wider index
        return sp.coo_array((self.data, (self.rows, columns)), shape=(self.size, width)).tocsr()


def tally(terms: NDArray[np.int32], rows: NDArray[np.int32], size: int) -> TermColumns:
    """Count how often each pair of a term and a letter (below `size`) occurs."""
    cells = _cells(terms, rows, size)
    cells.sort()
    return _counted(cells, np.flatnonzero(_new(cells)), size)


def tally_places(terms: NDArray[np.int32], rows: NDArray[np.int32], size: int) -> tuple[TermColumns, Ints, Ints]:
    """Do the same; return also an order of the occurrences, and where those of each entry begin in that order."""
    cells = _cells(terms, rows, size)
    order = np.argsort(cells)
    cells = cells.take(order)
    first = np.flatnonzero(_new(cells))
    return _counted(cells, first, size), order, first


def _counted(cells: Cells, first: Ints, size: int) -> TermColumns:
    counts = np.diff(first, append=len(cells)).astype(np.float32)
    cells = cells.take(first)
    bits = size.bit_length()
    term, row = cells >> bits, (cells & ((1 << bits) - 1)).astype(np.int32)
    starts = np.flatnonzero(_new(term))
    return TermColumns(size, term.take(starts), np.append(starts, len(term)).astype(np.int32), row, counts)


def _cells(terms: NDArray[np.int32], rows: NDArray[np.int32], size: int) -> Cells:
    # One number for term and letter, in the order of the columns; a half as wide one sorts twice as fast.
    bits = size.bit_length()
    highest = int(terms.max(initial=0)) << bits
    narrow = highest + size < 1 << 31
    return (terms << np.int32(bits)) | rows if narrow else (terms.astype(np.int64) << bits) | rows


def _new(ordered: Cells) -> NDArray[np.bool_]:
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def weigh(counts: TermColumns, idf: F32) -> TermColumns:
    """Return (1 + ln count) x idf with rows of Euclidean length 1; a letter without known terms stays a row of zeros.

    Sub-linear counts, as in C. D. Manning et al., Introduction to Information Retrieval (2008), section 6.4.
    """
    data = np.log(counts.data)
    data += np.float32(1)
    data *= np.repeat(idf.take(counts.terms), np.diff(counts.starts))
    squares = np.bincount(counts.rows, data * data, minlength=counts.size)
    scale = np.where(squares > 0, 1 / np.sqrt(np.maximum(squares, 1e-30)), 0).astype(np.float32)
    data *= scale.take(counts.rows)
    return replace(counts, data=data)
