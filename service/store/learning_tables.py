"""Tables of the learning loop: what a review says beyond the band, the weekly lot, its jobs and what they found."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables import Base


class ReviewNoteRow(Base):
    """In what capacity a review was made, the escalation level it gave, and whether it settles a dispute."""

    __tablename__ = "review_note"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    level: Mapped[int | None]
    settles: Mapped[bool]


class LotRow(Base):
    """A letter that the lot of a week drew, out of `registered` letters of that week."""

    __tablename__ = "quality_lot"

    week: Mapped[str] = mapped_column(String(8), primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True)
    drawn_at: Mapped[dt.datetime]
    registered: Mapped[int]


class LearningJobRow(Base):
    """Background work of the loop: a candidate in training under its version's `name`, or a search for wrong labels."""

    __tablename__ = "learning_job"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    name: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16), index=True)
    stage: Mapped[str] = mapped_column(String(16))
    #: What it is at, as the work itself says it; of a failure, why.
    step: Mapped[str] = mapped_column(Text)
    #: How often it was begun: more than once where a process was killed over it.
    tries: Mapped[int]
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]


class SuspectRow(Base):
    """A label in doubt: `said` by people, while a model that has not seen the letter gives it this probability."""

    __tablename__ = "suspect"

    job_id: Mapped[int] = mapped_column(ForeignKey("learning_job.id", ondelete="CASCADE"), primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True)
    output: Mapped[str] = mapped_column(String(64), primary_key=True)
    said: Mapped[bool]
    probability: Mapped[float]


class ShadowRow(Base):
    """A candidate that reads along for a while; nobody acts on what it says."""

    __tablename__ = "shadow"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    version: Mapped[str] = mapped_column(String(64))
    began: Mapped[dt.datetime]
    ends: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))


class ShadowScoreRow(Base):
    """What a shadow said of a letter."""

    __tablename__ = "shadow_score"

    shadow_id: Mapped[int] = mapped_column(ForeignKey("shadow.id", ondelete="CASCADE"), primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True)
    risk: Mapped[float]
    band: Mapped[str] = mapped_column(String(8))
    labels: Mapped[list[str]]
