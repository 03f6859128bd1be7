"""Bodies of the endpoints for registered petitions."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from risk_model.taxonomy import FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from service.api.schemas import (
    LETTER_EXAMPLE,
    Area,
    AssessmentOut,
    Band,
    Day,
    Key,
    Model,
    Reason,
    Text,
    _not_blank,
    _without_nul,
)
from service.store.clock import STATES

State = Literal["pending", "accepted", "handling", "closed", "declined"]
assert set(STATES) == {"pending", "accepted", "handling", "closed", "declined"}  # noqa: S101  written out for the types

#: `revision` of the petition as the caller saw it: 409 if somebody has changed it since. Left out: no check.
Seen = Annotated[int | None, Field(ge=0, lt=2**31)]

_REGISTER_EXAMPLE: Final[dict[str, JsonValue]] = {
    k if k != "id" else "external_id": v for k, v in LETTER_EXAMPLE.items()
}


class RegisterIn(Model):
    """A letter to keep. `external_id` is the number of the matter in the office's system; sent twice, it is kept once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REGISTER_EXAMPLE]})

    body: Annotated[str, Field(min_length=1), AfterValidator(_without_nul), AfterValidator(_not_blank)]
    title: Text = ""
    received: Day | None = Field(default=None, description="Day of receipt; today if left out.")
    area: Area = ""
    external_id: Key = ""


class RegisterOut(BaseModel):
    """The first answer to a registration, repeated to whoever sends the same again."""

    ok: Literal[True] = True
    id: str
    external_id: str
    received: dt.date
    accept_by: dt.date
    finish_by: dt.date
    assessment: AssessmentOut


class Summary(BaseModel):
    """A petition in a list."""

    id: str
    external_id: str
    title: str
    area: str
    received: dt.date
    registered_at: dt.datetime
    state: State
    state_label: str
    accept_by: dt.date
    finish_by: dt.date
    extended: bool
    due_on: dt.date | None
    overdue: bool
    due_soon: bool
    mass_incident_risk: float
    risk_band: Band
    tags: list[str]
    subtags: list[str]
    factors: list[str]
    model_version: str
    revision: int
    reviewed: bool
    look: bool


class ListOut(BaseModel):
    """A page; `cursor` asks for the next, null on the last."""

    ok: Literal[True] = True
    petitions: list[Summary]
    cursor: str | None


class ReviewOut(BaseModel):
    """What a person decided; `pending` until a second person agrees to a lower band."""

    id: int
    at: dt.datetime
    actor: str
    decision: Literal["confirm", "correct"]
    band: Band | None
    tags: list[str] | None
    subtags: list[str] | None
    factors: list[str] | None
    reason: str
    status: Literal["counted", "pending", "approved", "rejected", "undone"]
    decided_by: str | None
    decided_at: dt.datetime | None
    decided_reason: str | None


class StepOut(BaseModel):
    """A step through the procedure."""

    at: dt.datetime
    actor: str
    before: State
    after: State
    reason: str


class Suggestion(BaseModel):
    """Who should answer, by the office's own table."""

    departments: list[str]
    joint_meeting: bool
    mediation: bool
    basis: list[str]


class PetitionOut(BaseModel):
    """Everything kept of a petition."""

    ok: Literal[True] = True
    petition: Summary
    body: str
    extension_reason: str | None
    assessment: AssessmentOut
    suggestion: Suggestion
    reviews: list[ReviewOut]
    history: list[StepOut]
    disclaimer: str


class ReviewIn(Model):
    """`confirm` what was assessed, or `correct` it. Lowering the band waits for a second person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "confirm", "reason": "已电话核实，涉及三个单元"},
                {"decision": "correct", "band": "high", "reason": "业主已约定下周一同到市里反映"},
            ]
        }
    )

    decision: Literal["confirm", "correct"]
    reason: Reason
    band: Band | None = None
    tags: list[Literal[TAG_NAMES]] | None = Field(default=None, max_length=len(TAG_NAMES))  # type: ignore[valid-type]
    subtags: list[Literal[SUBTAG_NAMES]] | None = Field(default=None, max_length=len(SUBTAG_NAMES))  # type: ignore[valid-type]
    factors: list[Literal[FACTOR_NAMES]] | None = Field(default=None, max_length=len(FACTOR_NAMES))  # type: ignore[valid-type]
    seen: Seen = None
    level: int | None = Field(default=None, ge=0, le=3, description="Escalation if left unanswered, 0 to 3; teaches.")


class ReviewAnswer(BaseModel):
    """A recorded review."""

    ok: Literal[True] = True
    review: ReviewOut


class DecisionIn(Model):
    """The second person's word on a review that lowers the band."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"approve": True, "reason": "情况属实，同意"}]})

    approve: bool
    reason: Reason
    seen: Seen = None


class StepIn(Model):
    """The next state; a reason is needed to decline and to reopen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "accepted", "reason": "属本机关职权范围"}]})

    state: State
    reason: Annotated[Text, Field(max_length=1000)] = ""
    seen: Seen = None


class ExtendIn(Model):
    """Why the time to finish is extended by 30 days."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "需委托鉴定，经负责人批准延长30日"}]})

    reason: Reason
    seen: Seen = None


class ClockOut(BaseModel):
    """A petition after a step."""

    ok: Literal[True] = True
    petition: Summary


class AnswererIn(Model):
    """Who answers a kind of matter in this office, the lead first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"departments": ["住房和城乡建设局", "河东街道办事处"], "mediation": True, "basis": "《信访工作条例》"}
            ]
        }
    )

    departments: list[Annotated[Reason, Field(max_length=64)]] = Field(min_length=1, max_length=10)
    mediation: bool
    basis: Reason


class AnswererOut(BaseModel):
    """Who answers a kind of matter; `changed` tells the office's own entries from the ones it came with."""

    subtag: str
    label: str
    tag: str
    departments: list[str]
    mediation: bool
    basis: str
    changed: bool


class DepartmentsOut(BaseModel):
    """The whole table."""

    ok: Literal[True] = True
    departments: list[AnswererOut]
