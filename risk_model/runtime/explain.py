"""Why letters score as they do: exact contributions of their words to one logit.

A logit is intercept + weighed terms + encoder windows (see `risk_model.encoder`). A term's share is spread evenly over
the places where it stands and over their characters; a window's over the characters of its words. Summed by word, the
shares and the intercept give the logit back exactly; nothing is approximated or sampled. A whole batch is explained at
once, for the price of a few array operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from risk_model.encoder import END, Reading, window_shares
from risk_model.runtime.scorer import Encoded, Read, Scorer

Ints = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordShares:
    """Shares of the words of one letter: word i is `text[starts[i]:ends[i]]` and adds `shares[i]` to the logit."""

    starts: Ints
    ends: Ints
    shares: F64
    intercept: float
    logit: float


def explain(scorer: Scorer, text: str, outputs: Sequence[int]) -> list[WordShares]:
    """Return the exact word shares of one prepared letter for each of some outputs."""
    encoded = scorer.encode([text])
    batch = encoded.batch
    parts = scorer.read(encoded, explained=True)
    logits = scorer.joined(parts)[0]
    keep = batch.ends <= len(text)
    out = []
    for output in outputs:
        shares = word_shares(scorer, encoded, parts, output)[keep]
        logit = float(logits[output])
        out.append(WordShares(batch.starts[keep], batch.ends[keep], shares, logit - float(shares.sum()), logit))
    return out


def word_shares(scorer: Scorer, encoded: Encoded, parts: Read, output: int) -> F64:
    """Return what every word of a batch adds to its letter's logit of one output."""
    batch = encoded.batch
    running = np.concatenate([[0.0], np.cumsum(_term_shares(scorer, encoded, parts, output))])
    shares: F64 = running[batch.ends] - running[batch.starts]
    return shares + _window_words(scorer, encoded, parts.reading, output)


def _term_shares(scorer: Scorer, encoded: Encoded, parts: Read, output: int) -> F64:
    """Return what each character adds through the terms that cover it."""
    if parts.order is None or parts.first is None:
        raise ValueError("the batch was not read to be explained")
    found, terms = encoded.found, parts.terms
    worth = terms.data * scorer.term_weights[terms.terms, output].repeat(np.diff(terms.starts))
    count = np.diff(parts.first, append=len(parts.order))
    starts, ends = found.starts.take(parts.order), found.ends.take(parts.order)
    density = np.repeat(worth / count, count) / (ends - starts)
    size = len(encoded.batch.codes) + 1
    return np.cumsum(np.bincount(starts, density, size) - np.bincount(ends, density, size))[:-1]


def _window_words(scorer: Scorer, encoded: Encoded, reading: Reading, output: int) -> F64:
    """Return what each word adds through the windows that cover it."""
    batch, letters = encoded.batch, encoded.letters
    mix = scorer.encoder_mix[:, output].astype(np.float64)
    windows = window_shares(letters, reading, scorer.parameters.encoder, mix)
    size = np.where(letters.ids == END, 0, (batch.ends - batch.starts)[encoded.places])
    padded = np.pad(size, 1)
    total = padded[:-2] + padded[1:-1] + padded[2:]
    # A window of line ends only has no word to show; its share stays in the intercept.
    density = np.pad(np.where(total > 0, windows / np.maximum(total, 1), 0), 1)
    out = np.zeros(len(batch.starts))
    out[encoded.places] = size * (density[:-2] + density[1:-1] + density[2:])
    return out
