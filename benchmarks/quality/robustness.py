"""What is lost when letters are typed badly, come from another city, or come later than what was learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.quality.distort import DISTORTIONS, distorted
from benchmarks.quality.letters import F32, OutOfFold, Study
from benchmarks.quality.resample import auc, average_precision, f1, interval, top_recall
from benchmarks.quality.tables import Cell, Table, span
from risk_model.estimator.linear import fit_linear
from risk_model.model import RiskModel
from risk_model.runtime import Scorer
from risk_model.schema import Petition
from risk_model.taxonomy import LEVELS, OUTPUTS, RISK_OUTPUT, TAG_NAMES
from risk_model.text import prepare_many
from risk_model.thresholds import decide
from risk_model.training.examples import Examples

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}
_RISK: Final = _COLUMN[RISK_OUTPUT]
#: Judged where a model is fitted again: fitting all would take ten times as long.
FITTED: Final = ("governance", *LEVELS[1:])


def headline(examples: Examples, said: F32, decisions: NDArray[np.bool_], rows: NDArray[np.int64]) -> dict[str, float]:
    """Return the few measures that robustness is told in."""
    y, levels = examples.targets[rows], examples.escalation[rows]
    tags = [f1(y[:, _COLUMN[n]] > 0, decisions[rows, _COLUMN[n]]) for n in TAG_NAMES]
    risk = said[rows, _RISK]
    return {
        "tags macro-F1": float(np.mean(tags)),
        "governance AP": average_precision(y[:, _COLUMN["governance"]] > 0, said[rows, _COLUMN["governance"]]),
        "risk AUC": auc(levels >= 2, risk),
        "level 3 in top fifth": top_recall(levels >= 3, risk, 0.2),
    }


def losses(
    model: RiskModel, examples: Examples, petitions: Sequence[Petition], resamples: int
) -> list[tuple[Cell, ...]]:
    """Return, for each distortion, every measure and how far it fell, with the interval of the fall (letters paired)."""
    everyone = np.arange(len(examples))
    before = model.probabilities(petitions)
    clean = headline(examples, before, decide(before, model.thresholds), everyone)
    rows: list[tuple[Cell, ...]] = [("as written", *(cell for value in clean.values() for cell in (value, None)))]
    for name, change in DISTORTIONS.items():
        after = model.probabilities([distorted(p, change, i) for i, p in enumerate(petitions)])
        said = {"before": (before, decide(before, model.thresholds)), "after": (after, decide(after, model.thresholds))}

        def fall(r: NDArray[np.int64], key: str, said: dict[str, tuple[F32, NDArray[np.bool_]]] = said) -> float:
            return headline(examples, *said["before"], r)[key] - headline(examples, *said["after"], r)[key]

        values = headline(examples, *said["after"], everyone)
        cells: list[Cell] = [name]
        for key, value in values.items():
            low, high = interval(lambda r, k=key: fall(r, k), len(everyone), min(resamples, 100))  # type: ignore[misc]
            cells += [value, f"{clean[key] - value:+.3f} ({low:+.3f} – {high:+.3f})"]
        rows.append(tuple(cells))
    return rows


def distortions(study: Study) -> list[Table]:
    """Return what each distortion costs the served model; then what other cities and later days cost."""
    letters = study.held_out
    rows = losses(study.model, letters.examples, letters.petitions, study.resamples)
    names = headline(letters.examples, np.zeros((len(letters), len(OUTPUTS)), np.float32), np.zeros((len(letters), len(OUTPUTS)), bool),
                     np.arange(len(letters)))  # fmt: skip
    columns = ("letters", *(cell for n in names for cell in (n, f"lost in {n}")))
    table = Table("distortions", f"Robustness ({len(letters)} {study.where})", columns, tuple(rows))
    shifts = shift_table(study)
    return [table, shifts] if shifts else [table]


def term_values(model: RiskModel, texts: Sequence[str]) -> sp.csr_array:
    """Return the weighed terms of letters under a model's vocabulary (learnt without labels)."""
    scorer = Scorer(model.artifact.parameters)
    parts = [scorer.terms(encoded).csr(len(scorer.vocabulary)) for _, _, encoded in scorer.batches(prepare_many(texts))]
    return sp.csr_array(sp.vstack(parts))


def fitted_linear(
    values: sp.csr_array, targets: F32, train: NDArray[np.int64], test: NDArray[np.int64], names: Sequence[str] = FITTED
) -> F32:
    """Fit the linear part on some letters and return its probabilities of `names` for others."""
    columns = [_COLUMN[n] for n in names]
    weights, bias = fit_linear(values[train], targets[train][:, columns], 16.0, 1)
    return np.asarray(expit(values[test] @ weights.astype(np.float64) + bias), np.float32)


def shift_table(study: Study) -> Table | None:
    """Compare the linear part fitted on other cities or earlier days with the same fitted on letters drawn at random."""
    judged = study.judged.real()
    dated = ~np.isnat(judged.letters.days)
    if dated.sum() < 500:
        return None
    values = term_values(study.model, judged.letters.examples.texts)
    rows: list[tuple[Cell, ...]] = []
    for name, test, train in shifts(judged):
        said = fitted_linear(values, judged.letters.examples.targets, train, test)
        rows.append((name, len(train), len(test), *shifted(judged.letters.examples, said, test, study.resamples)))
        if judged.letters.strata[test[0]] == "e2":
            # Nothing else is left to teach, so the fair comparison has others of their kind among what is taught.
            way, said = "  the same letters, others of theirs taught too (out of fold)", _linear_said(judged, test)
            size = len(judged.letters) * 4 // 5
        else:
            fair = alike(judged, test, len(train))
            way, size = "  the same letters, taught at random", len(fair)
            said = fitted_linear(values, judged.letters.examples.targets, fair, test)
        rows.append((way, size, len(test), *shifted(judged.letters.examples, said, test, study.resamples)))
    columns = ("how", "taught", "judged", "governance AP", "95 % interval", "risk AUC", "95 % interval ", "level-3 AUC")
    notes = (
        "The linear part alone, so that it can be fitted anew in seconds. The vocabulary is the served model's; it was learnt from all "
        "letters without labels. Copies of judged letters are never taught.",
    )
    return Table("shifts", "Other cities and later days", columns, tuple(rows), notes)


def _linear_said(judged: OutOfFold, rows: NDArray[np.int64]) -> F32:
    columns = [_COLUMN[n] for n in FITTED]
    return np.asarray(expit(judged.logits[rows][:, columns]), np.float32)


def shifts(judged: OutOfFold) -> list[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
    """Return name, test rows and train rows of each shift; copies of test letters are not taught."""
    days, strata = judged.letters.days, judged.letters.strata
    out = []
    main = np.flatnonzero((strata != "e2") & ~np.isnat(days))
    order = main[np.argsort(days[main], kind="stable")]
    for share in (0.4, 0.6, 0.8):
        start, end = int(share * len(order)), int((share + 0.2) * len(order))
        test = order[start:end]
        first, last = days[test[0]], days[order[end - 1]]
        out.append((f"earlier days, judged on {first} to {last}", test, order[:start]))
    away = np.flatnonzero(strata == "e2")
    if len(away):
        out.append(("other cities (e2), never taught", away, np.flatnonzero(strata != "e2")))
    return [(name, test, train[~np.isin(judged.groups[train], judged.groups[test])]) for name, test, train in out]


def alike(judged: OutOfFold, test: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return as many letters drawn at random from all others, copies of the test letters left out."""
    rng = np.random.default_rng(0)
    free = np.flatnonzero(~np.isin(judged.groups, judged.groups[test]))
    return np.sort(rng.permutation(free)[:size])


def shifted(examples: Examples, said: F32, test: NDArray[np.int64], resamples: int) -> tuple[Cell, ...]:
    """Return governance AP and risk AUC of refitted letters with intervals, and the AUC of level 3."""
    gov, risk, grave = (said[:, FITTED.index(n)] for n in ("governance", "level_2", "level_3"))
    truth, levels = examples.targets[test, _COLUMN["governance"]] > 0, examples.escalation[test]
    bounds = [
        interval(lambda r: average_precision(truth[r], gov[r]), len(test), min(resamples, 200)),
        interval(lambda r: auc(levels[r] >= 2, risk[r]), len(test), min(resamples, 200)),
    ]
    return (
        average_precision(truth, gov), span(bounds[0]), auc(levels >= 2, risk), span(bounds[1]), auc(levels >= 3, grave),
    )  # fmt: skip
