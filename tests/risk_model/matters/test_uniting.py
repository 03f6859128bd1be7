"""Standing matters are joined where a new letter could have joined either; scores are laid down here, one for each two letters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from risk_model.matters import uniting
from risk_model.matters.agglomerate import weight_of_size
from risk_model.matters.history import History, no_history
from risk_model.matters.links import Pairs
from risk_model.matters.week import JOIN

Scores = NDArray[np.float32]


def standing(matter: list[int], barred: frozenset[tuple[int, int]] = frozenset()) -> History:
    """A history of letters in these matters, all of them compared with."""
    of = np.array(matter)
    founders = np.array([matter.index(m) for m in range(max(matter) + 1)])
    return replace(
        no_history(0),
        ids=tuple(f"{k}" for k in range(len(of))),
        weeks=np.zeros(len(of), np.int64),
        matter=of,
        strand=of,
        founders=founders,
        turns=np.zeros(len(founders), np.int64),
        titles=tuple("" for _ in founders),
        live=np.arange(len(of)),
        barred=barred,
    )


def united(monkeypatch: pytest.MonkeyPatch, history: History, scores: Scores, new: int) -> list[int]:
    """Return the matter of each letter after the last `new` letters have been compared with all before them."""
    even = np.maximum(scores, scores.T)

    def likeness(_: History, sides: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> NDArray[np.float64]:
        return np.array([even[np.ix_(x, y)].mean() + weight_of_size(max(len(x), len(y))) for x, y in sides])

    monkeypatch.setattr(uniting, "_likeness", likeness)
    size = len(scores)
    a, b = np.array([(a, b) for a in range(size - new, size) for b in range(a)]).T
    after = uniting.unite_spoken(history, 1, Pairs(a, b, even[a, b].astype(np.float32)), JOIN)
    return [int(m) for m in after.matter]


def scored(size: int, **pairs: float) -> Scores:
    """All pairs at the floor but those named, such as `_4_0=5.0`."""
    out = np.full((size, size), -6.0, np.float32)
    for name, value in pairs.items():
        a, b = map(int, name.strip("_").split("_"))
        out[a, b] = value
    return out


def test_what_staff_keep_apart_takes_no_other_matters_place(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = scored(5, _4_0=5.0, _4_1=5.0, _4_2=5.0, _4_3=4.5)
    barred = frozenset({(0, 4), (1, 4), (2, 4)})
    assert united(monkeypatch, standing([0, 1, 2, 3, 4], barred), scores, new=1) == [0, 1, 2, 3, 3]


def test_a_letter_with_one_loud_pair_does_not_speak_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = scored(7, _5_0=5.0, _5_1=-2.5, _5_2=-2.5, _5_3=-2.5, _6_4=5.0, _5_4=5.0, _6_5=5.0)
    scores[4, :4] = scores[6, :4] = 3.0
    assert united(monkeypatch, standing([0, 0, 0, 0, 1, 1, 1]), scores, new=2) == [0] * 7


def test_matters_that_no_new_letter_could_have_joined_stay_two(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = scored(6, _5_0=5.0, _5_4=5.0)
    scores[4, :4] = 5.0
    assert united(monkeypatch, standing([0, 0, 0, 0, 1, 1]), scores, new=1) == [0, 0, 0, 0, 1, 1]


def test_a_matter_is_joined_once_a_week_the_surest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert united(monkeypatch, standing([0, 1, 2]), scored(3, _2_0=4.0, _2_1=5.0), new=1) == [0, 1, 1]
