"""The public messages of the studies, and a stand-in for the model's scores.

The files hold real messages and are not part of the project: `--data` names their folder. The stand-in is a plain TF-IDF + logistic
regression, out of fold for labelled messages, so that no study reads a score that has seen the message's own label. It is for
studies only; in the product the caller gives the released model's scores.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict

from risk_model.matters import Facts, Letters, make_letters
from risk_model.taxonomy import FACTOR_NAMES, SUBTAGS
from risk_model.text import prepare_many, segmenter

FILES = ("petitions_train.csv", "petitions_dev.csv", "petitions_unlabelled.csv.gz")
#: Sub-tags that say what a matter is about; those of governance say how it was handled.
TOPICS = tuple(s.name for s in SUBTAGS if s.tag != "governance" and s.name != "family_neighbor_dispute")


@dataclass(frozen=True)
class Study:
    """Letters of one city with stand-in scores, and where they came from."""

    letters: Letters
    facts: Facts
    folder: Path

    @property
    def matters(self) -> list[list[str]]:
        """Return the listed matters, each as the ids of its letters that are at hand."""
        known = set(self.letters.ids)
        lines = (self.folder / "matters_dev.jsonl").read_text(encoding="utf-8").splitlines()
        return [[i for i in json.loads(line)["ids"] if i in known] for line in lines]


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with --data and --prefix."""
    out = argparse.ArgumentParser(description=description)
    out.add_argument("--data", type=Path, required=True, help="folder of the public messages")
    out.add_argument("--prefix", default="s3-", help="ids to take")
    return out


def load_study(folder: Path, prefix: str) -> Study:
    """Read the messages and score them by the stand-in."""
    table = pd.concat([pd.read_csv(folder / name) for name in FILES]).drop_duplicates("id")
    table[["title", "body"]] = table[["title", "body"]].fillna("")
    table = table.reset_index(drop=True)
    scores = _stand_in(table)
    keep = np.flatnonzero(table["id"].str.startswith(prefix))
    part = table.iloc[keep]
    letters = make_letters(
        part["id"].tolist(),
        prepare_many(part["title"].tolist()),
        prepare_many(part["body"].tolist()),
        pd.to_datetime(part["received_at"]).to_numpy("datetime64[D]"),
        topics=np.column_stack([scores[t] for t in TOPICS])[keep],
    )
    ids = part["id"].tolist()
    stated = {f: scores[f][keep] >= 0.5 for f in FACTOR_NAMES}
    factors = {i: tuple(f for f in FACTOR_NAMES if stated[f][k]) for k, i in enumerate(ids)}
    return Study(letters, Facts(dict(zip(ids, scores["risk"][keep].tolist(), strict=True)), factors), folder)


def _stand_in(table: pd.DataFrame) -> dict[str, np.ndarray]:
    cut = segmenter().cut
    texts = prepare_many((table["title"] + "\n" + table["body"]).tolist())
    words = TfidfVectorizer(analyzer=lambda t: [w for w in cut(t) if len(w) > 1], sublinear_tf=True, min_df=3)
    x = words.fit_transform(texts)
    labelled = table["escalation"].notna().to_numpy()
    known = table[labelled]
    targets = {"risk": known["escalation"].to_numpy() >= 2}
    targets |= {t: known["subtags"].fillna("").str.contains(t).to_numpy() for t in TOPICS}
    targets |= {f: known["factors"].fillna("").str.contains(f).to_numpy() for f in FACTOR_NAMES}
    out = {}
    for name, y in targets.items():
        model = LogisticRegression(C=5, solver="liblinear")
        folds = KFold(5, shuffle=True, random_state=0)
        p = np.zeros(len(table))
        p[labelled] = cross_val_predict(model, x[labelled], y, cv=folds, method="predict_proba")[:, 1]
        p[~labelled] = model.fit(x[labelled], y).predict_proba(x[~labelled])[:, 1]
        out[name] = p
    return out
