"""Batches to sparse matrices of known terms."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from risk_model.features.batch import Batch
from risk_model.features.hashing import U64
from risk_model.features.terms import terms
from risk_model.features.vocabulary import KeyTable


def count_matrix(batch: Batch, table: KeyTable, neutral: NDArray[np.bool_], words: U64) -> sp.csr_array:
    """Return how often each known term stands in each letter: shape (letters, terms), float32, columns sorted."""
    width = len(table)
    cells = []
    for kind in terms(batch, neutral, words):
        found = table.find(kind.keys)
        known = np.flatnonzero(found >= 0)
        cells.append(kind.rows[known] * width + found[known])
    cell = np.sort(np.concatenate(cells))
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    counts = np.diff(first, append=len(cell)).astype(np.float32)
    rows, columns = np.divmod(cell[first], width)
    pointers = np.searchsorted(rows, np.arange(batch.size + 1))
    return sp.csr_array((counts, columns.astype(np.int32), pointers.astype(np.int32)), shape=(batch.size, width))


def weigh(counts: sp.csr_array, idf: NDArray[np.float32]) -> sp.csr_array:
    """Return (1 + ln count) x idf with rows of Euclidean length 1; a letter without known terms stays a row of zeros.

    Sub-linear counts, as in C. D. Manning et al., Introduction to Information Retrieval (2008), section 6.4.
    """
    data = (np.float32(1) + np.log(counts.data)) * idf[counts.indices]
    squares = np.zeros(counts.shape[0], np.float32)
    filled = np.flatnonzero(np.diff(counts.indptr))
    squares[filled] = np.add.reduceat(data * data, counts.indptr[filled]) if len(filled) else 0
    scale = np.where(squares > 0, 1 / np.sqrt(np.maximum(squares, np.float32(1e-30))), np.float32(0))
    data *= np.repeat(scale.astype(np.float32), np.diff(counts.indptr))
    return sp.csr_array((data, counts.indices, counts.indptr), shape=counts.shape)
