"""Referrals from a case to other organisations: what is asked, and each attempt at it (domain.md §2.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, Locked, one_of
from models.case import ReferralState
from models.sealed import SealedJSON, SealedText

referral_number = Sequence("referral_number_seq", metadata=Base.metadata)


class Referral(Identified, Base):
    """What is asked for: a service, for what, how pressing. Who fulfils it stands in its tasks."""

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_case_id", "case_id"),)

    # "RF2026-000012": its name wherever the person must not be named.
    number: Mapped[str] = mapped_column(unique=True)
    # "agency"; other kinds of the same record will follow (needs dispatch).
    kind: Mapped[str]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    sender_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    # service or assessment.
    purpose: Mapped[str]
    # urgent or routine (L-PRIO).
    priority: Mapped[str]
    request: Mapped[str] = mapped_column(SealedText())
    wished_start: Mapped[date | None]
    created_at: Mapped[datetime]


class ReferralTask(Identified, Locked, Base):
    """One attempt to have a referral fulfilled by one organisation, with the frozen copy of what it was sent.

    Without an owner it is open to all who may claim it. A re-referral is a new task of the same referral.
    """

    __tablename__ = "referral_task"
    __table_args__ = (
        one_of("state", ReferralState),
        Index("ix_referral_task_referral_id", "referral_id"),
        Index("ix_referral_task_owner_id_state", "owner_id", "state"),
        Index(
            "ix_referral_task_owner_id_open",
            "owner_id",
            "sent_at",
            postgresql_where=text("state IN ('requested', 'accepted', 'in_progress', 'on_hold')"),
        ),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("service.id"), index=True)
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("instance.id"), index=True)
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"), index=True)
    state: Mapped[ReferralState] = mapped_column(Code(ReferralState), default=ReferralState.DRAFT)
    # Code of the reason (L-DECLINE or ours), and what was written; needed for rejected, cancelled, on_hold, failed.
    reason: Mapped[str | None]
    reason_text: Mapped[str | None] = mapped_column(SealedText())
    sent_at: Mapped[datetime | None]
    # When the receiver first opened it: a timestamp, not a state.
    acknowledged_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    worker_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    first_contact_on: Mapped[date | None]
    hold_review_on: Mapped[date | None]
    # L-OUTCOME.
    outcome: Mapped[str | None]
    # enrolled, not_enrolled or waiting_list.
    enrolment: Mapped[str | None]
    # Items that were shared, and the copy as it was sent; it never changes, whatever happens to the case.
    items: Mapped[list[str]] = mapped_column(default=list)
    copy: Mapped[dict[str, Any]] = mapped_column(SealedJSON(), default=dict)
    share_until: Mapped[date | None]
    # The receiver reads the copy until then; set when it closes (30 days later) or at once when access is taken away.
    access_ends_at: Mapped[datetime | None]


class ReferralNote(Identified, Base):
    """What one side tells the other while it runs: a question, an answer, progress, the outcome. Both sides read it."""

    __tablename__ = "referral_note"
    __table_args__ = (Index("ix_referral_note_task_id_at", "task_id", "at"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("referral_task.id"))
    # "sender" or "receiver".
    side: Mapped[str]
    # question, answer, progress, outcome, returned, reason.
    kind: Mapped[str]
    # Fields of the form that are meant for the other side.
    content: Mapped[dict[str, Any]] = mapped_column(SealedJSON(), default=dict)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
