"""The rising matters of a week: one short ordered list, each entry with plain reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from risk_model.matters.counts import discoveries, fit_prior, posterior, tail
from risk_model.matters.history import History
from risk_model.matters.letters import week_name

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]

#: Columns of rising.csv.
COLUMNS: Final = (
    "week", "rank", "matter_id", "title", "letters_this_week", "letters_before", "expected", "risk", "reasons",
    "copies", "chance", "beyond_expected", "first_listed", "sure",
)  # fmt: skip
#: Longest list: what one weekly meeting can discuss.
LENGTH: Final = 10
#: Weeks whose count is tested against all before, and weeks that the forecast looks ahead.
WINDOW: Final = 4
#: Weeks that the reasons tell of, that risk and factors are taken from, and in which LEAST letters make a matter a candidate.
TOLD: Final = 8
#: Share of the entries called beyond expectation that may be so by chance.
FALSE_ALARMS: Final = 0.10
#: Letters in TOLD weeks from which a matter can be rising: one letter is no rise.
LEAST: Final = 2
#: Forecast from which an entry is called rising and no early sign. Chosen on the first half of a year of public letters: of such
#: entries about one in three went on there, and more than one in two in the second half (docs/early-warning.md).
SURE: Final = 0.35
#: A letter of a week ago counts this much of one of now: half in about four weeks, the time in which an answer is due or not.
_FADE: Final = 0.84
#: What risk (log odds) and factors add to the log of the forecast rate; fitted on one half of the listed matters and checked on the
#: other (benchmarks/matters). Factors that did not help in both halves are left out.
_RISK: Final = 0.10
_FACTORS: Final = {"unresolved": 0.2, "collective_action": 0.3}
#: Straightens the forecast, on the log odds scale: matters that reach the list were picked for having just had letters, so the raw
#: chance is about twice too high. Fitted on the first half of a year of public letters, right within two points on the second.
_SLOPE, _SHIFT = 0.5, -1.2
#: What a factor says in the list, where at least a third of the recent letters state it.
_SAYS: Final = {
    "collective_action": "有共同行动迹象",
    "group_affected": "涉及多户或整个小区、村组",
    "unresolved": "多次反映未果",
    "imminent_trigger": "有迫近节点",
    "hardship": "生计安全受损",
}
_SHARE: Final = 1 / 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What the model said of letters, by letter id: risk in [0, 1], names of factors, area. Missing letters count as unknown."""

    risk: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[str, Collection[str]] = field(default_factory=dict)
    area: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RisingEntry:
    """One line of the list.

    `letters_before` counts the eight weeks before; `expected` is the number of letters usual for this week; `chance` is the
    forecast that at least one more comes within four weeks; `beyond_expected` says that the last four weeks are more than chance
    explains, at a false discovery rate of FALSE_ALARMS; `first_listed` is the week of the matter's first appearance in the list.
    `sure` tells what is rising (beyond expectation, or a forecast of SURE and more) from early signs, most of which come to nothing.
    """

    week: str
    rank: int
    matter_id: str
    title: str
    letters_this_week: int
    letters_before: int
    expected: float
    risk: float
    reasons: str
    copies: int
    chance: float
    beyond_expected: bool
    first_listed: str
    sure: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain types, keys in the order of COLUMNS."""
        return {name: asdict(self)[name] for name in COLUMNS}


def rising(
    week: int,
    history: History,
    facts: Facts | None = None,
    listed: Mapping[str, str] | None = None,
    length: int = LENGTH,
) -> list[RisingEntry]:
    """Return the matters that had a letter in `week` and at least LEAST in TOLD weeks: what is rising, then early signs.

    What is rising stands in order of the forecast; early signs, which no forecast tells apart, in order of their letters in TOLD
    weeks and then their risk. Only letters up to `week` are read. `listed` maps matter ids to the week they were first listed in. The list is shorter than
    `length`, or empty, when little is rising.
    """
    told = facts or Facts()
    known = np.flatnonzero(history.weeks <= week)
    if not len(known):
        return []
    numbers, of = np.unique(history.matter[known], return_inverse=True)
    weeks = history.weeks[known]
    size = len(numbers)
    ago = (week - weeks).astype(np.float64)

    def count(flags: NDArray[np.bool_]) -> Reals:
        return np.bincount(of[flags], minlength=size).astype(np.float64)

    first = np.full(size, week)
    np.minimum.at(first, of, weeks)
    now, fresh = count(ago == 0), count(ago <= TOLD)
    # The first letter is no evidence of a rate: without it there would be no matter to ask about.
    order = np.lexsort((known, weeks, of))
    opening = order[np.searchsorted(of[order], np.arange(size))]
    further = np.ones(len(known), np.bool_)
    further[opening] = False
    area = _areas([history.ids[k] for k in known[opening]], told)

    # The window against all before it; then this week against all before it; then the forecast from everything.
    before = count(further & (ago >= WINDOW)), np.maximum(week - WINDOW + 1 - first, 0).astype(np.float64)
    prior = fit_prior(*before, area)
    p = tail(*posterior(prior, *before), float(WINDOW), count(further & (ago < WINDOW)))
    beyond = discoveries(p, FALSE_ALARMS)
    past = count(further & (ago > 0)), np.maximum(week - first, 0).astype(np.float64)
    shape, inverse = posterior(prior, *past)
    expected = shape / inverse
    fade = (
        np.bincount(of[further], _FADE ** ago[further], size).astype(np.float64),
        (1 - _FADE ** (week - first + 1.0)) / (1 - _FADE),
    )
    shape, inverse = posterior(prior, *fade)

    picked = np.flatnonzero((now > 0) & (fresh >= LEAST))
    lately = np.flatnonzero(ago <= TOLD)
    lately = lately[np.argsort(of[lately], kind="stable")]
    starts = np.searchsorted(of[lately], np.arange(size + 1))
    views = {
        m: _view([history.ids[k] for k in known[lately[starts[m] : starts[m + 1]]]], told) for m in picked.tolist()
    }
    tilt = np.array([views[m][1] for m in picked.tolist()])
    chance = _straight(tail(shape[picked], inverse[picked] / np.exp(tilt), float(WINDOW), np.ones(len(picked))))
    ids = [history.matter_id(int(m)) for m in numbers[picked]]
    sure = beyond[picked] | (chance >= SURE)
    risks = np.nan_to_num(np.array([views[m][0] for m in picked.tolist()]))

    def place(k: int) -> tuple[float, ...]:
        return (0, -chance[k], -fresh[picked[k]]) if sure[k] else (1, -fresh[picked[k]], -risks[k])

    ranked = sorted(range(len(picked)), key=lambda k: (place(k), ids[k]))[:length]
    copied = count(history.copies[known] & (ago <= TOLD))
    told_before = count((ago > 0) & (ago <= TOLD))
    out = []
    for rank, k in enumerate(ranked, 1):
        m = int(picked[k])
        risk, _, says = views[m]
        reasons = [f"本周{now[m]:.0f}件，前{TOLD}周共{told_before[m]:.0f}件"]
        reasons += [f"其中{copied[m]:.0f}件内容基本相同"] if copied[m] else []
        reasons += [*says, *_how_sure(beyond=bool(beyond[m]), sure=bool(sure[k]))]
        reasons += [f"四周内再有来信的可能约{chance[k]:.0%}"]
        out.append(
            RisingEntry(
                week_name(week),
                rank,
                ids[k],
                history.titles[numbers[m]],
                int(now[m]),
                int(told_before[m]),
                round(float(expected[m]), 2),
                round(risk, 3),
                "；".join(reasons),
                int(copied[m]),
                round(float(chance[k]), 3),
                bool(beyond[m]),
                (listed or {}).get(ids[k], week_name(week)),
                bool(sure[k]),
            )
        )
    return out


def _how_sure(*, beyond: bool, sure: bool) -> list[str]:
    if beyond:
        return [f"明显多于往常（误报率不超过{FALSE_ALARMS:.0%}）"]
    return [] if sure else ["苗头，多数不再来信"]


def _straight(raw: Reals) -> Reals:
    odds = np.clip(raw, 1e-4, 1 - 1e-4)
    return 1 / (1 + np.exp(-_SLOPE * np.log(odds / (1 - odds)) - _SHIFT))


def _areas(ids: list[str], facts: Facts) -> Ints:
    return np.unique([facts.area.get(i, "") for i in ids], return_inverse=True)[1].astype(np.int64)


def _view(ids: list[str], facts: Facts) -> tuple[float, float, list[str]]:
    """Return the highest risk of these letters, what risk and factors add to the log of the rate, and what the factors say."""
    risks = [facts.risk[i] for i in ids if i in facts.risk]
    risk = max(risks, default=float("nan"))
    stated = {name: sum(name in facts.factors.get(i, ()) for i in ids) / len(ids) for name in _SAYS}
    odds = np.clip(risk, 0.01, 0.99) if risks else 0.5
    tilt = _RISK * float(np.log(odds / (1 - odds))) + sum(w * stated[name] for name, w in _FACTORS.items())
    return risk, tilt, [says for name, says in _SAYS.items() if stated[name] >= _SHARE]
