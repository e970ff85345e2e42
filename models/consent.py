"""Consent: who agreed to what, in which capacity, until when, and what became of it (domain.md §3.3, S1)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, Locked, one_of
from models.sealed import SealedText


class ConsentStatus(StrEnum):
    """Outcome of asking (domain.md §3.7 S1)."""

    GRANTED = "granted"
    PARTIAL = "partial"
    REFUSED = "refused"
    OVERRIDDEN = "overridden"


class Consent(Identified, Locked, Base):
    """One consent, refusal or override of one person, with the date it was signed. Withdrawn, never deleted."""

    __tablename__ = "consent"
    __table_args__ = (
        one_of("status", ConsentStatus),
        Index("ix_consent_person_id_signed_on", "person_id", "signed_on"),
        Index("ix_consent_review_due_at", "review_due_at", postgresql_where=text("reviewed_at IS NULL")),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), index=True)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.id"))
    status: Mapped[ConsentStatus] = mapped_column(Code(ConsentStatus))
    signed_on: Mapped[date]
    # under_8, 8_13, 14_17, adult or unknown, on the signing date.
    age_band: Mapped[str]
    # self, legal_guardian, actual_caregiver, temp_guardian_org, proxy.
    signer_capacity: Mapped[str]
    signer_name: Mapped[str | None] = mapped_column(SealedText())
    # Who confirmed a caregiver's signature, when the guardian cannot be reached.
    countersigned_by: Mapped[str | None] = mapped_column(SealedText())
    service: Mapped[bool] = mapped_column(default=False)
    photo: Mapped[bool] = mapped_column(default=False)
    publicity: Mapped[bool] = mapped_column(default=False)
    statistics: Mapped[bool] = mapped_column(default=False)
    withheld: Mapped[str | None] = mapped_column(SealedText())
    # agrees, unwilling, not_asked; required from eight years on.
    child_assent: Mapped[str | None]
    # paper, electronic, verbal.
    method: Mapped[str]
    statement_version: Mapped[str]
    valid_until: Mapped[date]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime]
    refusal_reason: Mapped[str | None] = mapped_column(SealedText())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    # life_and_safety or statutory_duty; only of an override, which is reviewed within three working days.
    override_basis: Mapped[str | None]
    review_due_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None]
    # "upheld" or "ended"; null until reviewed.
    verdict: Mapped[str | None]


class ConsentShare(Identified, Base):
    """One thing that may be shared: with whom, what, for what, until when."""

    __tablename__ = "consent_share"

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    # contact, assessment_summary, plan, discharge_plan or attachments (workflow.records.sharing).
    item: Mapped[str]
    # service or assessment.
    purpose: Mapped[str]
    until: Mapped[date]
