"""Promotion: refused without a comparison that is as good, unless a person writes down why; kept in a journal."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from risk_model.artifact import Registry
from risk_model.errors import GuardError
from risk_model.guard.compare import Comparison, weights_of
from risk_model.model import RiskModel, load
from risk_model.tables.atomic import atomic

JOURNAL: Final = "PROMOTIONS.jsonl"
#: Beside the model folders, because a model folder refuses files that its manifest does not list.
COMPARISONS: Final = "comparisons"
#: A reason shorter than this says nothing to whoever reads the journal a year later.
SHORTEST_REASON: Final = 5


@dataclass(frozen=True, slots=True)
class Promotion:
    """One turn of the switch: from which version to which, by whom, why, and which guarded figures were worse."""

    at: str
    action: str
    before: str
    after: str
    by: str
    reason: str
    worse: tuple[str, ...]


def check(candidate: RiskModel, served: RiskModel, comparison: Comparison | None, reason: str) -> tuple[str, ...]:
    """Return the figures in which the candidate is worse; raise `GuardError` if that needs a reason and has none."""
    if comparison is not None and comparison.weights != {m.version: weights_of(m) for m in (candidate, served)}:
        comparison = None
    worse = tuple(f"{f.where}:{f.name}" for f in comparison.worse) if comparison else ()
    if len(reason.strip()) >= SHORTEST_REASON:
        return worse
    if comparison is None or not comparison.judged:
        raise GuardError(
            f"{candidate.version} 还没有在留出的信件上与正在使用的 {served.version} 比较过：先运行 petition-risk model compare "
            f"{candidate.version}，或者用 --reason 写明为什么仍要启用（至少{SHORTEST_REASON}个字）"
        )
    if worse:
        raise GuardError(
            f"{candidate.version} 有{len(worse)}项指标不如正在使用的 {served.version}：{'、'.join(worse)}。"
            f"确要启用，须写明理由（至少{SHORTEST_REASON}个字）"
        )
    return ()


def prepare(registry: Registry, version: str, reason: str) -> tuple[str, ...]:
    """Verify a version and let the guard have its say; return the figures that are worse, or raise."""
    candidate = load(registry.path(version))
    before = registry.served()
    if before is None or before == version:
        return ()
    return check(candidate, load(registry.path(before)), comparison_of(registry, version, before), reason)


def turn(registry: Registry, version: str, reason: str, by: str, now: dt.datetime, worse: tuple[str, ...]) -> Promotion:
    """Turn the switch to a version that `prepare` let pass, and write it down."""
    before = registry.served() or ""
    registry.promote(version)
    return _journalled(registry, Promotion(_text(now), "promote", before, version, by, reason.strip(), worse))


def promote(registry: Registry, version: str, reason: str, by: str, now: dt.datetime) -> Promotion:
    """Serve `version` from now on; raises `GuardError` or `ArtifactError` and then changes nothing."""
    return turn(registry, version, reason, by, now, prepare(registry, version, reason))


def rollback(registry: Registry, reason: str, by: str, now: dt.datetime) -> Promotion:
    """Serve the version before; needs no comparison, since it is what one does when something is wrong."""
    before = registry.current()
    history = registry.history()
    if history:
        load(registry.path(history[-1]))
    after = registry.rollback()
    return _journalled(registry, Promotion(_text(now), "rollback", before, after, by, reason.strip(), ()))


def journal(registry: Registry) -> list[Promotion]:
    """Return every turn of the switch, oldest first."""
    path = registry.root / JOURNAL
    if not path.exists():
        return []
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Promotion(**(record | {"worse": tuple(record["worse"])})) for record in records]


def keep(registry: Registry, comparison: Comparison) -> Path:
    """Keep a comparison for the promotion that may follow."""
    path = _place(registry, comparison.candidate, comparison.served)
    path.parent.mkdir(exist_ok=True)
    with atomic(path) as file:
        file.write((json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1) + "\n").encode())
    return path


def comparison_of(registry: Registry, candidate: str, served: str) -> Comparison | None:
    """Return the kept comparison of two versions."""
    path = _place(registry, candidate, served)
    return Comparison.from_dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _place(registry: Registry, candidate: str, served: str) -> Path:
    return registry.root / COMPARISONS / f"{candidate}--{served}.json"


def _text(now: dt.datetime) -> str:
    return now.astimezone(dt.UTC).isoformat(timespec="seconds")


def _journalled(registry: Registry, promotion: Promotion) -> Promotion:
    line = json.dumps(asdict(promotion), ensure_ascii=False) + "\n"
    # One write to a file opened for appending: two processes cannot cut each other's line.
    handle = os.open(registry.root / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    return promotion
