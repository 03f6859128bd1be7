"""What most would write instead, and the limits nobody passes. Every peer does the same work: probabilities of all outputs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline

from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT
from risk_model.text import segmenter

_RISK = OUTPUTS.index(RISK_OUTPUT)
#: Letters the regressions are fitted on; each gets a weight for every feature of the vocabulary all the same.
_TAUGHT = 400


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

    `cut` segments (`jieba.lcut`, as its manual says); `hashing` replaces the vocabularies by hashed columns. The vocabularies are
    of all letters, the regressions are fitted loosely and on a few: what is measured is how long they take to answer.
    """

    def __init__(
        self, texts: Sequence[str], labels: np.ndarray, cut: Callable[[str], list[str]], hashing: bool = False
    ):
        self.features = _union(cut, hashing)
        matrix = self.features.fit_transform(texts)
        self.models = []
        for column in labels.T:
            target = np.nan_to_num(column[:_TAUGHT]).astype(int)
            if len(set(target.tolist())) < 2:
                target[0] = 1 - target[0]
            self.models.append(LogisticRegression(solver="liblinear", tol=1.0).fit(matrix[:_TAUGHT], target))

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


class FastText:
    """fastText's supervised classifier on words cut beforehand, every label asked for: one against all, pairs of words too.

    It shares what words mean between labels and looks up no character n-grams, so it does less than the others.
    """

    def __init__(self, texts: Sequence[str], labels: np.ndarray, cut: Callable[[str], list[str]]):
        self._cut = cut
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "letters.txt")
            lines = (
                " ".join(f"__label__{k}" for k in np.flatnonzero(row == 1)) + " " + self._line(text)
                for text, row in zip(texts, labels, strict=True)
            )
            path.write_text("\n".join(lines), encoding="utf-8")
            settings = {"loss": "ova", "wordNgrams": 2, "dim": 100, "epoch": 2, "thread": 1, "verbose": 0}
            self._model = import_module("fasttext").train_supervised(str(path), **settings)

    def answer(self, texts: Sequence[str]) -> Any:
        """Return labels and probabilities of each letter."""
        return self._model.predict([self._line(text) for text in texts], k=-1, threshold=-1.0)

    def _line(self, text: str) -> str:
        return " ".join(self._cut(text)).replace("\n", " ")


def fasttext(texts: Sequence[str], labels: np.ndarray, cut: Callable[[str], list[str]]) -> FastText | None:
    """Return the peer where the package is installed; it is no requirement, its wheels are for few systems."""
    return FastText(texts, labels, cut) if find_spec("fasttext") else None


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
