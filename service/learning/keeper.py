"""What the loop does by itself, looked at every minute: the weekly lot is drawn when it is due, and the shadow reads along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy.exc import IntegrityError

from service.core import Core
from service.learning import lot, shadow
from service.scanning import newest_due
from service.served import registry_of
from service.store import audit

#: Who drew a lot that the schedule drew.
SCHEDULE: Final = "machine:schedule"


class Keeper:
    """Does what is due; several of them, in several processes, do it once."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def run(self, stopped: Callable[[], bool]) -> None:
        """Do what is due."""
        self.draw()
        try:
            while not stopped() and shadow.read_along(self.core.store, registry_of(self.core.settings)):
                continue
        except IntegrityError:
            # Another worker read the same letters; the next minute finds what is left.
            return

    def draw(self) -> None:
        """Draw the lot that is due, if nobody has yet; missed hours are made up for."""
        core, settings = self.core, self.core.settings
        week = newest_due(settings.lot_day, settings.lot_hour, settings.timezone, core.now())
        if week is None:
            return
        with core.store.reading() as session:
            if lot.drawn(session, week) or not lot.registered(session, week):
                return
        try:
            with core.store.writing() as session:
                rows, new = lot.take(session, week, core.today(), core.now(), settings.lot_size)
                if new:
                    audit.record(session, core.now(), SCHEDULE, "lot.draw", week, details={"letters": len(rows)})
        except IntegrityError:
            # Another worker, or a person, was quicker.
            return
