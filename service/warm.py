"""What the workers of a server share: its libraries and its model, loaded once and then forked.

uvicorn starts every worker anew, with a copy of everything in memory. Where the system can fork from a process that does
nothing else (Linux), workers come from one that has imported `service.preload`, so that the pages of the model exist once.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
from pathlib import Path
from typing import Final

import uvicorn._subprocess

from risk_model.model import RiskModel, load

#: A model folder and one state of it.
_Key = tuple[Path, int, int]

_PRELOAD: Final = "service.preload"
_shared: dict[_Key, RiskModel] = {}


def fork_workers() -> None:
    """Make uvicorn fork its workers from a warm process, where the system has such."""
    if sys.platform == "linux":
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_PRELOAD])
        # uvicorn has no setting for it; a test holds the workers to being forked.
        uvicorn._subprocess.spawn = context  # type: ignore[assignment]


def share(folder: Path) -> None:
    """Load a model with all that it makes when first used, for the processes forked from this one."""
    key = _key(folder)
    model = load(folder)
    model.assess("启动时先评一封信，第一位来访者就不必等待。")
    _ = model.scorer.tables
    model.engines.fetch()
    _shared[key] = model
    # A collection in a worker would write to every object it looks at, and so copy its page.
    gc.collect()
    gc.freeze()


def loaded(folder: Path) -> RiskModel:
    """Return the verified model of a folder: the shared one, if the folder is still as it was; raises `ArtifactError`."""
    return (_shared.get(_key(folder)) if _shared else None) or load(folder)


def _key(folder: Path) -> _Key:
    try:
        state = (folder / "manifest.json").stat()
    except OSError:
        # Whoever loads it says what is wrong.
        return folder.resolve(), 0, 0
    return folder.resolve(), state.st_mtime_ns, state.st_ino
