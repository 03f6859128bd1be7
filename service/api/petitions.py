"""Petitions that are kept: registered once, listed, read, reviewed."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool

from risk_model.schema import Petition
from risk_model.taxonomy import FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from risk_model.text import prepare
from service.api import views
from service.api.common import PREFIX, errors, success
from service.api.petition_schemas import ListOut, PetitionOut, RegisterIn, RegisterOut, State
from service.api.schemas import Band, Day, LetterIn
from service.api.score import ready
from service.core import Core
from service.deps import TheCore, allowed
from service.errors import ApiError
from service.scoring import masked, plain
from service.security.permissions import Permission, Principal
from service.store import audit, listing, petitions
from service.store.petitions import Entry

router = APIRouter(prefix=PREFIX, tags=["信访事项"])

PublicId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="本系统给的编号")]
Writer = Annotated[Principal, Depends(allowed(Permission.PETITIONS_WRITE))]
Reader = Annotated[Principal, Depends(allowed(Permission.PETITIONS_READ))]
#: Words kept with a stored assessment.
_EVIDENCE = 8
#: Letters that arrive one by one are grouped a handful at a time.
SETTLE = 5.0


@router.post(
    "/petitions",
    status_code=201,
    summary="登记一件信访事项",
    responses=success(200, RegisterOut, "同一编号、同样内容已经登记过：返回第一次的结果")
    | errors(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
)
async def register(body: RegisterIn, core: TheCore, who: Writer, response: Response) -> RegisterOut:
    """Mask, assess and keep a letter. The same `external_id` with the same content is answered as the first time."""
    scoring = ready(core)
    letter = LetterIn(**body.model_dump(exclude={"external_id"}), id=body.external_id)
    if scoring.too_long(letter):
        raise ApiError(422, details=[{"field": "body", "reason": "太长"}])
    sent = await scoring.run(masked, Petition(letter.body, letter.title, letter.received, letter.area, letter.id))
    if not sent.body.strip():
        raise ApiError(422, details=[{"field": "body", "reason": "不能为空"}])
    today = core.today()
    if sent.received and sent.received > today:
        raise ApiError(422, details=[{"field": "received", "reason": "收到日期不能晚于今天"}])
    content = petitions.digest(sent)
    if first := await run_in_threadpool(_replayed, core, sent.id, content):
        response.status_code = 200
        return first
    kept = Petition(sent.body, sent.title, sent.received or today, sent.area, sent.id)
    (assessment,) = await scoring.run(scoring.assess, [kept], _EVIDENCE)
    entry = Entry(kept, content, assessment, plain(assessment))
    answer, is_new = await run_in_threadpool(_registered, core, who, entry)
    if is_new:
        core.wake("matters", SETTLE)
    else:
        response.status_code = 200
    return answer


def _replayed(core: Core, external_id: str, content: str) -> RegisterOut | None:
    with core.store.reading() as session:
        row = petitions.replayed(session, external_id, content)
        return views.registered(row, petitions.first(session, row.id)) if row else None


def _registered(core: Core, who: Principal, entry: Entry) -> tuple[RegisterOut, bool]:
    try:
        with core.store.writing() as session:
            row = petitions.replayed(session, entry.petition.id, entry.digest)
            is_new = row is None
            if row is None:
                row = petitions.register(session, entry, core.now(), who.actor)
                audit.record(
                    session, core.now(), who.actor, "petition.register", row.public_id, model_version=row.model_version
                )
            return views.registered(row, petitions.first(session, row.id)), is_new
    except IntegrityError:
        # PostgreSQL lets two writers try the same number at once; the later one finds the first one's record.
        if again := _replayed(core, entry.petition.id, entry.digest):
            return again, False
        raise


@router.get("/petitions", summary="筛选信访事项", responses=errors(401, 403, 422, 429))
def listed(
    core: TheCore,
    _who: Reader,
    tag: Annotated[Literal[TAG_NAMES] | None, Query(description="标签")] = None,  # type: ignore[valid-type]
    subtag: Annotated[Literal[SUBTAG_NAMES] | None, Query(description="子标签")] = None,  # type: ignore[valid-type]
    factor: Annotated[Literal[FACTOR_NAMES] | None, Query(description="升级因素")] = None,  # type: ignore[valid-type]
    band: Annotated[Band | None, Query(description="风险档次")] = None,
    area: Annotated[str | None, Query(max_length=64, description="乡镇、街道")] = None,
    state: Annotated[State | None, Query(description="办理状态")] = None,
    received_from: Annotated[Day | None, Query(description="收到日期，从")] = None,
    received_to: Annotated[Day | None, Query(description="收到日期，到")] = None,
    due: Annotated[Literal["overdue", "soon"] | None, Query(description="已超期，或即将到期")] = None,
    q: Annotated[str, Query(max_length=100, description="标题、正文里的文字")] = "",
    sort: Annotated[Literal["newest", "risk", "due"], Query(description="排序")] = "newest",
    cursor: Annotated[str | None, Query(max_length=200, description="上一页给的翻页标记")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="每页件数")] = 50,
) -> ListOut:
    """List petitions that meet every condition. Texts are searched as they are kept: without personal data."""
    today = core.today()
    soon = today + dt.timedelta(core.settings.due_soon_days)
    wanted = listing.Filter(
        labels=[name for name in (tag, subtag, factor) if name],
        band=band,
        area=searchable(area) if area else None,
        state=state,
        received_from=received_from,
        received_to=received_to,
        due_from=today if due == "soon" else None,
        due_before=today if due == "overdue" else soon + dt.timedelta(1) if due == "soon" else None,
        text=searchable(q),
    )
    with core.store.reading() as session:
        page = listing.page(session, wanted, sort, cursor, limit)
        rows = views.summaries(session, page.rows, today, core.settings.due_soon_days)
    return ListOut(petitions=rows, cursor=page.cursor)


def searchable(text: str) -> str:
    """Return a text as the store holds it; looking for a person is refused."""
    prepared = prepare(text.replace("\x00", "")).text.strip()
    if "〔" in prepared:
        raise ApiError(422, "不能按姓名、电话等个人信息检索：本系统只看事，不看人")
    return prepared


@router.get("/petitions/{id}", summary="看一件信访事项", responses=errors(401, 403, 404, 422, 429))
def read(id: PublicId, core: TheCore, who: Reader) -> PetitionOut:
    """Show everything kept of a petition; the reading is recorded in the audit log."""
    with core.store.writing() as session:
        row = petitions.find(session, id)
        audit.record(session, core.now(), who.actor, "petition.read", id, model_version=row.model_version)
        return views.whole(session, row, core.today(), core.settings.due_soon_days)
