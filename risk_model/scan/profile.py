"""What a week's letters look like: words, scores, families. Weeks are compared by it, and with the letters the model learnt from."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from risk_model.features import key_of
from risk_model.model import RiskModel
from risk_model.taxonomy import TAG_NAMES
from risk_model.text import segmenter

#: What stands for personal data says nothing about the letters.
_MASK: Final = re.compile("〔[^〕]*〕")

Reals = NDArray[np.float64]

#: Letters looked at, spread evenly over the week; more would not change a share that matters.
_MOST: Final = 3_000
#: Words kept of a week, the most widespread first.
_WORDS: Final = 800
#: Steps of the histogram of risk.
_STEPS: Final = 10


def profile(frame: pd.DataFrame) -> dict[str, Any]:
    """Return letters, histogram of risk, letters by family, and in how many of `looked` letters each word stands."""
    cut = segmenter().cut
    some = frame.iloc[np.unique(np.linspace(0, len(frame) - 1, min(len(frame), _MOST)).astype(np.int64))]
    words: Counter[str] = Counter()
    for title, body in zip(some["title"], some["body"], strict=True):
        words.update({w for w in cut(_MASK.sub("\n", f"{title}\n{body}")) if len(w) > 1 and w.isalpha()})
    kept = sorted(words, key=lambda w: (-words[w], w))[:_WORDS]
    bins = np.minimum((frame["mass_incident_risk"].to_numpy(np.float64) * _STEPS).astype(np.int64), _STEPS - 1)
    return {
        "letters": len(frame),
        "risk": np.bincount(bins, minlength=_STEPS).tolist(),
        "tags": {tag: int(frame[tag].sum()) for tag in TAG_NAMES},
        "looked": len(some),
        "words": {w: words[w] for w in kept},
    }


def pooled(profiles: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the profile of several weeks together."""
    words: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    for p in profiles:
        words.update(p["words"])
        tags.update(p["tags"])
    return {
        "letters": sum(p["letters"] for p in profiles),
        "risk": np.sum([p["risk"] for p in profiles], axis=0).tolist(),
        "tags": dict(tags),
        "looked": sum(p["looked"] for p in profiles),
        "words": dict(words),
    }


def learnt_shares(model: RiskModel, words: list[str]) -> Reals:
    """Return the share of the model's training letters that held each word; 0 for words it did not learn."""
    parameters = model.artifact.parameters
    order = np.argsort(parameters.term_keys, kind="stable")
    keys = parameters.term_keys[order]
    wanted = np.array([key_of(w) for w in words], np.uint64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    # The weight of a term is the square root of the logarithm of letters over letters that hold it.
    share = np.exp(-(parameters.term_idf[order][at].astype(np.float64) ** 2))
    return np.where(keys[at] == wanted, share, 0.0)


def word_drift(now: dict[str, Any], then: Reals, words: list[str]) -> tuple[float, tuple[str, ...]]:
    """Return the Hellinger distance of word use in [0, 1] and the words that have become commoner most surely.

    `then` are the shares of letters that held each of `words` before.
    """
    if not words or not now["looked"]:
        return 0.0, ()
    share = np.array([now["words"].get(w, 0) for w in words], np.float64) / now["looked"]
    p, q = share / max(share.sum(), 1e-12), then / max(then.sum(), 1e-12)
    distance = float(np.sqrt(max(0.0, 1 - np.sqrt(p * q).sum())))
    surprise = (share - then) / np.sqrt(np.maximum(then, 1 / (1 + now["looked"])) / now["looked"])
    order = np.lexsort((np.arange(len(words)), -surprise))
    return distance, tuple(words[k] for k in order if surprise[k] > 3 and share[k] >= 0.02)[:12]


def stability(now: list[int], then: list[int]) -> float:
    """Return the population stability index of two histograms: 0 where they agree, above 0.25 a marked shift.

    >>> stability([10, 10], [100, 100])
    0.0
    """
    p, q = (np.array(x, np.float64) + 0.5 for x in (now, then))
    p, q = p / p.sum(), q / q.sum()
    return round(float(((p - q) * np.log(p / q)).sum()), 4) + 0.0
