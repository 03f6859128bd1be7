"""A scan in a process of its own, so that it takes no memory and no breath from the workers that answer requests.

Reads what to do from the file named on the command line; writes one JSON object a line: how far it is, and how it ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from risk_model.errors import PetitionRiskError
from risk_model.scan import Job, Step, give_back_freed, run
from risk_model.tables import Reject


def main(path: Path) -> None:
    """Do what `path` says."""
    give_back_freed()
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    parent, stopped = os.getppid(), []

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.append(True)

    def cancelled() -> bool:
        # Whoever started it may have been killed; its successor starts another one.
        return bool(stopped) or os.getppid() != parent

    signal.signal(signal.SIGTERM, stop)
    job = Job(
        inputs=(Path(said["input"]),),
        out=Path(said["out"]),
        history=Path(said["history"]) if said["history"] else None,
        model=said["model"],
        accept_drift=said["accept_drift"],
        refused=tuple(Reject(number, reason) for number, reason in said["refused"]),
        measured=Path(said["measured"]) if said.get("measured") else None,
    )
    try:
        made = run(job, said["week"], _told, cancelled)
    except PetitionRiskError as error:
        _say({"problem": str(error)})
        return
    _say({"letters": made.scored, "rejected": made.rejected})


def _told(step: Step) -> None:
    _say({"stage": step.stage, "done": step.done, "share": step.share})


def _say(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
