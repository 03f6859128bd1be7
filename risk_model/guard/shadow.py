"""A candidate beside the served model: where they say different things, largest difference first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said of a letter, as far as it is compared."""

    risk: float
    band: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A matter on which two models differ: risks of the letter that differs most, bands, labels only one of them has."""

    matter: str
    letter: str
    letters: int
    served: Said
    candidate: Said

    @property
    def size(self) -> float:
        """How far apart: the risks, and half as much again for every label in dispute up to three."""
        disputed = len(self.served.labels ^ self.candidate.labels)
        return abs(self.candidate.risk - self.served.risk) + 0.1 * min(3, disputed)


def differences(
    served: Mapping[str, Said], candidate: Mapping[str, Said], matter_of: Mapping[str, str], least: float = 0.0
) -> list[Difference]:
    """Return one difference a matter, largest first; a letter that no matter holds is its own.

    Letters only one model has seen are left out.
    """
    largest: dict[str, Difference] = {}
    counts: dict[str, int] = {}
    for letter in served.keys() & candidate.keys():
        matter = matter_of.get(letter, letter)
        counts[matter] = counts.get(matter, 0) + 1
        found = Difference(matter, letter, 1, served[letter], candidate[letter])
        kept = largest.get(matter)
        if kept is None or (found.size, letter) > (kept.size, kept.letter):
            largest[matter] = found
    ordered = sorted(largest.values(), key=lambda d: (-d.size, d.matter))
    return [Difference(d.matter, d.letter, counts[d.matter], d.served, d.candidate) for d in ordered if d.size > least]


def moved(found: Iterable[Difference]) -> dict[str, int]:
    """Return how many matters changed band, by direction, e.g. `low>high`."""
    out: dict[str, int] = {}
    for d in found:
        if d.served.band != d.candidate.band:
            key = f"{d.served.band}>{d.candidate.band}"
            out[key] = out.get(key, 0) + 1
    return out
