"""What a cut of the risk gives on letters the model was not fitted on: recall, precision and the share of letters above."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

_TABLE: Final = r"## Calibration of {name} on ([^\n]+)\n+\|[^\n]+\n\|[-| ]+\n((?:\|[^\n]+\n?)+)"

Bin = tuple[int, float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """At the cut `at`: the share of letters at or above it, and what share of the grave ones is among them."""

    at: float
    above: float
    recall: float
    precision: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points from the lowest cut to the highest; `letters` judged; `exact` is False where read off a table of groups."""

    points: tuple[Point, ...]
    letters: int
    source: str
    exact: bool

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)


def calibration(card: str, name: str) -> tuple[str, list[Bin]]:
    """Return the calibration table of an output in a model card and the letters it was made on; empty if there is none.

    >>> calibration("## Calibration of x on dev\\n\\n| n | m | s |\\n|---|---|---|\\n| 40 | 0.1 | 0.2 |\\n", "x")
    ('dev', [(40, 0.1, 0.2)])
    """
    found = re.search(_TABLE.format(name=re.escape(name)), card)
    if not found:
        return "", []
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[2].strip().splitlines()]
    return found[1].strip(), [(int(n), float(mean), float(share)) for n, mean, share in rows]


def curve(manifest: Mapping[str, Any], card: str) -> Curve | None:
    """Return the curve of level 2: exact where the manifest holds one, else read off the card's calibration table."""
    if kept := manifest.get("risk_curve"):
        points = tuple(Point(*row) for row in kept["points"])
        return Curve(points, int(kept["letters"]), str(kept["source"]), exact=True)
    source, bins = calibration(card, "level_2")
    return from_bins(bins, source) if bins else None


def from_bins(bins: Sequence[Bin], source: str) -> Curve:
    """Return the points between the groups of a calibration table; a cut inside a group is not known.

    >>> [(p.at, p.above, p.recall) for p in from_bins([(5, 0.1, 0.0), (5, 0.7, 0.8)], "dev").points]
    [(0.0, 1.0, 1.0), (0.4, 0.5, 1.0), (1.0, 0.0, 0.0)]
    """
    ordered = sorted(bins, key=lambda b: b[1])
    total = sum(n for n, _, _ in ordered)
    grave = sum(n * share for n, _, share in ordered) or 1.0
    edges = [0.0, *(round((a[1] + b[1]) / 2, 4) for a, b in pairwise(ordered))]
    points = []
    for k, edge in enumerate(edges):
        above = sum(n for n, _, _ in ordered[k:])
        true = sum(n * share for n, _, share in ordered[k:])
        points.append(Point(edge, above / total, true / grave, true / above))
    points.append(Point(1.0, 0.0, 0.0, points[-1].precision))
    return Curve(tuple(points), total, source, exact=False)
