"""What each part of the model adds, out of fold; rows that need training again come with --retrain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from benchmarks.quality.letters import F32, UNLABELLED, OutOfFold, Study, corrected_targets, folds_of, read_all
from benchmarks.quality.resample import auc, average_precision, f1, interval, top_recall
from benchmarks.quality.tables import Cell, Table
from risk_model.estimator import PetitionRiskClassifier
from risk_model.taxonomy import FACTOR_NAMES, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES, TAG_NAMES
from risk_model.training.cuts import expected_cut
from risk_model.training.examples import unlabelled_file
from risk_model.training.run import lessons_of, split_groups

_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}
COLUMNS: Final = (
    *(f"{name} AP" for name in TAG_NAMES),
    "governance F1",
    "risk AUC",
    "level 3 in top fifth",
    "sub-tags micro-F1",
    "factors micro-F1",
)

#: Rows that train again are compared with each other, so a quarter of the work will do.
QUICK: Final[Mapping[str, int]] = {"folds": 3, "epochs": 6}


def parts(study: Study) -> list[Table]:
    """Compare linear part, encoder and both joined on the same letters; with --retrain also other ways of teaching."""
    judged = study.judged.real()
    rows = [row(name, judged, said, study.resamples) for name, said in joined_ways(judged)]
    if study.retrain:
        rows += [row(name, at, at.probabilities, study.resamples) for name, at in retrained(study)]
    notes = (
        f"{len(judged.letters)} letters, out of fold; each row's joining and cuts, too, were learnt without the letters they are "
        "for. Intervals: letters drawn with replacement.",
        *(() if study.retrain else ("Other ways of teaching (without corrections, without added sentences, corpus alone) "
                                    "need `--retrain`.",)),
    )  # fmt: skip
    return [Table("ablation", "What each part gives", ("model", *COLUMNS), tuple(rows), notes)]


def joined_ways(judged: OutOfFold) -> Iterator[tuple[str, F32]]:
    """Yield each way of using the parts' logits, calibrated by grouped cross-validation."""
    k = judged.probabilities.shape[1]
    own = [[j] for j in range(k)]
    yield "linear", calibrated(judged, own)
    if judged.logits.shape[1] >= 2 * k:
        yield "encoder", calibrated(judged, [[k + j] for j in range(k)])
        yield "joined, own logits only", calibrated(judged, [[j, k + j] for j in range(k)])
    yield "joined as trained", judged.probabilities


def calibrated(judged: OutOfFold, columns: list[list[int]], penalty: float = 1.0) -> F32:
    """Return probabilities of every output from chosen logits, by a logistic regression that never saw the letter."""
    y = judged.letters.examples.targets
    out = np.full(y.shape, np.nan, np.float32)
    for train, test in folds_of(judged.groups):
        for j, used in enumerate(columns):
            known = train[~np.isnan(y[train, j])]
            if len(np.unique(y[known, j])) < 2:
                out[test, j] = expit(judged.logits[test][:, used[0]])
                continue
            model = LogisticRegression(C=penalty, max_iter=1000).fit(judged.logits[known][:, used], y[known, j] > 0)
            out[test, j] = model.predict_proba(judged.logits[test][:, used])[:, 1]
    return out


def row(name: str, judged: OutOfFold, said: F32, resamples: int) -> tuple[Cell, ...]:
    """Return the measures of one way, each with the half width of its interval."""
    y = judged.letters.examples.targets
    levels = judged.letters.examples.escalation
    risk, gov = said[:, _COLUMN[RISK_OUTPUT]], _COLUMN["governance"]
    decided = {g: _decided(judged, said, names) for g, names in (("sub", SUBTAG_NAMES), ("fac", FACTOR_NAMES))}
    own = _decided(judged, said, ("governance",))
    cells: list[Cell] = [name]
    for tag in TAG_NAMES:
        k = _COLUMN[tag]
        cells.append(_shown(lambda r, k=k: average_precision(y[r, k] > 0, said[r, k]), len(y), resamples))  # type: ignore[misc]
    cells.append(_shown(lambda r: f1(y[r, gov] > 0, own[r, 0]), len(y), resamples))
    cells.append(_shown(lambda r: auc(levels[r] >= 2, risk[r]), len(y), resamples))
    cells.append(_shown(lambda r: top_recall(levels[r] >= 3, risk[r], 0.2), len(y), resamples))
    for group, names in (("sub", SUBTAG_NAMES), ("fac", FACTOR_NAMES)):
        columns = _known(y, names)
        truth, yes = y[:, columns] > 0, decided[group]
        cells.append(_shown(lambda r, t=truth, s=yes: f1(t[r].ravel(), s[r].ravel()), len(y), resamples))  # type: ignore[misc]
    return tuple(cells)


def _known(y: F32, names: tuple[str, ...]) -> list[int]:
    return [_COLUMN[n] for n in names if not np.isnan(y[:, _COLUMN[n]]).any()]


def _decided(judged: OutOfFold, said: F32, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """Decide at one common cut, chosen on the other folds."""
    y = judged.letters.examples.targets
    columns = _known(y, names)
    out = np.zeros((len(y), len(columns)), bool)
    for train, test in folds_of(judged.groups):
        cut = expected_cut(said[train][:, columns])
        out[test] = said[test][:, columns] >= cut
    return out


def _shown(statistic, n: int, resamples: int) -> str:  # type: ignore[no-untyped-def]
    low, high = interval(statistic, n, min(resamples, 200))
    return f"{statistic(np.arange(n)):.3f} ±{(high - low) / 2:.3f}"


def retrained(study: Study) -> Iterator[tuple[str, OutOfFold]]:
    """Train both parts again in few epochs, each time with one thing left out; judged on the same real letters."""
    letters = read_all(study.folder)
    examples = letters.examples
    unlabelled = [t for name in UNLABELLED for t in unlabelled_file(study.folder / name)] if study.folder else []
    groups, targets = split_groups(examples), corrected_targets(letters, study.folder)
    paths = [study.folder / name for name in UNLABELLED] if study.folder else []
    seed = PetitionRiskClassifier().seed
    said, every = lessons_of(examples, targets, paths, seed)
    given = np.concatenate([examples.targets, every[len(examples) :]])
    few = said[: len(examples)]
    real = ~examples.synthetic if (~examples.synthetic).any() else np.ones(len(examples), bool)
    ways = {
        "retrained: all": (said, every, unlabelled),
        "retrained: labels as first given": (said, given, unlabelled),
        "retrained: no letters read for this project": (few, targets, unlabelled),
        "retrained: nor any without labels": (few, targets, []),
        "retrained: nor added sentences": (list(examples.texts), targets, []),
    }
    for name, (texts, taught, others) in ways.items():
        model = PetitionRiskClassifier(**QUICK)
        model.fit(examples.texts, examples.targets, groups, others, real, (texts, taught))
        yield name, OutOfFold(letters, model.part_logits_, model.out_of_fold_, groups).real()
    if study.folder:
        synthetic = np.flatnonzero(examples.synthetic)
        model = PetitionRiskClassifier(**QUICK).fit(
            [examples.texts[i] for i in synthetic], examples.targets[synthetic], groups[synthetic]
        )
        others = letters.take(np.flatnonzero(real))
        yield (
            "corpus alone",
            OutOfFold(others, model.decision_function(others.examples.texts), model.predict_proba(others.examples.texts),
                      groups[real]),
        )  # fmt: skip
