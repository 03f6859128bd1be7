"""How far two readers of the same letter agree: Cohen's kappa [1] with bootstrap intervals.

[1] J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.feedback.decisions import Decision
from risk_model.taxonomy import OUTPUTS

_RESAMPLES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on an output over letters with two readings; kappa and its 95 % interval are None where undefined."""

    letters: int
    same: int
    kappa: float | None
    low: float | None
    high: float | None


def agreement(decisions: Iterable[Decision], seed: int = 0) -> dict[str, Agreement]:
    """Compare the first two readers of every letter, each by the first word; settling is not reading.

    The second reader may have seen what the first decided, so this is an upper bound of independent agreement.
    """
    first: dict[str, dict[int, dict[str, int]]] = defaultdict(dict)
    for decision in sorted(decisions, key=lambda d: d.at):
        if decision.kind != "settle":
            first[decision.letter].setdefault(decision.reader, decision.labels.values())
    tables = {output: np.zeros((2, 2), np.int64) for output in OUTPUTS}
    for readings in first.values():
        for output, pair in _pairs(list(readings.values())[:2]):
            tables[output][pair] += 1
    rng = np.random.default_rng(seed)
    return {output: _measured(table, rng) for output, table in tables.items() if table.sum()}


def _pairs(readings: Sequence[dict[str, int]]) -> Iterator[tuple[str, tuple[int, int]]]:
    if len(readings) == 2:
        one, two = readings
        yield from ((output, (one[output], two[output])) for output in one if output in two)


def _measured(table: NDArray[np.int64], rng: np.random.Generator) -> Agreement:
    n = int(table.sum())
    drawn = kappas(rng.multinomial(n, table.ravel() / n, _RESAMPLES).reshape(-1, 2, 2))
    drawn = drawn[~np.isnan(drawn)]
    value = float(kappas(table[None])[0])
    if np.isnan(value):
        return Agreement(n, int(np.trace(table)), None, None, None)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Agreement(n, int(np.trace(table)), value, float(low), float(high))


def kappas(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return Cohen's kappa of two-by-two tables (m, 2, 2); nan where both readers always said the same one thing.

    >>> kappas(np.array([[[20, 5], [10, 15]]])).round(2).tolist()
    [0.4]
    """
    n = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / n
    expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / n**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)
