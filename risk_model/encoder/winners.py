"""Which window of a clause wins in each filter, and the way back from the winners to the words.

A maximum passes its gradient to one window only, so the way back touches a small part of all windows: training need never lay
the rest out. Where numba is installed (extra `fast`) compiled loops do it; without it the same sums are made by numpy in
the same order, so a model does not depend on which did the work (tested).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]
Int32 = NDArray[np.int32]

try:
    from numba import njit
except ImportError:  # the accelerator is an extra
    njit = None


def winners(words: Int32, begins: Ints, ends: Ints, tables: F32, shift: F32) -> tuple[F32, Int32]:
    """Return the largest filter values of each clause (C, f), at least 0, and the windows they are from, -1 where 0.

    `words` are rows of `tables` (3, V, f): window i reads words i, i + 1 and i + 2, so an END stands before the first and after
    the last. A clause has the windows from `begins` up to `ends` (both (C,)); one without windows has no winner.
    """
    top = np.zeros((len(begins), tables.shape[2]), tables.dtype)
    place = np.full(top.shape, -1, np.int32)
    (_winners_numpy if _compiled_winners is None else _compiled_winners)(words, begins, ends, tables, shift, top, place)
    return top, place


def scatter(words: Int32, place: Int32, gradient: F32, size: int) -> F32:
    """Return the gradient of the tables (3, size, f), where that of each clause's largest values is `gradient` (C, f)."""
    out = np.zeros((3, size, place.shape[1]))
    (_scatter_numpy if _compiled_scatter is None else _compiled_scatter)(words, place, gradient, out)
    return out.astype(gradient.dtype)


def _winners_numpy(words: Int32, begins: Ints, ends: Ints, tables: F32, shift: F32, top: F32, place: Int32) -> None:
    n = len(words) - 2
    h = tables[1].take(words[1:-1], axis=0)
    h += tables[0].take(words[:n], axis=0)
    h += tables[2].take(words[2:], axis=0)
    h += shift
    filters = np.arange(h.shape[1])
    for clause, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        if begin == end:
            continue
        at = h[begin:end].argmax(axis=0)
        best = h[begin + at, filters]
        won = best > 0
        top[clause, won] = best[won]
        place[clause, won] = (begin + at)[won]


def _scatter_numpy(words: Int32, place: Int32, gradient: F32, out: NDArray[np.float64]) -> None:
    clause, at = np.nonzero(place >= 0)
    window, values = place[clause, at], gradient[clause, at]
    size, f = out.shape[1:]
    for k in range(3):
        sums = np.bincount(words[window + k].astype(np.int64) * f + at, values, minlength=size * f)
        out[k] = sums.reshape(size, f)


def _winners_loop(words, begins, ends, tables, shift, top, place):  # type: ignore[no-untyped-def]
    f = tables.shape[2]
    for clause in range(len(begins)):
        for i in range(begins[clause], ends[clause]):
            before, here, after = words[i], words[i + 1], words[i + 2]
            for j in range(f):
                value = ((tables[1, here, j] + tables[0, before, j]) + tables[2, after, j]) + shift[j]
                if value > top[clause, j]:
                    top[clause, j] = value
                    place[clause, j] = i


def _scatter_loop(words, place, gradient, out):  # type: ignore[no-untyped-def]
    for clause in range(place.shape[0]):
        for j in range(place.shape[1]):
            i = place[clause, j]
            if i >= 0:
                value = gradient[clause, j]
                out[0, words[i], j] += value
                out[1, words[i + 1], j] += value
                out[2, words[i + 2], j] += value


_compiled_winners = None if njit is None else njit(cache=True)(_winners_loop)
_compiled_scatter = None if njit is None else njit(cache=True)(_scatter_loop)
