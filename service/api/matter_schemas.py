"""Bodies of the endpoints for matters: letters about the same place and the same problem."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from service.api.petition_schemas import Summary
from service.api.schemas import Model, Reason

MatterName = Annotated[str, Field(pattern="^M-[0-9a-f]{12}$")]
PetitionName = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class MatterOut(BaseModel):
    """A matter in a list; labels are those of at least a third of its letters, the risk is the highest of any."""

    id: str
    title: str
    area: str
    letters: int
    first_received: dt.date
    last_received: dt.date
    mass_incident_risk: float
    tags: list[str]
    subtags: list[str]
    factors: list[str]


class MattersOut(BaseModel):
    """A page; `cursor` asks for the next, null on the last."""

    ok: Literal[True] = True
    matters: list[MatterOut]
    cursor: str | None


class MemberOut(BaseModel):
    """A letter of a matter and why it is in it: the letter it is nearest to, how surely, and the words they share."""

    petition: Summary
    nearest: str | None
    similarity: float | None
    shared_words: list[str]
    copy_of_nearest: bool


class MatterAnswer(BaseModel):
    """A matter with letters, the newest first; ask on with `offset`."""

    ok: Literal[True] = True
    matter: MatterOut
    members: list[MemberOut]
    disclaimer: str


class MergeIn(Model):
    """Matters that are the same as the one named in the address."""

    matters: list[MatterName] = Field(min_length=1, max_length=50)
    reason: Reason


class SplitIn(Model):
    """Letters of the matter that are about something else."""

    petitions: list[PetitionName] = Field(min_length=1, max_length=200)
    reason: Reason


class MatterChanged(BaseModel):
    """The matter that a decision made."""

    ok: Literal[True] = True
    matter: MatterOut
