"""Average link on a sparse graph."""

from __future__ import annotations

import numpy as np

from risk_model.matters.agglomerate import agglomerate, weight_of_size


def run(size: list[int], anchored: int, edges: dict[tuple[int, int], float], threshold: float = 0.0) -> list[int]:
    a, b = (np.array([e[k] for e in edges], np.int64) for k in (0, 1))
    one = np.ones(len(edges), np.int64)
    return agglomerate(size, anchored, a, b, np.array(list(edges.values())), one, -8.0, threshold)


def test_the_surest_pair_joins_first() -> None:
    assert run([1, 1, 1], 0, {(0, 1): 1.0, (1, 2): 4.0}) == [0, 1, 1]


def test_a_full_triangle_joins_and_a_chain_does_not() -> None:
    assert run([1] * 3, 0, {(0, 1): 2.0, (1, 2): 2.0, (0, 2): 2.0}) == [0, 0, 0]
    chain = run([1] * 6, 0, {(k, k + 1): 2.0 for k in range(5)})
    assert max(np.bincount(chain)) == 2


def test_matters_of_the_past_never_join_each_other() -> None:
    assert run([3, 3, 1], 2, {(0, 1): 54.0, (0, 2): 18.0, (1, 2): 9.0}) == [0, 1, 0]


def test_size_counts_in_favour() -> None:
    edges = {(0, 1): -1.0}
    assert run([1, 1], 0, edges) == [0, 1]
    assert weight_of_size(1) == 0 < weight_of_size(2) < weight_of_size(20)
