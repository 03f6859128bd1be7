"""Decisions of staff, applied to a history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from risk_model.errors import InputError
from risk_model.matters.history import History, Ints, Merge, Override


def apply_overrides(history: History, overrides: Iterable[Override], week: int) -> History:
    """Apply, in order, those overrides that were not applied before, whose letters have all arrived and that change something."""
    waiting = [o for o in overrides if o not in history.applied]
    if not waiting:
        return history
    row = {i: k for k, i in enumerate(history.ids)}
    for o in waiting:
        if o.action not in _ACTIONS:
            raise InputError(f"人工调整 {o.action!r} 无法识别，只能是 merge（合并）或 split（拆分）。")
        if all(i in row for i in o.letters):
            changed = _ACTIONS[o.action](history, np.array([row[i] for i in o.letters], np.int64), week)
            if changed is not history:
                history = replace(changed, applied=history.applied | {o})
    return history


def unite(history: History, joinings: Sequence[tuple[int, int, str]], week: int, *, strands: bool) -> History:
    """Merge matters (kept, gone, reason) and record it; no matter that goes may be one that is kept.

    Matters barred for the one are barred for the other. With `strands` new letters are compared with the two as one from now on.
    """
    into = np.arange(len(history.founders))
    for kept, gone, _ in joinings:
        into[gone] = kept
    moved = {(int(into[a]), int(into[b])) for a, b in history.barred}
    notes = tuple(Merge(week, history.matter_id(kept), history.matter_id(gone), why) for kept, gone, why in joinings)
    return replace(
        history,
        matter=into[history.matter],
        strand=into[history.strand] if strands else history.strand,
        barred=frozenset((min(p), max(p)) for p in moved if p[0] != p[1]),
        merges=history.merges + notes,
    )


def _merge(history: History, letters: Ints, week: int) -> History:
    kept, *others = np.unique(history.matter[letters]).tolist()
    if not others:
        return history
    return unite(history, [(kept, gone, "人工合并") for gone in others], week, strands=False)


def _split(history: History, letters: Ints, week: int) -> History:
    sources = np.unique(history.matter[letters]).tolist()
    if len(sources) == 1 and np.array_equal(np.flatnonzero(history.matter == sources[0]), np.unique(letters)):
        return history  # they are a matter of their own already: nothing to split them from yet
    founder, number = int(letters.min()), len(history.founders)
    matter, strand = history.matter.copy(), history.strand.copy()
    matter[letters] = strand[letters] = number
    return replace(
        history,
        matter=matter,
        strand=strand,
        founders=np.append(history.founders, founder),
        turns=np.append(history.turns, int((history.founders == founder).sum())),
        titles=(*history.titles, history.titles[sources[0]]),
        barred=history.barred | {(m, number) for m in sources},
    )


_ACTIONS: Final[Mapping[str, Callable[[History, Ints, int], History]]] = {"merge": _merge, "split": _split}
