"""The tables. What is stored describes matters and the work on them; no table is keyed by a petitioner.

Texts of letters are masked before they come here (`scoring.masked`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, Date, Double, ForeignKey, Index, Integer, MetaData, String, Text, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.store.types import UtcDateTime

#: Names of constraints are spelled out so that a migration can find them on either database.
NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        float: Double(),
        dt.datetime: UtcDateTime(),
        dt.date: Date(),
        list[str]: JSON(),
        dict[str, Any]: JSON(),
    }


class PetitionRow(Base):
    """A registered letter: masked text, clock, and the risk band that counts at present."""

    __tablename__ = "petition"
    __table_args__ = (
        Index(None, "received"),
        Index(None, "state", "due_on"),
        Index(None, "band", "risk"),
        # The order of the inbox, and its counts without a look at the rows.
        Index(None, "band", "due_on", "id"),
        Index(None, "state", "due_on", "reviewed", "look"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(128), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(String(256), index=True)
    received: Mapped[dt.date]
    registered_at: Mapped[dt.datetime]
    registered_by: Mapped[str] = mapped_column(String(128))
    risk: Mapped[float]
    band: Mapped[str] = mapped_column(String(8))
    model_version: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    accept_by: Mapped[dt.date]
    finish_by: Mapped[dt.date]
    extension_reason: Mapped[str | None] = mapped_column(Text)
    #: The next date the law sets; none once the matter is closed.
    due_on: Mapped[dt.date | None]
    #: Goes up with every change, so that two people at one petition notice each other.
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: A person has confirmed or corrected the assessment.
    reviewed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The model says that a person must look before anything else.
    look: Mapped[bool] = mapped_column(default=False, server_default=false())


class LabelRow(Base):
    """A tag, sub-tag or factor that counts for a petition at present."""

    __tablename__ = "petition_label"

    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class AssessmentRow(Base):
    """What a model said of a petition; never changed."""

    __tablename__ = "assessment"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    model_version: Mapped[str] = mapped_column(String(64))
    risk: Mapped[float]
    band: Mapped[str] = mapped_column(String(8))
    result: Mapped[dict[str, Any]]


class ReviewRow(Base):
    """What a person said of a petition; one that lowers the band waits for a second person."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))
    decision: Mapped[str] = mapped_column(String(16))
    band: Mapped[str | None] = mapped_column(String(8))
    tags: Mapped[list[str] | None]
    subtags: Mapped[list[str] | None]
    factors: Mapped[list[str] | None]
    #: Band and labels before it counted, to go back to.
    before: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    decided_by: Mapped[str | None] = mapped_column(String(128))
    decided_at: Mapped[dt.datetime | None]
    decided_reason: Mapped[str | None] = mapped_column(Text)


class StateRow(Base):
    """A step of a petition through the procedure."""

    __tablename__ = "state_change"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petition.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))
    before: Mapped[str] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)


class DepartmentRow(Base):
    """Who answers a kind of matter in this office; begins as a copy of the taxonomy."""

    __tablename__ = "department"

    subtag: Mapped[str] = mapped_column(String(64), primary_key=True)
    departments: Mapped[list[str]]
    mediation: Mapped[bool]
    basis: Mapped[str] = mapped_column(Text)


# The orders of the list of petitions, so that a page of a large book is read and not sorted.
Index(None, PetitionRow.risk, PetitionRow.id)
Index(None, PetitionRow.due_on, PetitionRow.id)


class UserRow(Base):
    """A member of the office's staff."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    roles: Mapped[list[str]]
    active: Mapped[bool]
    created_at: Mapped[dt.datetime]


class SessionRow(Base):
    """A login; the token itself is known to the browser only."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime]


class KeyRow(Base):
    """A key of another system; the secret is known to that system only."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(String(128))
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class SetupRow(Base):
    """The one-time link with which the first administrator is made."""

    __tablename__ = "setup_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[dt.datetime]


class FailureRow(Base):
    """A failed login, kept for minutes; `subject` is a digest of the account's name or of the address."""

    __tablename__ = "login_failure"
    __table_args__ = (Index(None, "subject", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class AuditRow(Base):
    """One thing that happened, chained to the one before; instants and details are text so that hashes repeat."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(128), index=True)
    action: Mapped[str] = mapped_column(String(64), index=True)
    object: Mapped[str] = mapped_column(String(128), index=True)
    model_version: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    """The end of the audit chain: a removed last row shows, and writers queue for it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class UploadRow(Base):
    """A table of letters on its way into the book; `lease` names the worker that is at it."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16), index=True)
    rows: Mapped[int]
    registered: Mapped[int]
    repeated: Mapped[int]
    rejected: Mapped[int]
    #: Columns about persons that were left out, by name.
    dropped: Mapped[list[str]]
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[dt.datetime | None]


class UploadLetterRow(Base):
    """A masked letter that waits; gone once it is registered."""

    __tablename__ = "upload_row"

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    external_id: Mapped[str] = mapped_column(String(128))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    received: Mapped[dt.date | None]


class UploadRejectRow(Base):
    """A row that could not be taken, and why; without a word of the letter."""

    __tablename__ = "upload_reject"

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)


class MatterRow(Base):
    """Letters about the same place and the same problem; `title` is that of the letter that founded it.

    The counts are those of its letters now. A matter that was merged keeps its row, empty, so that its id leads on.
    """

    __tablename__ = "matter"
    __table_args__ = (Index(None, "last_received", "id"), Index(None, "letters", "id"), Index(None, "risk", "id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    founder_id: Mapped[int | None] = mapped_column(ForeignKey("petition.id", ondelete="SET NULL"), index=True)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("matter.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(String(256), index=True)
    letters: Mapped[int]
    first_received: Mapped[dt.date]
    last_received: Mapped[dt.date]
    risk: Mapped[float]


class MatterLetterRow(Base):
    """The matter of a petition, and the letter and words that link it; `strand` is the matter it joined by likeness."""

    __tablename__ = "matter_letter"

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    strand: Mapped[int] = mapped_column(ForeignKey("matter.id"), index=True)
    nearest_id: Mapped[int | None] = mapped_column(ForeignKey("petition.id", ondelete="SET NULL"), index=True)
    probability: Mapped[float | None]
    words: Mapped[list[str]]
    copy: Mapped[bool]


class MatterWaitRow(Base):
    """A petition that has no matter yet."""

    __tablename__ = "matter_wait"

    petition_id: Mapped[int] = mapped_column(
        ForeignKey("petition.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class MatterTermRow(Base):
    """Where a hashed n-gram occurs: the way from a new letter to those it may belong with."""

    __tablename__ = "matter_term"
    # Half the size: the table is its own index. No foreign key: it would need a second one.
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  read once by the base class

    term: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    petition_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class MatterBarRow(Base):
    """Two matters that staff keep apart."""

    __tablename__ = "matter_bar"

    low: Mapped[int] = mapped_column(ForeignKey("matter.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    high: Mapped[int] = mapped_column(
        ForeignKey("matter.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class MatterDecisionRow(Base):
    """A merge or split that staff decided, by the public ids of letters: it goes with them into every weekly scan."""

    __tablename__ = "matter_decision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))
    action: Mapped[str] = mapped_column(String(8))
    letters: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text)


class MatterStateRow(Base):
    """One row: how often n-grams occur here, who is grouping at present, and a number that every change raises."""

    __tablename__ = "matter_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int]
    seen: Mapped[int]
    counts: Mapped[str] = mapped_column(Text)
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[dt.datetime | None]


class ScanRow(Base):
    """A weekly scan of the book or of a table; `scheduled` holds the week of one that nobody asked for, so that it is made once."""

    __tablename__ = "scan"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))
    week: Mapped[str] = mapped_column(String(8))
    scheduled: Mapped[str | None] = mapped_column(String(8), unique=True)
    #: "book" or "file": a table that was handed in, scanned by itself.
    source: Mapped[str] = mapped_column(String(8))
    accept_drift: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16), index=True)
    stage: Mapped[str] = mapped_column(String(16))
    done: Mapped[int]
    share: Mapped[float | None]
    letters: Mapped[int]
    rejected: Mapped[int]
    #: Why it failed, in words for staff.
    problem: Mapped[str] = mapped_column(Text)
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[dt.datetime | None]


class ViewRow(Base):
    """A selection of the inbox that a member of the staff gave a name; `query` is the query of its address."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    owner: Mapped[str] = mapped_column(String(128), index=True)
    name: Mapped[str] = mapped_column(String(64))
    query: Mapped[str] = mapped_column(Text)


class CutRow(Base):
    """Where the office cuts the risk of a model's version into bands; the newest row of a version counts."""

    __tablename__ = "cut"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(128))
    model_version: Mapped[str] = mapped_column(String(64))
    high: Mapped[float]
    medium: Mapped[float]
    reason: Mapped[str] = mapped_column(Text)
