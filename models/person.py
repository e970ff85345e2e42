"""People whom the service is for, those around them, and which records are about the same human being."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Code, Identified, Locked, one_of
from models.sealed import SealedText


class Person(Identified, Locked, Base):
    """The subject of cases. Everything here is personal data (classes P1 and P2 of domain.md §3.2)."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_name_tokens", "name_tokens", postgresql_using="gin"),
        Index("ix_person_phone_token", "phone_token", postgresql_where=text("phone_token IS NOT NULL")),
        Index("ix_person_id_number_token", "id_number_token", postgresql_where=text("id_number_token IS NOT NULL")),
        Index(
            "ix_person_record_number_token",
            "record_number_token",
            postgresql_where=text("record_number_token IS NOT NULL"),
        ),
    )

    # A real name, or an alias while the identity is unknown or must stay hidden.
    name: Mapped[str] = mapped_column(SealedText())
    # Keyed tokens of every part of the name, of its pinyin and of the telephone's last digits
    # (workflow.records.searching).
    name_tokens: Mapped[list[str]] = mapped_column(default=list)
    name_is_alias: Mapped[bool] = mapped_column(default=False)
    # Code of the form's option (male, female, unknown); null when nobody asked.
    sex: Mapped[str | None]
    birth_date: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(SealedText())
    phone_token: Mapped[str | None]
    # Kind of the identity document: resident_id, passport, hk_macao_permit, taiwan_permit, other.
    id_type: Mapped[str | None]
    id_number: Mapped[str | None] = mapped_column(SealedText())
    id_number_token: Mapped[str | None]
    # The hospital's medical record number (P2): never in lists.
    record_number: Mapped[str | None] = mapped_column(SealedText())
    record_number_token: Mapped[str | None]
    # Village or community, township, county in words; the area they lie in.
    address: Mapped[str | None] = mapped_column(SealedText())
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"), index=True)
    # Codes such as low_income, disabled, orphan, de_facto_unattended.
    hardship: Mapped[list[str]] = mapped_column(default=list)
    # Codes such as domestic_violence, self_harm, aggressive: shown before any phone number.
    safety_flags: Mapped[list[str]] = mapped_column(default=list)
    # "Must not be contacted": a banner everywhere, with the safe way if there is one.
    contact_forbidden: Mapped[bool] = mapped_column(default=False)
    safe_contact: Mapped[str | None] = mapped_column(SealedText())
    # The hospital, or agency, that made this record; another one has its own record of the same human being.
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_at: Mapped[datetime]


class Guardianship(StrEnum):
    """What somebody is to a person in law and in fact (domain.md §3.3, signer capacity)."""

    NONE = "none"
    LEGAL_GUARDIAN = "legal_guardian"
    ACTUAL_CAREGIVER = "actual_caregiver"
    TEMP_GUARDIAN_ORG = "temp_guardian_org"
    PROXY = "proxy"


class Relation(Identified, Base):
    """Somebody around a person: guardian, caregiver, member of the household, contact."""

    __tablename__ = "relation"
    __table_args__ = (one_of("guardianship", Guardianship), Index("ix_relation_person_id", "person_id"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(SealedText())
    # Code such as mother, father, grandparent, spouse, child, sibling, neighbour, other.
    relation: Mapped[str]
    guardianship: Mapped[Guardianship] = mapped_column(Code(Guardianship), default=Guardianship.NONE)
    in_household: Mapped[bool] = mapped_column(default=False)
    # How far they can care: able, limited, unable; null when nobody asked.
    ability: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(SealedText())
    note: Mapped[str | None] = mapped_column(SealedText())
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime]
    # Null while it holds; a relation that ended is kept.
    ended_at: Mapped[datetime | None]


class PersonLink(Identified, Base):
    """What a person decided about two records that look alike: one human being or two. Records are never merged."""

    __tablename__ = "person_link"
    __table_args__ = (
        UniqueConstraint("person_id", "other_id"),
        CheckConstraint("person_id < other_id", name="ordered"),
        Index("ix_person_link_other_id", "other_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    same: Mapped[bool]
    decided_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime]
