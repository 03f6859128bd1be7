"""Bodies of the endpoints of the learning loop."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from risk_model.taxonomy import FACTOR_NAMES, SUBTAG_NAMES, TAG_NAMES
from service.api.petition_schemas import Summary
from service.api.schemas import Band, Model, Reason, Text, _without_nul

Version = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_without_nul)]
Level = Literal["ok", "notice", "alarm"]


class AskedOut(BaseModel):
    """A letter worth reviewing: how much, and on what grounds."""

    petition: Summary
    priority: float
    reasons: list[Literal["uncertain", "disagreeing", "rare"]]


class QueueOut(BaseModel):
    """What to review next, best first."""

    ok: Literal[True] = True
    queue: list[AskedOut]


class LotOut(BaseModel):
    """The lot of a week: which letters it drew out of how many, and which nobody has reviewed yet."""

    ok: Literal[True] = True
    week: str
    registered: int
    drawn: list[Summary]
    unread: list[str]


class ProportionOut(BaseModel):
    """`hits` of `of` with the 95 % interval; null of nothing."""

    model_config = ConfigDict(from_attributes=True)

    hits: int
    of: int
    value: float | None
    low: float | None
    high: float | None


class QualityOut(BaseModel):
    """How good an output was on the letters of the lots."""

    model_config = ConfigDict(from_attributes=True)

    letters: int
    precision: ProportionOut
    recall: ProportionOut
    foretold: float
    happened: int
    low: float
    high: float
    calibrated: bool


class WeekOut(BaseModel):
    """Quality on the lot of one week; of few letters, so the intervals are wide."""

    model_config = ConfigDict(from_attributes=True)

    week: str
    drawn: int
    read: int
    outputs: dict[str, QualityOut]


class MeasuredOut(BaseModel):
    """Quality over the lots of some weeks; with letters drawn but not read it is less than unbiased."""

    ok: Literal[True] = True
    weeks: list[str]
    drawn: int
    read: int
    outputs: dict[str, QualityOut]
    by_week: list[WeekOut]
    agreement: dict[str, AgreementOut]


class AgreementOut(BaseModel):
    """Cohen's kappa of two readers of the same letter, with its 95 % interval."""

    model_config = ConfigDict(from_attributes=True)

    letters: int
    same: int
    kappa: float | None
    low: float | None
    high: float | None


class Position(BaseModel):
    """What a reader of a capacity said of a label."""

    role: str
    said: bool


class ConflictOut(BaseModel):
    """A label on which the readers of a letter differ."""

    id: str
    label: str
    said: list[Position]


class ConflictsOut(BaseModel):
    """What is in dispute; it teaches no model until it is settled."""

    ok: Literal[True] = True
    conflicts: list[ConflictOut]


class SettleIn(Model):
    """The last word in a dispute. What is left out stays open."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"tags": ["livelihood"], "subtags": ["wages_labor"], "level": 2, "reason": "两位复核人会商一致"}
            ]
        }
    )

    tags: list[Literal[TAG_NAMES]] | None = Field(default=None, max_length=len(TAG_NAMES))  # type: ignore[valid-type]
    subtags: list[Literal[SUBTAG_NAMES]] | None = Field(default=None, max_length=len(SUBTAG_NAMES))  # type: ignore[valid-type]
    factors: list[Literal[FACTOR_NAMES]] | None = Field(default=None, max_length=len(FACTOR_NAMES))  # type: ignore[valid-type]
    level: int | None = Field(default=None, ge=0, le=3)
    reason: Reason


class CauseOut(BaseModel):
    """What moved: letters this week, and how many the weeks before let expect."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    count: int
    expected: float


class ChartOut(BaseModel):
    """A control chart; `chance` is that of such a difference without any change."""

    name: str
    label: str
    value: float | None
    before: float | None
    chance: float
    level: Level
    distance: float = Field(description="How far the week strays, in standard deviations of usual weeks.")
    track: list[float | None] = Field(description="The same of each week of `baseline`, oldest first.")
    causes: list[CauseOut]


class DriftOut(BaseModel):
    """The control charts of a week; none where there are too few weeks or letters to say anything."""

    ok: Literal[True] = True
    week: str
    letters: int
    baseline_weeks: int
    baseline: list[str]
    notice_at: float
    alarm_at: float
    charts: list[ChartOut]


class CandidateIn(Model):
    """A candidate to train under a new version name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": "2026.12.1"}]})

    version: Version


class FigureOut(BaseModel):
    """A guarded figure of candidate and served model; `low` and `high` bound their difference with 95 %."""

    model_config = ConfigDict(from_attributes=True)

    where: str
    name: str
    candidate: float
    served: float
    low: float | None
    high: float | None
    gain: float
    tolerance: float
    worse: bool


class VersionOut(BaseModel):
    """A version: in use, candidate, or being trained; with its comparison to the version in use where there is one."""

    version: str
    served: bool
    state: Literal["waiting", "running", "done", "failed", "cancelled", "ready"]
    step: str
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    compared: bool
    letters: dict[str, int]
    worse: list[str]
    figures: list[FigureOut]


class VersionsOut(BaseModel):
    """All versions, the one in use first."""

    ok: Literal[True] = True
    versions: list[VersionOut]


class CandidateAnswer(BaseModel):
    """A candidate on its way."""

    ok: Literal[True] = True
    version: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]


class TrainingOut(BaseModel):
    """The newest training: how far it is. `tries` above 1: the service was stopped over it and it began again."""

    ok: Literal[True] = True
    version: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    stage: str
    step: str
    tries: int
    asked_by: str
    asked_at: dt.datetime
    finished_at: dt.datetime | None


class SuspectOut(BaseModel):
    """A label in doubt: what people said, the probability by a model that has not seen the letter."""

    id: str
    title: str
    label: str
    said: bool
    probability: float
    again: bool = Field(description="The letter has been reviewed since it was looked for.")


class SuspectsOut(BaseModel):
    """The newest search for wrong labels and what it found, most doubtful first."""

    ok: Literal[True] = True
    installed: bool
    state: Literal["none", "waiting", "running", "done", "failed", "cancelled"]
    step: str
    asked_at: dt.datetime | None
    finished_at: dt.datetime | None
    suspects: list[SuspectOut]


class PromoteIn(Model):
    """Serve `version` in place of `instead_of`, which the caller believes to be served."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": "2026.12.1", "instead_of": "2026.11.24", "reason": ""}]}
    )

    version: Version
    instead_of: Version
    reason: Annotated[Text, Field(max_length=1000)] = Field(
        default="", description="Needed where a guarded figure is worse or nothing was compared."
    )


class RollbackIn(Model):
    """Go back from `instead_of` to the version before it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"instead_of": "2026.12.1", "reason": "误判增多"}]})

    instead_of: Version
    reason: Reason


class TurnOut(BaseModel):
    """A turn of the switch."""

    model_config = ConfigDict(from_attributes=True)

    at: str
    action: Literal["promote", "rollback"]
    before: str
    after: str
    by: str
    reason: str
    worse: list[str]


class TurnAnswer(BaseModel):
    """The switch has been turned; every request from now on is answered by `turn.after`."""

    ok: Literal[True] = True
    turn: TurnOut


class TurnsOut(BaseModel):
    """Every turn of the switch, oldest first."""

    ok: Literal[True] = True
    turns: list[TurnOut]


class ShadowIn(Model):
    """A version that is to read along."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": "2026.12.1", "days": 7}]})

    version: Version
    days: int = Field(default=7, ge=1, le=31)


class SaidOut(BaseModel):
    """What a model said of a letter."""

    risk: float
    band: Band
    labels: list[str]


class DifferenceOut(BaseModel):
    """A matter on which two models differ, shown by the letter that differs most."""

    id: str
    title: str
    letters: int
    served: SaidOut
    candidate: SaidOut
    size: float


class ShadowOut(BaseModel):
    """What a shadow has read so far and where it differs, largest difference first; `moved` counts changes of band."""

    ok: Literal[True] = True
    version: str
    began: dt.datetime
    ends: dt.datetime
    letters: int
    moved: dict[str, int]
    differences: list[DifferenceOut]


MeasuredOut.model_rebuild()
