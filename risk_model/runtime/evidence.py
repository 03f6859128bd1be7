"""The words of a letter that weigh most, for a whole batch at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.runtime.answer import NEGLIGIBLE, Evidence
from risk_model.runtime.scorer import Encoded

F64 = NDArray[np.float64]

#: Odd and without a pattern in its bits: keys of two letters do not meet by chance.
_FAR_APART: Final = np.uint64(0x9E3779B97F4A7C15)

#: Words whose weights agree to seven digits and may change places before the exact order is made.
_SPARE: Final = 8


def heaviest(encoded: Encoded, shares: F64, most: int) -> list[Evidence]:
    """Sum `shares` over the equal words of each letter and return the `most` heaviest sums of each letter.

    A word is shown where it stands first; what holds neither letter nor digit, or weighs nothing, is left out.
    """
    batch = encoded.batch
    sounding = np.concatenate([[0], np.cumsum(_sounding(batch.codes))])
    word = np.flatnonzero((sounding[batch.ends] > sounding[batch.starts]) & (shares != 0))
    key = encoded.keys[word] + batch.rows[word].astype(np.uint64) * _FAR_APART
    order = np.argsort(key)
    new = np.flatnonzero(np.diff(key[order], prepend=~key[order[:1]]))
    if not len(new):
        return [Evidence([], [], [])] * batch.size
    total = np.add.reduceat(shares[word[order]], new)
    first = np.minimum.reduceat(word[order], new)
    kept = np.abs(total) >= NEGLIGIBLE
    if not kept.any():
        return [Evidence([], [], [])] * batch.size
    total, first = total[kept], first[kept]
    row = batch.rows[first]
    # A rough order leaves a few of each letter to put into the exact one, which is much slower.
    order = _ranked(np.argsort(_heaviest_first(row, total)), row, most + _SPARE)
    first, total, row = first[order], total[order], row[order]
    order = _ranked(np.lexsort((first, -np.abs(total), row)), row, most)
    first, total, row = first[order], total[order], row[order]
    begin = batch.offsets[row]
    starts, ends, weights = (batch.starts[first] - begin).tolist(), (batch.ends[first] - begin).tolist(), total.tolist()
    at = np.searchsorted(row, np.arange(batch.size + 1)).tolist()
    return [Evidence(starts[a:b], ends[a:b], weights[a:b]) for a, b in pairwise(at)]


def _heaviest_first(rows: NDArray[np.int32], totals: F64) -> NDArray[np.uint64]:
    """Return one number that sorts by letter and then, to seven digits, by weight."""
    # The bits of a positive float, read as an integer, keep the order of the floats.
    light = ~np.abs(totals).astype(np.float32).view(np.uint32)
    return (rows.astype(np.uint64) << np.uint64(32)) | light


def _ranked(order: NDArray[np.int64], rows: NDArray[np.int32], most: int) -> NDArray[np.int64]:
    """Return the first `most` of each letter in `order`, which runs letter by letter."""
    row = rows[order]
    starts = np.searchsorted(row, np.arange(row[-1] + 1))
    first: NDArray[np.int64] = order[np.arange(len(order)) - starts[row] < most]
    return first


def _sounding(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    kinds = np.unique(codes)
    table = np.zeros(int(kinds[-1]) + 1 if len(kinds) else 0, np.bool_)
    table[kinds] = [chr(code).isalnum() for code in kinds.tolist()]
    return table[codes]
