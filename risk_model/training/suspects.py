"""Labels that look like slips: a model that has not seen the letter is confident of the opposite (confident learning [1]).

The list is for a person to look at. Nothing is relabelled by it: a model that corrects its own teachers learns to
agree with itself.

[1] C. Northcutt, L. Jiang, I. Chuang, Confident learning: estimating uncertainty in dataset labels, JAIR 70 (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold

from risk_model.errors import InputError, LabelError
from risk_model.estimator.linear import fit_linear
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT, TAG_NAMES
from risk_model.text import prepare_many, segmenter
from risk_model.training.examples import Examples, corpus, reviewed_file

F32 = NDArray[np.float32]

#: The labels that are worth a second reading one by one; sub-tags follow from their tag.
WATCHED: Final = (*TAG_NAMES, RISK_OUTPUT)
#: Fewer letters of a kind than this tell nothing of it.
_FEWEST: Final = 10
_FOLDS: Final = 5
_PENALTY: Final = 4.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label in doubt: what was said (0 or 1) and the probability that a model gives it out of fold."""

    letter: str
    output: str
    said: int
    probability: float


def doubtful(path: Path) -> list[Suspect]:
    """Return the suspects among a file of decisions, most doubtful first; raises `InputError` without cleanlab."""
    reviewed = reviewed_file(path)
    office = Examples.concatenate([reviewed.lessons, reviewed.locked])
    everything = Examples.concatenate([office, corpus()])
    held_out = out_of_fold(everything, [OUTPUTS.index(n) for n in WATCHED])
    return suspects(office, held_out[: len(office)])


def suspects(examples: Examples, held_out: F32) -> list[Suspect]:
    """Return suspects given probabilities (n, len(WATCHED)) that were made without the letter."""
    try:
        from cleanlab.filter import find_label_issues
    except ImportError:
        raise InputError('缺少 cleanlab：请安装 pip install "petition-risk[quality]"') from None
    out = []
    for column, name in enumerate(WATCHED):
        said = examples.targets[:, OUTPUTS.index(name)]
        known = np.flatnonzero(~np.isnan(said))
        labels = said[known].astype(int)
        if min(labels.sum(), len(labels) - labels.sum()) < _FEWEST:
            continue
        p = held_out[known, column]
        found = find_label_issues(
            labels, np.stack([1 - p, p], axis=1), return_indices_ranked_by="self_confidence", n_jobs=1
        )
        out += [Suspect(examples.ids[known[i]], name, int(labels[i]), float(p[i])) for i in found]
    if not len(examples):
        raise LabelError("没有可以检查的复核记录")
    return sorted(out, key=lambda s: s.probability if s.said else 1 - s.probability)


def out_of_fold(examples: Examples, columns: Sequence[int]) -> F32:
    """Return probabilities of some outputs from models that saw neither the letter nor a copy of it.

    A logistic regression on words and pairs of words: seconds instead of minutes, and good enough to doubt by.
    """
    from risk_model.training.run import split_groups

    cut = segmenter().cut

    def words(text: str) -> list[str]:
        found = list(cut(text))
        return [*found, *(f"{a} {b}" for a, b in pairwise(found))]

    vectorizer = TfidfVectorizer(analyzer=words, min_df=3, sublinear_tf=True, max_features=30_000)
    values = sp.csr_array(vectorizer.fit_transform(prepare_many(examples.texts)))
    out = np.zeros((len(examples), len(columns)), np.float32)
    targets = examples.targets[:, list(columns)]
    for taught, held in GroupKFold(_FOLDS).split(values, groups=split_groups(examples)):
        weights, bias = fit_linear(values[taught], targets[taught], _PENALTY, 0)
        out[held] = expit(values[held] @ weights + bias)
    return out
