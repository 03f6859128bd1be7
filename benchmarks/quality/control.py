"""Guarantees for the high band, thresholds by capacity, and which letters a person must read.

[1] A. N. Angelopoulos et al., Learn then test: calibrating predictive algorithms to achieve risk control (2022).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.letters import Study
from benchmarks.quality.resample import Array, interval, kappa
from benchmarks.quality.tables import Cell, Table, span
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT, TAG_NAMES
from risk_model.thresholds import cut_vector

RECALL: Final = 0.85
CONFIDENCE: Final = 0.9
_GRID: Final = np.round(np.linspace(0, 0.99, 100), 2)
_RISK: Final = OUTPUTS.index(RISK_OUTPUT)

#: Kappa of two annotators on dev (the annotation guide's project says so): the level a model may be held to.
ANNOTATORS: Final = {"land_acquisition": 0.96, "livelihood": 0.89, "governance": 0.94, RISK_OUTPUT: 0.94}


def least_positives(recall: float = RECALL, confidence: float = CONFIDENCE) -> int:
    """Return how many true letters a guarantee needs at the very least, were every one of them found.

    >>> least_positives(0.85, 0.9)
    15
    """
    return int(np.ceil(np.log(1 - confidence) / np.log(recall)))


def guaranteed_cut(truth: Array, score: Array, recall: float = RECALL, confidence: float = CONFIDENCE) -> float | None:
    """Return the highest cut that keeps `recall` of the true letters with `confidence`, None where the data cannot tell.

    Recall only falls as the cut rises, so cuts are tested from zero upwards and testing stops at the first failure (fixed
    sequence): no correction for the number of cuts is needed [1].
    """
    from mapie.risk_control import BinaryClassificationController

    if not truth.any():
        return None
    controller = BinaryClassificationController(
        predict_function=lambda x: np.column_stack([1 - x[:, 0], x[:, 0]]),
        risk="recall",
        target_level=recall,
        confidence_level=confidence,
        list_predict_params=_GRID,
        fwer_method="fixed_sequence",
    )
    # It warns where no cut passes; what comes back says the same.
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        controller.calibrate(np.asarray(score, float)[:, None], truth.astype(int))
    valid = np.asarray(controller.valid_predict_params, float).ravel()
    return float(valid.max()) if len(valid) else None


def guarantees(study: Study) -> list[Table]:
    """Find the guaranteed cut on random and on all letters, test it on halves never used, and on dev."""
    judged = study.judged.real()
    grave = judged.letters.examples.escalation >= 3
    risk = judged.probabilities[:, _RISK]
    random = np.char.startswith(judged.letters.strata, "rand")
    rows: list[tuple[Cell, ...]] = []
    for name, at in (("all letters", np.ones(len(risk), bool)), ("random draws only", random)):
        if not at.any():
            continue
        truth, score = grave[at], risk[at]
        cut = guaranteed_cut(truth, score)
        kept, tries, shares = halves(truth, score, judged.groups[at])
        rows.append((
            name, int(truth.sum()), cut, *_at(truth, score, cut), f"{kept} of {tries}",
            float(np.mean(shares)) if shares else None, *_on_dev(study, cut),
        ))  # fmt: skip
        rows.append((
            f"{name}: the model's own cut", int(truth.sum()), study.model.thresholds.high,
            *_at(truth, score, study.model.thresholds.high), None, None, *_on_dev(study, study.model.thresholds.high),
        ))  # fmt: skip
    notes = (
        f"Asked for: at least {RECALL:.0%} of level-3 letters in the high band, with {CONFIDENCE:.0%} confidence. Below "
        f"{least_positives()} level-3 letters no data can promise it.",
        "A guarantee holds for letters drawn like those it was made on. Held-out halves: 40 random halves by copy group, the cut made "
        "on one and recall counted on the other.",
    )
    columns = (
        "made on", "level-3 letters", "cut", "recall", "share of letters above", "halves that kept it", "mean recall there",
        "recall on dev", "95 % interval on dev", "share of dev above",
    )  # fmt: skip
    return [
        Table("guarantee", "Risk control: the high band", columns, tuple(rows), notes),
        capacity(study),
        selective(study),
    ]


def _at(truth: Array, score: Array, cut: float | None) -> tuple[Cell, Cell]:
    if cut is None:
        return None, None
    return float((score[truth] >= cut).mean()), float((score >= cut).mean())


def _on_dev(study: Study, cut: float | None) -> tuple[Cell, Cell, Cell]:
    if study.dev is None or cut is None:
        return None, None, None
    truth = study.dev.examples.escalation >= 3
    score = study.model.probabilities(study.dev.petitions)[:, _RISK]
    recall, above = _at(truth, score, cut)
    found = score[truth] >= cut
    return recall, span(interval(lambda r: float(found[r].mean()), len(found), study.resamples)), above


def halves(truth: Array, score: Array, groups: NDArray[np.int64], tries: int = 40) -> tuple[int, int, list[float]]:
    """Return on how many of `tries` random halves the cut made on the other half kept its recall, and each recall."""
    rng = np.random.default_rng(0)
    names, at = np.unique(groups, return_inverse=True)
    shares = []
    for _ in range(tries):
        here = (rng.random(len(names)) < 0.5)[at]
        cut = guaranteed_cut(truth[here], score[here])
        if cut is not None and truth[~here].any():
            shares.append(float((score[~here][truth[~here]] >= cut).mean()))
    return sum(share >= RECALL for share in shares), len(shares), shares


def capacity(study: Study) -> Table:
    """Return the cut for each share of letters an office can read first in a week, and what it then finds."""
    judged = study.judged.real()
    random = np.char.startswith(judged.letters.strata, "rand")
    some = judged.take(np.flatnonzero(random)) if random.any() else judged
    levels, risk = some.letters.examples.escalation, some.probabilities[:, _RISK]
    rows: list[tuple[Cell, ...]] = []
    for share in (0.05, 0.1, 0.15, 0.2, 0.3, 0.4):
        cut = float(np.quantile(risk, 1 - share))
        above = risk >= cut
        found = [interval(_found(above, levels >= n), len(risk), study.resamples) for n in (2, 3)]
        rows.append((
            f"{share:.0%}", cut, float((levels[above] >= 2).mean()), float(above[levels >= 2].mean()), span(found[0]),
            float(above[levels >= 3].mean()), span(found[1]),
        ))  # fmt: skip
    columns = (
        "letters read first", "cut", "of these level 2 or 3", "level 2 and above found", "95 % interval", "level 3 found",
        "95 % interval ",
    )  # fmt: skip
    note = f"{len(risk)} {'random draws' if random.any() else 'letters'}, out of fold."
    return Table("capacity", "Thresholds by weekly capacity", columns, tuple(rows), (note,))


def _found(above: Array, truth: Array) -> Callable[[NDArray[np.int64]], float]:
    return lambda rows: float(above[rows][truth[rows]].mean()) if truth[rows].any() else float("nan")


def coverage(truth: Array, said: Array, sure: Array, share: float) -> tuple[Array, Array]:
    """Return truth and decision of the surest `share` of letters."""
    kept = np.argsort(-sure, kind="stable")[: max(1, round(share * len(sure)))]
    return truth[kept], said[kept]


def selective(study: Study) -> Table:
    """Return agreement of the surest letters with their labels, against the agreement of two annotators."""
    judged = study.judged.real()
    at = cut_vector(study.model.thresholds)
    sets = [("out of fold", judged.letters.examples.targets, judged.probabilities)]
    if study.dev is not None:
        sets.append(("dev", study.dev.examples.targets, study.model.probabilities(study.dev.petitions)))
    rows: list[tuple[Cell, ...]] = []
    shares = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
    for where, y, p in sets:
        for name in (*TAG_NAMES, RISK_OUTPUT):
            k = OUTPUTS.index(name)
            truth, cut = y[:, k] > 0, float(at[k]) if name in TAG_NAMES else 0.5
            said = p[:, k] >= cut
            # Distance in logits: near 0 and 1 a step of probability means more.
            logit = np.log(np.clip(p[:, k], 1e-6, 1 - 1e-6) / (1 - np.clip(p[:, k], 1e-6, 1 - 1e-6)))
            sure = np.abs(logit - np.log(cut / (1 - cut)))
            agreed = [kappa(*coverage(truth, said, sure, share)) for share in shares]
            fine = np.round(np.arange(1, 0.04, -0.01), 2)
            curve = [kappa(*coverage(truth, said, sure, float(c))) for c in fine]
            reached = [float(c) for c, value in zip(fine, curve, strict=True) if value >= ANNOTATORS[name]]
            rows.append((where, name, ANNOTATORS[name], *agreed, f"{max(reached):.0%}" if reached else "never"))
    columns = ("letters", "output", "annotators", *(f"{s:.0%}" for s in shares), "level of annotators at")
    notes = (
        "Kappa of the model with the label among the surest letters; the last column is the largest share of letters at which it "
        "reaches that of two annotators.",
        *reviewed(study),
    )
    return Table("selective", "Selective prediction: coverage against agreement", columns, tuple(rows), notes)


def reviewed(study: Study) -> tuple[str, ...]:
    """Say how much the letters marked for review differ from the others."""
    letters = study.held_out
    assessments = study.model.score(letters.petitions)
    flagged = np.array([bool(a.review) for a in assessments])
    said = np.array([[t in a.tags for t in TAG_NAMES] for a in assessments])
    truth = letters.examples.targets[:, : len(TAG_NAMES)] > 0
    right = (said == truth).all(axis=1)
    if not flagged.any() or flagged.all():
        return ()
    return (
        f"`review` marks {flagged.mean():.0%} of {len(letters)} {study.where}: all three tags are right in "
        f"{right[flagged].mean():.0%} of these and in {right[~flagged].mean():.0%} of the others.",
    )
