"""The case file of one person with one station, and what belongs to it: submitted forms, history, readings, files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, Locked, one_of
from models.sealed import SealedJSON, SealedText

# Numbers never restart: the year in front is for people, uniqueness comes from the sequence.
case_number = Sequence("case_number_seq", metadata=Base.metadata)


class ReferralState(StrEnum):
    """The eleven codes of domain.md §2.1, of a ward's referral and of one sent to an agency alike.

    The allowed moves, who makes them and which need a reason are in workflow.records.states.
    """

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REROUTED = "rerouted"
    ENTERED_IN_ERROR = "entered_in_error"


class Level(StrEnum):
    """Triage levels, list L-TRIAGE of domain.md §3.8, most pressing first."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"
    INFO = "info"


class Risk(StrEnum):
    """List L-RISK of domain.md §3.8: the colour of a case."""

    RED = "red"
    YELLOW = "yellow"
    BLUE = "blue"
    GREEN = "green"


class Case(Identified, Locked, Base):
    """What a station does for one person, from the referral to the closure."""

    __tablename__ = "case"
    __table_args__ = (
        one_of("state", ReferralState),
        one_of("level", Level),
        one_of("risk", Risk),
        Index("ix_case_organisation_id_state", "organisation_id", "state"),
        # The list of a station's cases, page by page.
        Index("ix_case_organisation_id_opened_at", "organisation_id", "opened_at", "id"),
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
    state: Mapped[ReferralState] = mapped_column(Code(ReferralState), default=ReferralState.REQUESTED)
    # Why it was rejected, cancelled, put on hold or failed, as the worker wrote or chose it.
    state_reason: Mapped[str | None]
    level: Mapped[Level | None] = mapped_column(Code(Level))
    risk: Mapped[Risk | None] = mapped_column(Code(Risk))
    opened_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    # Code of the result (L-OUTCOME or L-DECLINE).
    outcome: Mapped[str | None]
    # The case that already serves this person, when this one is a duplicate.
    linked_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    # Head of the chain of the case's events: how many, and the hash of the last one with a seal (workflow.chain).
    chain_length: Mapped[int] = mapped_column(default=0)
    chain_head: Mapped[str] = mapped_column(default="")


class CaseMember(Identified, Base):
    """Somebody of the case team beside the responsible worker; for need-to-know (domain.md §3.2)."""

    __tablename__ = "case_member"
    __table_args__ = (
        Index("ix_case_member_case_id", "case_id"),
        Index("ix_case_member_user_id", "user_id", postgresql_where=text("until IS NULL")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    since: Mapped[datetime]
    # Null while the person is on the team.
    until: Mapped[datetime | None]


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
    values: Mapped[dict[str, Any]] = mapped_column(SealedJSON())
    # Which parties of the case may read it: the writer's own and those the diagram shares it with.
    parties: Mapped[list[str]]
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    submitted_at: Mapped[datetime]


class Event(Identified, Base):
    """Something that happened. Append-only: a trigger refuses to change or delete it (migration 0001)."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_case_id_at", "case_id", "at"),
        Index("uq_event_case_id_chain_number", "case_id", "chain_number", unique=True),
    )

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
    # Place in the case's chain, and the keyed hash over this event and the one before; null in events of old releases.
    chain_number: Mapped[int | None]
    chain_hash: Mapped[str | None]


class EventChain(Base):
    """Head of the chain of events that belong to no case, such as accounts and settings; a case carries its own."""

    __tablename__ = "event_chain"

    # There is one: "service".
    name: Mapped[str] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default="")


class Reading(Identified, Base):
    """Who looked at what of whom, when and why."""

    __tablename__ = "reading"
    __table_args__ = (
        Index("ix_reading_case_id_at", "case_id", "at"),
        Index("ix_reading_person_id_at", "person_id", "at"),
        Index("ix_reading_user_id_at", "user_id", "at"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    # Null for a person's own page, which belongs to no case.
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.id"))
    # "case", "entry", "task", "attachment", "person", "referral", "print" or "export".
    what: Mapped[str]
    # Why: "work" for those whose task or case it is, "oversight", "break_glass", or what was asked for an export.
    purpose: Mapped[str] = mapped_column(default="work")
    # The highest information class that was shown (P0 to P4); null where it is not known.
    highest: Mapped[str | None]
    at: Mapped[datetime]


class BreakGlass(Identified, Base):
    """Reading a file that is not one's own, for 24 hours and with a reason that others review (domain.md §3.2)."""

    __tablename__ = "break_glass"
    __table_args__ = (Index("ix_break_glass_case_id_user_id", "case_id", "user_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(SealedText())
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None]
    # "justified" or "not_justified"; null until reviewed.
    verdict: Mapped[str | None]


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
    name: Mapped[str] = mapped_column(SealedText())
    # Found from the content, not believed from the browser.
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    # Path below the folder of files, made from the hash.
    stored_at: Mapped[str]
    created_at: Mapped[datetime]
