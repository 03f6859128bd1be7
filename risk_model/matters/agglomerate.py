"""Constrained average-link agglomeration on a sparse graph of pair scores.

A letter joins when it is like the matter as a whole: the score of two clusters is the mean over all their pairs, and a pair that was
never scored counts as the floor. So a chain of letters, each a little like the next, does not run together [1].

[1] L. Kaufman, P. J. Rousseeuw, Finding Groups in Data, Wiley 1990, chapter 5 (UPGMA).
[2] D. J. Aldous, Exchangeability and related topics, Springer 1985, chapter 11.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


#: What a matter of e times as many letters is ahead, in log odds. A letter is likelier to belong to a matter of many letters than to
#: another lone one, as in a Chinese restaurant process [2]; so lone letters pair up only when they are very alike.
_SIZE: Final = 1.0


def weight_of_size(size: int) -> float:
    """Return what the size of the larger cluster adds to a mean score.

    >>> weight_of_size(1)
    0.0
    """
    return _SIZE * math.log(size)


def agglomerate(
    sizes: Sequence[int],
    anchored: int,
    a: Ints,
    b: Ints,
    sums: NDArray[np.float64],
    pairs: Ints,
    floor: float,
    threshold: float,
) -> list[int]:
    """Return for each node the lowest node of its cluster.

    Node k stands for `sizes[k]` letters; nodes below `anchored` are matters of the past and never join each other. Edge e between
    nodes a[e] < b[e] sums `pairs[e]` scores to `sums[e]`; each unordered pair of nodes occurs at most once. Clusters join, the surest
    first, while mean score + `weight_of_size` reaches `threshold`.

    >>> one = np.array([1])
    >>> agglomerate([1, 1, 1], 0, one - 1, one, one * 2.0, one, floor=-8, threshold=0)
    [0, 0, 2]
    """
    size = list(sizes)
    root = list(range(len(size)))
    near: list[dict[int, tuple[float, int]]] = [{} for _ in size]
    for x, y, s, n in zip(a.tolist(), b.tolist(), sums.tolist(), pairs.tolist(), strict=True):
        near[x][y] = near[y][x] = (s, n)

    def mean(x: int, y: int) -> float:
        s, n = near[x][y]
        full = size[x] * size[y]
        return (s + floor * (full - n)) / full + weight_of_size(max(size[x], size[y]))

    heap = [(-m, x, y) for x in range(len(size)) for y in near[x] if x < y and (m := mean(x, y)) >= threshold]
    heapq.heapify(heap)
    while heap:
        minus, x, y = heapq.heappop(heap)
        # Entries are not removed when clusters grow: one that no longer says the truth is passed over.
        if root[x] != x or root[y] != y or y not in near[x] or mean(x, y) != -minus or y < anchored:
            continue
        root[y] = x
        gone = near[y]
        del near[x][y]
        for z, (s, n) in gone.items():
            if z == x:
                continue
            s0, n0 = near[x].get(z, (0.0, 0))
            near[x][z] = near[z][x] = (s0 + s, n0 + n)
            del near[z][y]
        size[x] += size[y]
        near[y] = {}
        for z in near[x]:
            low, high = min(x, z), max(x, z)
            m = mean(low, high)
            if m >= threshold:
                heapq.heappush(heap, (-m, low, high))
    return [_find(root, k) for k in range(len(root))]


def _find(root: list[int], k: int) -> int:
    while root[k] != k:
        k = root[k]
    return k
