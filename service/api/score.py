"""Stateless scoring, and the model that does it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic_core import to_json

from risk_model.taxonomy import DISCLAIMER, FACTORS, SUBTAGS, TAGS
from service.api.common import PREFIX, errors, success
from service.api.schemas import ModelOut, ScoreIn, ScoreOut
from service.core import Core
from service.deps import TheCore, allowed
from service.errors import ApiError
from service.scoring import Scoring, item_view
from service.security.permissions import Permission

router = APIRouter(prefix=PREFIX, tags=["评估"])


def ready(core: Core) -> Scoring:
    """Return the scoring of a core whose model is loaded."""
    if core.scoring is None:
        raise ApiError(503, "模型还没有载入", headers={"Retry-After": "5"})
    return core.scoring


@router.post(
    "/score",
    summary="评估一批来信，不留存",
    responses=success(200, ScoreOut) | errors(400, 401, 403, 408, 413, 415, 422, 429, 503),
    response_class=Response,
    dependencies=[Depends(allowed(Permission.SCORE))],
)
async def score(body: ScoreIn, core: TheCore) -> Response:
    """Assess 1 to 500 letters and forget them. A letter that is not in order fails alone; the order is kept."""
    scoring = ready(core)
    return Response(await scoring.run(_answer, scoring, body), media_type="application/json")


def _answer(scoring: Scoring, body: ScoreIn) -> bytes:
    results = scoring.score(body.petitions, body.evidence)
    good = sum(r.assessment is not None for r in results)
    answer: dict[str, Any] = {
        "ok": True,
        "scored": good,
        "failed": len(results) - good,
        "model_version": scoring.model.version,
        "results": [item_view(r) for r in results],
    }
    return to_json(answer)


@router.get(
    "/model",
    summary="正在使用的模型",
    responses=errors(401, 403, 429, 503),
    dependencies=[Depends(allowed(Permission.MODEL_READ))],
)
def model(core: TheCore) -> ModelOut:
    """Tell which model is served, what it was made of and how good it was found to be."""
    served = ready(core).model
    manifest = served.manifest
    return ModelOut(
        version=served.version,
        format=manifest["format"],
        thresholds=manifest["thresholds"],
        letters=manifest["letters"],
        measures=manifest["cross_validated"],
        tags={t.name: t.label for t in TAGS},
        subtags={s.name: s.label for s in SUBTAGS},
        factors={f.name: f.label for f in FACTORS},
        disclaimer=DISCLAIMER,
    )
