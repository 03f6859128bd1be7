"""What the endpoints work with: made once at the start, reached through the application."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from service.limiter import Limiter
from service.metrics import Metrics
from service.scoring import Scoring
from service.served import Served
from service.settings import Settings
from service.store import Store

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Return the present instant."""
    return dt.datetime.now(dt.UTC)


def idle(_kind: str, _delay: float = 0.0) -> None:
    """Wake nobody: what waits in the database is found by whoever runs jobs."""


@dataclass(slots=True)
class Core:
    """Settings, store, metrics and clock; `served` is None until the model has been loaded and verified."""

    settings: Settings
    store: Store
    metrics: Metrics
    limiter: Limiter
    now: Clock = utc_now
    served: Served | None = None
    #: Says that there may be background work of a kind, now or in some seconds (`service.jobs`).
    wake: Callable[..., None] = idle

    @property
    def scoring(self) -> Scoring | None:
        """The model in use. A request takes it once and keeps it, so that one answer never mixes two versions."""
        return self.served.loaded if self.served else None

    def behind(self) -> bool:
        """Tell whether another model is to be served than the one in use; costs a look at one file."""
        return self.served is not None and self.served.behind()

    def catch_up(self) -> None:
        """Make sure that the model in use is the one to be served now; may take a second, so never on the event loop."""
        if self.served:
            self.served.catch_up()

    def today(self) -> dt.date:
        """Return the office's date."""
        return self.settings.today(self.now())
