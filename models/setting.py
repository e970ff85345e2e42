"""Numbers and lists that administrators change: settings with their history, and lookup lists (domain.md §3.8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified


class Setting(Identified, Base):
    """A value that somebody set. Never changed: the newest of a key and scope holds, the others are its history."""

    __tablename__ = "setting"
    __table_args__ = (Index("ix_setting_key_organisation_id_set_at", "key", "organisation_id", "set_at"),)

    # Named in workflow.settings, where its default stands.
    key: Mapped[str]
    # Null: everywhere; else only in this organisation.
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    # Null: back to what holds one scope further out.
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    reason: Mapped[str] = mapped_column(default="")
    set_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[datetime]


class LookupItem(Identified, Base):
    """One answer of a list. Its code stands in records and is never changed; retired answers stay readable."""

    __tablename__ = "lookup_item"
    __table_args__ = (UniqueConstraint("list", "code"),)

    # For example L-DECLINE.
    list: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
