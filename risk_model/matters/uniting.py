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
#: Matters that a matter is compared with in a week, at most (it can join one of them only), and letters of it that may show it.
_OTHERS: Final = 3
_LETTERS: Final = 3


def unite_spoken(history: History, week: int, pairs: links.Pairs, join: float) -> History:
    """Join matters that this week's letters show to be one, the surest first; a matter takes part once a week.

    A letter shows it that could have joined the other matter too: it is as like that matter's letters as `join` demands. Only then are
    the matters compared as a whole, which would otherwise be most of a week's work.
    """
    own, there, letter = _spoken(history, pairs)
    if not len(own):
        return history
    rows = _Ends(history)
    sides = [(np.array([x]), rows.of(m)) for x, m in zip(letter.tolist(), there.tolist(), strict=True)]
    keep = _likeness(history, sides) >= join
    low, high = np.minimum(own, there)[keep], np.maximum(own, there)[keep]
    found = sorted(set(zip(low.tolist(), high.tolist(), strict=True)))
    if not found:
        return history
    mean = _likeness(history, [(rows.of(x), rows.of(y)) for x, y in found])
    taken: set[int] = set()
    joinings: list[tuple[int, int, str]] = []
    for k in np.argsort(-mean, kind="stable").tolist():
        kept, gone = found[k]
        if mean[k] >= UNITE and not {kept, gone} & taken:
            joinings.append((kept, gone, f"新来信表明两事项相同（可能性{1 / (1 + np.exp(-mean[k])):.0%}）"))
            taken |= {kept, gone}
    return unite(history, joinings, week, strands=True) if joinings else history


def _spoken(history: History, pairs: links.Pairs) -> tuple[Ints, Ints, Ints]:
    """Return matters of this week's letters, the _OTHERS likeliest other matters of each, and the _LETTERS that speak for it most."""
    of = history.matter[history.live]
    matters = len(history.founders)
    own, there = of[pairs.a], of[pairs.b]
    size = np.minimum(np.bincount(of, minlength=matters), 2 * _SOME)
    # A mean is rarely above the best pair of this week: where even that with the weight of size falls short, nothing is compared.
    hope = pairs.score + np.log(np.maximum(size[own], size[there]))
    able = (pairs.score >= _SPOKEN) & (own != there) & (hope >= UNITE)
    barred = np.array([low * matters + high for low, high in history.barred], np.int64)
    able &= ~np.isin(np.minimum(own, there) * matters + np.maximum(own, there), barred)
    good = np.flatnonzero(able)
    # The best pair of each letter with a matter; of these the best of each two matters; of these the best of each matter.
    good = good[np.lexsort((pairs.b[good], -pairs.score[good], pairs.a[good], there[good], own[good]))]
    good = good[_firsts(own[good] * matters + there[good], pairs.a[good])]
    good = good[np.lexsort((pairs.a[good], -pairs.score[good], there[good], own[good]))]
    rank, best = _ranks(own[good] * matters + there[good]), pairs.score[good]
    loudest = np.maximum.accumulate(np.where(rank == 0, np.arange(len(good)), 0))
    order = np.lexsort((rank, there[good], -best[loudest], own[good]))
    good, rank = good[order], rank[order]
    others = np.cumsum(rank == 0)
    first = np.searchsorted(own[good], own[good])
    good = good[(others - others[first] < _OTHERS) & (rank < _LETTERS)]
    return own[good], there[good], pairs.a[good]


def _firsts(group: Ints, member: Ints) -> NDArray[np.bool_]:
    """Flag the first of each run of equal (group, member)."""
    first: NDArray[np.bool_] = (np.diff(group, prepend=-1) != 0) | (np.diff(member, prepend=-1) != 0)
    return first


def _ranks(group: Ints) -> Ints:
    """Return the place of each entry in its run of equal `group`, from 0."""
    start = np.flatnonzero(np.diff(group, prepend=-1))
    return np.arange(len(group)) - np.repeat(start, np.diff(start, append=len(group)))


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
