"""How people and programs get in: sign-in sessions, personal access tokens, answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified
from models.sealed import SealedJSON


class SignInSession(Identified, Base):
    """One sign-in on one device, until it is ended there, from elsewhere, or by time."""

    __tablename__ = "sign_in_session"
    __table_args__ = (Index("ix_sign_in_session_user_id_ended_at", "user_id", "ended_at"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    address: Mapped[str]
    # Browser and system as the browser says; for people to recognise their own devices.
    device: Mapped[str]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # The roles held at that time need a second factor: until the account has one, nothing else can be done.
    needs_second_factor: Mapped[bool] = mapped_column(default=False)


class AccessToken(Identified, Base):
    """A personal access token: what it may do and until when. The token itself is never stored."""

    __tablename__ = "access_token"
    __table_args__ = (Index("ix_access_token_user_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    # What its owner calls it.
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    # Codes such as referrals:read; the list is in workflow.tokens.
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class KeptAnswer(Identified, Base):
    """What a write was answered with, so that the same request sent again is answered alike and done once."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("user_id", "key"), Index("ix_kept_answer_created_at", "created_at"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    # The Idempotency-Key header.
    key: Mapped[str]
    # Method, path and a hash of the body: another request under the same key is refused.
    request: Mapped[str]
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(SealedJSON(), default=dict)
    created_at: Mapped[datetime]
