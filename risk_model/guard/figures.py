"""The guarded figures of quality: candidate and served model on the same letters, with the interval of their difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import scipy  # its parts load with their first use, which a server may never make
from numpy.typing import NDArray

from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES
from risk_model.training.measures import Judged, calibration_error

Bools = NDArray[np.bool_]

#: A figure this much worse, in its own unit, counts as worse: below it a handful of letters decide.
TOLERANCE: Final = 0.005
#: Fewer true letters than this cannot carry a figure.
_FEWEST_TRUE: Final = 5

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}


@dataclass(frozen=True, slots=True)
class Figure:
    """A guarded figure of both models; `low` and `high` bound candidate less served with 95 %, where letters allow it."""

    where: str
    name: str
    candidate: float
    served: float
    tolerance: float
    higher_is_better: bool
    low: float | None = None
    high: float | None = None

    @property
    def gain(self) -> float:
        """How much better the candidate is; negative where it is worse."""
        difference = self.candidate - self.served
        return difference if self.higher_is_better else -difference

    @property
    def worse(self) -> bool:
        """Whether the candidate is worse by more than the tolerance."""
        return self.gain < -self.tolerance

    def to_dict(self) -> dict[str, Any]:
        """Return plain types, with the verdict."""
        return {**asdict(self), "gain": self.gain, "worse": self.worse}


def _f1(truth: Bools, said: Bools) -> float:
    return 2 * float((truth & said).sum()) / max(1.0, float(truth.sum() + said.sum()))


def _auc(truth: Bools, score: NDArray[np.float32]) -> float:
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return float("nan")
    return float((scipy.stats.rankdata(score)[truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def _pooled(names: Sequence[str]) -> Callable[[Judged], float]:
    columns = [_COLUMN[n] for n in names]

    def figure(judged: Judged) -> float:
        known = ~np.isnan(judged.targets[:, columns])
        return _f1((judged.targets[:, columns] == 1)[known], judged.decisions[:, columns][known])

    return figure


def _macro(judged: Judged) -> float:
    return float(np.mean([_pooled([name])(judged) for name in TAG_NAMES]))


def _risk(measure: Callable[[Bools, NDArray[np.float32]], float], level: int) -> Callable[[Judged], float]:
    def figure(judged: Judged) -> float:
        known = judged.levels >= 0
        return measure(judged.levels[known] >= level, judged.probabilities[known, _COLUMN[RISK_OUTPUT]])

    return figure


def _brier(truth: Bools, p: NDArray[np.float32]) -> float:
    return float(((truth - p) ** 2).mean())


def _ece(truth: Bools, p: NDArray[np.float32]) -> float:
    return calibration_error(truth.astype(float), p)


def _found(truth: Bools, p: NDArray[np.float32]) -> float:
    top = np.argsort(-p, kind="stable")[: max(1, len(p) // 5)]
    return float(truth[top].sum() / max(1, truth.sum()))


#: Name, how it is computed, whether more is better, and the true letters it rests on.
_FIGURES: Final[tuple[tuple[str, Callable[[Judged], float], bool, Callable[[Judged], int]], ...]] = (
    ("tags.macro_f1", _macro, True, lambda j: int(np.nansum(j.targets[:, [_COLUMN[n] for n in TAG_NAMES]]))),
    *(
        (f"{name}.f1", _pooled([name]), True, lambda j, k=_COLUMN[name]: int(np.nansum(j.targets[:, k])))
        for name in TAG_NAMES
    ),
    (
        "subtags.micro_f1",
        _pooled(SUBTAG_NAMES),
        True,
        lambda j: int(np.nansum(j.targets[:, [_COLUMN[n] for n in SUBTAG_NAMES]])),
    ),
    (
        "factors.micro_f1",
        _pooled(FACTOR_NAMES),
        True,
        lambda j: int(np.nansum(j.targets[:, [_COLUMN[n] for n in FACTOR_NAMES]])),
    ),
    ("risk.auc_ge2", _risk(_auc, 2), True, lambda j: int((j.levels >= 2).sum())),
    ("risk.brier_ge2", _risk(_brier, 2), False, lambda j: int((j.levels >= 2).sum())),
    ("risk.ece_ge2", _risk(_ece, 2), False, lambda j: int((j.levels >= 2).sum())),
    ("risk.recall_level3_top_fifth", _risk(_found, 3), True, lambda j: int((j.levels >= 3).sum())),
)
NAMES: Final = tuple(name for name, *_ in _FIGURES)


def figures(where: str, candidate: Judged, served: Judged, resamples: int, seed: int = 0) -> list[Figure]:
    """Return the figures of both models on the same letters, letters drawn in pairs for the interval.

    A figure that rests on too few true letters is left out rather than guessed.
    """
    rng = np.random.default_rng(seed)
    n = len(candidate.levels)
    draws = [rng.integers(0, n, n) for _ in range(resamples)]
    out = []
    for name, measure, higher, support in _FIGURES:
        if support(candidate) < _FEWEST_TRUE:
            continue
        bounds: tuple[float | None, float | None] = (None, None)
        if draws:
            moved = [measure(candidate.take(rows)) - measure(served.take(rows)) for rows in draws]
            low, high = np.nanpercentile(moved, [2.5, 97.5])
            bounds = float(low), float(high)
        out.append(Figure(where, name, measure(candidate), measure(served), TOLERANCE, higher, *bounds))
    return out
