"""From decisions to labels: one truth a letter, and a list of what readers could not agree on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from risk_model.feedback.decisions import Decision
from risk_model.taxonomy import LEVELS, OUTPUTS


@dataclass(frozen=True, slots=True)
class Settled:
    """A letter with the labels that stand: 0 or 1 by output, unknown where it is missing; level 0…3 or None."""

    letter: str
    title: str
    body: str
    values: dict[str, int]
    level: int | None
    readers: int
    source: str
    model_versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Readers of a letter differ on an output; `said` gives role and 0 or 1 of each reader, in order of reading."""

    letter: str
    output: str
    said: tuple[tuple[str, int], ...]


def settle(decisions: Iterable[Decision]) -> tuple[list[Settled], list[Conflict]]:
    """Return what stands for each letter and what is open.

    A reader's later word replaces that reader's earlier one. A `settle` decision replaces all before it for the labels
    it names. Where two readers still differ the label is unknown: a guess would teach one of them to be right.
    """
    letters: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        letters[decision.letter].append(decision)
    settled, conflicts = [], []
    for letter, made in letters.items():
        made.sort(key=lambda d: d.at)
        positions = _positions(made)
        open_ = {o: p for o, p in positions.items() if len(set(p.values())) > 1}
        values = {o: next(iter(p.values())) for o, p in positions.items() if o not in open_}
        role = {d.reader: d.role for d in made}
        conflicts += [Conflict(letter, o, tuple((role[r], v) for r, v in p.items())) for o, p in open_.items()]
        settled.append(
            Settled(
                letter,
                made[-1].title,
                made[-1].body,
                values,
                _level(values),
                len(role),
                "sample" if any(d.source == "sample" for d in made) else made[0].source,
                tuple(dict.fromkeys(d.model_version for d in made)),
            )
        )
    return settled, conflicts


def _positions(made: Sequence[Decision]) -> dict[str, dict[int, int]]:
    """Return what each reader holds of each output, in the order of `OUTPUTS` and of reading."""
    held: dict[str, dict[int, int]] = defaultdict(dict)
    for decision in made:
        for output, value in decision.labels.values().items():
            if decision.kind == "settle":
                held[output] = {decision.reader: value}
            else:
                held[output][decision.reader] = value
    return {o: held[o] for o in OUTPUTS if o in held}


def _level(values: dict[str, int]) -> int | None:
    return sum(values[name] for name in LEVELS) if all(name in values for name in LEVELS) else None
