"""The served model: exchanged while requests run, the same version in every worker from one moment on.

The file `CURRENT` is the switch (`risk_model.artifact.Registry`). Every request looks at it before it is answered; where
it has changed, the request waits until this worker has loaded and verified the model it names. So no request that
begins after the switch is answered by the model before, whichever worker takes it, and a request that is under way keeps the
model it began with to the end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from risk_model.artifact import Registry, default_registry
from risk_model.artifact.registry import CURRENT
from risk_model.errors import ArtifactError
from risk_model.model import RiskModel
from service.logs import log, log_exception
from service.scoring import Scoring
from service.settings import Settings
from service.warm import loaded

#: What tells one writing of the switch from another; the file is replaced, never rewritten.
_Stamp = tuple[int, int, int] | None
_NEVER: Final[_Stamp] = (0, 0, 0)


def registry_of(settings: Settings) -> Registry:
    """Return the folder of models that the settings name."""
    return default_registry() if settings.models is None else Registry(settings.models)


def model_folder(settings: Settings) -> Path:
    """Return the folder of the model that the settings, or else the switch, name; raises `ArtifactError`."""
    if settings.model is not None and Path(settings.model).is_dir():
        return Path(settings.model)
    registry = registry_of(settings)
    return registry.path(settings.model or registry.current())


def served_model(settings: Settings) -> RiskModel:
    """Return the verified model that the settings, or else the switch, name; raises `ArtifactError`."""
    return loaded(model_folder(settings))


class Served:
    """Holds the model in use and exchanges it when the switch has been turned; safe to share between threads."""

    def __init__(self, settings: Settings, make: Callable[[RiskModel], Scoring]) -> None:
        self._settings = settings
        self.registry = registry_of(settings)
        #: A version that the settings name is served whatever the switch says.
        self.pinned = settings.model
        self._make = make
        self._lock = threading.Lock()
        self._stamp: _Stamp = _NEVER
        self._loaded: Scoring | None = None
        #: Why the model that the switch names could not be loaded, if so; the one before is served on meanwhile.
        self.problem = ""

    @property
    def loaded(self) -> Scoring | None:
        """The model in use, None before the first."""
        return self._loaded

    def behind(self) -> bool:
        """Tell whether the switch has been turned since the model in use was loaded."""
        return self._look() != self._stamp

    def catch_up(self) -> None:
        """Load the model that is to be served, unless it is the one in use; raises where there is none to fall back on."""
        stamp = self._look()
        if stamp == self._stamp:
            return
        with self._lock:
            # Whoever waited here finds the work done.
            stamp = self._look()
            if stamp != self._stamp:
                self._exchange()
                self._stamp = stamp

    def _look(self) -> _Stamp:
        if self.pinned is not None:
            return None
        try:
            found = (self.registry.root / CURRENT).stat()
        except FileNotFoundError:
            return None
        return (found.st_mtime_ns, found.st_ino, found.st_size)

    def _exchange(self) -> None:
        try:
            model = served_model(self._settings)
        except ArtifactError as error:
            if self._loaded is None:
                raise
            self.problem = str(error)
            log_exception("model not exchanged", error)
            return
        before = self._loaded.model.version if self._loaded else ""
        self._loaded, self.problem = self._make(model), ""
        if before:
            log().info("model exchanged", before=before, version=model.version)
