"""The directory of services in the words of Open Referral HSDS (domain.md §2.8): programme, service, location."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, Locked, one_of


class ServiceStatus(StrEnum):
    """HSDS `status`."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily_closed"


class Capacity(StrEnum):
    """What an organisation answers to "could you take somebody", without knowing whom (domain.md §2.2)."""

    HAS = "has"
    NONE = "none"
    WAITING_LIST = "waiting_list"
    ASSESSMENT_NEEDED = "assessment_needed"


class Programme(Identified, Base):
    """Several services of an organisation under one name."""

    __tablename__ = "programme"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class Service(Identified, Locked, Base):
    """What an organisation offers, to whom, where and when, and whether it has room."""

    __tablename__ = "service"
    __table_args__ = (
        one_of("status", ServiceStatus),
        one_of("capacity", Capacity),
        Index("ix_service_field_status", "field", "status"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"), index=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    # L-FIELD.
    field: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    eligibility: Mapped[str] = mapped_column(default="")
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    # In words, and where it recurs as an RFC 5545 rule.
    schedule: Mapped[str] = mapped_column(default="")
    recurrence: Mapped[str] = mapped_column(default="")
    required_documents: Mapped[str] = mapped_column(default="")
    cost: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    languages: Mapped[str] = mapped_column(default="")
    status: Mapped[ServiceStatus] = mapped_column(Code(ServiceStatus), default=ServiceStatus.ACTIVE)
    capacity: Mapped[Capacity] = mapped_column(Code(Capacity), default=Capacity.HAS)
    # Free places, when they are counted.
    vacancy: Mapped[int | None]
    capacity_note: Mapped[str] = mapped_column(default="")
    capacity_updated_at: Mapped[datetime | None]
    # The day somebody last made sure that all this is true (HSDS assured_date).
    assured_on: Mapped[date | None]


class Location(Identified, Base):
    """A place where services are given."""

    __tablename__ = "location"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    accessibility: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class ServiceAtLocation(Identified, Base):
    """A service given at a place, with hours of its own if they differ."""

    __tablename__ = "service_at_location"
    __table_args__ = (UniqueConstraint("service_id", "location_id"),)

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), index=True)
    schedule: Mapped[str] = mapped_column(default="")


class Enquiry(Identified, Base):
    """A question whether a service could take somebody, without a word about whom (domain.md §2.2), and its answer."""

    __tablename__ = "enquiry"
    __table_args__ = (
        one_of("answer", Capacity),
        # A station asks once and waits, however often somebody presses the button.
        Index(
            "uq_enquiry_service_id_organisation_id_open",
            "service_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("answered_at IS NULL"),
        ),
        Index("ix_enquiry_organisation_id_asked_at", "organisation_id", "asked_at"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    # The station that asks.
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime]
    # "service" or "assessment".
    purpose: Mapped[str]
    answer: Mapped[Capacity | None] = mapped_column(Code(Capacity))
    note: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[datetime | None]
