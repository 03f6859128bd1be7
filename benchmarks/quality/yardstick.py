"""External yardstick: the seven classes of the public benchmark, by our features and by others trained on the same data here.

fastText is compared where it can be imported; it is no dependency of the project (`pip install fasttext-numpy2-wheel`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler, normalize
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from benchmarks.quality.letters import F32, Study
from benchmarks.quality.resample import interval
from benchmarks.quality.tables import Cell, Figure, Table, span
from risk_model.encoder import UNKNOWN, logits, word_tables
from risk_model.encoder import Letters as Words
from risk_model.encoder.train import Recipe
from risk_model.encoder.train import fit as fit_encoder
from risk_model.encoder.vectors import word_vectors
from risk_model.estimator.vocabulary import learn_terms, learn_words
from risk_model.features import (
    Indifference,
    TermTable,
    WordTable,
    indifferent,
    make_batch,
    masked_words,
    neutral_keys,
    tally,
    weigh,
    word_keys,
    word_letters,
)
from risk_model.text import prepare_many, segmenter

FILE: Final = "tipdm7_segmented.csv.gz"
FOLDS: Final = ("fold_grouped", "fold_random")
_BATCH: Final = 500

#: Margins (n, classes) of letters to judge, after learning from others.
Margins = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[Any]]


def yardstick(study: Study) -> list[Table]:
    """Return macro-F1 of the seven classes by way of learning, for both fold columns."""
    if study.folder is None or not (study.folder / FILE).exists():
        return []
    table = pd.read_csv(study.folder / FILE).fillna("")
    names, truth = np.unique(table["label"].to_numpy(str), return_inverse=True)
    rows: list[tuple[Cell, ...]] = []
    figures: dict[str, Figure] = {}
    saved: dict[str, dict[str, NDArray[Any]]] = {}
    for name, margins in ways(table["text"].tolist(), truth, study):
        cells: list[Cell] = [name]
        for column in FOLDS:
            with threadpool_limits(1):
                said = crossed(margins, truth, table[column].to_numpy(), len(names))
            saved.setdefault(name, {})[column] = said
            cells += _judged(truth, said, study.resamples)
        print(f"  {cells}", flush=True)
        rows.append(tuple(cells))
    own = [name for name in saved if name.startswith("ours")]
    if len(own) > 1:
        mixed = {c: np.mean([saved[n][c] / saved[n][c].std() for n in own], axis=0) for c in FOLDS}
        rows.append(
            (f"ours, {len(own)} joined", *(cell for c in FOLDS for cell in _judged(truth, mixed[c], study.resamples)))
        )
    best = max((r for r in rows if str(r[0]).startswith("ours")), key=lambda r: float(r[1] or 0))
    low, high = map(float, str(best[2]).split(" – "))
    figures["seven_classes.macro_f1"] = (float(best[1] or 0), (low, high))
    notes = (
        f"{len(truth)} letters, {len(names)} classes, already segmented with stop words removed; joined again for our own segmentation.",
        *(() if find_spec("fasttext") else ("fastText is not installed here and was not compared.",)),
        *(() if study.retrain else ("The clause encoder needs `--retrain` (ten fits).",)),
    )
    columns = ("way", "macro-F1 grouped", "95 % interval", "macro-F1 random", "95 % interval ")
    return [Table("yardstick", "Seven classes of the public benchmark", columns, tuple(rows), notes, figures)]


def _judged(truth: NDArray[np.int64], said: NDArray[Any], resamples: int) -> list[Cell]:
    guess = said.argmax(axis=1)
    bounds = interval(lambda r: f1_score(truth[r], guess[r], average="macro"), len(truth), min(resamples, 200))
    return [float(f1_score(truth, guess, average="macro")), span(bounds)]


def crossed(margins: Margins, truth: NDArray[np.int64], folds: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Return margins of every letter from a way that learnt from the other folds."""
    out = np.zeros((len(truth), classes))
    for fold in np.unique(folds):
        out[folds == fold] = margins(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
    return out


def ways(texts: list[str], truth: NDArray[np.int64], study: Study) -> Iterator[tuple[str, Margins]]:
    """Yield each way of learning."""
    spaced = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(texts)
    yield "TF-IDF of words and pairs + LinearSVC", svm(spaced, truth)
    yield "small neural network on 200 LSA dimensions", network(spaced, truth)
    if find_spec("fasttext"):
        yield "fastText (pairs, 100 dimensions, 25 epochs)", fast_text(texts, truth)
    raw = prepare_many(["".join(text.split(" ")) for text in texts])
    terms = own_terms(raw)
    yield "ours: terms + LinearSVC", svm(terms, truth)
    yield (
        "ours: terms and given words + LinearSVC",
        svm(sp.csr_matrix(sp.hstack([terms, normalize(spaced)])), truth, 0.3),
    )
    if study.retrain:
        yield "ours: clause encoder", encoder(raw, truth)


def svm(values: sp.csr_matrix, truth: NDArray[np.int64], penalty: float = 1.0) -> Margins:
    """Learn a linear support vector machine, one class against the others."""
    matrix = sp.csr_matrix(values)

    def margins(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[Any]:
        return np.asarray(LinearSVC(C=penalty).fit(matrix[train], truth[train]).decision_function(matrix[test]))

    return margins


def network(values: sp.csr_matrix, truth: NDArray[np.int64]) -> Margins:
    """Learn one hidden layer on LSA dimensions."""
    dense = StandardScaler().fit_transform(TruncatedSVD(200, random_state=0).fit_transform(values)).astype(np.float32)

    def margins(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[Any]:
        model = MLPClassifier((128,), alpha=1e-3, early_stopping=True, max_iter=60, random_state=0)
        return np.asarray(model.fit(dense[train], truth[train]).predict_proba(dense[test]))

    return margins


def fast_text(texts: list[str], truth: NDArray[np.int64]) -> Margins:
    """Learn fastText on the words as given."""
    import fasttext

    lines = [" ".join(text.split()) for text in texts]
    classes = int(truth.max()) + 1

    def margins(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[Any]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            path.write_text("\n".join(f"__label__{truth[i]} {lines[i]}" for i in train), encoding="utf-8")
            model = fasttext.train_supervised(
                str(path), dim=100, epoch=25, lr=0.5, wordNgrams=2, thread=1, seed=1, verbose=0
            )
        out = np.zeros((len(test), classes))
        for row, i in enumerate(test.tolist()):
            labels, shares = model.predict(lines[i], k=classes)
            out[row, [int(label.removeprefix("__label__")) for label in labels]] = shares
        return out

    return margins


def own_terms(texts: list[str], least: int = 3, most: int = 200_000) -> sp.csr_matrix:
    """Return the weighed terms of our linear part under a vocabulary of these letters."""
    indifference = Indifference(*neutral_keys())
    learnt = learn_terms(texts, segmenter(), indifference, least, most)
    words, table = WordTable(learnt.keys, learnt.keys[:0], *neutral_keys()), TermTable(learnt.keys)
    parts = []
    for start in range(0, len(texts), _BATCH):
        batch = make_batch(texts[start : start + _BATCH], segmenter())
        keys = word_keys(batch)
        known = words.find(keys)
        masked, asides = indifferent(batch, known.roles)
        found = table.find(batch, masked | asides, keys, known.terms)
        parts.append(weigh(tally(found.terms, found.rows, batch.size), learnt.idf).csr(len(learnt.keys)))
    return sp.csr_matrix(sp.vstack(parts))


def encoder(texts: list[str], truth: NDArray[np.int64]) -> Margins:
    """Learn the clause encoder, all classes together, one seed."""
    known = learn_words(texts, segmenter(), masked_words(), 6)
    table, ids, sizes = WordTable(known.keys[:0], known.keys, *neutral_keys()), [], []
    for start in range(0, len(texts), _BATCH):
        batch = make_batch(texts[start : start + _BATCH], segmenter())
        words = table.find(word_keys(batch))
        masked, asides = indifferent(batch, words.roles)
        words.ids[masked] = UNKNOWN
        some, _ = word_letters(batch, words.ids, known.breaks, asides)
        ids.append(some.ids)
        sizes.append(np.diff(some.offsets))
    every = np.concatenate(ids)
    letters = Words(every, np.concatenate([[0], np.cumsum(np.concatenate(sizes))]), known.breaks[every])
    vectors = word_vectors(letters, len(known.breaks), 128, 0)
    targets: F32 = np.eye(int(truth.max()) + 1, dtype=np.float32)[truth]

    def margins(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[Any]:
        weights = fit_encoder(letters.take(train), targets[train], vectors, Recipe(epochs=12), 0)
        tables = word_tables(weights)
        steps = [logits(letters.take(test[i : i + 64]), weights, tables) for i in range(0, len(test), 64)]
        return np.concatenate(steps)

    return margins
