"""Organisations: hospitals with their departments and social work stations, and the agencies that work with them."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, one_of


class OrganisationKind(StrEnum):
    """What an organisation is; departments and stations belong to a hospital."""

    HOSPITAL = "hospital"
    DEPARTMENT = "department"
    STATION = "station"
    AGENCY = "agency"


class Organisation(Identified, Base):
    """A body that people act for. A task belongs to a role in one of these."""

    __tablename__ = "organisation"
    __table_args__ = (one_of("kind", OrganisationKind),)

    kind: Mapped[OrganisationKind] = mapped_column(Code(OrganisationKind))
    # A short stable code, for imports and for the command line.
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    # The hospital of a department or of a station; null for those that stand alone.
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
