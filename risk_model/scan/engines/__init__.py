"""Where partitions are scored: in processes of this machine, or by the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from risk_model.scan.plan import Partition


@dataclass(frozen=True, slots=True)
class Work:
    """A partition to score and the key that its file shall bear."""

    part: Partition
    key: bytes


class Engine(Protocol):
    """Scores partitions and yields (running number, file) in whatever order they are finished."""

    name: str

    def score(self, work: Iterator[Work]) -> Iterator[tuple[int, bytes]]:
        """Score all of `work`, taking no more of it at a time than the workers can do."""

    def close(self) -> None:
        """Let the workers go."""
