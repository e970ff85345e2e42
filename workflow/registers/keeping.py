"""Keeping the entries of the directory: an organisation's own people write, count their places, and say it is true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Capacity, Location, Programme, Service, ServiceAtLocation, ServiceStatus
from workflow import audit, forms, permissions
from workflow.administration.editing import Editing, Raw
from workflow.audit import Kind
from workflow.clock.calendar import local_day
from workflow.engine.text import Text
from workflow.errors import Conflict, Invalid, NotFound
from workflow.forms import Choice, Form
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import lookups
from workflow.registers import areas, schedules

FIELDS = "list:L-FIELD"
MOST_PLACES = 9_999
LONGEST_NOTE = 200
PARTS: Mapping[str, Any] = {"programme": Programme, "location": Location}
_WRITTEN = (
    "name", "name_en", "field", "description", "eligibility", "minimum_age", "maximum_age", "schedule",
    "required_documents", "cost", "contact", "languages", "status",
)  # fmt: skip
_MAY_BE_UNKNOWN = frozenset({"minimum_age", "maximum_age"})


@cache
def form(name: str) -> Form:
    """One of the forms beside this module: "service", "programme" or "location"."""
    return forms.load(resources.files("workflow.registers").joinpath(f"{name}.form.json").read_text(encoding="utf-8"))


def organisation(actor: Actor) -> UUID:
    """The organisation whose entries somebody keeps. Raises Forbidden."""
    permissions.require(actor, Permission.SERVICE_KEEP, next(iter(places(actor)), None))
    return places(actor)[0]


def places(actor: Actor) -> list[UUID]:
    """The organisations whose entries somebody keeps."""
    return list(dict.fromkeys(actor.places(*permissions.TABLE[Permission.SERVICE_KEEP].roles)))


# ---- services ------------------------------------------------------------------------------------------------------


def editing(session: Session, actor: Actor, service_id: UUID | None, *, lock: bool = False) -> Editing:
    """The form of a service with what stands, or an empty one. Raises NotFound, Forbidden."""
    if service_id is None:
        place = organisation(actor)
        values: dict[str, Any] = {"status": ServiceStatus.ACTIVE.value}
        return Editing(form("service"), values, _choices(session, place, None), is_new=True)
    service = _service(session, actor, service_id, lock=lock)
    return Editing(
        form("service"),
        _values(session, service),
        _choices(session, service.organisation_id, service),
        about=Text(service.name, service.name_en or service.name),
    )


def save(session: Session, actor: Actor, service_id: UUID | None, raw: Raw, now: datetime) -> Service:
    """Write a service, new or not; whoever saves it has looked at it today.

    Raises NotFound, Forbidden, InvalidForm, also when somebody else was faster.
    """
    page = editing(session, actor, service_id, lock=True)
    sent = page.read(raw, now)
    least, most = sent.values.get("minimum_age"), sent.values.get("maximum_age")
    wrong = least is not None and most is not None and least > most
    days_missing = sent.values.get("repeats") not in (None, "", "daily") and not sent.values.get("days")
    given = [row["location"] for row in sent.values.get("places") or () if row.get("location")]
    values = page.accept(
        sent,
        [
            page.error("maximum_age", "最大年龄小于最小年龄。", "The upper age is below the lower one.")
            if wrong
            else None,
            page.error("days", "请选择星期。", "Choose the weekdays.") if days_missing else None,
            page.error("places", "同一个地点只写一次。", "Name each place once.")
            if len(given) != len(set(given))
            else None,
        ],
    )
    if service_id is None:
        service = Service(organisation_id=organisation(actor), capacity=Capacity.HAS)
        session.add(service)
    else:
        service = session.get_one(Service, service_id)
    _write(session, service, values)
    service.assured_on = local_day(now)
    session.flush()
    _give_places(session, service, values.get("places") or [])
    changed = [] if service_id is None else page.changed(values)
    _record(session, Kind.SERVICE_SAVED, actor, service, now, fields=changed, new=service_id is None)
    return service


def set_capacity(
    session: Session,
    actor: Actor,
    service_id: UUID,
    capacity: str,
    now: datetime,
    *,
    vacancy: str = "",
    note: str = "",
    version: int,
) -> None:
    """Say how much room there is. Raises NotFound, Forbidden, Invalid, Conflict when somebody else was faster."""
    service = _service(session, actor, service_id, lock=True)
    if capacity not in set(Capacity):
        raise Invalid("unknown_capacity")
    if vacancy.strip() and not (vacancy.strip().isdecimal() and int(vacancy) <= MOST_PLACES):
        raise Invalid("not_a_count", most=MOST_PLACES)
    if service.lock_version != version:
        raise Conflict("changed_meanwhile")

    before = service.capacity
    service.capacity = Capacity(capacity)
    counted = int(vacancy) if vacancy.strip() else None
    service.vacancy = counted if service.capacity is not Capacity.NONE else None
    service.capacity_note = note.strip()[:LONGEST_NOTE]
    service.capacity_updated_at = now
    session.flush()
    _record(session, Kind.SERVICE_CAPACITY, actor, service, now, before=before.value, after=capacity)


def assure(session: Session, actor: Actor, service_id: UUID, now: datetime, *, version: int) -> None:
    """Say that what stands is still true.

    Raises NotFound, Forbidden, Conflict when it is not what the person looked at.
    """
    service = _service(session, actor, service_id, lock=True)
    if service.lock_version != version:
        raise Conflict("changed_meanwhile")
    service.assured_on = local_day(now)
    session.flush()
    _record(session, Kind.SERVICE_ASSURED, actor, service, now)


# ---- programmes and places -----------------------------------------------------------------------------------------


def parts(session: Session, actor: Actor, name: str) -> list[Any]:
    """The programmes or locations of the reader's organisations, those in use first. Raises Forbidden."""
    organisation(actor)
    table = _table(name)
    found = select(table).where(table.organisation_id.in_(places(actor)))
    return list(session.scalars(found.order_by(table.is_active.desc(), table.name)))


def editing_part(session: Session, actor: Actor, name: str, part_id: UUID | None, *, lock: bool = False) -> Editing:
    """The form of a programme or location with what stands, or an empty one. Raises NotFound, Forbidden."""
    _table(name)
    choices = {"areas": areas.choices(areas.read(session))}
    if part_id is None:
        organisation(actor)
        return Editing(form(name), {"is_active": True}, choices, is_new=True)
    part = _part(session, actor, name, part_id, lock=lock)
    values = {field.key: getattr(part, field.key, None) for field in form(name).fields}
    if isinstance(part, Location):
        values["area"] = str(part.area_id) if part.area_id else None
    return Editing(form(name), values, choices, about=Text(part.name, part.name))


def save_part(session: Session, actor: Actor, name: str, part_id: UUID | None, raw: Raw, now: datetime) -> None:
    """Write a programme or location. Raises NotFound, Forbidden, InvalidForm."""
    page = editing_part(session, actor, name, part_id, lock=True)
    values = page.accept(page.read(raw, now))
    new = part_id is None
    part: Any = PARTS[name](organisation_id=organisation(actor)) if new else session.get_one(PARTS[name], part_id)
    for key, value in values.items():
        if key == "area":
            part.area_id = UUID(value) if value else None
        else:
            setattr(part, key, bool(value) if key == "is_active" else value or "")
    session.add(part)
    session.flush()
    details = {"what": name, "id": str(part.id), "organisation": str(part.organisation_id)}
    audit.record(session, Kind.SERVICE_PART_SAVED, at=now, actor_id=actor.user_id, details=details)


# ---- inside --------------------------------------------------------------------------------------------------------


def _table(name: str) -> Any:
    if name not in PARTS:
        raise NotFound("unknown_part")
    return PARTS[name]


def _service(session: Session, actor: Actor, service_id: UUID, *, lock: bool = False) -> Service:
    found = session.get(Service, service_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound("service_not_found")
    permissions.require(actor, Permission.SERVICE_KEEP, found.organisation_id)
    return found


def _part(session: Session, actor: Actor, name: str, part_id: UUID, *, lock: bool = False) -> Any:
    found = session.get(PARTS[name], part_id, with_for_update=lock or None, populate_existing=lock)
    if found is None or found.organisation_id not in places(actor):
        raise NotFound(f"{name}_not_found")
    return found


def _values(session: Session, service: Service) -> dict[str, Any]:
    given = session.execute(
        select(ServiceAtLocation.location_id, ServiceAtLocation.schedule)
        .where(ServiceAtLocation.service_id == service.id)
        .order_by(ServiceAtLocation.id)
    )
    found: dict[str, Any] = {key: getattr(service, key) for key in _WRITTEN}
    found["status"] = service.status.value
    found["programme"] = str(service.programme_id) if service.programme_id else None
    found["area"] = str(service.area_id) if service.area_id else None
    found["places"] = [{"location": str(place), "schedule": schedule} for place, schedule in given]
    return found | dict(schedules.form_values(service.recurrence))


def _choices(session: Session, organisation_id: UUID, service: Service | None) -> dict[str, list[Choice]]:
    """What the form offers: what is in use, and what is chosen already."""
    offered = {
        f"{name}s": [
            Choice(str(part_id), Text(part_name, part_name))
            for part_id, part_name in session.execute(
                select(table.id, table.name)
                .where(table.organisation_id == organisation_id, table.is_active)
                .order_by(table.name)
            )
        ]
        for name, table in PARTS.items()
    }
    fields = lookups.offered(session, [FIELDS])
    chosen = service.field if service else None
    retired = [each for each in lookups.readable(session, [FIELDS])[FIELDS] if each.value == chosen]
    if chosen not in {each.value for each in fields[FIELDS]}:
        fields[FIELDS] += retired
    return {"areas": areas.choices(areas.read(session)), **offered, **fields}


def _write(session: Session, service: Service, values: Mapping[str, Any]) -> None:
    for key in _WRITTEN:
        value = values.get(key)
        setattr(service, key, value if key in _MAY_BE_UNKNOWN else value or "")
    service.status = ServiceStatus(values["status"])
    service.programme_id = UUID(values["programme"]) if values.get("programme") else None
    service.area_id = UUID(values["area"]) if values.get("area") else None
    repeats, days = values.get("repeats"), values.get("days") or []
    if repeats or schedules.ticked(service.recurrence or "") != (None, []):
        # A rule that the form cannot show stays until another one is ticked.
        service.recurrence = schedules.make(repeats, days)


def _give_places(session: Session, service: Service, given: list[Mapping[str, Any]]) -> None:
    session.execute(delete(ServiceAtLocation).where(ServiceAtLocation.service_id == service.id))
    session.add_all(
        ServiceAtLocation(service_id=service.id, location_id=UUID(row["location"]), schedule=row.get("schedule") or "")
        for row in given
    )
    session.flush()


def _record(session: Session, kind: Kind, actor: Actor, service: Service, now: datetime, **details: Any) -> None:
    told = {"service": str(service.id), "organisation": str(service.organisation_id), **details}
    audit.record(session, kind, at=now, actor_id=actor.user_id, details=told)
