"""Measure training: each phase by itself, the whole in one process and in several, and memory.

python -m benchmarks.training [--letters TABLE] [--epochs N] [--jobs N]

Without a table of labelled letters the built-in corpus is used. Phases are processor seconds of one core; the whole is wall time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed.clock import environment
from benchmarks.speed.letters import examples
from risk_model.encoder.train import Recipe, fit
from risk_model.encoder.vectors import word_vectors
from risk_model.estimator import PetitionRiskClassifier
from risk_model.estimator.linear import fit_linear
from risk_model.estimator.vocabulary import learn_terms, learn_words
from risk_model.features import Indifference, masked_words, neutral_keys
from risk_model.runtime import Scorer
from risk_model.text import prepare_many, segmenter
from risk_model.training.run import Plan, train


def main() -> None:
    """Measure and print."""
    cli = argparse.ArgumentParser(prog="python -m benchmarks.training", description=(__doc__ or "").split("\n", 1)[0])
    cli.add_argument("--letters", type=Path, help="a table of labelled letters; default: the built-in corpus alone")
    cli.add_argument("--epochs", type=int, default=PetitionRiskClassifier().epochs)
    cli.add_argument("--jobs", type=int, default=os.cpu_count())
    options = cli.parse_args()
    report: dict[str, Any] = {"environment": environment(), "epochs": options.epochs, "phases": {}}
    print(f"{'phase':<44} processor s   share")
    spent = {name: _timed(work) for name, work in _phases(options.letters, options.epochs)}
    total = sum(spent.values())
    for name, s in spent.items():
        print(f"{name:<44} {s:>11.2f} {s / total:>7.1%}", flush=True)
    report["phases"] = spent
    labelled = (options.letters,) if options.letters else ()
    for jobs in sorted({1, options.jobs}):
        plan = Plan(labelled=labelled, settings=(("epochs", options.epochs), ("n_jobs", jobs)))
        start, cpu = time.perf_counter(), time.process_time()
        train(plan)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        report[f"whole, {jobs} processes"] = {"wall": wall, "processor of this process": cpu}
        print(
            f"whole training, {jobs} processes: {wall:.1f} s (wall), {cpu:.1f} processor s in this process", flush=True
        )
    own, workers = (_peak(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    report["peak_mb"] = {"this process": own, "largest worker": workers}
    print(f"peak memory: {own:,.0f} MB, largest worker {workers:,.0f} MB")
    print(json.dumps(report, ensure_ascii=False))


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _peak(who: int) -> float:
    # On Linux kilobytes, on macOS bytes.
    return resource.getrusage(who).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def _phases(table: Path | None, epochs: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield every phase in order; each leaves what the next one needs."""
    settings = PetitionRiskClassifier(epochs=epochs).get_params()
    labelled = examples(table)
    made: dict[str, Any] = {}

    def keep(name: str, work: Callable[[], object]) -> Callable[[], object]:
        return lambda: made.__setitem__(name, work())

    yield "normalise and mask", keep("texts", lambda: prepare_many(labelled.texts))
    indifference = Indifference(*neutral_keys())
    yield (
        "terms chosen",
        keep(
            "terms",
            lambda: learn_terms(
                made["texts"], segmenter(), indifference, settings["least_letters"], settings["most_terms"]
            ),
        ),
    )
    yield (
        "words chosen",
        keep("words", lambda: learn_words(made["texts"], segmenter(), masked_words(), settings["least_words"])),
    )
    classifier = PetitionRiskClassifier(epochs=epochs)
    classifier.terms_, classifier.words_ = made["terms"], made["words"]
    from risk_model.estimator import classifier as module

    reader = Scorer(classifier._blank(labelled.targets.shape[1]))
    yield "letters read into terms and word ids", keep("read", lambda: module._read(reader, made["texts"]))
    values, letters = made["read"]
    yield (
        "word vectors",
        keep(
            "vectors",
            lambda: word_vectors(letters, len(made["words"].breaks), settings["dimensions"], settings["seed"]),
        ),
    )
    targets = labelled.targets
    yield "linear part, once", lambda: fit_linear(values, targets, settings["penalty"], settings["seed"])
    recipe = Recipe(filters=settings["filters"], epochs=epochs)
    yield (
        "encoder, once",
        lambda: fit(letters.take(np.arange(len(targets))), targets, made["vectors"], recipe, settings["seed"]),
    )


if __name__ == "__main__":
    main()
