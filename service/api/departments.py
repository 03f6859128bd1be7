"""Who answers what: the office's own table."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session

from risk_model.taxonomy import TAG_OF, label
from service.api.common import PREFIX, errors
from service.api.petition_schemas import AnswererIn, AnswererOut, DepartmentsOut
from service.deps import TheCore, allowed
from service.security.permissions import Permission, Principal
from service.store import audit, departments
from service.store.departments import Answerer

router = APIRouter(prefix=PREFIX, tags=["责任部门"])
SubTag = Annotated[str, Path(max_length=64, description="子标签")]
Editor = Annotated[Principal, Depends(allowed(Permission.DEPARTMENTS_WRITE))]


@router.get(
    "/departments",
    summary="责任部门表",
    responses=errors(401, 403, 429),
    dependencies=[Depends(allowed(Permission.DEPARTMENTS_READ))],
)
def table(core: TheCore) -> DepartmentsOut:
    """List who answers each kind of matter."""
    with core.store.reading() as session:
        return _view(session)


@router.put(
    "/departments/{subtag}", summary="改一类事项的责任部门", responses=errors(400, 401, 403, 404, 413, 415, 422, 429)
)
def change(subtag: SubTag, body: AnswererIn, core: TheCore, who: Editor) -> DepartmentsOut:
    """Set who answers a kind of matter; it takes effect at once, for registered petitions too."""
    with core.store.writing() as session:
        departments.change(session, subtag, Answerer(tuple(body.departments), body.mediation, body.basis))
        audit.record(session, core.now(), who.actor, "department.change", subtag, details=body.model_dump())
        return _view(session)


@router.delete("/departments/{subtag}", summary="恢复默认的责任部门", responses=errors(401, 403, 404, 422, 429))
def reset(subtag: SubTag, core: TheCore, who: Editor) -> DepartmentsOut:
    """Go back to the answerers the program came with."""
    with core.store.writing() as session:
        departments.reset(session, subtag)
        audit.record(session, core.now(), who.actor, "department.reset", subtag)
        return _view(session)


def _view(session: Session) -> DepartmentsOut:
    return DepartmentsOut(
        departments=[
            AnswererOut(
                subtag=name,
                label=label(name),
                tag=TAG_OF[name],
                departments=list(a.departments),
                mediation=a.mediation,
                basis=a.basis,
                changed=a.changed,
            )
            for name, a in departments.table(session).items()
        ]
    )
