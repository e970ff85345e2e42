"""Organisations and areas: hospitals with departments and stations, agencies, and what stations agreed with them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, one_of


class AreaLevel(StrEnum):
    """Levels of administration, the widest first."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    GRID = "grid"


class Area(Identified, Base):
    """A place of the administration, from the province to the grid cell."""

    __tablename__ = "area"
    __table_args__ = (one_of("level", AreaLevel),)

    # The official code where there is one (GB/T 2260), else one of ours.
    code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[AreaLevel] = mapped_column(Code(AreaLevel))
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class OrganisationKind(StrEnum):
    """What an organisation is; departments and stations belong to a hospital."""

    HOSPITAL = "hospital"
    DEPARTMENT = "department"
    STATION = "station"
    AGENCY = "agency"
    COMMUNITY = "community"
    AUTHORITY = "authority"


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
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class Agreement(Identified, Base):
    """What a station and an agency agreed on (院社协作): while it runs, the station may refer to the agency."""

    __tablename__ = "agreement"
    __table_args__ = (Index("ix_agreement_station_id_agency_id", "station_id", "agency_id"),)

    station_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    # A facilitating body (BJ-5); it has no access to cases.
    sponsor: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    scope: Mapped[str] = mapped_column(default="")
    data_terms: Mapped[str] = mapped_column(default="")
    recorded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime]
    # When it was ended before its time.
    ended_at: Mapped[datetime | None]
