"""Candidates: asked for under a new version name, trained on what the staff decided, compared with the served model."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from risk_model.artifact import Registry
from risk_model.feedback import write
from service.core import Core
from service.learning.decisions import decisions
from service.learning.work import Stage, Stop
from service.served import registry_of
from service.store import learning_jobs as jobs
from service.store.errors import Clash, Refused
from service.store.learning_tables import LearningJobRow

KIND: Final = "training"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: Where a model is made until it is whole; beside the versions, so that moving it there is one step.
_WORKSHOP: Final = ".training"


def begin(session: Session, registry: Registry, name: str, now: dt.datetime, actor: str) -> LearningJobRow:
    """Ask for a candidate; one at a time, under a name that no version has."""
    if not _NAME.fullmatch(name):
        raise Refused("版本名只能用字母、数字、点、下划线、连字符，以字母或数字开头")
    if name in registry.versions():
        raise Clash(f"已经有版本 {name}：请换一个版本名")
    if next(decisions(session), None) is None:
        raise Clash("还没有复核记录：先在研判工作台复核一些信件，再训练候选模型")
    return jobs.create(session, KIND, name, now, actor)


def stages(core: Core, row: LearningJobRow, folder: Path) -> Iterator[Stage]:
    """Yield what is to be done for a candidate; a model that an earlier try completed is not made again."""
    registry = registry_of(core.settings)
    file = folder / "decisions.jsonl"

    def export() -> None:
        with core.store.reading() as session:
            write(file, decisions(session))
        file.chmod(0o600)

    yield Stage("export", export)
    if row.name not in registry.versions():
        workshop = registry.root / _WORKSHOP
        made = workshop / row.name
        shutil.rmtree(made, ignore_errors=True)
        workshop.mkdir(exist_ok=True)
        labelled = sorted(core.settings.training_data.glob("*.csv")) if core.settings.training_data else []
        more: list[str | Path] = [x for path in labelled for x in ("-l", path)]
        yield Stage("train", ["cli", "train", row.name, "--quick", "-f", file, "-o", workshop, *more])
        yield Stage("keep", lambda: _keep(made, registry))
    judged: list[str | Path] = ["-t", core.settings.locked_set] if core.settings.locked_set else []
    yield Stage("compare", ["cli", "model", "compare", row.name, "-f", file, *judged])


def _keep(made: Path, registry: Registry) -> None:
    if (registry.root / made.name).exists():
        raise Stop(f"已经有版本 {made.name}：请换一个版本名再训练")
    made.rename(registry.root / made.name)


def tidy(core: Core, row: LearningJobRow) -> None:
    """Remove what is left of a model that was not completed."""
    workshop = registry_of(core.settings).root / _WORKSHOP
    shutil.rmtree(workshop / row.name, ignore_errors=True)
    if workshop.is_dir() and not any(workshop.iterdir()):
        workshop.rmdir()
