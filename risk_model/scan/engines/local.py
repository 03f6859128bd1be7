"""Processes of this machine, by joblib. Each loads the model once; a process that dies is replaced and its partitions redone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Final

from risk_model.errors import EngineError
from risk_model.scan.engines import Work
from risk_model.scan.scoring import score_here

#: Partitions a worker gets at a time; the workers wait for each other only between such rounds.
_ROUND: Final = 8
#: Times a round is tried again after a process died (killed, out of memory).
_TRIES: Final = 3
#: What a partition can fail with that is about its content.
_FAULTS: Final = (ArithmeticError, LookupError, MemoryError, TypeError, ValueError)


class Local:
    """One process or several; with one, no process is started."""

    name = "local"

    def __init__(self, model: str, evidence: int, workers: int) -> None:
        self._model, self._evidence, self._workers = model, evidence, workers

    def score(self, work: Iterator[Work]) -> Iterator[tuple[int, bytes]]:
        """Score all of `work`."""
        if self._workers == 1:
            for item in work:
                yield score_named(item, self._model, self._evidence)
            return
        while todo := {item.part.number: item for item in islice(work, _ROUND * self._workers)}:
            yield from self._round(todo)

    def close(self) -> None:
        """The processes end by themselves when idle."""

    def _round(self, todo: dict[int, Work]) -> Iterator[tuple[int, bytes]]:
        from joblib import Parallel, delayed, parallel_config

        for _ in range(_TRIES):
            jobs = [delayed(score_named)(item, self._model, self._evidence) for item in todo.values()]
            try:
                with parallel_config("loky", inner_max_num_threads=1):
                    pool = Parallel(self._workers, return_as="generator_unordered", batch_size=1)
                    for number, content in pool(jobs):
                        del todo[number]
                        yield number, content
                return
            except BrokenProcessPool:
                continue
        names = "；".join(item.part.where() for item in todo.values())
        raise EngineError(
            f"工作进程{_TRIES}次异常退出（常见原因是内存不足），没有算完的部分：{names}。请减少 --workers 再试"
        )


def score_named(item: Work, model: str, evidence: int) -> tuple[int, bytes]:
    """Score one partition; whatever is wrong with it, the error names its rows and not a word of a letter."""
    try:
        return item.part.number, score_here(item.part, model, evidence, item.key)
    except _FAULTS as error:
        raise EngineError(f"{item.part.where()}无法研判（{type(error).__name__}）：请把这些行另存检查") from error
