"""Where the model fails and whether more labels would help: error analysis by message id, and a learning curve."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.letters import OutOfFold, Study, folds_of
from benchmarks.quality.resample import auc, average_precision, f1, interval
from benchmarks.quality.robustness import fitted_linear, term_values
from benchmarks.quality.tables import Cell, Table, span
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, SUBTAG_NAMES, TAG_NAMES, TAG_OF
from risk_model.thresholds import cut_vector

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}
#: Learnt again at every size: what the targets name, and the labels that do worst.
LEARNT: Final = ("governance", "level_2", "level_3", "hardship", "imminent_trigger", "collective_action")


def errors(study: Study) -> list[Table]:
    """Return each label's errors, with the ids of the most wrong and the least certain letters."""
    return [label_errors(study.judged.real(), cut_vector(study.model.thresholds)), learning(study)]


def label_errors(judged: OutOfFold, cuts: NDArray[np.float32], most: int = 3) -> Table:
    """Return counts of errors by label and where they come from; ids only, no text."""
    y, p, ids = judged.letters.examples.targets, judged.probabilities, judged.letters.examples.ids
    rows: list[tuple[Cell, ...]] = []
    for name in (*TAG_NAMES, *SUBTAG_NAMES, *FACTOR_NAMES):
        k = _COLUMN[name]
        if np.isnan(y[:, k]).any() or not y[:, k].any():
            continue
        truth, said = y[:, k] > 0, p[:, k] >= cuts[k]
        if name in TAG_OF:
            said = said & (p[:, _COLUMN[TAG_OF[name]]] >= cuts[_COLUMN[TAG_OF[name]]])
        # How unlikely the label itself is to the model: high where label and model contradict each other.
        doubt = np.where(truth, 1 - p[:, k], p[:, k])
        wrong = np.argsort(-doubt, kind="stable")[:most]
        unsure = np.argsort(np.abs(p[:, k] - cuts[k]), kind="stable")[:most]
        rows.append((
            name, int(truth.sum()), f1(truth, said), average_precision(truth, p[:, k]), int((truth & ~said).sum()),
            int((~truth & said).sum()), int((doubt > 0.95).sum()), " ".join(ids[i] for i in wrong), " ".join(ids[i] for i in unsure),
        ))  # fmt: skip
    columns = ("label", "letters", "F1", "AP", "missed", "false", "label below 5 %", "most wrong", "least certain")
    notes = (
        "Out of fold. *label below 5 %*: letters whose own label the model gives less than one chance in twenty.",
        *_sampled(judged),
    )
    return Table("errors", "Error analysis", columns, tuple(rows), notes)


def _sampled(judged: OutOfFold) -> tuple[str, ...]:
    """Say where letters are misjudged most often, by how they were drawn."""
    y, p = judged.letters.examples.targets, judged.probabilities
    k = _COLUMN["governance"]
    wrong = (p[:, k] >= 0.5) != (y[:, k] > 0)
    told = [f"{s} {wrong[judged.letters.strata == s].mean():.1%}" for s in np.unique(judged.letters.strata)]
    return (f"Governance wrong at one half, by stratum: {', '.join(told)}.",)


def learning(study: Study, shares: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)) -> Table:
    """Fit the linear part on growing shares of the labels and judge each on the same fold."""
    judged = study.judged.real()
    train, test = folds_of(judged.groups)[0]
    order = np.random.default_rng(0).permutation(train)
    values = term_values(study.model, judged.letters.examples.texts)
    y = judged.letters.examples.targets
    truth = y[test, _COLUMN["governance"]] > 0
    rows: list[tuple[Cell, ...]] = []
    for share in shares:
        taught = np.sort(order[: int(share * len(order))])
        said = fitted_linear(values, y, taught, test, LEARNT)
        cells: list[Cell] = []
        for j, name in enumerate(LEARNT):
            measure = auc if name.startswith("level") else average_precision
            cells.append(measure(y[test, _COLUMN[name]] > 0, said[:, j]))
        gov = said[:, LEARNT.index("governance")]
        bounds = interval(lambda r, s=gov: average_precision(truth[r], s[r]), len(test), min(study.resamples, 200))  # type: ignore[misc]
        rows.append((f"{share:.0%}", len(taught), *cells, span(bounds)))
    names = (f"{n} {'AUC' if n.startswith('level') else 'AP'}" for n in LEARNT)
    columns = ("labels", "letters", *names, "governance AP, 95 %")
    notes = (
        f"The linear part alone, judged on the same {len(test)} letters each time; copies are never on both sides.",
    )
    return Table("learning", "Learning curve", columns, tuple(rows), notes)
