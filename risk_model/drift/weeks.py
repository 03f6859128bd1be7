"""What a week of letters amounts to: counts that add up, and nothing of a single letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from risk_model.features import masked_words
from risk_model.text import Segmenter, mojibake_share, segmenter

#: More of a letter than this left over by a wrong decoding, and it counts as garbled.
_GARBLED: Final = 0.02


@dataclass(frozen=True, slots=True)
class Observed:
    """A letter as the charts see it: prepared text, the way it came in, families and risk as the model said.

    `happened` is whether a person found level 2 or above, for letters of the weekly lot only; None: not read.
    """

    text: str
    channel: str
    families: frozenset[str]
    risk: float
    happened: bool | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """Counts of a week. `lengths` are logarithms of one plus characters; `foretold` and `spread` are of the letters read."""

    letters: int
    lengths: NDArray[np.float64]
    risks: NDArray[np.float64]
    garbled: int
    channels: Counter[str]
    families: Counter[str]
    words: Counter[str]
    read: int = 0
    happened: int = 0
    foretold: float = 0.0
    spread: float = 0.0

    @staticmethod
    def together(weeks: Sequence[Week]) -> Week:
        """Return several weeks as one."""
        return Week(
            letters=sum(w.letters for w in weeks),
            lengths=np.concatenate([w.lengths for w in weeks]),
            risks=np.concatenate([w.risks for w in weeks]),
            garbled=sum(w.garbled for w in weeks),
            channels=_sum(w.channels for w in weeks),
            families=_sum(w.families for w in weeks),
            words=_sum(w.words for w in weeks),
            read=sum(w.read for w in weeks),
            happened=sum(w.happened for w in weeks),
            foretold=sum(w.foretold for w in weeks),
            spread=sum(w.spread for w in weeks),
        )


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total


def observe(letters: Iterable[Observed], cutter: Segmenter | None = None) -> Week:
    """Count a week; words are counted once a letter, words about persons, numbers and single characters not at all."""
    cut = (cutter or segmenter()).cut
    every = list(letters)
    unseen = masked_words()
    words: Counter[str] = Counter()
    for letter in every:
        found = {w for w in cut(letter.text) if len(w) > 1 and w not in unseen and w.isalpha()}
        words.update(found)
    read = [x for x in every if x.happened is not None]
    return Week(
        letters=len(every),
        lengths=np.log1p([len(x.text) for x in every]),
        risks=np.array([x.risk for x in every]),
        garbled=sum(mojibake_share(x.text) > _GARBLED for x in every),
        channels=Counter(x.channel for x in every),
        families=Counter(name for x in every for name in x.families),
        words=words,
        read=len(read),
        happened=sum(bool(x.happened) for x in read),
        foretold=sum(x.risk for x in read),
        spread=sum(x.risk * (1 - x.risk) for x in read),
    )
