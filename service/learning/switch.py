"""The switch, as the service turns it: guarded, audited, one turn at a time, effective from the next request on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from risk_model import guard
from risk_model.artifact import Registry
from risk_model.errors import ArtifactError, GuardError
from risk_model.guard import Promotion
from service.served import Served
from service.store import Store, audit
from service.store.errors import Clash, Missing


def promote(
    store: Store, served: Served, version: str, instead_of: str, reason: str, actor: str, now: dt.datetime
) -> Promotion:
    """Serve `version` in place of `instead_of`; raises `Clash` if that is not what is served, or the guard's refusal."""
    registry = _free(served)
    if version not in registry.versions():
        raise Missing(f"没有版本 {version}")
    try:
        worse = guard.prepare(registry, version, reason)
    except (GuardError, ArtifactError) as error:
        raise Clash(str(error)) from None
    details = {"from": instead_of, "to": version, "worse": list(worse)}
    with _recorded(store, registry, "model.promote", details, reason, actor, now):
        return guard.turn(registry, version, reason, actor, now, worse)


def rollback(store: Store, served: Served, instead_of: str, reason: str, actor: str, now: dt.datetime) -> Promotion:
    """Serve the version before `instead_of` again."""
    registry = _free(served)
    if not registry.history():
        raise Clash("没有可以退回的版本：还没有更换过模型")
    details = {"from": instead_of, "to": registry.history()[-1]}
    with _recorded(store, registry, "model.rollback", details, reason, actor, now):
        return guard.rollback(registry, reason, actor, now)


def _free(served: Served) -> Registry:
    if served.pinned is not None:
        raise Clash("模型版本由设置 PETITION_RISK_MODEL 指定：请先去掉这项设置")
    return served.registry


@contextmanager
def _recorded(
    store: Store, registry: Registry, action: str, details: Mapping[str, Any], reason: str, actor: str, now: dt.datetime
) -> Iterator[None]:
    """Let the switch be turned inside; what does not get into the audit log has not happened."""
    before: str = details["from"]
    try:
        with store.writing() as session:
            # The audit log is written by one at a time: whoever comes second finds the switch turned.
            audit.record(
                session, now, actor, action, details["to"], model_version=before, reason=reason, details=details
            )
            if registry.current() != before:
                raise Clash(f"正在使用的已经是 {registry.current()}，不是 {before}：请刷新后再决定")
            yield
    except ArtifactError as error:
        raise Clash(str(error)) from None
    except SQLAlchemyError:
        if registry.current() != before:
            registry.promote(before)
        raise
