"""Words of a letter marked in place by what they add to a judgement, and sentences ranked by it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from risk_model.schema import Contribution, Explanation

#: A word with less than this share of the heaviest word's weight is left plain: a page full of marks says nothing.
_LEAST_SHARE: Final = 0.12
#: From these shares on a mark is drawn stronger.
_STRONGER: Final = (0.35, 0.7)
_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]*[”’」』）]*")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a text; `weight` is what it adds to the logit, None where it is not marked, `level` from 1 to 3."""

    text: str
    weight: float | None = None
    level: int = 0

    @property
    def style(self) -> str:
        """The class of its mark."""
        return f"{'up' if (self.weight or 0) > 0 else 'down'}{self.level}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a letter, what it adds to the logit, and the probability if it were not there."""

    text: str
    weight: float
    without: float


def mark(text: str, contributions: Iterable[Contribution], heaviest: float) -> list[Stretch]:
    """Cut a field of a letter into marked and plain stretches; together they are the text.

    >>> [(s.text, s.style) for s in mark("拖欠工资", [Contribution("拖欠", "body", 0, 2, 0.8)], 0.8) if s.weight]
    [('拖欠', 'up3')]
    """
    out: list[Stretch] = []
    at = 0
    for c in sorted(contributions, key=lambda c: c.start):
        share = abs(c.weight) / heaviest if heaviest else 0.0
        shown = c.text.strip() and share >= _LEAST_SHARE
        if not shown or c.start < at or any(not ch.isalnum() for ch in c.text[:1]):
            continue
        if c.start > at:
            out.append(Stretch(text[at : c.start]))
        out.append(Stretch(text[c.start : c.end], c.weight, 1 + sum(share >= s for s in _STRONGER)))
        at = c.end
    if at < len(text):
        out.append(Stretch(text[at:]))
    return out


def heaviest(contributions: Sequence[Contribution]) -> float:
    """Return the largest weight, up or down."""
    return max((abs(c.weight) for c in contributions), default=0.0)


def sentences(text: str, field: str, account: Explanation) -> list[Sentence]:
    """Return the sentences of a field in order, each with the sum of its words' contributions."""
    out = []
    for m in _SENTENCE.finditer(text):
        words = [c for c in account.contributions if c.field == field and m.start() <= c.start < m.end()]
        weight = sum(c.weight for c in words)
        if m[0].strip():
            out.append(Sentence(m[0].strip(), weight, 1 / (1 + math.exp(weight - account.logit))))
    return out


def bearing(found: Sequence[Sentence], most: int, down: bool = False) -> list[Sentence]:
    """Return the sentences that raise (or lower) the probability most, heaviest first."""
    sign = -1 if down else 1
    ranked = sorted((s for s in found if s.weight * sign > 0), key=lambda s: -s.weight * sign)
    return ranked[:most]
