"""Letters to measure on: a table of real ones where there is one, else the built-in corpus."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from risk_model import Petition
from risk_model.training.examples import Examples, corpus, labelled_file

#: Real letters have some 380 characters; what is far shorter or longer belongs to the growth measures.
SHORTEST, LONGEST = 100, 1_200


def examples(path: Path | None) -> Examples:
    """Return the labelled letters of a table, or of the corpus."""
    return labelled_file(path) if path else corpus()


def usual(texts: list[str], count: int) -> list[str]:
    """Return `count` letters of usual length, drawn evenly, over again where there are too few."""
    some = [text for text in texts if SHORTEST <= len(text) <= LONGEST]
    order = np.random.default_rng(0).permutation(len(some))
    return [some[i] for i in islice(cycle(order.tolist()), count)]


def petitions(texts: list[str]) -> list[Petition]:
    """Return letters as the library takes them."""
    parts = (text.split("\n", 1) for text in texts)
    return [Petition(title=part[0], body=part[-1]) for part in parts]


def of_length(texts: list[str], length: int) -> Iterator[str]:
    """Yield letters of `length` characters, cut and pasted from others."""
    endless = cycle(texts)
    while True:
        letter = ""
        while len(letter) < length:
            letter += next(endless)
        yield letter[:length]
