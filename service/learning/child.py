"""Training and the like in a process of its own, so that serving keeps its memory and its breath.

`cli …` runs the command line; `suspects DECISIONS RESULT` looks for labels in doubt. What it says goes to standard error, a
step a line. It ends with its parent: whoever takes over begins another one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final

from risk_model.errors import PetitionRiskError

_LOOK_EVERY: Final = 1.0


def main(arguments: list[str]) -> None:
    """Do what the arguments say."""
    sys.excepthook = _told
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    what, *rest = arguments
    if what == "suspects":
        _suspects(*map(Path, rest))
        return
    from risk_model.cli import main as command_line

    sys.argv[1:] = rest
    command_line()


def _suspects(decisions: Path, result: Path) -> None:
    from risk_model.training.suspects import doubtful

    try:
        found = doubtful(decisions)
    except PetitionRiskError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    result.write_text(json.dumps([asdict(x) for x in found]), encoding="utf-8")


def _told(kind: type[BaseException], _error: BaseException, _trace: TracebackType | None) -> None:
    """Name an error of ours by its kind alone: its text may hold a letter, and what is said here is kept."""
    sys.stderr.write(f"程序出错（{kind.__name__}），请把服务日志交给维护人员\n")


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    if hasattr(os, "killpg"):
        # With the processes it shares its work among.
        os.killpg(os.getpgid(0), signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
