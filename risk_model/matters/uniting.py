"""Two standing matters become one where new letters show it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.matters import links
from risk_model.matters.agglomerate import weight_of_size
from risk_model.matters.history import History
from risk_model.matters.overrides import unite

Ints = NDArray[np.int64]

#: Mean log odds, with the weight of size, from which two standing matters are joined: higher than for a letter, because staff may
#: already know both by name.
UNITE: Final = 2.25
#: Score of a pair of letters from which their matters may be compared, and letters at each end of a matter that are.
_SPOKEN: Final = 0.0
_SOME: Final = 4
#: Matters that a matter is compared with in a week, at most: it can join one of them only.
_OTHERS: Final = 3


def unite_spoken(history: History, week: int, pairs: links.Pairs, join: float) -> History:
    """Join matters that this week's letters show to be one, the surest first; a matter takes part once a week.

    A letter shows it that could have joined the other matter too: it is as like that matter's letters as `join` demands. Only then are
    the matters compared as a whole, which would otherwise be most of a week's work.
    """
    own, there, letter = _spoken(history, pairs)
    if not len(own):
        return history
    rows = _Ends(history)
    could = _likeness(
        history, [(np.array([x]), rows.of(m)) for x, m in zip(letter.tolist(), there.tolist(), strict=True)]
    )
    keep = could >= join
    low, high = np.minimum(own, there)[keep], np.maximum(own, there)[keep]
    found = sorted(set(zip(low.tolist(), high.tolist(), strict=True)) - history.barred)
    if not found:
        return history
    mean = _likeness(history, [(rows.of(low), rows.of(high)) for low, high in found])
    taken: set[int] = set()
    joinings: list[tuple[int, int, str]] = []
    for k in np.argsort(-mean, kind="stable").tolist():
        low, high = found[k]
        if mean[k] >= UNITE and not {low, high} & taken:
            joinings.append((low, high, f"新来信表明两事项相同（可能性{1 / (1 + np.exp(-mean[k])):.0%}）"))
            taken |= {low, high}
    return unite(history, joinings, week, strands=True) if joinings else history


def _spoken(history: History, pairs: links.Pairs) -> tuple[Ints, Ints, Ints]:
    """Return matters of this week's letters, the _OTHERS likeliest other matters of each, and the letter that speaks for it most."""
    of = history.matter[history.live]
    own, there = of[pairs.a], of[pairs.b]
    size = np.minimum(np.bincount(of, minlength=len(history.founders)), 2 * _SOME)
    # A mean is rarely above the best pair of this week: where even that with the weight of size falls short, nothing is compared.
    hope = pairs.score + np.log(np.maximum(size[own], size[there]))
    good = np.flatnonzero((pairs.score >= _SPOKEN) & (own != there) & (hope >= UNITE))
    good = good[np.lexsort((pairs.a[good], there[good], -pairs.score[good], own[good]))]
    key = own[good] * len(history.founders) + there[good]
    good = good[np.sort(np.unique(key, return_index=True)[1])]
    start = np.flatnonzero(np.diff(own[good], prepend=-1))
    rank = np.arange(len(good)) - np.repeat(start, np.diff(start, append=len(good)))
    good = good[rank < _OTHERS]
    return own[good], there[good], pairs.a[good]


class _Ends:
    """The live rows of matters: of a large one the first and the last."""

    def __init__(self, history: History) -> None:
        of = history.matter[history.live]
        self._order = np.argsort(of, kind="stable")
        self._bounds = np.searchsorted(of[self._order], np.arange(len(history.founders) + 1))

    def of(self, matter: int) -> Ints:
        mine: Ints = self._order[self._bounds[matter] : self._bounds[matter + 1]]
        return mine if len(mine) <= 2 * _SOME else np.concatenate([mine[:_SOME], mine[-_SOME:]])


def _likeness(history: History, sides: list[tuple[Ints, Ints]]) -> NDArray[np.float64]:
    """Return the mean score over all pairs of rows from two sides, with the weight of size, for each two sides."""
    crossed = np.array([len(x) * len(y) for x, y in sides])
    i = np.concatenate([np.repeat(x, len(y)) for x, y in sides])
    j = np.concatenate([np.tile(y, len(x)) for x, y in sides])
    score = links.score(links.likenesses(history.sketches, i, j)).astype(np.float64)
    mean: NDArray[np.float64] = np.add.reduceat(score, np.cumsum(crossed) - crossed) / crossed
    return mean + [weight_of_size(max(len(x), len(y))) for x, y in sides]
