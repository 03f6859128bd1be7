"""`PetitionRiskClassifier`: everything that is learnt, as one scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from risk_model.artifact import Parameters, Thresholds, rounded
from risk_model.encoder import FIRST_WORD, Letters, Weights, logits, stepped, word_tables
from risk_model.encoder.makeup import makeup_of
from risk_model.encoder.train import Recipe
from risk_model.encoder.train import fit as fit_encoder
from risk_model.encoder.vectors import word_vectors
from risk_model.errors import LabelError
from risk_model.estimator.linear import fit_linear
from risk_model.estimator.vocabulary import learn_terms, learn_words
from risk_model.features import Indifference, masked_words, neutral_keys
from risk_model.runtime import Scorer
from risk_model.taxonomy import LEVELS, OUTPUTS
from risk_model.text import prepare_many, segmenter

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The two parts fitted on some letters: linear weights and intercepts, and encoder weights, in released
    precision.
    """

    term_weights: F32
    term_bias: F32
    encoder: Weights

    def logits(self, values: sp.csr_array, letters: Letters) -> F32:
        """Return both parts' logits side by side, shape (letters, 2K)."""
        linear = values @ self.term_weights.astype(np.float64) + self.term_bias
        tables = word_tables(self.encoder)
        rows = np.arange(len(letters))
        steps = [logits(letters.take(rows[i : i + 64]), self.encoder, tables) for i in range(0, len(rows), 64)]
        return np.hstack([linear, np.concatenate(steps)])


class PetitionRiskClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Probabilities of tags, sub-tags, factors and escalation levels from the text of letters.

    Two parts are trained side by side: a logistic regression for each output on words, word pairs and character
    n-grams, and the clause encoder (`risk_model.encoder`). Their logits, made out of fold, are joined by one more
    logistic regression for each output, which also calibrates: what it learns from is never what the parts were fitted
    on.

    Parameters
    ----------
    least_letters, most_terms : terms kept stand in at least so many letters; at most so many are kept.
    least_words : encoder words are seen at least so often.
    dimensions : length of the word vectors.
    penalty : inverse strength of the linear part's L2 penalty (scikit-learn's C).
    mix_penalty : the same for joining the two parts.
    cross_weight : how much other labels' logits count beside its own for an escalation level, between 0 and 1.
    filters, epochs : size and training length of the encoder.
    folds : out-of-fold splits, grouped.
    seed : fixes everything random.
    n_jobs : processes for the folds; the result does not depend on it.

    Attributes
    ----------
    parameters_ : `Parameters` without thresholds; what an artifact stores.
    terms_, words_ : the vocabularies.
    out_of_fold_ : probabilities (n, K) for the training letters from models that saw neither them nor their copies.
    part_logits_ : what each part alone said of the training letters, out of fold: linear (n, K), then encoder (n, K).
    classes_ : output names.

    When not to use: on fewer than a few hundred labelled letters; on text other than Chinese.
    """

    def __init__(
        self,
        least_letters: int = 5,
        most_terms: int = 80_000,
        least_words: int = 6,
        dimensions: int = 128,
        penalty: float = 16.0,
        mix_penalty: float = 0.1,
        cross_weight: float = 0.125,
        filters: int = 192,
        epochs: int = 20,
        folds: int = 5,
        seed: int = 20260501,
        n_jobs: int = -1,
    ) -> None:
        self.least_letters = least_letters
        self.most_terms = most_terms
        self.least_words = least_words
        self.dimensions = dimensions
        self.penalty = penalty
        self.mix_penalty = mix_penalty
        self.cross_weight = cross_weight
        self.filters = filters
        self.epochs = epochs
        self.folds = folds
        self.seed = seed
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Sequence[str],
        y: F32,
        groups: Ints | None = None,
        unlabelled: Sequence[str] = (),
        calibrate: NDArray[np.bool_] | None = None,
        taught: tuple[Sequence[str], F32] | None = None,
    ) -> Self:
        """Train on letters `X` (title, line end, body) and labels `y` (n, K) in {0, 1, nan}.

        `groups` keeps copies on one side of every split. `unlabelled` letters feed vocabulary and word vectors.
        `calibrate` flags the letters whose frequencies the probabilities should match (default: all). `taught`, where given,
        are the same letters and labels as the parts are fitted on (other wording, corrected labels), followed by any number
        of letters that only teach, in every split; judging, joining and calibrating go by `X` and `y`.
        """
        y = np.asarray(y, np.float32)
        if y.ndim != 2 or y.shape != (len(X), len(OUTPUTS)):
            raise LabelError(
                f"y has shape {y.shape}, expected ({len(X)}, {len(OUTPUTS)}): one column for each of OUTPUTS"
            )
        groups = np.arange(len(X)) if groups is None else np.asarray(groups)
        calibrate = np.ones(len(X), bool) if calibrate is None else calibrate
        texts = prepare_many(X)
        every = [*texts, *prepare_many(unlabelled)]
        with threadpool_limits(1):  # several threads would add numbers up in another order
            indifference = Indifference(*neutral_keys())
            self.terms_ = learn_terms(every, segmenter(), indifference, self.least_letters, self.most_terms)
            self.words_ = learn_words(every, segmenter(), masked_words(), self.least_words)
            reader = Scorer(self._blank(len(OUTPUTS)))
            values, letters = _read(reader, every)
            vectors = word_vectors(letters, len(self.words_.breaks), self.dimensions, self.seed)
            lessons = (values, letters, y) if taught is None else (*_read(reader, prepare_many(taught[0])), taught[1])
        values, letters = values[: len(X)], letters.take(np.arange(len(X)))
        splits = list(GroupKFold(self.folds).split(texts, groups=groups))
        more = np.arange(len(X), len(lessons[2]))
        jobs = [np.concatenate([train, more]) for train in (*(train for train, _ in splits), np.arange(len(X)))]
        makeup = makeup_of(self.words_.texts, FIRST_WORD)
        fitted: list[_Parts] = Parallel(n_jobs=self.n_jobs)(
            delayed(_fit_parts)(*lessons, rows, vectors, makeup, self.get_params()) for rows in jobs
        )
        raw = np.zeros((len(X), 2 * len(OUTPUTS)), np.float32)
        for (_, held), parts in zip(splits, fitted, strict=False):
            raw[held] = parts.logits(values[held], letters.take(held))
        self.part_logits_ = raw
        mix, bias = self._fit_mix(raw, y, calibrate)
        self.out_of_fold_ = self._cross_mixed(raw, y, calibrate, splits)
        last = fitted[-1]
        self.parameters_ = replace(
            self._blank(len(OUTPUTS)),
            term_weights=last.term_weights,
            term_bias=last.term_bias,
            encoder=last.encoder,
            mix=mix,
            mix_bias=bias,
        )
        self.classes_ = np.array(OUTPUTS)
        return self

    def _blank(self, k: int) -> Parameters:
        terms, words = self.terms_, self.words_
        nothing = np.zeros((0, 0), np.float32)
        keys, roles = neutral_keys()
        return Parameters(
            outputs=OUTPUTS,
            term_keys=terms.keys,
            term_idf=terms.idf,
            term_weights=np.zeros((len(terms.keys), k), np.float32),
            term_bias=np.zeros(k, np.float32),
            word_keys=words.keys,
            word_breaks=words.breaks,
            encoder=Weights(nothing, nothing, nothing, nothing, nothing, nothing, nothing),
            mix=np.zeros((2 * k, k), np.float32),
            mix_bias=np.zeros(k, np.float32),
            neutral_keys=keys,
            neutral_roles=roles,
            thresholds=Thresholds(dict.fromkeys(OUTPUTS, 0.5), 0.5, 0.5),
        )

    def _fit_mix(self, raw: F32, y: F32, calibrate: NDArray[np.bool_]) -> tuple[F32, F32]:
        k = y.shape[1]
        mix, bias = np.zeros((2 * k, k), np.float32), np.zeros(k, np.float32)
        spread = raw.std(axis=0)
        spread[spread == 0] = 1
        for j in range(k):
            rows = np.flatnonzero(calibrate & ~np.isnan(y[:, j]))
            # A label that the calibration letters never carry (it is newer than they are) is calibrated on all that do.
            if len(np.unique(y[rows, j])) < 2:
                rows = np.flatnonzero(~np.isnan(y[:, j]))
            if len(np.unique(y[rows, j])) < 2:
                bias[j] = raw[:, j].mean()
                continue
            # What a model learns from is scaled: a label's own two logits count in full, for the levels all others a
            # little (escalation grows out of tags and factors), for the rest not at all.
            scale = np.full(2 * k, self.cross_weight if OUTPUTS[j] in LEVELS else 0.0)
            scale[[j, k + j]] = 1.0
            used = np.flatnonzero(scale)
            scale = scale[used] / spread[used]
            model = LogisticRegression(C=self.mix_penalty, max_iter=2000)
            model.fit(raw[rows][:, used] * scale, y[rows, j].astype(int))
            mix[used, j] = model.coef_[0] * scale
            bias[j] = model.intercept_[0]
        return mix, bias

    def _cross_mixed(self, raw: F32, y: F32, calibrate: NDArray[np.bool_], splits: list[tuple[Ints, Ints]]) -> F32:
        """Return probabilities whose mixing, too, was learnt without the letters they are for."""
        out = np.empty_like(y)
        for train, held in splits:
            mix, bias = self._fit_mix(raw[train], y[train], calibrate[train])
            out[held] = expit(raw[held] @ mix + bias)
        return out

    def decision_function(self, X: Sequence[str]) -> F32:
        """Return calibrated logits (n, K), part by part as they were trained: the reference for the run time."""
        check_is_fitted(self, "parameters_")
        p = self.parameters_
        values, letters = _read(Scorer(p), prepare_many(X))
        raw = _Parts(p.term_weights, p.term_bias, p.encoder).logits(values, letters)
        return np.asarray(raw @ p.mix + p.mix_bias, np.float32)

    def predict_proba(self, X: Sequence[str]) -> F32:
        """Return probabilities (n, K) in [0, 1], in the order of `classes_`."""
        return np.asarray(expit(self.decision_function(X)), np.float32)

    def predict(self, X: Sequence[str]) -> NDArray[np.int64]:
        """Return 0/1 decisions (n, K) at probability one half; released models carry tuned thresholds instead."""
        return (self.predict_proba(X) >= 0.5).astype(np.int64)

    def get_feature_names_out(self, input_features: None = None) -> NDArray[np.object_]:
        """Return the terms of the linear part, as text."""
        check_is_fitted(self, "terms_")
        return np.array(self.terms_.texts, dtype=object)


def _read(reader: Scorer, texts: Sequence[str]) -> tuple[sp.csr_array, Letters]:
    values, ids, sizes = [], [], []
    for _, _, encoded in reader.batches(texts):
        values.append(reader.terms(encoded).csr(len(reader.vocabulary)))
        ids.append(encoded.letters.ids)
        sizes.append(np.diff(encoded.letters.offsets))
    every = np.concatenate(ids)
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    return sp.csr_array(sp.vstack(values)), Letters(every, offsets, reader.parameters.word_breaks[every])


def _fit_parts(
    values: sp.csr_array,
    letters: Letters,
    y: F32,
    rows: Ints,
    vectors: F32,
    makeup: sp.csr_array,
    settings: dict[str, Any],
) -> _Parts:
    with threadpool_limits(1):
        weights, bias = fit_linear(values[rows], y[rows], settings["penalty"], settings["seed"])
        recipe = Recipe(filters=settings["filters"], epochs=settings["epochs"])
        encoder = fit_encoder(letters.take(rows), y[rows], vectors, recipe, settings["seed"], makeup=makeup)
    # Rounded as the file keeps them, so that what is calibrated and measured is what is released.
    kept = {name: rounded(f"encoder.{name}", array).astype(np.float32) for name, array in asdict(encoder).items()}
    return _Parts(rounded("term_weights", weights).astype(np.float32), bias, stepped(Weights(**kept)))
