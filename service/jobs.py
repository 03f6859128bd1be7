"""Background work on huey's threads, a kind a thread, each kind in turn: uploads, grouping, scans, the learning loop.
Every minute there is a look round.

What is to be done stands in the database, leased a piece at a time, so that a killed process loses nothing and another takes
over. huey's queue is in memory and only says that there may be something to do: it wakes, delays and schedules.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from huey import MemoryHuey, crontab
from huey.consumer import Consumer
from sqlalchemy.exc import SQLAlchemyError

from service.core import Core
from service.grouping import Grouper
from service.learning import candidates, suspects
from service.learning.keeper import Keeper
from service.learning.work import Learner
from service.logs import log_exception
from service.scanning import Scanner
from service.store import learning_jobs, match, uploads
from service.uploads import Worker

#: How long a thread of huey's may sleep before it sees a new task.
_MOST_DELAY: Final = 0.5


class _Consumer(Consumer):  # type: ignore[misc]
    """Signals belong to the server."""

    def _set_signal_handlers(self) -> None:
        """Leave them alone."""


class Jobs:
    """The background work of one process."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._queued: set[tuple[str, float]] = set()
        self._running: dict[str, bool] = {}
        self._work: dict[str, Callable[[Callable[[], bool]], None]] = {
            "uploads": Worker(core).run,
            "matters": Grouper(core).run,
            "scans": Scanner(core).run,
            "learning": Keeper(core).run,
            candidates.KIND: Learner(core, candidates.KIND, candidates.stages, candidates.tidy).run,
            suspects.KIND: Learner(core, suspects.KIND, suspects.stages).run,
        }
        self.huey = MemoryHuey("petition-risk", results=False, utc=True)
        self._task: Any = self.huey.task()(self._do)
        self.huey.periodic_task(crontab())(self.look_round)
        self._consumer = _Consumer(self.huey, workers=len(self._work), max_delay=_MOST_DELAY)

    def start(self) -> None:
        """Begin, with what an earlier process may have left."""
        self._consumer.start()
        self.look_round()
        # By then the leases of a process that was killed have run out.
        leases = {"uploads": uploads.LEASE, "matters": match.LEASE}
        leases |= dict.fromkeys((candidates.KIND, suspects.KIND), learning_jobs.LEASE)
        for kind, lease in leases.items():
            self.wake(kind, lease.total_seconds() + 1)

    def stop(self) -> None:
        """Finish the pieces at hand and end; the rest waits in the database."""
        self._stop.set()
        self._consumer.stop(graceful=True)

    def look_round(self) -> None:
        """Wake everything: what is due, or was left by a process that died, is found."""
        for kind in self._work:
            self.wake(kind)

    def wake(self, kind: str, delay: float = 0.0) -> None:
        """Say that there may be work of a kind, now or after `delay` seconds; saying it twice changes nothing."""
        with self._guard:
            if (kind, delay) in self._queued:
                return
            self._queued.add((kind, delay))
        if delay:
            self._task.schedule(args=(kind, delay), delay=delay)
        else:
            self._task(kind, delay)

    def _do(self, kind: str, delay: float) -> None:
        with self._guard:
            self._queued.discard((kind, delay))
            is_new = kind not in self._running
            # Whoever is at it looks once more before it ends.
            self._running[kind] = True
        if not is_new:
            return
        ended = False
        try:
            while not self._stop.is_set() and self._asked(kind):
                self._work[kind](self._stop.is_set)
            ended = not self._stop.is_set()
        except SQLAlchemyError as error:
            # The database may be away for a while; the next minute tries again.
            log_exception("job stopped", error, job=kind)
        finally:
            if not ended:
                with self._guard:
                    self._running.pop(kind, None)
        if kind == "uploads":
            self.wake("matters")

    def _asked(self, kind: str) -> bool:
        with self._guard:
            if self._running[kind]:
                self._running[kind] = False
                return True
            del self._running[kind]
            return False
