"""The directory of services in the words of HSDS (domain.md §2.8): searching it, and one service with all about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from models import (
    Area,
    Capacity,
    Location,
    Organisation,
    Programme,
    Service,
    ServiceAtLocation,
    ServiceStatus,
)
from workflow import permissions, settings
from workflow.clock.calendar import local_day
from workflow.engine.text import Text
from workflow.errors import NotFound
from workflow.forms import Choice
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import lookups
from workflow.registers import areas, enquiries, schedules
from workflow.registers.enquiries import EnquiryRow

PAGE = 30
FIELDS = "list:L-FIELD"
ROOM = (Capacity.HAS, Capacity.ASSESSMENT_NEEDED, Capacity.WAITING_LIST, Capacity.NONE)
"""Most room first."""
LIVE = (ServiceStatus.ACTIVE, ServiceStatus.TEMPORARILY_CLOSED, ServiceStatus.INACTIVE, ServiceStatus.DEFUNCT)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; nothing given means everything that is offered."""

    text: str = ""
    field: str = ""
    area_id: UUID | None = None
    age: int | None = None
    capacity: str = ""
    status: str = ServiceStatus.ACTIVE.value
    """"" for every status."""
    own: bool = False
    """Only what the reader's own organisation offers, whatever its status."""


@dataclass(frozen=True)
class ServiceRow:
    """A service in a list."""

    service_id: UUID
    name: Text
    organisation: Text
    field: Text
    area: Text | None
    """None: everywhere."""
    minimum_age: int | None
    maximum_age: int | None
    status: str
    capacity: str
    vacancy: int | None
    capacity_note: str
    capacity_updated_at: datetime | None
    assured_on: date | None
    days_since: int | None
    """Days since somebody made sure that the entry is true; None: nobody ever did."""
    is_overdue: bool


@dataclass(frozen=True)
class Found:
    """A page of what was found, and what one may filter by."""

    rows: list[ServiceRow]
    count: int
    page: int
    pages: int
    fields: list[Choice]
    areas: list[Choice]
    keeps: bool
    """Whether the reader keeps entries of an organisation."""


@dataclass(frozen=True)
class Place:
    """Where a service is given, and when it is if that differs."""

    name: str
    address: str
    accessibility: str
    schedule: str


@dataclass(frozen=True)
class ServicePage:
    """Everything the directory says of a service, and what this reader may do about it."""

    row: ServiceRow
    service: Service
    programme: Text | None
    places: list[Place]
    repeats: Text | None
    next_on: date | None
    may_keep: bool
    may_ask: bool
    enquiries: list[EnquiryRow]
    """Questions about its capacity: of the reader's station, or all that came to the reader's organisation."""


def search(session: Session, actor: Actor, wanted: Wanted, now: datetime, *, page: int = 1) -> Found:
    """The services that fit, most room first, then by name; a constant number of statements. Raises Forbidden."""
    permissions.require(actor, Permission.SERVICE_READ, None)
    keeps = actor.places(*permissions.TABLE[Permission.SERVICE_KEEP].roles)
    tree = areas.read(session)
    found = session.execute(_statement().where(*_conditions(wanted, tree, keeps))).all()
    words = [word.casefold() for word in wanted.text.split()]
    fits = [row for row in found if _says(row, words)]
    fits.sort(key=lambda row: _order(row[0]))
    pages = max(1, -(-len(fits) // PAGE))
    page = min(max(page, 1), pages)
    choices = lookups.readable(session, [FIELDS])[FIELDS]
    due_days = settings.value(session, "assured_days")
    make = _maker(choices, due_days, local_day(now))
    rows = [make(*row) for row in fits[(page - 1) * PAGE : page * PAGE]]
    return Found(rows, len(fits), page, pages, choices, areas.choices(tree), bool(keeps))


def show(session: Session, actor: Actor, service_id: UUID, now: datetime) -> ServicePage:
    """One service. Raises NotFound, Forbidden."""
    permissions.require(actor, Permission.SERVICE_READ, None)
    found = session.execute(_statement().where(Service.id == service_id)).first()
    if found is None:
        raise NotFound("service_not_found")
    service, organisation, _area = found
    may_keep = permissions.allows(actor, Permission.SERVICE_KEEP, service.organisation_id)
    if not organisation.is_active and not may_keep:
        raise NotFound("service_not_found")
    programme = session.get(Programme, service.programme_id) if service.programme_id else None
    places = session.execute(
        select(Location, ServiceAtLocation.schedule)
        .join(ServiceAtLocation, ServiceAtLocation.location_id == Location.id)
        .where(ServiceAtLocation.service_id == service_id, Location.is_active)
        .order_by(Location.name)
    ).all()
    choices = lookups.readable(session, [FIELDS])[FIELDS]
    today = local_day(now)
    is_offered = organisation.is_active and service.status is ServiceStatus.ACTIVE
    return ServicePage(
        _maker(choices, settings.value(session, "assured_days"), today)(*found),
        service,
        Text(programme.name, programme.name_en or programme.name) if programme else None,
        [Place(place.name, place.address, place.accessibility, schedule) for place, schedule in places],
        schedules.in_words(service.recurrence),
        schedules.following(service.recurrence, today) if is_offered else None,
        may_keep,
        is_offered and permissions.may_hold(actor, Permission.SERVICE_ASK),
        enquiries.about(session, actor, service),
    )


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(Service, Organisation, Area)
        .join(Organisation, Organisation.id == Service.organisation_id)
        .outerjoin(Area, Area.id == Service.area_id)
    )


def _conditions(wanted: Wanted, tree: Mapping[UUID, Area], keeps: list[UUID]) -> list[ColumnElement[bool]]:
    if wanted.own:
        return [Service.organisation_id.in_(keeps)]
    found: list[ColumnElement[bool]] = [Organisation.is_active.is_(True)]
    if wanted.field:
        found.append(Service.field == wanted.field)
    if wanted.status:
        found.append(Service.status == wanted.status if wanted.status in set(ServiceStatus) else false())
    if wanted.capacity:
        found.append(Service.capacity == wanted.capacity if wanted.capacity in set(Capacity) else false())
    if wanted.age is not None:
        found.append(or_(Service.minimum_age.is_(None), Service.minimum_age <= wanted.age))
        found.append(or_(Service.maximum_age.is_(None), Service.maximum_age >= wanted.age))
    if wanted.area_id is not None:
        # What is offered in the place, in a part of it, in all that it belongs to, or everywhere.
        found.append(or_(Service.area_id.is_(None), Service.area_id.in_(areas.touching(tree, wanted.area_id))))
    return found


def _says(row: Any, words: list[str]) -> bool:
    """Whether all words stand in the names, in their pinyin, or in what the service is for."""
    service, organisation, _ = row
    text = "\n".join(
        (
            service.name, service.name_en, organisation.name, organisation.name_en, service.description,
            service.eligibility, *_sounds(service.name), *_sounds(organisation.name),
        )
    ).casefold()  # fmt: skip
    return all(word in text for word in words)


@lru_cache(maxsize=20_000)
def _sounds(name: str) -> tuple[str, str]:
    """The name as it is typed in pinyin: in full, and by first letters."""
    syllables = lazy_pinyin(name)
    return "".join(syllables), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))


def _order(service: Service) -> tuple[int, int, str]:
    return LIVE.index(service.status), ROOM.index(service.capacity), _sounds(service.name)[0]


def _maker(fields: list[Choice], due_days: int, today: date) -> Any:
    words = {choice.value: choice.label for choice in fields}

    def make(service: Service, organisation: Organisation, area: Area | None) -> ServiceRow:
        since = (today - service.assured_on).days if service.assured_on else None
        return ServiceRow(
            service.id,
            Text(service.name, service.name_en or service.name),
            Text(organisation.name, organisation.name_en or organisation.name),
            words.get(service.field, Text(service.field, service.field)),
            Text(area.name, area.name_en or area.name) if area else None,
            service.minimum_age,
            service.maximum_age,
            service.status.value,
            service.capacity.value,
            service.vacancy,
            service.capacity_note,
            service.capacity_updated_at,
            service.assured_on,
            since,
            since is None or since > due_days,
        )

    return make
