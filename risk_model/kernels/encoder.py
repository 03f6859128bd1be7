"""The clause encoder's pass over the words, compiled: windows, clauses and letters in one go, nothing laid out."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
I32 = NDArray[np.int32]
Flags = NDArray[np.bool_]
Numbers = NDArray[Any]
F32 = NDArray[np.float32]

#: Windows whose places are numbered together: as many as 16 bits can tell apart, so that places are as wide as values.
_BLOCK: Final = 2**15 - 1


@njit(cache=True, nogil=True)
def clauses(breaks: Flags, offsets: Ints, starts: Ints, windows: Ints, first: Ints, sizes: Ints) -> int:
    """Write where clauses begin and how many windows each has, the first clause and their number of each letter.

    Returns how many clauses there are.
    """
    count = 0
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        first[row] = count
        starts[count] = begin
        count += 1
        for i in range(begin + 1, end):
            if breaks[i - 1] and not breaks[i]:
                windows[count - 1] = i - starts[count - 1]
                starts[count] = i
                count += 1
        # The window around a letter's last END would reach into the next letter, so it counts as empty.
        windows[count - 1] = end - 1 - starts[count - 1]
        sizes[row] = count - first[row]
    return count


@njit(cache=True, nogil=True)
def largest(
    ids: I32,
    starts: Ints,
    windows: Ints,
    first: Ints,
    sizes: Ints,
    tables: Numbers,
    steps: F32,
    clauses: F32,
    peaks: F32,
) -> None:
    """Write the largest filter values of clauses and letters, or zero, in units of `steps`; END is row 0 of `tables`."""
    filters = tables.shape[2]
    kind = tables.dtype.type
    zero = kind(0)
    best, top = np.empty(filters, tables.dtype), np.empty(filters, tables.dtype)
    for row in range(len(first)):
        top[:] = zero
        for c in range(first[row], first[row] + sizes[row]):
            best[:] = zero
            begin = starts[c]
            w0, w1 = ids[begin - 1] if begin else np.int32(0), ids[begin]
            for i in range(begin, begin + windows[c]):
                w2 = ids[i + 1]
                for k in range(filters):
                    value = kind(kind(tables[0, w0, k] + tables[1, w1, k]) + tables[2, w2, k])
                    best[k] = max(value, best[k])
                w0, w1 = w1, w2
            for k in range(filters):
                top[k] = max(best[k], top[k])
                clauses[c, k] = np.float32(best[k]) * steps[k]
        for k in range(filters):
            peaks[row, k] = np.float32(top[k]) * steps[k]


@njit(cache=True, nogil=True)
def largest_placed(
    ids: I32,
    starts: Ints,
    windows: Ints,
    first: Ints,
    sizes: Ints,
    tables: Numbers,
    steps: F32,
    clauses: F32,
    peaks: F32,
    places: I32,
    holders: I32,
) -> None:
    """Do the same; write also which window gave the value of a clause, and which clause the value of a letter."""
    filters = tables.shape[2]
    kind = tables.dtype.type
    zero = kind(0)
    best, nth = np.empty(filters, tables.dtype), np.empty(filters, np.int16)
    for row in range(len(first)):
        peaks[row] = np.float32(0)
        holders[row] = np.int32(first[row])
        for c in range(first[row], first[row] + sizes[row]):
            clauses[c] = np.float32(0)
            places[c] = np.int32(starts[c])
            end = starts[c] + windows[c]
            for begin in range(starts[c], end, _BLOCK):
                best[:] = zero
                nth[:] = 0
                w0, w1 = ids[begin - 1] if begin else np.int32(0), ids[begin]
                for i in range(begin, min(begin + _BLOCK, end)):
                    w2 = ids[i + 1]
                    n = np.int16(i - begin)
                    for k in range(filters):
                        value = kind(kind(tables[0, w0, k] + tables[1, w1, k]) + tables[2, w2, k])
                        more = value > best[k]
                        best[k] = value if more else best[k]
                        nth[k] = n if more else nth[k]
                    w0, w1 = w1, w2
                for k in range(filters):
                    found = np.float32(best[k]) * steps[k]
                    if found > clauses[c, k]:
                        clauses[c, k] = found
                        places[c, k] = np.int32(begin + nth[k])
            for k in range(filters):
                if clauses[c, k] > peaks[row, k]:
                    peaks[row, k] = clauses[c, k]
                    holders[row, k] = np.int32(c)


@njit(cache=True, nogil=True)
def lower(scores: F32, outputs: int, first: Ints, sizes: Ints) -> None:
    """Take from the scores of each letter's clauses the largest, so that their exponentials are at most one."""
    top = np.empty(outputs, np.float32)
    for row in range(len(first)):
        top[:] = -np.inf
        for c in range(first[row], first[row] + sizes[row]):
            for k in range(outputs):
                top[k] = max(top[k], scores[c, k])
        for c in range(first[row], first[row] + sizes[row]):
            for k in range(outputs):
                scores[c, k] -= top[k]


@njit(cache=True, nogil=True)
def attend(shares: F32, values: F32, first: Ints, sizes: Ints, out: F32) -> None:
    """Add what each clause says, times its share of the letter; `shares` come as exponentials and are made to add up to 1."""
    outputs = out.shape[1]
    # Thousands of clauses, added up in single precision, would cost the fourth decimal.
    total, said = np.empty(outputs, np.float64), np.empty(outputs, np.float64)
    for row in range(len(first)):
        total[:] = 0.0
        said[:] = 0.0
        for c in range(first[row], first[row] + sizes[row]):
            for k in range(outputs):
                total[k] += shares[c, k]
        for c in range(first[row], first[row] + sizes[row]):
            for k in range(outputs):
                shares[c, k] = np.float32(shares[c, k] / total[k])
                said[k] += shares[c, k] * values[c, k]
        for k in range(outputs):
            out[row, k] += np.float32(said[k])


@njit(cache=True, nogil=True)
def known(ids: I32, offsets: Ints, shares: F32) -> None:
    """Write the share of each letter's words that have an id of their own, 0 for a letter without words."""
    for row in range(len(shares)):
        words = own = 0
        for i in range(offsets[row], offsets[row + 1]):
            words += ids[i] != 0
            own += ids[i] > 1
        shares[row] = own / max(words, 1)
