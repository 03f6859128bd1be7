"""Control charts of a week against the weeks before it.

Each chart compares the week with the baseline by a test of its own and gets a probability that chance alone moved it so
far. Weeks differ by more than chance: every baseline week is first held against the others, and where these differences
are larger than chance the test is widened in proportion, after Laney [1]. Chart probabilities are then multiplied by the
number of charts, so that the alarm levels hold for a whole week, not for one chart.

[1] D. B. Laney, Improved control charts for attributes, Quality Engineering 14 (2002).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy  # its parts load with their first use, which a server may never make

from risk_model.drift.weeks import Week

#: Probability of a false alarm, and of a false notice, in a whole week: about one in four years, two or three a year.
ALARM: Final = 0.005
NOTICE: Final = 0.05
#: Fewer weeks cannot show how much weeks differ; fewer letters cannot show anything.
FEWEST_WEEKS: Final = 4
FEWEST_LETTERS: Final = 30
#: Letters read by people before calibration is looked at.
FEWEST_READ: Final = 15
#: A word in fewer letters of the week is an accident.
_FEWEST_WITH_WORD: Final = 5
_NAMED: Final = 8
_LEAST_P: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved: a word, channel or family with its letters this week, and how many the weeks before let expect."""

    name: str
    count: int
    expected: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: the week's value beside the baseline's, the chance of such a difference, `ok`, `notice` or `alarm`.

    `distance` is how far the week strays, in standard deviations of usual weeks; `track` the same of the weeks of the
    baseline, None where a week is too thin to say (`limits` gives the lines to draw).
    """

    name: str
    value: float
    before: float
    chance: float
    level: str
    causes: tuple[Cause, ...]
    distance: float
    track: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class _Test:
    """What a test found: value, baseline, chance before widening, and what moved."""

    value: float
    before: float
    chance: float
    causes: tuple[Cause, ...] = ()


def _length(now: Week, base: Week) -> _Test:
    chance = float(scipy.stats.ttest_ind(now.lengths, base.lengths, equal_var=False).pvalue)
    return _Test(float(np.expm1(now.lengths.mean())), float(np.expm1(base.lengths.mean())), chance)


def _scores(now: Week, base: Week) -> _Test:
    chance = float(scipy.stats.ks_2samp(now.risks, base.risks).pvalue)
    return _Test(float(now.risks.mean()), float(base.risks.mean()), chance)


def _garbled(now: Week, base: Week) -> _Test:
    chance = _two_sided(now.garbled, now.letters, base.garbled, base.letters)
    expected = base.garbled / base.letters * now.letters
    moved = (Cause("garbled", now.garbled, expected),) if now.garbled else ()
    return _Test(now.garbled / now.letters, base.garbled / base.letters, chance, moved)


def _shares(of: Callable[[Week], Counter[str]]) -> Callable[[Week, Week], _Test]:
    def test(now: Week, base: Week) -> _Test:
        names = sorted({*of(now), *of(base)})
        if not names:
            return _Test(0.0, 0.0, 1.0)
        chances = {n: _two_sided(of(now)[n], now.letters, of(base)[n], base.letters) for n in names}
        most = min(names, key=lambda n: chances[n])
        causes = _causes(sorted(names, key=lambda n: chances[n]), of(now), of(base), now, base)
        share = of(now)[most] / now.letters, of(base)[most] / base.letters
        return _Test(*share, min(1.0, chances[most] * len(names)), causes)

    return test


def _words(now: Week, base: Week) -> _Test:
    names = sorted(w for w, n in now.words.items() if n >= _FEWEST_WITH_WORD)
    if not names:
        return _Test(0.0, 0.0, 1.0)
    here = np.array([now.words[w] for w in names])
    there = np.array([base.words[w] for w in names])
    # Of all letters with the word, how many fall into this week: only an increase is news.
    chances = scipy.stats.binom.sf(here - 1, here + there, now.letters / (now.letters + base.letters))
    order = np.argsort(chances, kind="stable")
    most = names[int(order[0])]
    chance = min(1.0, float(chances[order[0]]) * len(names))
    causes = _causes([names[int(i)] for i in order], now.words, base.words, now, base)
    return _Test(now.words[most] / now.letters, base.words[most] / base.letters, chance, causes)


def _calibration(now: Week, base: Week) -> _Test:
    if now.read < FEWEST_READ:
        return _Test(float("nan"), float("nan"), 1.0)
    # Half a letter of grace: counts are whole, expectations are not.
    z = max(0.0, abs(now.happened - now.foretold) - 0.5) / max(np.sqrt(now.spread), 1e-9)
    cause = Cause("level_2", now.happened, now.foretold)
    return _Test(now.happened / now.read, now.foretold / now.read, float(2 * scipy.stats.norm.sf(z)), (cause,))


#: Chart: its test, and whether weeks are expected to differ by more than chance.
_TESTS: Final[dict[str, tuple[Callable[[Week, Week], _Test], bool]]] = {
    "words": (_words, True),
    "length": (_length, True),
    "channel": (_shares(lambda w: w.channels), True),
    "family": (_shares(lambda w: w.families), True),
    "score": (_scores, True),
    "garbled": (_garbled, True),
    "calibration": (_calibration, False),
}
#: Name of a chart: what it shows, for people.
CHARTS: Final = {
    "words": "用词",
    "length": "篇幅",
    "channel": "来信渠道",
    "family": "事项类别",
    "score": "风险分布",
    "garbled": "乱码",
    "calibration": "概率与复核结果",
}


def charts(before: Sequence[Week], now: Week) -> list[Chart]:
    """Hold a week against the weeks before it; empty where there are too few weeks or letters to say anything.

    Eight to twelve weeks are a good baseline: fewer do not show how weeks differ, more lag behind the seasons.
    """
    thick = [w for w in before if w.letters >= FEWEST_LETTERS]
    if len(thick) < FEWEST_WEEKS or now.letters < FEWEST_LETTERS:
        return []
    base = Week.together(thick)
    usual = [(week, Week.together([o for o in thick if o is not week])) for week in thick]
    out = []
    for name, (test, widened) in _TESTS.items():
        found = test(now, base)
        strayed = [_distance(test(*pair).chance) for pair in usual]
        factor = max(1.0, float(np.sqrt(np.mean(np.square(strayed))))) if widened else 1.0
        distance = _distance(found.chance) / factor
        chance = float(2 * scipy.stats.norm.sf(distance))
        whole = min(1.0, chance * len(_TESTS))
        level = "alarm" if whole < ALARM else "notice" if whole < NOTICE else "ok"
        causes = found.causes if level != "ok" else ()
        track = iter(strayed)
        line = tuple(next(track) / factor if w.letters >= FEWEST_LETTERS else None for w in before)
        out.append(Chart(name, found.value, found.before, chance, level, causes, distance, line))
    return out


def limits() -> tuple[float, float]:
    """Return the distances from which on a chart is at notice and at alarm.

    >>> [round(x, 2) for x in limits()]
    [2.69, 3.38]
    """
    notice, alarm = (_distance(p / len(_TESTS)) for p in (NOTICE, ALARM))
    return notice, alarm


def _distance(chance: float) -> float:
    return float(scipy.stats.norm.isf(max(chance, _LEAST_P) / 2))


def _two_sided(here: int, letters: int, there: int, others: int) -> float:
    return float(scipy.stats.fisher_exact([[here, letters - here], [there, others - there]]).pvalue)


def _causes(
    ordered: Sequence[str], here: Counter[str], there: Counter[str], now: Week, base: Week
) -> tuple[Cause, ...]:
    return tuple(Cause(n, here[n], there[n] / base.letters * now.letters) for n in ordered[:_NAMED])
