"""模型: which model serves, what it was made of, how good it is, and what another cut would give."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from risk_model.model import RiskModel
from risk_model.taxonomy import LEVELS, RISK_OUTPUT, SUBTAGS, TAGS
from service.api.score import ready
from service.desk import figures
from service.desk.curves import calibration, curve
from service.desk.pages import Desk, PageGuard
from service.security.permissions import Permission
from service.store import cuts
from service.store.tables import PetitionRow

router = APIRouter(include_in_schema=False)
Reader = Annotated[Desk, Depends(PageGuard(Permission.MODEL_READ))]

#: Weeks of the book from which the weekly number of letters is taken.
_WEEKS: Final = 8
#: Shown where the book is empty.
_USUAL_LETTERS: Final = 100
#: What a measure of the manifest is called.
_MEASURES: Final = {
    "risk.auc_ge2": ("群体风险：排序正确率（AUC）", "随机取一封会升级、一封不会升级的信，前者分更高的比例"),
    "risk.ap_ge2": ("群体风险：平均精确率（AP）", "从高到低看下去，沿途看到的有多准"),
    "risk.recall_level3_top_fifth": ("最严重的信落在前五分之一的比例", "人手只够先看五分之一时，最严重的能看到多少"),
    "risk.ece_ge2": ("概率误差（ECE，越小越好）", "说0.3的信，是不是真有三成"),
    "tags.macro_f1": ("三个标签：平均 F1", "查准与查全的调和平均，三个标签平均"),
    "subtags.micro_f1": ("具体类别：F1", "所有类别合在一起"),
    "factors.micro_f1": ("风险因素：F1", "所有因素合在一起"),
}


@router.get("/desk/model")
def show(desk: Reader) -> HTMLResponse:
    """Show the served model."""
    core = desk.core
    scoring = ready(core)
    scoring.renew_cuts()
    model = scoring.model
    card = card_of(model)
    source, bins = calibration(card, RISK_OUTPUT)
    found = curve(model.manifest, card)
    with core.store.reading() as session:
        changed = cuts.newest(session, model.version)
        since = core.today() - dt.timedelta(weeks=_WEEKS)
        recent = session.scalar(select(func.count()).select_from(PetitionRow).where(PetitionRow.received > since)) or 0
    measured = model.manifest["cross_validated"]
    return desk.page(
        "model.html",
        "model",
        model=model,
        manifest=model.manifest,
        measures=[(title, text, measured[name]) for name, (title, text) in _MEASURES.items() if name in measured],
        tags=[(t, measured.get(f"{t.name}.f1")) for t in TAGS],
        subtags=[
            (s, model.manifest["label_counts"].get(s.name), measured.get(f"subtags.{s.name}.f1")) for s in SUBTAGS
        ],
        levels=LEVELS,
        calibration=figures.calibration("估计的概率与实际的比例", bins) if bins else None,
        calibration_source=source,
        curve=found.plain() if found else None,
        released=model.manifest["thresholds"],
        changed=changed,
        weekly=max(1, round(recent / _WEEKS)) if recent else _USUAL_LETTERS,
        from_book=bool(recent),
        card=card,
    )


def card_of(model: RiskModel) -> str:
    """Return the text of a model's card."""
    path = model.artifact.folder / "MODEL_CARD.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
