"""Scoring in several processes: each loads the model once, and chunks come back in the order they went out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Protocol, TypeVar

from risk_model.schema import Assessment, Petition


class Scorer(Protocol):
    """What a model must offer here."""

    @property
    def version(self) -> str:
        """The version name."""

    def score(self, petitions: Sequence[Petition], evidence: int = 0) -> list[Assessment]:
        """Assess letters, each with its `evidence` weightiest words."""


Chunk = TypeVar("Chunk")


class Score(Protocol):
    """Scores chunk by chunk."""

    def __call__(
        self, chunks: Iterable[Chunk], letters: Callable[[Chunk], list[Petition]]
    ) -> Iterator[tuple[Chunk, list[Assessment]]]:
        """Yield each chunk with the assessments of its letters, in order; `letters` takes them out of a chunk."""


#: Chunks in hand for each worker: one it works on, and one that waits, so that it never does.
_AHEAD = 2

_model: Scorer | None = None


@contextmanager
def crew(model: Scorer, load: Callable[[], Scorer], workers: int, evidence: int) -> Iterator[Score]:
    """Give a way to score chunks, here with `model`, or in `workers` processes that call `load` once each.

    With more than one worker `load` must be a function that can be pickled. Few chunks are held at a time.
    """
    if workers == 1:
        yield partial(_here, model, evidence)
        return
    # Spawned, not forked: a fork copies the locks of threads that are not there to release them.
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(load,)) as executor:
        try:
            yield partial(_there, executor, workers, evidence)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


def _here(
    model: Scorer, evidence: int, chunks: Iterable[Chunk], letters: Callable[[Chunk], list[Petition]]
) -> Iterator[tuple[Chunk, list[Assessment]]]:
    for chunk in chunks:
        yield chunk, model.score(letters(chunk), evidence)


def _there(
    executor: ProcessPoolExecutor,
    workers: int,
    evidence: int,
    chunks: Iterable[Chunk],
    letters: Callable[[Chunk], list[Petition]],
) -> Iterator[tuple[Chunk, list[Assessment]]]:
    waiting: deque[tuple[Chunk, Future[list[Assessment]]]] = deque()
    for chunk in chunks:
        waiting.append((chunk, executor.submit(_score, letters(chunk), evidence)))
        if len(waiting) > _AHEAD * workers:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


def _start(load: Callable[[], Scorer]) -> None:
    global _model  # noqa: PLW0603  (one model a process is the point)
    _model = load()


def _score(petitions: list[Petition], evidence: int) -> list[Assessment]:
    if _model is None:
        raise RuntimeError("a worker scores only after it has loaded its model")
    return _model.score(petitions, evidence)
