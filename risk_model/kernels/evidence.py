"""What each word adds to one output, and the words that weigh most, compiled: one pass over each letter.

The reference of every rule is `risk_model.runtime.explain` and `.evidence`, and `risk_model.encoder.window_shares`.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_ID_BITS: Final = np.uint64(21)


@njit(cache=True, nogil=True)
def term_shares(
    terms: I32,
    rows: I32,
    split: int,
    begins: Ints,
    finishes: Ints,
    idf: F32,
    weights: F32,
    lengths: F64,
    index: I32,
    characters: F64,
) -> None:
    """Add to each character what it contributes through the terms that cover it; `weights` are those of one output.

    `index` holds a zero for each term, and does so afterwards.
    """
    distinct = np.empty(max(1, len(terms)), np.int32)
    counts = np.empty(max(1, len(terms)), np.int32)
    first, second = 0, split
    for row in range(len(lengths)):
        kinds, low, high = 0, first, second
        while first < split and rows[first] == row:
            first += 1
        while second < len(terms) and rows[second] == row:
            second += 1
        if lengths[row] == 0.0:
            continue
        for begin, end in ((low, first), (high, second)):
            for i in range(begin, end):
                if index[terms[i]] == 0:
                    distinct[kinds] = terms[i]
                    counts[kinds] = 0
                    kinds += 1
                    index[terms[i]] = kinds
                counts[index[terms[i]] - 1] += 1
        for begin, end in ((low, first), (high, second)):
            for i in range(begin, end):
                count = counts[index[terms[i]] - 1]
                worth = idf[terms[i]] * (1.0 + math.log(count)) / lengths[row] * weights[terms[i]]
                worth /= count * (finishes[i] - begins[i])
                for j in range(begins[i], finishes[i]):
                    characters[j] += worth
        for j in range(kinds):
            index[distinct[j]] = 0


@njit(cache=True, nogil=True)
def window_shares(ids: I32, offsets: Ints, places: I32, worth: F32, first: Ints, holders: I32, peaks: F32) -> F64:
    """Return what the window around each word adds: what clauses and letters took from it, even among equal windows."""
    shares = np.zeros(len(ids), np.float64)
    filters = worth.shape[1]
    for c in range(len(worth)):
        for k in range(filters):
            shares[places[c, k]] += worth[c, k]
    for row in range(len(first)):
        for k in range(filters):
            shares[places[holders[row, k], k]] += peaks[row, k]
    most = 16
    for row in range(len(first)):
        while most < 2 * (offsets[row + 1] - offsets[row]):
            most *= 2
    windows, slots = np.empty(most, np.uint64), np.empty(most, np.int64)
    total, count = np.empty(most, np.float64), np.empty(most, np.int64)
    for row in range(len(first)):
        begin, end = offsets[row], offsets[row + 1] - 1
        size = 16
        while size < 2 * (end - begin):
            size *= 2
        count[:size] = 0
        for i in range(begin, end):
            before = np.uint64(ids[i - 1]) if i else np.uint64(0)
            window = (((before << _ID_BITS) | np.uint64(ids[i])) << _ID_BITS) | np.uint64(ids[i + 1])
            at = np.int64((window * _SPREAD) >> np.uint64(33)) & (size - 1)
            while count[at] and windows[at] != window:
                at = (at + 1) & (size - 1)
            if count[at] == 0:
                windows[at], total[at] = window, 0.0
            total[at] += shares[i]
            count[at] += 1
            slots[i - begin] = at
        for i in range(begin, end):
            shares[i] = total[slots[i - begin]] / count[slots[i - begin]]
    return shares


@njit(cache=True, nogil=True)
def word_shares(characters: F64, starts: Ints, ends: Ints, ids: I32, places: Ints, windows: F64) -> F64:
    """Return what each word adds: through its characters, and its part of the windows that cover it."""
    shares = np.zeros(len(starts), np.float64)
    for w in range(len(starts)):
        for i in range(starts[w], ends[w]):
            shares[w] += characters[i]
    for j in range(len(ids)):
        total = np.int64(0)
        for i in range(max(0, j - 1), min(len(ids), j + 2)):
            total += ends[places[i]] - starts[places[i]] if ids[i] else np.int64(0)
        if total == 0:
            continue
        density = windows[j] / total
        for i in range(max(0, j - 1), min(len(ids), j + 2)):
            if ids[i]:
                shares[places[i]] += density * (ends[places[i]] - starts[places[i]])
    return shares


@njit(cache=True, nogil=True)
def heaviest(
    codes: U32,
    starts: Ints,
    ends: Ints,
    offsets: Ints,
    keys: U64,
    shares: F64,
    sounding: Flags,
    most: int,
    least: float,
    words: Ints,
    totals: F64,
    found: Ints,
) -> None:
    """Write the first place and the summed share of the `most` equal words of each letter that weigh most, at `least` so much.

    `offsets` says where the words of a letter begin; `found` becomes how many were written for each, heaviest first.
    """
    longest = 16
    for row in range(len(offsets) - 1):
        while longest < 2 * (offsets[row + 1] - offsets[row]):
            longest *= 2
    first, total = np.empty(longest, np.int64), np.empty(longest, np.float64)
    used = np.empty(longest, np.int64)
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        size = 16
        while size < 2 * (end - begin):
            size *= 2
        first[:size] = -1
        kinds = 0
        for w in range(begin, end):
            loud = False
            for i in range(starts[w], ends[w]):
                loud = loud or (codes[i] < len(sounding) and sounding[codes[i]])
            if not loud or shares[w] == 0:
                continue
            at = np.int64(keys[w] >> np.uint64(33)) & (size - 1)
            while first[at] >= 0 and keys[first[at]] != keys[w]:
                at = (at + 1) & (size - 1)
            if first[at] < 0:
                first[at], total[at] = w, 0.0
                used[kinds] = at
                kinds += 1
            total[at] += shares[w]
        count = 0
        out = row * most
        for j in range(kinds):
            word, sum_ = first[used[j]], total[used[j]]
            # In the order of the letter: of two that weigh the same, the one seen first stays ahead.
            if abs(sum_) < least or (count == most and abs(sum_) <= abs(totals[out + most - 1])):
                continue
            at = count if count < most else most - 1
            while at > 0 and abs(totals[out + at - 1]) < abs(sum_):
                words[out + at], totals[out + at] = words[out + at - 1], totals[out + at - 1]
                at -= 1
            words[out + at], totals[out + at] = word, sum_
            count = min(count + 1, most)
        found[row] = count
