"""The measures of the model on letters it never saw, and all targets of the project beside what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from benchmarks.quality.letters import Study
from benchmarks.quality.tables import Figure, Table, span
from risk_model.taxonomy import FACTOR_NAMES
from risk_model.training.judging import judge
from risk_model.training.measures import intervals, measures

#: Name of a figure, target, and whether it is the least or the most that is asked for.
TARGETS: Final = (
    ("tags.macro_f1", 0.88, "least"),
    ("land_acquisition.f1", 0.87, "least"),
    ("livelihood.f1", 0.96, "least"),
    ("governance.f1", 0.80, "least"),
    ("risk.auc_ge2", 0.94, "least"),
    ("risk.recall_level3_top_fifth", 0.88, "least"),
    ("risk.ece_ge2", 0.04, "most"),
    ("land_acquisition.ece", 0.04, "most"),
    ("livelihood.ece", 0.04, "most"),
    ("governance.ece", 0.04, "most"),
    ("subtags.micro_f1", 0.80, "least"),
    ("factors.micro_f1", 0.82, "least"),
    *((f"factors.{name}.f1", 0.60, "least") for name in FACTOR_NAMES),
    ("seven_classes.macro_f1", 0.925, "least"),
    ("neutrality.mean", 0.01, "most"),
    ("neutrality.worst", 0.05, "most"),
)


def measured(study: Study) -> list[Table]:
    """Judge the served model on the held-out letters, every measure with its interval."""
    letters = study.held_out
    judged = judge(study.model, letters.examples)
    values, bounds = measures(judged), intervals(judged, study.resamples)
    rows = tuple((name, value, span(bounds.get(name))) for name, value in values.items())
    figures: dict[str, Figure] = {name: (value, bounds.get(name)) for name, value in values.items()}
    title = f"Measures ({len(letters)} {study.where})"
    # Measures of letters the model learnt meet any target and say nothing.
    return [Table("measures", title, ("measure", "value", "95 % interval"), rows, (), figures if study.dev else {})]


def against_targets(tables: Iterable[Table]) -> Table:
    """Return each target beside the figure that the parts run gave, whether it is met, and whether chance could say so."""
    found = {name: figure for table in tables for name, figure in table.figures.items()}
    rows = []
    for name, target, side in TARGETS:
        asked = f"{'≥' if side == 'least' else '≤'} {target:g}"
        if name not in found or np.isnan(found[name][0]):
            rows.append((name, asked, None, "–", "not measured"))
            continue
        value, bounds = found[name]
        met = value >= target if side == "least" else value <= target
        within = bounds is not None and bounds[0] <= target <= bounds[1]
        said = ("met" if met else "missed") + (", inside the interval" if within else "")
        rows.append((name, asked, value, span(bounds), said))
    return Table("targets", "Targets", ("measure", "target", "value", "95 % interval", "verdict"), tuple(rows))
