"""Users, the roles they hold in organisations, and attempts to sign in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, one_of
from models.sealed import SealedText


class Role(StrEnum):
    """Roles of domain.md §3.1 that exist so far; a role is always held in an organisation."""

    HOSPITAL_REFERRER = "hospital_referrer"
    WARD_LEAD = "ward_lead"
    MSW_COORDINATOR = "msw_coordinator"
    MEDICAL_SOCIAL_WORKER = "medical_social_worker"
    SUPERVISOR = "supervisor"
    AGENCY_COORDINATOR = "agency_coordinator"
    SOCIAL_WORKER = "social_worker"
    AGENCY_HEAD = "agency_head"
    DATA_PROTECTION_OWNER = "data_protection_owner"
    AUDITOR = "auditor"
    PROCESS_DESIGNER = "process_designer"
    PROCESS_PUBLISHER = "process_publisher"
    ADMIN = "admin"


class User(Identified, Base):
    """Somebody who may sign in."""

    __tablename__ = "user"
    # The same name in other letter case is the same account: nobody should be able to pose as "Admin".
    __table_args__ = (Index("uq_user_username", text("lower(username)"), unique=True),)

    username: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    locale: Mapped[str] = mapped_column(default="zh_CN")
    is_active: Mapped[bool] = mapped_column(default=True)
    # Raised when a password changes or the person is signed out everywhere: older sign-ins stop working.
    session_epoch: Mapped[int] = mapped_column(default=1)
    # Of an account that somebody else made or reset: the first thing to do after signing in.
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_changed_at: Mapped[datetime | None]
    # Second factor: the shared secret, since when it counts, and the last step used (a code works once).
    totp_secret: Mapped[str | None] = mapped_column(SealedText())
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    # Hashes of the codes for a lost phone that have not been used yet.
    recovery_codes: Mapped[list[str]] = mapped_column(default=list)


class Membership(Identified, Base):
    """A role that a user holds in an organisation, from the first day to the last day inclusive."""

    __tablename__ = "membership"
    __table_args__ = (
        one_of("role", Role),
        Index("ix_membership_organisation_id_role", "organisation_id", "role"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[Role] = mapped_column(Code(Role))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class SignInAttempt(Identified, Base):
    """One try to sign in, kept to slow down guessing."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_username_key_address_at", "username_key", "address", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )

    # The typed name, folded and hashed: people type passwords into the wrong field.
    username_key: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
    succeeded: Mapped[bool]
