"""One reviewer in ten gets labels wrong: what the guard and the list of suspects catch.

The model here is the linear part alone, on the corpus; `benchmarks/learning/poison.py` does the same on real messages.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer

from risk_model.artifact import Thresholds
from risk_model.estimator.linear import fit_linear
from risk_model.guard.figures import figures
from risk_model.taxonomy import FACTOR_NAMES, LEVELS, OUTPUTS, SUBTAG_NAMES, TAG_NAMES
from risk_model.text import prepare_many, segmenter
from risk_model.thresholds import decide
from risk_model.training.examples import Examples, corpus
from risk_model.training.measures import Judged
from risk_model.training.suspects import WATCHED, out_of_fold, suspects

TAGS = [OUTPUTS.index(n) for n in TAG_NAMES]
GOVERNANCE = OUTPUTS.index("governance")
CUTS = Thresholds(dict.fromkeys((*TAG_NAMES, *SUBTAG_NAMES, *FACTOR_NAMES), 0.4), high=0.6, medium=0.4)
THEIRS = np.arange(0, 900, 10)


@pytest.fixture(scope="module")
def letters() -> Examples:
    rows = np.random.default_rng(2).permutation(1195)
    return corpus().take(rows)


@pytest.fixture(scope="module")
def values(letters: Examples) -> sp.csr_array:
    vectorizer = TfidfVectorizer(analyzer=lambda t: list(segmenter().cut(t)), min_df=3, sublinear_tf=True)
    return sp.csr_array(vectorizer.fit_transform(prepare_many(letters.texts)))


def judged(letters: Examples, values: sp.csr_array, y: np.ndarray) -> Judged:
    """Learn from the first 900 letters under labels `y`, and judge on the rest, which are locked."""
    weights, bias = fit_linear(values[:900], y[:900], 4.0, 0)
    p = expit(values[900:] @ weights + bias).astype(np.float32)
    return Judged(letters.targets[900:], p, decide(p, CUTS), letters.escalation[900:])


def poisoned(letters: Examples, way: str) -> np.ndarray:
    y = letters.targets.copy()
    if way == "inverted":
        columns = [*TAGS, OUTPUTS.index(LEVELS[1])]
        y[np.ix_(THEIRS, columns)] = 1 - y[np.ix_(THEIRS, columns)]
    else:
        y[THEIRS, GOVERNANCE] = 0
    return y


def test_labels_turned_round_are_caught_by_the_guard_and_most_are_listed(
    letters: Examples, values: sp.csr_array
) -> None:
    y = poisoned(letters, "inverted")
    found = figures("locked", judged(letters, values, y), judged(letters, values, letters.targets), 50)
    worse = {f.name for f in found if f.worse}
    assert {"governance.f1", "risk.brier_ge2"} <= worse
    office = replace(letters, targets=y).take(np.arange(900))
    listed = suspects(office, out_of_fold(office, [OUTPUTS.index(n) for n in WATCHED]))
    theirs = {letters.ids[i] for i in THEIRS}
    assert len({s.letter for s in listed} & theirs) >= 0.7 * len(theirs)


def test_one_label_never_given_is_many_times_as_frequent_in_the_list(letters: Examples) -> None:
    y = poisoned(letters, "deaf")
    office = replace(letters, targets=y).take(np.arange(900))
    listed = suspects(office, out_of_fold(office, [OUTPUTS.index(n) for n in WATCHED]))
    wrong = {letters.ids[i] for i in THEIRS if letters.targets[i, GOVERNANCE] == 1}
    named = [s.letter for s in listed if s.output == "governance" and s.said == 0]
    caught = len(wrong & set(named))
    assert caught >= 0.3 * len(wrong)
    assert caught / len(named) >= 5 * len(wrong) / 900
