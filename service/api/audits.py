"""Reading and checking the audit log."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from service.api.access_schemas import AuditOut, AuditPage, VerdictOut
from service.api.common import PREFIX, errors
from service.deps import TheCore, allowed
from service.security.permissions import Permission
from service.store import audit
from service.store.tables import AuditRow

router = APIRouter(prefix=PREFIX, tags=["审计"])
_AUDITOR = [Depends(allowed(Permission.AUDIT_READ))]
Word = Annotated[str, Query(max_length=128, pattern=r"^[^\x00]*$")]


@router.get("/audit", summary="审计记录", responses=errors(401, 403, 422, 429), dependencies=_AUDITOR)
def rows(
    core: TheCore,
    after: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    action: Word = "",
    actor: Word = "",
    object: Word = "",
) -> AuditPage:
    """List what happened, oldest first."""
    with core.store.reading() as session:
        found = audit.page(session, after=after, limit=limit, action=action, actor=actor, subject=object)
    return AuditPage(rows=[_row(row) for row in found])


@router.get("/audit/verification", summary="核对审计记录", responses=errors(401, 403, 429), dependencies=_AUDITOR)
def verify(core: TheCore) -> VerdictOut:
    """Walk the whole chain and tell whether a row was changed, removed or added."""
    with core.store.reading() as session:
        verdict = audit.verify(session)
    return VerdictOut(rows=verdict.rows, head=verdict.head, broken_at=verdict.broken_at)


def _row(row: AuditRow) -> AuditOut:
    return AuditOut(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        object=row.object,
        model_version=row.model_version,
        reason=row.reason,
        details=json.loads(row.details),
        hash=row.hash,
    )
