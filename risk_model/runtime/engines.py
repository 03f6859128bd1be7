"""Which engine reads a batch: numpy, always there and quick to start, or compiled code, where it pays.

Compiled code answers the same within rounding, two to four times as fast, but costs a second or two to fetch, and the first
time on a machine some twenty to make. So it is fetched once a process has read as much as would have paid for it, the rule by which
one who knows nothing of the future never spends more than twice what one who knows would.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from risk_model.runtime.answer import Answer, Engine
from risk_model.runtime.evidence import heaviest
from risk_model.runtime.explain import word_shares
from risk_model.runtime.scorer import Scorer, chunks

#: `numpy` or `compiled` instead of what pays.
CHOICE: Final = "PETITION_RISK_ENGINE"
#: Characters read with numpy in the time it takes to fetch compiled code, and to make it.
_FETCH: Final = 2_000_000
_MAKE: Final = 20_000_000
#: Letters enough to be read as a batch.
_WHOLE_BATCH: Final = 8_000


class Plain:
    """Reads letters with numpy: the reference."""

    #: Characters read at a time: enough to drown the fixed cost of array calls, little enough for the cache.
    stretch: Final = 100_000

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer

    def read(self, texts: Sequence[str], output: int, most: int) -> Answer:
        """Return what the model says of prepared letters, and the `most` heaviest words of one output."""
        encoded = self.scorer.encode(texts)
        parts = self.scorer.read(encoded, explained=most > 0)
        shown = heaviest(encoded, word_shares(self.scorer, encoded, parts, output), most) if most else None
        return Answer(self.scorer.joined(parts), encoded.known_share(), shown)


class Engines:
    """The engines of one model; safe to share between threads."""

    def __init__(self, scorer: Scorer) -> None:
        self.plain = Plain(scorer)
        self._scorer = scorer
        self._choice = os.environ.get(CHOICE, "")
        self._compiled: Engine | None = None
        self._lock = threading.Lock()

    def read(self, texts: Sequence[str], output: int, most: int) -> Iterator[tuple[int, int, Answer]]:
        """Yield what the model says of stretches of `texts`, with their range; each is of bounded size."""
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        engine = self._engine(int(sizes.sum()))
        for start, end in chunks(sizes, Plain.stretch):
            yield start, end, engine.read(texts[start:end], output, most)

    def compile(self) -> bool:
        """Fetch or make the compiled code now; tells whether there is any. For setting up a machine."""
        if self._choice != "numpy" and available():
            with self._lock:
                self._fetch()
        return self._compiled is not None

    def fetch(self) -> None:
        """Fetch the compiled code if it lies ready, which takes a second or two; making it would take twenty."""
        if self._choice != "numpy" and available() and _made():
            with self._lock:
                self._fetch()

    def compile_aside(self) -> None:
        """Do so in a thread of its own, for servers: letters are read with numpy until it is done."""
        if self._choice != "numpy" and available():
            threading.Thread(target=self.compile, name="compile", daemon=True).start()

    def _engine(self, characters: int) -> Engine:
        if self._compiled is None and self._choice != "numpy" and available():
            spent = _spend(characters)
            wanted = self._choice == "compiled"
            # Where another thread is at it already, nobody waits for it, unless told that nothing else will do.
            if (wanted or spent > _FETCH) and self._lock.acquire(blocking=wanted):
                try:
                    if wanted or spent > _MAKE or _made():
                        self._fetch()
                finally:
                    self._lock.release()
        return self._compiled or self.plain

    def _fetch(self) -> None:
        if self._compiled is None:
            from risk_model.runtime.compiled import Compiled

            compiled = Compiled(self._scorer)
            # Each kernel is fetched when it is first called.
            compiled.read(["停水三天。"], 0, 0)
            compiled.read(["停水三天。"] * _WHOLE_BATCH, 0, 1)
            self._compiled = compiled


_spent = 0


def _spend(characters: int) -> int:
    """Return how many characters this process has been asked to read."""
    global _spent  # noqa: PLW0603  (what a process has paid is one number)
    _spent += characters
    return _spent


@cache
def available() -> bool:
    """Tell whether kernels can be compiled: the extra `fast`."""
    return find_spec("numba") is not None


def _made() -> bool:
    """Tell whether compiled code lies ready."""
    from risk_model.kernels import terms

    folder = Path(str(terms.ngrams.stats.cache_path))
    return any(folder.glob("terms.ngrams-*.nbc"))
