"""What most would write instead, and the limits nobody passes. Every peer does the same work: probabilities of all outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import jieba
import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline

from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT
from risk_model.text import segmenter

_RISK = OUTPUTS.index(RISK_OUTPUT)


def _union(cut: Callable[[str], list[str]], hashing: bool) -> FeatureUnion:
    if hashing:
        # Counts as they are, so that the TF-IDF behind them means what it means in the others.
        plain = {"lowercase": False, "alternate_sign": False, "norm": None}
        word = make_pipeline(
            HashingVectorizer(tokenizer=cut, token_pattern=None, ngram_range=(1, 2), **plain),
            TfidfTransformer(sublinear_tf=True),
        )
        char = make_pipeline(
            HashingVectorizer(analyzer="char", ngram_range=(2, 4), **plain), TfidfTransformer(sublinear_tf=True)
        )
    else:
        word = TfidfVectorizer(tokenizer=cut, token_pattern=None, ngram_range=(1, 2), sublinear_tf=True)
        char = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True)
    return FeatureUnion([("word", word), ("char", char)])


class Textbook:
    """Word and character n-grams, TF-IDF, one logistic regression for each output.

    `cut` segments (`jieba.lcut`, as its manual says); `hashing` replaces the vocabularies by hashed columns. The regressions are fitted loosely: what is measured is
    how long they take to answer.
    """

    def __init__(
        self, texts: Sequence[str], labels: np.ndarray, cut: Callable[[str], list[str]], hashing: bool = False
    ):
        self.features = _union(cut, hashing)
        matrix = self.features.fit_transform(texts)
        self.models = []
        for column in labels.T:
            target = np.nan_to_num(column).astype(int)
            if len(set(target.tolist())) < 2:
                target[0] = 1 - target[0]
            self.models.append(LogisticRegression(solver="liblinear", tol=1.0).fit(matrix, target))

    def answer(self, texts: Sequence[str]) -> np.ndarray:
        """Return the probabilities (n, outputs)."""
        matrix = self.features.transform(texts)
        return np.column_stack([model.predict_proba(matrix)[:, 1] for model in self.models])

    def explain(self, texts: Sequence[str], most: int = 5) -> list[list[tuple[int, float]]]:
        """Return the probabilities' `most` weightiest features of the risk for each letter, after answering."""
        matrix = sp.csr_array(self.features.transform(texts))
        np.column_stack([model.predict_proba(matrix)[:, 1] for model in self.models])
        weights = self.models[_RISK].coef_[0]
        out = []
        for a, b in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
            share = matrix.data[a:b] * weights[matrix.indices[a:b]]
            top = np.argsort(-np.abs(share))[:most]
            out.append(list(zip(matrix.indices[a:b][top].tolist(), share[top].tolist(), strict=True)))
        return out


def limits() -> dict[str, Callable[[Sequence[str]], object]]:
    """Return what cannot be done without: cutting the text into words, and looking at each character once."""
    return {
        "segmentation alone (rjieba)": partial(_each, segmenter().cut),
        "segmentation alone (jieba)": partial(_each, jieba.lcut),
        "bare pass over the text": _pass,
    }


def _each(cut: Callable[[str], list[str]], texts: Sequence[str]) -> int:
    return sum(len(cut(text)) for text in texts)


def _pass(texts: Sequence[str]) -> int:
    return int(np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).sum())
