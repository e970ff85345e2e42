"""Organisations with their departments and stations: shown as far as one administers them, added, renamed, retired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Area, Case, Membership, Organisation, OrganisationKind, Task, TaskState, User
from workflow import permissions
from workflow.administration import areas, holding, reach
from workflow.administration.editing import Editing, Raw, Refused, alone, form
from workflow.administration.noting import note
from workflow.administration.reach import Reach
from workflow.audit import Kind
from workflow.clock.calendar import local_day
from workflow.engine.text import Text
from workflow.errors import Forbidden, Invalid, NotFound
from workflow.forms import FieldError
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import states

BELOW: dict[OrganisationKind | None, tuple[OrganisationKind, ...]] = {
    None: (OrganisationKind.AUTHORITY, OrganisationKind.HOSPITAL, OrganisationKind.AGENCY, OrganisationKind.COMMUNITY),
    OrganisationKind.AUTHORITY: (
        OrganisationKind.AUTHORITY, OrganisationKind.HOSPITAL, OrganisationKind.AGENCY, OrganisationKind.COMMUNITY,
    ),
    OrganisationKind.HOSPITAL: (OrganisationKind.DEPARTMENT, OrganisationKind.STATION),
}  # fmt: skip
"""What may stand below what; None: what stands alone."""


@dataclass(frozen=True)
class PlaceRow:
    """An organisation in a list; `people`: how many hold a role there today."""

    organisation_id: UUID
    code: str
    kind: str
    name: Text
    is_active: bool
    people: int = 0
    below: list[PlaceRow] = field(default_factory=list)


@dataclass(frozen=True)
class PlacePage:
    """An organisation with what lies around it and who works there."""

    row: PlaceRow
    area: Text | None
    above: PlaceRow | None
    people: list[holding.Held]
    may_add: tuple[str, ...]
    """The kinds of organisation that may be added below."""
    hindrances: list[Text]
    """Why it cannot be retired now."""


def index(session: Session, actor: Actor, now: datetime) -> tuple[list[PlaceRow], tuple[str, ...]]:
    """The tree as far as it is administered, and the kinds that may be added at the top. Raises Forbidden."""
    mine = _reach(session, actor)
    people = _counts(session, now)
    places = session.scalars(
        select(Organisation)
        .where(mine.condition(Organisation.id))
        .order_by(Organisation.is_active.desc(), Organisation.kind, Organisation.name)
    ).all()
    order = list(BELOW[None])
    places = sorted(places, key=lambda place: order.index(place.kind) if place.kind in order else len(order))
    rows = {place.id: _row(place, people.get(place.id, 0)) for place in places}
    top: list[PlaceRow] = []
    for place in places:
        above = rows.get(place.parent_id) if place.parent_id else None
        (above.below if above else top).append(rows[place.id])
    return top, BELOW[None] if mine.everything else ()


def show(session: Session, actor: Actor, organisation_id: UUID, now: datetime) -> PlacePage:
    """One organisation. Raises NotFound."""
    place = load(session, actor, organisation_id)
    people = _counts(session, now)
    children = session.scalars(
        select(Organisation)
        .where(Organisation.parent_id == place.id)
        .order_by(Organisation.is_active.desc(), Organisation.kind, Organisation.name)
    )
    area = session.get(Area, place.area_id) if place.area_id else None
    parent = session.get(Organisation, place.parent_id) if place.parent_id else None
    above = parent if parent is not None and _reach(session, actor).covers(parent.id) else None
    return PlacePage(
        _row(place, people.get(place.id, 0), [_row(each, people.get(each.id, 0)) for each in children]),
        Text(area.name, area.name_en) if area else None,
        _row(above) if above else None,
        holding.in_organisation(session, place.id),
        tuple(kind.value for kind in BELOW.get(place.kind, ())) if place.is_active else (),
        hindrances(session, place) if place.is_active else [],
    )


def adding(session: Session, actor: Actor, kind: str, under: UUID | None) -> Editing:
    """The form for a new organisation of this kind. Raises Forbidden, NotFound, Invalid."""
    if under is None:
        permissions.require(actor, Permission.ADMIN_ALL, _reach(session, actor))
    parent = load(session, actor, under) if under else None
    if kind not in BELOW.get(parent.kind if parent else None, ()):
        raise Invalid("unknown_kind")
    choices = {"areas": areas.choices(session)}
    about = Text(parent.name, parent.name_en) if parent else Text("", "")
    return Editing(form("organisation"), choices=choices, about=about, is_new=True)


def add(session: Session, actor: Actor, kind: str, under: UUID | None, raw: Raw, now: datetime) -> Organisation:
    """Add an organisation. Raises Forbidden, NotFound, Invalid, InvalidForm, and Refused below a retired one."""
    editing = adding(session, actor, kind, under)
    sent = editing.read(raw, now)
    if under is not None and not load(session, actor, under).is_active:
        raise Refused("上级机构已停用。", "The organisation above is retired.")
    values = editing.accept(sent, [_code(session, editing, sent.values.get("code"), None)])
    place = Organisation(kind=OrganisationKind(kind), parent_id=under, **_columns(values))
    session.add(place)
    session.flush()
    note(session, Kind.ADMIN_ORGANISATION, actor, now, "added", [place.id], organisation_id=str(place.id), of_kind=kind)
    return place


def changing(session: Session, actor: Actor, organisation_id: UUID) -> Editing:
    """The form with what stands. Raises NotFound."""
    place = load(session, actor, organisation_id)
    values = {
        "code": place.code, "name": place.name, "name_en": place.name_en,
        "area": str(place.area_id) if place.area_id else None,
    }  # fmt: skip
    return Editing(
        form("organisation"), values, {"areas": areas.choices(session)}, about=Text(place.name, place.name_en)
    )


def change(session: Session, actor: Actor, organisation_id: UUID, raw: Raw, now: datetime) -> None:
    """Correct code, names or area. Raises NotFound, InvalidForm."""
    place = load(session, actor, organisation_id, lock=True)
    editing = changing(session, actor, organisation_id)
    sent = editing.read(raw, now)
    values = editing.accept(sent, [_code(session, editing, sent.values.get("code"), place)])
    fields = editing.changed(values)
    for name, value in _columns(values).items():
        setattr(place, name, value)
    if fields:
        note(
            session, Kind.ADMIN_ORGANISATION, actor, now, "changed", [place.id],
            organisation_id=str(place.id), fields=fields,
        )  # fmt: skip


def retire(session: Session, actor: Actor, organisation_id: UUID, now: datetime) -> None:
    """Let nobody act for it any more. Raises NotFound, Forbidden for one's own, Refused while work is open there."""
    place = load(session, actor, organisation_id, lock=True)
    if actor.holds("admin", place.id):
        raise Forbidden(Permission.ORGANISATION_ADMINISTER)
    if found := hindrances(session, place):
        zh, en = "；".join(each.zh for each in found), "; ".join(each.en for each in found)
        raise Refused(f"还不能停用：{zh}。", f"It cannot be retired yet: {en}.")
    if place.is_active:
        place.is_active = False
        note(session, Kind.ADMIN_ORGANISATION, actor, now, "retired", [place.id], organisation_id=str(place.id))


def restore(session: Session, actor: Actor, organisation_id: UUID, now: datetime) -> None:
    """Use a retired organisation again. Raises NotFound, Refused while the one above is retired."""
    place = load(session, actor, organisation_id, lock=True)
    parent = session.get(Organisation, place.parent_id) if place.parent_id else None
    if parent is not None and not parent.is_active:
        raise Refused("上级机构已停用，请先恢复它。", "The organisation above is retired; restore it first.")
    if not place.is_active:
        place.is_active = True
        note(session, Kind.ADMIN_ORGANISATION, actor, now, "restored", [place.id], organisation_id=str(place.id))


def hindrances(session: Session, place: Organisation) -> list[Text]:
    """Why this organisation cannot be retired: active parts, open cases and tasks; numbers of cases, never people."""
    below = session.scalars(
        select(Organisation.name)
        .where(Organisation.parent_id == place.id, Organisation.is_active)
        .order_by(Organisation.name)
    ).all()
    is_party = (Case.organisation_id == place.id) | (Case.ward_id == place.id)
    cases = session.scalars(
        select(Case.number).where(is_party, Case.state.in_(states.OPEN)).order_by(Case.number)
    ).all()
    tasks = session.scalars(
        select(Case.number)
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .where(Task.organisation_id == place.id, Task.state == TaskState.OPEN)
        .order_by(Case.number)
    ).all()
    found = []
    if below:
        found.append(_listed("在用的下级机构", "parts in use", [Text(name, name) for name in below]))
    if cases:
        found.append(_listed("未结个案", "open cases", [Text(number, number) for number in cases]))
    if tasks:
        found.append(_listed("未办任务", "open tasks", [Text(number, number) for number in tasks]))
    return found


def load(session: Session, actor: Actor, organisation_id: UUID, *, lock: bool = False) -> Organisation:
    """An organisation that this person administers. Raises NotFound."""
    sought = reach.over(reach.of(session, actor), [organisation_id])
    permissions.require(actor, Permission.ORGANISATION_ADMINISTER, sought)
    found = session.get(
        Organisation, organisation_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock
    )
    if found is None:
        raise NotFound("organisation_not_found")
    return found


def _reach(session: Session, actor: Actor) -> Reach:
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    return reach.of(session, actor)


def _counts(session: Session, now: datetime) -> dict[UUID, int]:
    """How many people hold a role today, by organisation."""
    counted = (
        select(Membership.organisation_id, func.count(Membership.user_id.distinct()))
        .join(User, User.id == Membership.user_id)
        .where(User.is_active, holding.on(local_day(now)))
        .group_by(Membership.organisation_id)
    )
    return {place: number for place, number in session.execute(counted)}  # noqa: C416  # rows are not pairs


def _code(session: Session, editing: Editing, code: object, own: Organisation | None) -> FieldError | None:
    alone(session, f"organisation:{code}")
    taken = session.scalar(select(Organisation.id).where(Organisation.code == code))
    if taken is None or (own is not None and taken == own.id):
        return None
    return editing.error("code", "这个代码已经有了。", "This code exists already.")


def _columns(values: dict[str, object]) -> dict[str, object]:
    area = UUID(str(values["area"])) if values["area"] else None
    return {"code": values["code"], "name": values["name"], "name_en": values["name_en"] or "", "area_id": area}


def _row(place: Organisation, people: int = 0, below: Iterable[PlaceRow] = ()) -> PlaceRow:
    name = Text(place.name, place.name_en)
    return PlaceRow(place.id, place.code, place.kind.value, name, place.is_active, people, list(below))


def _listed(zh: str, en: str, names: list[Text], most: int = 10) -> Text:
    """How many, and which: of tasks the case alone, since some steps must not be known of."""
    number, names = len(names), list(dict.fromkeys(names))
    shown = names[:most]
    more = "…" if len(names) > most else ""
    return Text(
        f"{zh} {number} 个（{'、'.join(each.zh for each in shown)}{more}）",
        f"{number} {en} ({', '.join(each.en for each in shown)}{more})",
    )
