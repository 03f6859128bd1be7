"""What the endpoints read and answer. Unknown fields are refused: none may carry data about a person."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from risk_model.tables.personal import is_identity_card, is_mobile
from risk_model.taxonomy import BANDS
from service.errors import PublicReason
from service.settings import MOST_ITEMS


class Model(BaseModel):
    """Base of every body: strict about names, and never shows what it was given."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _without_nul(text: str) -> str:
    # PostgreSQL cannot store it and no letter means it.
    return text.replace("\x00", "")


def _not_a_person(key: str) -> str:
    if is_identity_card(key) or is_mobile(key):
        raise PublicReason("编号不能是身份证号或手机号：请用事项的登记号")
    return key


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PublicReason("不能为空")
    return text


def _a_year_we_know(day: dt.date) -> dt.date:
    # Deadlines are added to it, and a calendar ends.
    if not dt.date(1990, 1, 1) <= day <= dt.date(2199, 12, 31):
        raise PublicReason("日期不合理")
    return day


Text = Annotated[str, AfterValidator(_without_nul)]
Key = Annotated[str, Field(max_length=128), AfterValidator(_without_nul), AfterValidator(_not_a_person)]
Area = Annotated[str, Field(max_length=64), AfterValidator(_without_nul)]
Reason = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_without_nul), AfterValidator(_not_blank)]
Day = Annotated[dt.date, AfterValidator(_a_year_we_know)]
Band = Literal["high", "medium", "low"]
assert set(BANDS) == {"high", "medium", "low"}  # noqa: S101  the literal above must be written out for the types

LETTER_EXAMPLE: Final[dict[str, JsonValue]] = {
    "id": "2026-000123",
    "title": "河东小区电梯停运三个月",
    "body": "我们小区两部电梯从三月起停运，住着不少行动不便的住户，物业和社区都说在协调，至今没有修好。",
    "received": "2026-06-01",
    "area": "河东街道",
}


class LetterIn(Model):
    """One letter. `received` starts the statutory clock; `area` is a township or street, never an address."""

    model_config = ConfigDict(json_schema_extra={"examples": [LETTER_EXAMPLE]})

    body: Annotated[str, Field(min_length=1), AfterValidator(_without_nul), AfterValidator(_not_blank)]
    title: Text = ""
    received: Day | None = None
    area: Area = ""
    id: Key = ""


class ScoreIn(Model):
    """Letters to assess and forget."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"petitions": [LETTER_EXAMPLE], "evidence": 5}]})

    petitions: Annotated[
        list[Annotated[Any, WithJsonSchema({"$ref": "#/components/schemas/LetterIn"})]],
        Field(min_length=1, max_length=MOST_ITEMS),
    ]
    evidence: int = Field(
        default=5, ge=0, le=20, description="Words kept a letter; 0 also leaves out facts and is faster."
    )


class Detail(BaseModel):
    """One field that is wrong, and why."""

    field: str
    reason: str


class Problem(BaseModel):
    """What went wrong."""

    code: str
    message: str
    details: list[Detail]
    request_id: str


class ErrorOut(BaseModel):
    """The one error shape."""

    ok: Literal[False]
    error: Problem


class Word(BaseModel):
    """A word of the letter and what it adds to the logit of the risk; the span is of the field as received."""

    text: str
    field: Literal["title", "body"]
    start: int
    end: int
    weight: float


class Fact(BaseModel):
    """A fact the letter states: who many, how long, how much, by when."""

    kind: str
    start: int
    end: int
    text: str
    low: float | None
    high: float | None
    unit: str


class DueOut(BaseModel):
    """Who usually answers, and by when."""

    accept_by: dt.date | None
    finish_by: dt.date | None
    extended_to: dt.date | None
    departments: list[str]
    joint_meeting: bool
    mediation: bool
    basis: list[str]


class AssessmentOut(BaseModel):
    """The judgement of one letter; 辅助研判，不作为处理依据."""

    probabilities: dict[str, float]
    tags: list[str]
    subtags: list[str]
    factors: list[str]
    mass_incident_risk: float
    risk_band: Band
    review: list[str]
    evidence: list[Word]
    facts: list[Fact]
    due: DueOut
    model_version: str
    disclaimer: str


class ItemProblem(BaseModel):
    """Why a letter of a call was not assessed."""

    code: str
    message: str
    details: list[Detail]


class ScoredOk(BaseModel):
    """A letter that was assessed."""

    ok: Literal[True]
    index: int
    id: str
    assessment: AssessmentOut


class ScoredBad(BaseModel):
    """A letter that could not be assessed; the others were."""

    ok: Literal[False]
    index: int
    id: str
    error: ItemProblem


class ScoreOut(BaseModel):
    """One result a letter, in order."""

    ok: Literal[True]
    scored: int
    failed: int
    model_version: str
    results: list[ScoredOk | ScoredBad]


class ModelOut(BaseModel):
    """The served model: what it was made of, where it cuts and how good it was found to be."""

    ok: Literal[True] = True
    version: str
    format: int
    thresholds: dict[str, Any]
    letters: dict[str, int]
    measures: dict[str, float]
    tags: dict[str, str]
    subtags: dict[str, str]
    factors: dict[str, str]
    disclaimer: str


#: Names that an error may repeat.
FIELDS: Final = frozenset({"body", "query", "path", "cookie", "header", *LetterIn.model_fields, *ScoreIn.model_fields})
