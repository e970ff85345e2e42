"""The case file of one person with one station, and what belongs to it: submitted forms, history, readings, files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, Locked, one_of

# Numbers never restart: the year in front is for people, uniqueness comes from the sequence.
case_number = Sequence("case_number_seq", metadata=Base.metadata)


class CaseState(StrEnum):
    """The referral state machine of domain.md §2.1; the allowed moves are in workflow.records.states."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Level(StrEnum):
    """Triage levels, list L-TRIAGE of domain.md §3.8, most pressing first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"
    INFO = "info"


class Case(Identified, Locked, Base):
    """What a station does for one person, from the referral to the closure."""

    __tablename__ = "case"
    __table_args__ = (
        one_of("state", CaseState),
        one_of("level", Level),
        Index("ix_case_organisation_id_state", "organisation_id", "state"),
        Index("ix_case_ward_id_opened_at", "ward_id", "opened_at"),
    )

    # "CR2026-000123": the name of the case wherever its person must not be named.
    number: Mapped[str] = mapped_column(unique=True)
    # Key of the process it was opened with.
    kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    # The station that answers for it now.
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    # The department that referred it; null when it did not come from a ward.
    ward_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    responsible_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    state: Mapped[CaseState] = mapped_column(Code(CaseState), default=CaseState.REQUESTED)
    # Why it was rejected, cancelled, put on hold or failed, as the worker wrote or chose it.
    state_reason: Mapped[str | None]
    level: Mapped[Level | None] = mapped_column(Code(Level))
    opened_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    # Code of the result (L-OUTCOME or L-DECLINE).
    outcome: Mapped[str | None]
    # The case that already serves this person, when this one is a duplicate.
    linked_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)


class Entry(Identified, Base):
    """One submitted form, in full. Never changed afterwards."""

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_case_id_submitted_at", "case_id", "submitted_at"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("instance.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"), index=True)
    element_id: Mapped[str]
    form_key: Mapped[str]
    # Hash of the form's text, so that an entry is always read with the form it was written with.
    form_version: Mapped[str]
    values: Mapped[dict[str, Any]]
    # Which parties of the case may read it: the writer's own and those the diagram shares it with.
    parties: Mapped[list[str]]
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    submitted_at: Mapped[datetime]


class Event(Identified, Base):
    """Something that happened. Append-only: a trigger refuses to change or delete it (migration 0001)."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_case_id_at", "case_id", "at"),)

    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("instance.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("task.id"))
    # A code such as "task.completed"; the codes are listed in workflow.audit.
    kind: Mapped[str]
    # Null: the system itself, for example a timer.
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    # Codes and ids only. Personal data and narrative stay in entries, where they can be masked or erased.
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Reading(Identified, Base):
    """Who looked at what, and when."""

    __tablename__ = "reading"
    __table_args__ = (
        Index("ix_reading_case_id_at", "case_id", "at"),
        Index("ix_reading_user_id_at", "user_id", "at"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.id"))
    # "case", "entry", "task" or "attachment".
    what: Mapped[str]
    at: Mapped[datetime]


class Attachment(Identified, Base):
    """A file handed in with a form. Pending, and seen by its uploader only, until the form is submitted."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_pending", "created_at", postgresql_where=text("entry_id IS NULL")),
        Index("ix_attachment_case_id", "case_id"),
    )

    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.id"), index=True)
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    # The name to offer on download; never a name on our disk.
    name: Mapped[str]
    # Found from the content, not believed from the browser.
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    # Path below the folder of files, made from the hash.
    stored_at: Mapped[str]
    created_at: Mapped[datetime]
