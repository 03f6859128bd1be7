"""Outcome validity: labels are opinions, growth is a fact. Does a matter's first letter foretell further letters?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.quality.letters import DEV, F32, TRAIN, UNLABELLED, Study
from benchmarks.quality.resample import auc, average_precision, interval
from benchmarks.quality.tables import Cell, Figure, Table, span
from risk_model.schema import Petition
from risk_model.taxonomy import FACTOR_NAMES, LEVELS, OUTPUTS, RISK_OUTPUT, SUBTAG_NAMES

MATTERS: Final = "matters_dev.jsonl"
UNJUDGED: Final = "matters_unjudged_ids.txt"
_COLUMN: Final = {name: k for k, name in enumerate(OUTPUTS)}

#: What the place or circle named in a letter spans: who else can have the same trouble.
SCOPES: Final[Mapping[str, re.Pattern[str]]] = {
    "compound": re.compile("小区|楼盘|花园|家园|公寓|业主|社区|[一二三四五六]期|栋"),
    "village": re.compile("村|组|乡|镇"),
    "road or line": re.compile("路|街|大道|地铁|公交|号线|高速|桥|站"),
    "firm": re.compile("公司|集团|厂|企业|银行|平台|商铺|车贷|投资"),
    "school or hospital": re.compile("学校|小学|中学|大学|学院|幼儿园|医院"),
    "whole city": re.compile("全市|政策|条例|规定|公积金|人才|落户|购房资格|补贴"),
    "one person": re.compile("本人|我家|我父|我母|我儿|我女|我老公|我老婆|请问我"),
}


@dataclass(frozen=True, slots=True)
class FirstLetters:
    """First letters of matters: judgements (n, K) of models that had not learnt them, whether each grew, and its text."""

    ids: tuple[str, ...]
    said: F32
    grew: NDArray[np.bool_]
    petitions: tuple[Petition, ...]


def outcomes(study: Study) -> list[Table]:
    """Return how well the score and what stands beside it foretell growth."""
    if study.folder is None or not (study.folder / MATTERS).exists():
        return []
    first = first_letters(study)
    ways = features(first)
    rows: list[tuple[Cell, ...]] = []
    for name, values in ways.items():
        score = values[:, 0] if values.shape[1] == 1 else cross_scored(values, first.grew)
        area = auc(first.grew, score)
        bounds = interval(lambda r, s=score: auc(first.grew[r], s[r]), len(score), study.resamples)  # type: ignore[misc]
        gain = interval(
            lambda r, s=score: auc(first.grew[r], s[r]) - auc(first.grew[r], ways["risk score alone"][r, 0]), len(score), 200,
        )  # type: ignore[misc]  # fmt: skip
        rows.append(
            (
                name,
                values.shape[1],
                area,
                span(bounds),
                average_precision(first.grew, score),
                f"{gain[0]:+.3f} – {gain[1]:+.3f}",
            )
        )
    by_level = [(float(first.grew[at].mean()), int(at.sum())) for at in quarters(ways["risk score alone"][:, 0])]
    told = "; ".join(f"{share:.1%} of {n}" for share, n in by_level)
    figures: dict[str, Figure] = {"outcome.auc": (float(rows[0][2] or 0), None)}
    notes = (
        f"{int(first.grew.sum())} listed matters that drew two or more further letters against {int((~first.grew).sum())} letters of no "
        "listed matter, one city. Models of several columns: logistic regression, five folds, five times. The lists are not complete: "
        "some single letters may belong to a matter.",
        f"Share that grew by quarter of the risk score, lowest first: {told}.",
        "The score is the probability that readers of the letter call it a group matter. Whether others write too depends on things the "
        "letter does not say (how many are hit, whether they were answered), so this says more about urgency than about growth.",
    )
    columns = (
        "what is known of the first letter",
        "columns",
        "AUC",
        "95 % interval",
        "AP",
        "gain in AUC over the score (95 %)",
    )
    return [Table("outcomes", "Outcome validity", columns, tuple(rows), notes, figures)]


def first_letters(study: Study) -> FirstLetters:
    """Collect the earliest letter of each listed matter of three or more, and all letters of the same city in none."""
    folder = study.folder
    assert folder is not None
    table = pd.concat([pd.read_csv(folder / name, dtype=str) for name in (TRAIN, DEV, UNLABELLED[0])]).drop_duplicates(
        "id"
    )
    table[["title", "body"]] = table[["title", "body"]].fillna("")
    table = table.set_index("id")
    days = pd.to_datetime(table["received_at"], errors="coerce")
    matters = listed(folder / MATTERS)
    unjudged = set((folder / UNJUDGED).read_text(encoding="utf-8").split()) if (folder / UNJUDGED).exists() else set()
    grown = [min((i for i in ids if i in days.index), key=lambda i: days[i]) for ids in matters if len(ids) >= 3]
    within = {i for ids in matters for i in ids} | unjudged
    prefix = pd.Series([i.split("-")[0] for i in grown]).mode()[0]
    # Only letters judged out of fold: others would be told apart by which model judged them, not by what they say.
    said = dict(zip(study.judged.letters.examples.ids, study.judged.probabilities, strict=True))
    singles = [i for i in said if i.startswith(prefix + "-") and i not in within]
    ids = [i for i in dict.fromkeys([*grown, *singles]) if i in said]
    petitions = tuple(Petition(title=table.at[i, "title"], body=table.at[i, "body"]) for i in ids)
    return FirstLetters(tuple(ids), np.array([said[i] for i in ids], np.float32), np.isin(ids, grown), petitions)


def listed(path: Path) -> list[list[str]]:
    """Return the ids of each listed matter."""
    return [json.loads(line)["ids"] for line in path.read_text(encoding="utf-8").splitlines()]


def scopes(petitions: tuple[Petition, ...]) -> NDArray[np.float64]:
    """Return which scopes title and body name (n, 2 × scopes): in the title, and how often in the body (log)."""
    title = [[bool(p.search(x.title)) for p in SCOPES.values()] for x in petitions]
    body = [[np.log1p(len(p.findall(x.body))) for p in SCOPES.values()] for x in petitions]
    return np.hstack([np.array(title, float), np.array(body, float)])


def features(first: FirstLetters) -> dict[str, NDArray[np.float64]]:
    """Return the sets of columns that are compared."""
    logits = np.log(np.clip(first.said, 1e-5, 1 - 1e-5) / (1 - np.clip(first.said, 1e-5, 1 - 1e-5))).astype(float)

    def of(*names: str) -> NDArray[np.float64]:
        return logits[:, [_COLUMN[n] for n in names]]

    length = np.log1p([len(p.title) + len(p.body) for p in first.petitions])[:, None]
    scope = scopes(first.petitions)
    return {
        "risk score alone": of(RISK_OUTPUT),
        "level 3 alone": of("level_3"),
        "group affected alone": of("group_affected"),
        "length alone": length,
        "levels and factors": of(*LEVELS, *FACTOR_NAMES),
        "levels, factors, sub-tags": of(*LEVELS, *FACTOR_NAMES, *SUBTAG_NAMES),
        "risk score and scope of the place named": np.hstack([of(RISK_OUTPUT), scope]),
        "levels, factors, sub-tags, scope, length": np.hstack(
            [of(*LEVELS, *FACTOR_NAMES, *SUBTAG_NAMES), scope, length]
        ),
    }


def cross_scored(values: NDArray[np.float64], truth: NDArray[np.bool_], repeats: int = 5) -> NDArray[np.float64]:
    """Return scores from models that had not seen the letter, the mean of several ways of splitting."""
    out = np.zeros(len(truth))
    for seed in range(repeats):
        for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(values, truth):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, class_weight="balanced", max_iter=1000))
            out[test] += model.fit(values[train], truth[train]).decision_function(values[test])
    return out / repeats


def quarters(score: NDArray[np.float64]) -> list[NDArray[np.bool_]]:
    """Return masks of the four quarters of a score, lowest first."""
    place = np.argsort(np.argsort(score, kind="stable"), kind="stable") * 4 // len(score)
    return [place == k for k in range(4)]
