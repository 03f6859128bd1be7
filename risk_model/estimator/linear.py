"""The linear part: one logistic regression for each output on the weighed terms."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

F32 = NDArray[np.float32]


def fit_linear(values: sp.csr_array, targets: F32, penalty: float, seed: int) -> tuple[F32, F32]:
    """Return weights (F, K) and intercepts (K,) for `targets` (n, K) in {0, 1, nan}.

    Rows whose target is nan (the label did not exist when they were labelled) do not count for that output. An output
    with a single class gets no weights and the logit of its smoothed frequency. Classes are not re-weighted: that would
    break calibration.
    """
    weights = np.zeros((values.shape[1], targets.shape[1]), np.float32)
    intercepts = np.zeros(targets.shape[1], np.float32)
    matrix = sp.csr_matrix(values)  # liblinear wants the older class
    for k, target in enumerate(targets.T):
        known = np.flatnonzero(~np.isnan(target))
        positive = float(target[known].sum())
        if positive in (0.0, float(len(known))):
            share = (positive + 0.5) / (len(known) + 1)
            intercepts[k] = np.log(share / (1 - share))
            continue
        rows = matrix if len(known) == len(target) else matrix[known]
        # Far more terms than letters: the dual has one variable a letter and takes a third of the time.
        model = LogisticRegression(C=penalty, solver="liblinear", dual=True, random_state=seed, max_iter=1000)
        model.fit(rows, target[known].astype(int))
        weights[:, k] = model.coef_[0]
        intercepts[k] = model.intercept_[0]
    return weights, intercepts
