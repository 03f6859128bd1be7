"""Teach indifference: the same letter with a sentence about its writer, a lawful step or its tone keeps its labels.

Real letters that mention a court or a hotline are graver than others on average, letters that tell who writes are milder, so a model
learns to count the mention. Adding such sentences to letters at random, grave and trivial alike, takes the lesson out at its
root.

The wording (`data/in_passing.tsv`) differs from the probes of `neutrality`, so that measuring does not repeat what was taught.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

_MARKS: Final = "。！？!?；;，,. \n"
_STOPS: Final = "。！？!?"

#: How often a kind is drawn. Lawful steps and tone most: many words about writers are masked anyway.
_WEIGHTS: Final = {"lawful_step": 0.3, "tone": 0.15}

#: Shares of letters that get a sentence, of these that get a second one, and of sentences that are run into their neighbour
#: without a mark (a sentence on its own may be an aside, which the features leave out whatever is taught).
_SOME: Final = 0.65
_TWO: Final = 0.4
_RUN_IN: Final = 0.4

#: Share of letters read without punctuation, as old people and voice input write: a clause must be found without its marks too.
_UNMARKED: Final = 0.08
_PUNCTUATION: Final = str.maketrans("", "", "，。；：、？！,;:?!")


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """Return the sentences of each kind."""
    kinds: dict[str, list[str]] = {}
    with (files("risk_model.data") / "in_passing.tsv").open(encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            kinds.setdefault(row["kind"], []).append(row["sentence"])
    return {kind: tuple(said) for kind, said in kinds.items()}


def indifferent(texts: Sequence[str], seed: int) -> list[str]:
    """Return the letters (title, line end, body), about two thirds with a sentence or two added: first, last or between;
    some without their punctuation.
    """
    rng = np.random.default_rng(seed)
    return [_unmarked(_with_some(text, rng) if rng.random() < _SOME else text, rng) for text in texts]


def _unmarked(text: str, rng: np.random.Generator) -> str:
    return text.translate(_PUNCTUATION) if rng.random() < _UNMARKED else text


def _with_some(text: str, rng: np.random.Generator) -> str:
    for _ in range(1 + int(rng.random() < _TWO)):
        text = _with_one(text, rng)
    return text


def _with_one(text: str, rng: np.random.Generator) -> str:
    said = _drawn(rng)
    if rng.random() < _RUN_IN:
        said = said.rstrip(_MARKS)
    title, line, body = text.partition("\n")
    where = rng.random()
    if where < 0.3:
        return f"{title}{line}{said}{body}"
    stops = [i + 1 for i, c in enumerate(body[:-1]) if c in _STOPS]
    if where < 0.5 and stops:
        at = stops[int(rng.integers(len(stops)))]
        return f"{title}{line}{body[:at]}{said}{body[at:]}"
    text = text.rstrip(_MARKS)
    return f"{text}{said}" if rng.random() < _RUN_IN else f"{text}。{said}"


def _drawn(rng: np.random.Generator) -> str:
    kinds = sentences()
    others = [kind for kind in kinds if kind not in _WEIGHTS]
    weights = {kind: _WEIGHTS.get(kind, (1 - sum(_WEIGHTS.values())) / len(others)) for kind in kinds}
    kind = list(kinds)[int(rng.choice(len(kinds), p=list(weights.values())))]
    return kinds[kind][int(rng.integers(len(kinds[kind])))]
