"""People whom the service is for."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identified


class Person(Identified, Base):
    """The subject of cases. Everything here is personal data (classes P1 and P2 of domain.md §3.2)."""

    __tablename__ = "person"

    # A real name, or an alias while the identity is unknown or must stay hidden.
    name: Mapped[str]
    name_is_alias: Mapped[bool] = mapped_column(default=False)
    # Code of the form's option (male, female, unknown); null when nobody asked.
    sex: Mapped[str | None]
    birth_date: Mapped[date | None]
    phone: Mapped[str | None]
    # The hospital's medical record number (P2): never in lists.
    record_number: Mapped[str | None]
    # The hospital, or agency, that made this record; another one has its own record of the same human being.
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_at: Mapped[datetime]
