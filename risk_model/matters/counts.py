"""Small-count statistics of matters: what to expect, how surprising a count is, and how many surprises are false.

Every matter's letters are Poisson with a rate of its own; rates of matters are Gamma distributed around the rate of their area, and
both are estimated from the book itself [1]. So a matter with little history leans on its area, one with much on itself. A count
is judged by its predictive tail (negative binomial), and many matters at once by the false discovery rate [2].

[1] W. DuMouchel, Bayesian data mining in large frequency tables, American Statistician 53 (1999).
[2] Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, J. R. Stat. Soc. B 57 (1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]

#: What is assumed before the book says more: one further letter in 50 weeks, as much evidence as 200 weeks of matters, and rates
#: that differ widely (shape). A few months of letters outweigh all three.
_RATE, _WEEKS, _SHAPE = 0.02, 200.0, 0.2
#: Weeks of matters by which an area's rate leans on the rate of the whole book.
_LEAN: Final = 400.0


@dataclass(frozen=True, slots=True)
class Prior:
    """Gamma distribution of weekly rates: `shape` for all, mean `rate` for each matter (that of its area)."""

    shape: float
    rate: Reals


def fit_prior(further: Reals, weeks: Reals, area: Ints) -> Prior:
    """Estimate the distribution of rates from letters after the first and weeks since it, by matter; `area` numbers areas from 0.

    Moments: what further letters vary beyond Poisson is the variance of the rates.
    """
    whole = (further.sum() + _RATE * _WEEKS) / (weeks.sum() + _WEEKS)
    places = int(area.max(initial=-1)) + 1
    seen = np.bincount(area, weeks, places)
    by_area = (np.bincount(area, further, places) + whole * _LEAN) / (seen + _LEAN)
    rate = by_area[area]
    usual = rate * weeks
    beyond = ((further - usual) ** 2 - usual).sum() + _RATE**2 * _WEEKS**2 / _SHAPE
    shape = ((usual**2).sum() + _RATE**2 * _WEEKS**2) / max(beyond, 1e-9)
    # Below 0.05 nearly every matter would have rate zero; above 5 all would have the same.
    return Prior(float(np.clip(shape, 0.05, 5.0)), rate)


def posterior(prior: Prior, counts: Reals, weeks: Reals) -> tuple[Reals, Reals]:
    """Return shape and inverse scale of each matter's rate after `counts` letters in `weeks` weeks."""
    return prior.shape + counts, prior.shape / prior.rate + weeks


def tail(shape: Reals, inverse_scale: Reals, weeks: float, counts: Reals) -> Reals:
    """Return the chance of `counts` or more letters in the coming `weeks` weeks.

    >>> float(tail(np.array([1.0]), np.array([1.0]), 1.0, np.array([1.0]))[0])
    0.5
    """
    low = betainc(np.maximum(counts, 1e-9), shape, weeks / (inverse_scale + weeks))
    return np.where(counts <= 0, 1.0, low)


def discoveries(p: Reals, rate: float) -> NDArray[np.bool_]:
    """Flag the p-values that stand when at most the share `rate` of the flagged may be false.

    >>> discoveries(np.array([0.001, 0.9, 0.03]), 0.1).tolist()
    [True, False, True]
    """
    order = np.argsort(p, kind="stable")
    good = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(1, len(p)))
    out = np.zeros(len(p), np.bool_)
    out[order[: good[-1] + 1 if len(good) else 0]] = True
    return out
