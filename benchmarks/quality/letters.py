"""The letters of a study: labels, how each was drawn and when it came; out-of-fold judgements and their cache."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.model_selection import GroupKFold

from risk_model.estimator import PetitionRiskClassifier
from risk_model.model import RiskModel
from risk_model.schema import Petition
from risk_model.text import rules
from risk_model.training.duplicates import copy_groups
from risk_model.training.examples import Examples, corpus, corrections, digest, labelled_file, unlabelled_file
from risk_model.training.judging import petitions_of
from risk_model.training.run import lessons_of, split_groups

F32 = NDArray[np.float32]

TRAIN: Final = "petitions_train.csv"
DEV: Final = "petitions_dev.csv"
UNLABELLED: Final = ("petitions_unlabelled.csv.gz", "tipdm7_segmented.csv.gz")

#: Trains in about a minute: for a clone without the public messages.
SMALL: Final = {"most_terms": 15_000, "dimensions": 48, "filters": 48, "epochs": 8, "folds": 3}


@dataclass(frozen=True, slots=True)
class Letters:
    """Labelled letters with the stratum each was drawn from ("corpus" for synthetic ones) and its day (NaT: unknown)."""

    examples: Examples
    strata: NDArray[np.str_]
    days: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.examples)

    def take(self, rows: NDArray[np.int64]) -> Letters:
        """Return the letters of `rows`."""
        return Letters(self.examples.take(rows), self.strata[rows], self.days[rows])

    @property
    def petitions(self) -> list[Petition]:
        """Return title and body of each letter."""
        return petitions_of(self.examples)


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Letters with what models said that had seen neither them nor their copies.

    `logits` (n, 2K) are those of the parts, linear first; `probabilities` (n, K) are joined and calibrated; `groups` are
    the split groups.
    """

    letters: Letters
    logits: F32
    probabilities: F32
    groups: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> OutOfFold:
        """Return the letters of `rows`."""
        return OutOfFold(self.letters.take(rows), self.logits[rows], self.probabilities[rows], self.groups[rows])

    def real(self) -> OutOfFold:
        """Return the real letters, or all where there are none."""
        rows = np.flatnonzero(~self.letters.examples.synthetic)
        return self.take(rows) if len(rows) else self


def read_labelled(path: Path) -> Letters:
    """Read a labelled file with its columns `stratum` and `received_at`."""
    examples = labelled_file(path)
    table = (
        pd.read_csv(path, usecols=["id", "stratum", "received_at"], dtype=str).set_index("id").loc[list(examples.ids)]
    )
    days = pd.to_datetime(table["received_at"], errors="coerce").to_numpy("datetime64[D]")
    return Letters(examples, table["stratum"].fillna("").to_numpy(np.str_), days)


def read_corpus() -> Letters:
    """Return the built-in synthetic corpus."""
    examples = corpus()
    none = np.full(len(examples), np.datetime64("NaT"), "datetime64[D]")
    return Letters(examples, np.full(len(examples), "corpus"), none)


def read_all(folder: Path | None) -> Letters:
    """Return corpus and training letters, in the order of training."""
    own = read_corpus()
    if folder is None:
        return own
    real = read_labelled(folder / TRAIN)
    return Letters(
        Examples.concatenate([own.examples, real.examples]),
        np.concatenate([own.strata, real.strata]),
        np.concatenate([own.days, real.days]),
    )


def inputs_digest(folder: Path | None, settings: dict[str, object]) -> str:
    """Return a digest of everything out-of-fold judgements depend on: data, word lists, settings, segmentation."""
    from importlib.resources import files

    own = Path(str(files("risk_model.data")))
    paths = [own / name for name in ("corpus.jsonl", "label_corrections.jsonl", "readings.csv", "neutral.tsv")]
    paths += [folder / name for name in (TRAIN, *UNLABELLED)] if folder else []
    told = [rules(), settings, [digest(path) for path in paths]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def fit_out_of_fold(folder: Path | None) -> OutOfFold:
    """Train as `petition-risk train` does and keep the out-of-fold judgements; small settings without real letters."""
    letters = read_all(folder)
    examples = letters.examples
    classifier = PetitionRiskClassifier(**({} if folder else SMALL))
    unlabelled = [t for name in UNLABELLED for t in unlabelled_file(folder / name)] if folder else []
    targets = corrected_targets(letters, folder)
    groups = split_groups(examples)
    real = ~examples.synthetic if (~examples.synthetic).any() else None
    paths = [folder / name for name in UNLABELLED] if folder else []
    taught = lessons_of(examples, targets, paths, classifier.seed)
    classifier.fit(examples.texts, examples.targets, groups, unlabelled, real, taught)
    return OutOfFold(letters, classifier.part_logits_, classifier.out_of_fold_, groups)


def corrected_targets(letters: Letters, folder: Path | None) -> F32:
    """Return the labels that teach: corrected where a second reading and a model agreed against the first."""
    targets = letters.examples.targets.copy()
    if folder:
        targets[~letters.examples.synthetic] = labelled_file(folder / TRAIN, corrections()).targets
    return targets


def cached_out_of_fold(folder: Path | None, out: Path) -> OutOfFold:
    """Return the out-of-fold judgements, trained once for each state of data and settings and kept in `out`."""
    settings = {
        k: v for k, v in PetitionRiskClassifier(**({} if folder else SMALL)).get_params().items() if k != "n_jobs"
    }
    path = out / f"out-of-fold-{inputs_digest(folder, settings)}.npz"
    if not path.exists():
        print(f"training out of fold, kept in {path.name}", flush=True)
        made = fit_out_of_fold(folder)
        out.mkdir(parents=True, exist_ok=True)
        ids = np.array(made.letters.examples.ids)
        np.savez_compressed(path, ids=ids, raw=made.logits, oof=made.probabilities)
    return read_out_of_fold(path, read_all(folder))


def read_out_of_fold(path: Path, letters: Letters) -> OutOfFold:
    """Read judgements by message id (arrays ids, raw, oof); letters that the file or `letters` lacks are left out."""
    with np.load(path, allow_pickle=False) as file:
        place = {key: i for i, key in enumerate(file["ids"].tolist())}
        rows = np.array([i for i, key in enumerate(letters.examples.ids) if key in place], np.int64)
        at = np.array([place[letters.examples.ids[i]] for i in rows.tolist()], np.int64)
        raw, said = file["raw"][at].astype(np.float32), file["oof"][at].astype(np.float32)
    kept = letters.take(rows)
    return OutOfFold(kept, raw, said, split_groups(kept.examples))


@dataclass(frozen=True, slots=True)
class Study:
    """Everything the parts read. `dev` was never trained on; without the public messages it is None."""

    model: RiskModel
    folder: Path | None
    dev: Letters | None
    judged: OutOfFold
    resamples: int = 300
    retrain: bool = False

    @property
    def held_out(self) -> Letters:
        """Return the letters that whole-model checks run on: dev, or every fourth corpus letter (which it learnt)."""
        if self.dev is not None:
            return self.dev
        own = read_corpus()
        return own.take(np.arange(0, len(own), 4))

    @property
    def where(self) -> str:
        """Say what `held_out` is."""
        return "dev letters, never trained on" if self.dev is not None else "corpus letters, which the model learnt"


def linear_only(judged: OutOfFold) -> OutOfFold:
    """Return the judgements of the linear part alone, uncalibrated."""
    k = judged.probabilities.shape[1]
    return replace(judged, probabilities=expit(judged.logits[:, :k]).astype(np.float32))


def folds_of(groups: NDArray[np.int64], folds: int = 5) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return grouped train and test rows."""
    return list(GroupKFold(min(folds, len(np.unique(groups)))).split(groups, groups=groups))


def groups_of(letters: Letters) -> NDArray[np.int64]:
    """Return copy groups of letters."""
    return copy_groups(letters.examples.texts)
