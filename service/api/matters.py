"""Matters: which letters are about the same thing, why, and staff's word on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session

from risk_model.taxonomy import DISCLAIMER, FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from risk_model.text import prepare
from service.api import views
from service.api.common import PREFIX, errors
from service.api.matter_schemas import MatterAnswer, MatterChanged, MatterOut, MattersOut, MemberOut, MergeIn, SplitIn
from service.api.petitions import searchable
from service.api.schemas import Day
from service.deps import TheCore, allowed
from service.security.permissions import Permission, Principal
from service.store import audit, matters
from service.store.tables import MatterRow

router = APIRouter(prefix=PREFIX, tags=["同一事项"])
MatterId = Annotated[str, Path(pattern="^M-[0-9a-f]{12}$", description="事项编号")]
Reader = Annotated[Principal, Depends(allowed(Permission.PETITIONS_READ))]
Writer = Annotated[Principal, Depends(allowed(Permission.MATTERS_WRITE))]
_ERRORS: Final = errors(400, 401, 403, 404, 409, 413, 415, 422, 429)
#: A label is that of a matter from this share of its letters on.
_SHARE: Final = 1 / 3


@router.get("/matters", summary="筛选事项", responses=errors(401, 403, 422, 429))
def listed(
    core: TheCore,
    _who: Reader,
    tag: Annotated[Literal[TAG_NAMES] | None, Query(description="标签")] = None,  # type: ignore[valid-type]
    subtag: Annotated[Literal[SUBTAG_NAMES] | None, Query(description="子标签")] = None,  # type: ignore[valid-type]
    factor: Annotated[Literal[FACTOR_NAMES] | None, Query(description="升级因素")] = None,  # type: ignore[valid-type]
    area: Annotated[str | None, Query(max_length=64, description="乡镇、街道")] = None,
    last_from: Annotated[Day | None, Query(description="最近来信日期，从")] = None,
    last_to: Annotated[Day | None, Query(description="最近来信日期，到")] = None,
    min_letters: Annotated[int, Query(ge=1, le=10000, description="至少几封来信")] = 1,
    q: Annotated[str, Query(max_length=100, description="事项标题里的文字")] = "",
    sort: Annotated[Literal["latest", "letters", "risk"], Query(description="排序")] = "latest",
    cursor: Annotated[str | None, Query(max_length=200, description="上一页给的翻页标记")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="每页件数")] = 50,
) -> MattersOut:
    """List matters that meet every condition. A new letter has its matter within a minute."""
    wanted = matters.Filter(
        labels=[name for name in (tag, subtag, factor) if name],
        area=searchable(area) if area else None,
        last_from=last_from,
        last_to=last_to,
        least=min_letters,
        text=searchable(q),
    )
    with core.store.reading() as session:
        page = matters.page(session, wanted, sort, cursor, limit)
        return MattersOut(matters=_views(session, page.rows), cursor=page.cursor)


@router.get("/matters/{id}", summary="看一个事项的来信", responses=errors(401, 403, 404, 422, 429))
def read(
    id: MatterId,
    core: TheCore,
    who: Reader,
    limit: Annotated[int, Query(ge=1, le=200, description="来信件数")] = 50,
    offset: Annotated[int, Query(ge=0, lt=2**31, description="跳过几封")] = 0,
) -> MatterAnswer:
    """Show the letters of a matter and what links them. The id of a matter that was merged leads to the present one."""
    today, soon = core.today(), core.settings.due_soon_days
    with core.store.writing() as session:
        row = matters.find(session, id)
        found = matters.letters(session, row.id, limit, offset)
        summaries = views.summaries(session, [m.petition for m in found], today, soon)
        audit.record(session, core.now(), who.actor, "matter.read", row.public_id)
        return MatterAnswer(
            matter=_views(session, [row])[0],
            members=[
                MemberOut(
                    petition=s,
                    nearest=m.nearest,
                    similarity=m.probability,
                    shared_words=m.words,
                    copy_of_nearest=m.copy,
                )
                for m, s in zip(found, summaries, strict=True)
            ],
            disclaimer=DISCLAIMER,
        )


@router.post("/matters/{id}/merge", summary="合并事项", responses=_ERRORS)
def merge(id: MatterId, body: MergeIn, core: TheCore, who: Writer) -> MatterChanged:
    """Say that matters are one. It wins over every likeness, now and in the weekly scan."""
    with core.store.writing() as session:
        row = matters.merge(session, [id, *body.matters], prepare(body.reason).text, core.now(), who.actor)
        return MatterChanged(matter=_views(session, [row])[0])


@router.post("/matters/{id}/split", status_code=201, summary="拆分事项", responses=_ERRORS)
def split(id: MatterId, body: SplitIn, core: TheCore, who: Writer) -> MatterChanged:
    """Take letters out into a matter of their own, which likeness never joins to the old one again."""
    with core.store.writing() as session:
        row = matters.split(session, id, body.petitions, prepare(body.reason).text, core.now(), who.actor)
        return MatterChanged(matter=_views(session, [row])[0])


def _views(session: Session, rows: list[MatterRow]) -> list[MatterOut]:
    counted = matters.labels(session, [row.id for row in rows])
    return [_view(row, counted[row.id]) for row in rows]


def _view(row: MatterRow, counted: Mapping[str, int]) -> MatterOut:
    def usual(names: Iterable[str]) -> list[str]:
        return [name for name in names if counted.get(name, 0) >= max(1.0, _SHARE * row.letters)]

    return MatterOut(
        id=row.public_id,
        title=row.title,
        area=row.area,
        letters=row.letters,
        first_received=row.first_received,
        last_received=row.last_received,
        mass_incident_risk=row.risk,
        tags=usual(TAG_NAMES),
        subtags=usual(SUBTAG_NAMES),
        factors=usual(FACTOR_NAMES),
    )
