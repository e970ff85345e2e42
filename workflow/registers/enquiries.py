"""Asking before referring whether a service has room, without a word about whom (domain.md §2.2, §4.1.7).

The question says which station asks, which service, and whether for the service itself or for an assessment. Nothing
can be written in it, so nothing about a person can be in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from models import Capacity, Enquiry, Organisation, Service, ServiceStatus, User
from workflow import audit, permissions
from workflow.audit import Kind
from workflow.engine.text import Text
from workflow.errors import Conflict, Invalid, NotFound
from workflow.identity import Actor
from workflow.parties import STATION
from workflow.permissions import Permission

PURPOSES = ("service", "assessment")
LONGEST_NOTE = 300
MOST = 50
_Asker, _Answerer, _Station = aliased(User), aliased(User), aliased(Organisation)


@dataclass(frozen=True)
class EnquiryRow:
    """A question and what was answered."""

    enquiry_id: UUID
    service_id: UUID
    service: Text
    station: Text
    purpose: str
    asked_by: str
    asked_at: datetime
    answer: str | None
    note: str
    answered_by: str | None
    answered_at: datetime | None


def ask(session: Session, actor: Actor, service_id: UUID, purpose: str, now: datetime) -> UUID:
    """Ask whether a service has room; while a question of the same station waits, it is that one.

    Raises Forbidden, NotFound, Invalid, Conflict for a service that is not offered now.
    """
    permissions.require(actor, Permission.SERVICE_ASK, None)
    if purpose not in PURPOSES:
        raise Invalid("unknown_purpose")
    service = _locked(session, service_id)
    place = session.get_one(Organisation, service.organisation_id)
    if service.status is not ServiceStatus.ACTIVE or not place.is_active:
        raise Conflict("service_not_offered")
    station_id = actor.places(*STATION)[0]
    waiting = session.scalar(
        select(Enquiry.id).where(
            Enquiry.service_id == service_id, Enquiry.organisation_id == station_id, Enquiry.answered_at.is_(None)
        )
    )
    if waiting is not None:
        return waiting

    asked = Enquiry(
        service_id=service_id, organisation_id=station_id, asked_by_id=actor.user_id, asked_at=now, purpose=purpose
    )
    session.add(asked)
    session.flush()
    details = {"service": str(service_id), "organisation": str(service.organisation_id), "purpose": purpose}
    audit.record(session, Kind.CAPACITY_ASKED, at=now, actor_id=actor.user_id, details=details)
    return asked.id


def answer(session: Session, actor: Actor, enquiry_id: UUID, capacity: str, note: str, now: datetime) -> None:
    """Answer a question; the directory says the same from then on.

    Raises NotFound, Forbidden, Invalid, Conflict when somebody else has answered.
    """
    asked = session.get(Enquiry, enquiry_id)
    if asked is None:
        raise NotFound("enquiry_not_found")
    service = _locked(session, asked.service_id)
    permissions.require(actor, Permission.SERVICE_ANSWER, service.organisation_id)
    if capacity not in set(Capacity):
        raise Invalid("unknown_capacity")
    session.refresh(asked)
    if asked.answered_at is not None:
        raise Conflict("enquiry_answered")

    asked.answer, asked.note = Capacity(capacity), note.strip()[:LONGEST_NOTE]
    asked.answered_by_id, asked.answered_at = actor.user_id, now
    if service.capacity is not asked.answer:
        service.capacity, service.vacancy, service.capacity_note = asked.answer, None, ""
    service.capacity_updated_at = now
    session.flush()
    details = {"service": str(service.id), "organisation": str(asked.organisation_id), "answer": capacity}
    audit.record(session, Kind.CAPACITY_ANSWERED, at=now, actor_id=actor.user_id, details=details)


def about(session: Session, actor: Actor, service: Service) -> list[EnquiryRow]:
    """The questions about a service that this reader may know of, the newest first."""
    if permissions.allows(actor, Permission.SERVICE_KEEP, service.organisation_id):
        return _rows(session, Enquiry.service_id == service.id)
    return _rows(session, Enquiry.service_id == service.id, Enquiry.organisation_id.in_(actor.places(*STATION)))


def asked(session: Session, actor: Actor) -> list[EnquiryRow]:
    """What the reader's station has asked, the newest first. Raises Forbidden."""
    permissions.require(actor, Permission.SERVICE_ASK, None)
    return _rows(session, Enquiry.organisation_id.in_(actor.places(*STATION)))


def waiting(session: Session, actor: Actor) -> list[EnquiryRow]:
    """What waits for an answer of the reader's organisation, the newest first; nothing for everybody else."""
    places = actor.places(*permissions.TABLE[Permission.SERVICE_ANSWER].roles)
    if not places:
        return []
    return _rows(session, Service.organisation_id.in_(places), Enquiry.answered_at.is_(None))


def _locked(session: Session, service_id: UUID) -> Service:
    found = session.get(Service, service_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("service_not_found")
    return found


def _rows(session: Session, *conditions: ColumnElement[bool]) -> list[EnquiryRow]:
    return [_row(*row) for row in session.execute(_statement().where(*conditions).limit(MOST))]


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(Enquiry, Service, _Station, _Asker.name, _Answerer.name)
        .join(Service, Service.id == Enquiry.service_id)
        .join(_Station, _Station.id == Enquiry.organisation_id)
        .join(_Asker, _Asker.id == Enquiry.asked_by_id)
        .outerjoin(_Answerer, _Answerer.id == Enquiry.answered_by_id)
        .order_by(Enquiry.asked_at.desc(), Enquiry.id.desc())
    )


def _row(enquiry: Enquiry, service: Service, station: Organisation, asker: str, answerer: str | None) -> EnquiryRow:
    return EnquiryRow(
        enquiry.id,
        service.id,
        Text(service.name, service.name_en or service.name),
        Text(station.name, station.name_en or station.name),
        enquiry.purpose,
        asker,
        enquiry.asked_at,
        enquiry.answer.value if enquiry.answer else None,
        enquiry.note,
        answerer,
        enquiry.answered_at,
    )
