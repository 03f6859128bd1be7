"""Calibration: is a letter said to be at 30 % right three times in ten, in every kind of sample and at every length?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.letters import F32, Letters, Study
from benchmarks.quality.resample import interval
from benchmarks.quality.tables import Table, span
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT, TAG_NAMES
from risk_model.training.measures import calibration_error

SHOWN: Final = (*TAG_NAMES, RISK_OUTPUT)
#: Fewer letters than this make no curve.
_LEAST: Final = 90


@dataclass(frozen=True, slots=True)
class Curve:
    """One reliability curve: mean probability and share that came true in bins of equal mass."""

    output: str
    group: str
    said: tuple[float, ...]
    true: tuple[float, ...]


def groups_by_stratum(letters: Letters) -> dict[str, NDArray[np.int64]]:
    """Return rows by how letters were drawn: all random draws together, every enriched draw by itself."""
    kinds = np.where(np.char.startswith(letters.strata, "rand"), "random", letters.strata)
    return {str(kind): np.flatnonzero(kinds == kind) for kind in np.unique(kinds)}


def groups_by_length(letters: Letters) -> dict[str, NDArray[np.int64]]:
    """Return rows by characters: thirds of the random draws' lengths."""
    size = np.array([len(text) for text in letters.examples.texts])
    low, high = np.quantile(size, [1 / 3, 2 / 3]).astype(int).tolist()
    return {
        f"up to {low} characters": np.flatnonzero(size <= low),
        f"{low + 1} to {high} characters": np.flatnonzero((size > low) & (size <= high)),
        f"above {high} characters": np.flatnonzero(size > high),
    }


def curve(output: str, group: str, truth: NDArray[np.bool_], said: F32, bins: int = 10) -> Curve:
    """Return the reliability curve of some letters."""
    order = np.array_split(np.argsort(said, kind="stable"), min(bins, max(1, len(said) // 30)))
    return Curve(
        output, group, tuple(float(said[p].mean()) for p in order), tuple(float(truth[p].mean()) for p in order)
    )


def reliability(letters: Letters, said: F32, resamples: int, where: str) -> tuple[Table, list[Curve]]:
    """Return calibration by output and group, and the curves of the groups by stratum."""
    rows, curves = [], []
    by_stratum = groups_by_stratum(letters)
    everything = {"all": np.arange(len(letters))} | by_stratum | groups_by_length(letters)
    for output in SHOWN:
        k = OUTPUTS.index(output)
        for group, at in everything.items():
            truth, p = letters.examples.targets[at, k] > 0, said[at, k]
            if len(at) < _LEAST:
                continue
            bounds = interval(lambda r, t=truth, p=p: calibration_error(t[r], p[r]), len(at), min(resamples, 200))  # type: ignore[misc]
            error = calibration_error(truth, p)
            rows.append((output, group, len(at), float(p.mean()), float(truth.mean()), error, span(bounds)))
            if group in by_stratum:
                curves.append(curve(output, group, truth, p))
    columns = ("output", "letters drawn", "letters", "mean probability", "share true", "ECE", "95 % interval")
    notes = (
        "The expected error of a perfectly calibrated model is not zero: with 100 letters in ten bins it is about .03 to .05, so "
        "intervals of small groups lie above their own estimate.",
    )
    return Table(
        "calibration-" + where.split(maxsplit=1)[0], f"Calibration ({where})", columns, tuple(rows), notes
    ), curves


def calibration(study: Study) -> list[Table]:
    """Return calibration out of fold and on dev."""
    judged = study.judged.real()
    tables = [reliability(judged.letters, judged.probabilities, study.resamples, "out of fold")[0]]
    if study.dev is not None:
        said = study.model.probabilities(study.dev.petitions)
        tables.append(reliability(study.dev, said, study.resamples, "dev letters")[0])
    return tables
