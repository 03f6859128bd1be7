"""Where the time goes with numpy: each step of scoring by itself, on the same letters, in the order in which they run.

Compiled, the steps from segmentation to the linear part are one pass, which `compiled` takes apart kernel by kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import repeat
from time import process_time
from typing import Any
from unittest.mock import patch

import numpy as np

from risk_model import Petition
from risk_model.encoder import read
from risk_model.features import indifferent, make_batch, word_keys, word_letters
from risk_model.model import RiskModel
from risk_model.runtime import Answer, heaviest, word_shares
from risk_model.signals import extract_many
from risk_model.taxonomy import OUTPUTS, RISK_OUTPUT
from risk_model.text import prepare_many, segmenter

from .clock import seconds

_RISK = OUTPUTS.index(RISK_OUTPUT)
_ENCODER = "encoder"
_PLACES = "evidence: winning windows"


def stages(model: RiskModel, petitions: list[Petition], rounds: int = 3) -> dict[str, float]:
    """Return processor microseconds a letter of each step, best of `rounds`; the last three only where evidence is asked for."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        spent: dict[str, float] = {}
        for name, work in _works(model, petitions):
            spent[name] = spent.get(name, 0.0) + seconds(work, 1) / len(petitions) * 1e6
        best = {name: min(s, best.get(name, s)) for name, s in spent.items()}
    # What finding the places adds to the pass that finds the values.
    best[_PLACES] -= best[_ENCODER]
    return best


def _works(model: RiskModel, petitions: list[Petition]) -> Iterator[tuple[str, Callable[[], Any]]]:
    scorer, parameters = model.scorer, model.scorer.parameters
    joined = [f"{p.title}\n{p.body}" for p in petitions]
    yield "normalise and mask", lambda: prepare_many(joined)
    texts = prepare_many(joined)
    for first, last, encoded in scorer.batches(texts):
        some, part, batch, keys = petitions[first:last], texts[first:last], encoded.batch, encoded.keys
        yield "segmentation (rjieba)", lambda p=part: segmenter().cut("\x1e".join([*p, ""]))
        yield "segmentation and arrays of it", lambda p=part: make_batch(p, segmenter())
        yield "keys of words", lambda b=batch: word_keys(b)
        yield "words looked up", lambda k=keys: scorer.words.find(k)
        words = scorer.words.find(keys)
        neutral = np.logical_or(*indifferent(batch, words.roles))
        yield "words that must not count", lambda b=batch, w=words: indifferent(b, w.roles)
        yield (
            "word ids of the encoder",
            lambda b=batch, w=words, n=neutral: word_letters(b, w.ids, parameters.word_breaks, n),
        )
        yield (
            "pairs and n-grams looked up",
            lambda b=batch, n=neutral, k=keys, w=words: scorer.vocabulary.find(b, n, k, w.terms),
        )
        yield "counts and weights of terms", lambda e=encoded: scorer.terms(e)
        parts = scorer.read(encoded, explained=True)
        yield "linear part", lambda p=parts: p.terms.dot(scorer.term_weights)
        yield _ENCODER, lambda e=encoded: read(e.letters, parameters.encoder, scorer.tables)
        yield "joined and calibrated", lambda p=parts: p.reading.logits(parameters.encoder) @ scorer.encoder_mix
        answer = Answer(scorer.joined(parts), encoded.known_share(), None)
        yield "assessments", lambda s=some, p=part, a=answer: model._assessments(s, p, a, repeat(((), ())))
        yield (
            _PLACES,
            lambda e=encoded: read(e.letters, parameters.encoder, scorer.tables, places=True),
        )
        yield (
            "evidence: shares of words",
            lambda e=encoded, p=parts: heaviest(e, word_shares(scorer, e, p, _RISK), 5),
        )
        yield "evidence: facts", lambda p=part: extract_many(p, [None] * len(p))


def table(spent: dict[str, float]) -> list[str]:
    """Return the lines of a table: a step, its microseconds, its share of scoring without evidence."""
    inside = {"segmentation (rjieba)"}  # part of the line below it
    plain = sum(s for name, s in spent.items() if name not in inside and not name.startswith("evidence"))
    lines = [f"{'step':<34} us a letter   share"]
    lines += [f"{name:<34} {s:>11.1f} {s / plain:>7.1%}" for name, s in spent.items()]
    return [*lines, f"{'all but the evidence':<34} {plain:>11.1f}"]


def compiled(model: RiskModel, petitions: list[Petition], rounds: int = 3) -> dict[str, float]:
    """Return processor microseconds a letter of each kernel and of what is around them, best of `rounds`; with evidence."""
    from risk_model.kernels import encoder, evidence, segment, terms

    best: dict[str, float] = {}
    spent: dict[str, float] = {}

    def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            start = process_time()
            out = function(*given)
            spent[name] = spent.get(name, 0.0) + process_time() - start
            return out

        return run

    kernels = {
        segment: ("cut",),
        terms: ("words", "word_letters", "word_terms", "silence", "ngrams", "weighed"),
        encoder: ("clauses", "largest_placed", "lower", "attend", "known"),
        evidence: ("term_shares", "window_shares", "word_shares", "heaviest"),
    }
    texts = prepare_many([f"{p.title}\n{p.body}" for p in petitions])
    with ExitStack() as patches:
        for module, names in kernels.items():
            for name in names:
                whole = f"{module.__name__.rpartition('.')[2]}: {name}"
                patches.enter_context(patch.object(module, name, timed(whole, getattr(module, name))))
        for _ in range(rounds):
            spent.clear()
            start = process_time()
            for _ in model.engines.read(texts, _RISK, 5):
                pass
            spent["all of it"] = process_time() - start
            best = {name: min(s / len(texts) * 1e6, best.get(name, float("inf"))) for name, s in spent.items()}
    return best
