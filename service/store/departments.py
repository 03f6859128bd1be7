"""Who answers: the taxonomy's table with the office's own changes laid over it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from risk_model.deadlines import due
from risk_model.taxonomy import SUBTAGS, TAG_NAMES, TAG_OF
from service.store.errors import Missing
from service.store.tables import DepartmentRow


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers a kind of matter, whether mediation comes first, and on what law the clock rests."""

    departments: tuple[str, ...]
    mediation: bool
    basis: str
    changed: bool = False


Table = Mapping[str, Answerer]


def table(session: Session) -> dict[str, Answerer]:
    """Return the answerers of all sub-tags."""
    out = {s.name: Answerer(s.departments, s.mediation, s.basis) for s in SUBTAGS}
    for row in session.scalars(select(DepartmentRow)):
        if row.subtag in out:
            out[row.subtag] = Answerer(tuple(row.departments), row.mediation, row.basis, changed=True)
    return out


def change(session: Session, subtag: str, answerer: Answerer) -> None:
    """Set the office's own answerers of a sub-tag."""
    _known(subtag)
    row = DepartmentRow(
        subtag=subtag, departments=list(answerer.departments), mediation=answerer.mediation, basis=answerer.basis
    )
    session.merge(row)


def reset(session: Session, subtag: str) -> None:
    """Go back to the taxonomy's answerers."""
    _known(subtag)
    session.execute(delete(DepartmentRow).where(DepartmentRow.subtag == subtag))


def suggest(answerers: Table, labels: Collection[str]) -> dict[str, Any]:
    """Return departments, mediation, legal basis, and whether several departments should sit down together.

    A joint meeting is suggested when several families are present, or three kinds of matter with different leads.
    """
    named = [name for name in answerers if name in labels]
    leads = {answerers[n].departments[0] for n in named}
    families = [name for name in TAG_NAMES if name in labels]
    nobody = due(None, (), ())
    return {
        "departments": list(dict.fromkeys(d for n in named for d in answerers[n].departments))
        or list(nobody.departments),
        "joint_meeting": len(families) > 1 or len(leads) > 2,
        "mediation": any(answerers[n].mediation for n in named),
        "basis": list(dict.fromkeys(answerers[n].basis for n in named)) or list(nobody.basis),
    }


def _known(subtag: str) -> None:
    if subtag not in TAG_OF:
        raise Missing("没有这种事项类别")
