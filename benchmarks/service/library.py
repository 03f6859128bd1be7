"""The library itself, without a server: what the service is measured against.

A module of its own, because a process that is spawned cannot find what a package's `__main__` defines.
"""

from __future__ import annotations

import time

from benchmarks.speed.letters import petitions
from risk_model.model import load


def alone(texts: list[str], seconds: float) -> tuple[int, float]:
    """Score for some seconds, a hundred letters at a time; return letters and processor seconds."""
    model = load()
    letters = petitions(texts)
    model.score(letters[:100])
    count, start, end = 0, time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        count += len(model.score(letters[:100]))
    return count, time.process_time() - start
