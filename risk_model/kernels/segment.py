"""jieba's cut without HMM, compiled: the most likely path through the dictionary's words, block by block.

The dictionary is a trie whose edges stand in one hash table: 20 bits of a node, 21 of a character, and in the last 20 the
node that they lead to, so that each step costs one look at memory. Node 0 is no node.
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
F64 = NDArray[np.float64]

_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_ROOT: Final = 1
#: Bits of a node, and the mask that reads them.
_NODE: Final = np.uint64(20)
_TARGET: Final = np.uint64(2**20 - 1)
#: jieba's re_han: what stands outside these never joins another character.
_HAN: Final = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2EBEF),
    (0x2F800, 0x2FA1F),
)
_MARKS: Final = tuple(map(ord, "+#&._%-"))


@njit(inline="always")
def _slot(edges: U64, shift: np.uint64, node: int, code: np.uint32) -> int:
    """Return where the edge of a node and a character stands, or the free place where it would."""
    edge = (np.uint64(node) << np.uint64(21)) | np.uint64(code)
    mask = len(edges) - 1
    at = np.int64((edge * _SPREAD) >> shift)
    while edges[at] != 0 and edges[at] >> _NODE != edge:
        at = (at + 1) & mask
    return at


@njit(cache=True, nogil=True)
def grow(text: U32, edges: U64, shift: np.uint64, frequencies: F64, nodes: int) -> int:
    """Add the words of a dictionary in jieba's layout, "word frequency …" a line; returns the number of nodes.

    A word that is there already gets the new frequency. `shift` is 64 less the bits that number the places of `edges`.
    """
    at, size = 0, len(text)
    while at < size:
        node = _ROOT
        while at < size and text[at] != 32 and text[at] != 10:
            slot = _slot(edges, shift, node, text[at])
            if edges[slot] == 0:
                nodes += 1
                edge = (np.uint64(node) << np.uint64(21)) | np.uint64(text[at])
                edges[slot] = (edge << _NODE) | np.uint64(nodes)
            node = np.int64(edges[slot] & _TARGET)
            at += 1
        number = 0
        if at < size and text[at] == 32:
            at += 1
            while at < size and 48 <= text[at] <= 57:
                number = number * 10 + np.int64(text[at]) - 48
                at += 1
        while at < size and text[at] != 10:
            at += 1
        at += 1
        if node != _ROOT:
            frequencies[node] = number
    return nodes


@njit(cache=True, nogil=True)
def roots(edges: U64, shift: np.uint64, first: I32) -> None:
    """Write the node of each character that begins a word."""
    for code in range(1, len(first)):
        first[code] = np.int32(edges[_slot(edges, shift, _ROOT, np.uint32(code))] & _TARGET)


@njit(cache=True, nogil=True)
def shares(frequencies: F64, likely: F64) -> float:
    """Write the logarithm of each word's share of all, -inf where no word ends; return that of their number."""
    total = 0.0
    for frequency in frequencies:
        total += frequency
    for node in range(len(frequencies)):
        likely[node] = math.log(frequencies[node]) - math.log(total) if frequencies[node] > 0 else -np.inf
    return math.log(total)


@njit(cache=True, nogil=True)
def _joins(code: np.uint32) -> bool:
    """Tell whether a character can be part of a word of several."""
    if code < 128:
        return 48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122 or code in _MARKS
    for low, high in _HAN:
        if low <= code <= high:
            return True
    return False


@njit(cache=True, nogil=True)
def _is_alphanumeric(code: np.uint32) -> bool:
    return 48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122


@njit(cache=True, nogil=True)
def cut(
    codes: U32, edges: U64, shift: np.uint64, likely: F64, unknown: float, first: I32, ends: NDArray[np.int64]
) -> int:
    """Write where each word of a text ends; returns how many there are.

    `likely` is the logarithm of each node's share of all words, -inf where no word ends; `unknown` that of a character that
    is no word; `first` the node of each character below 0x10000 that begins one.
    """
    size, at, words = len(codes), 0, 0
    best = np.empty(size + 1, np.float64)
    path = np.empty(size + 1, np.int64)
    while at < size:
        if not _joins(codes[at]):
            # Line ends of two characters are one word.
            at += 2 if codes[at] == 13 and at + 1 < size and codes[at + 1] == 10 else 1
            ends[words] = at
            words += 1
            continue
        stop = at + 1
        while stop < size and _joins(codes[stop]):
            stop += 1
        best[stop] = 0.0
        for i in range(stop - 1, at - 1, -1):
            top, to = -np.inf, 0
            node = np.int64(0)
            for j in range(i, stop):
                code = codes[j]
                if j == i and code < 0x10000:
                    node = np.int64(first[code])
                else:
                    slot = _slot(edges, shift, np.int64(_ROOT) if j == i else node, code)
                    node = np.int64(edges[slot] & _TARGET)
                if node == 0:
                    break
                if likely[node] != -np.inf:
                    score = likely[node] + best[j + 1]
                    # Of equally likely cuts the one with the longer word.
                    if score >= top:
                        top, to = score, j + 1
            if to == 0:
                top, to = unknown + best[i + 1], i + 1
            best[i], path[i] = top, to
        # Letters and digits that are words of one character each are one word together.
        loose = False
        while at < stop:
            single = path[at] == at + 1 and _is_alphanumeric(codes[at])
            if loose and not single:
                ends[words] = at
                words += 1
            loose = single
            at = path[at]
            if not loose:
                ends[words] = at
                words += 1
        if loose:
            ends[words] = at
            words += 1
    return words
