"""Agreements of stations with agencies (院社协作, domain.md BJ-1, BJ-5); while one runs, the station may refer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from models import Agreement, Organisation, OrganisationKind
from workflow import permissions
from workflow.administration import reach
from workflow.administration.editing import Editing, Raw, Refused, form
from workflow.administration.noting import note
from workflow.administration.partnership import running as running
from workflow.audit import Kind
from workflow.clock.calendar import local_day
from workflow.engine.text import Text
from workflow.errors import NotFound
from workflow.forms import Choice, FieldError
from workflow.identity import Actor
from workflow.permissions import Permission

SOON = timedelta(days=60)
"""How long before its last day an agreement counts as about to end."""


@dataclass(frozen=True)
class AgreementRow:
    """An agreement; `state`: "running", "ending" (within two months), "coming", "over" or "ended" (before its time)."""

    agreement_id: UUID
    station: Text
    agency: Text
    sponsor: str | None
    starts_on: date
    ends_on: date | None
    ended_at: datetime | None
    scope: str
    data_terms: str
    state: str
    days_left: int | None


def index(session: Session, actor: Actor, now: datetime) -> list[AgreementRow]:
    """The agreements of the stations that one administers, those about to end first. Raises Forbidden."""
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    mine = reach.of(session, actor)
    day, station, agency = local_day(now), aliased(Organisation), aliased(Organisation)
    rows = session.execute(
        select(Agreement, station.name, station.name_en, agency.name, agency.name_en)
        .join(station, station.id == Agreement.station_id)
        .join(agency, agency.id == Agreement.agency_id)
        .where(mine.condition(Agreement.station_id))
    )
    order = ["ending", "running", "coming", "over", "ended"]
    found = [_row(each, Text(*names[:2]), Text(*names[2:]), day) for each, *names in rows]
    return sorted(found, key=lambda row: (order.index(row.state), row.ends_on or date.max, row.station.zh))


def adding(session: Session, actor: Actor) -> Editing:
    """The form for a new agreement. Raises Forbidden."""
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    return Editing(form("agreement"), {}, _choices(session, actor), is_new=True)


def add(session: Session, actor: Actor, raw: Raw, now: datetime) -> Agreement:
    """Record an agreement. Raises Forbidden, InvalidForm; two of one pair must not overlap."""
    editing = adding(session, actor)
    sent = editing.read(raw, now)
    # Two people who record the same agreement at once come one after the other.
    if station := sent.values.get("station"):
        session.execute(select(Organisation.id).where(Organisation.id == UUID(station)).with_for_update())
    values = editing.accept(sent, [_order(editing, sent.values), _overlap(session, editing, sent.values, None)])
    agreement = Agreement(recorded_by_id=actor.user_id, recorded_at=now, **_columns(values))
    session.add(agreement)
    session.flush()
    _note(session, actor, now, "added", agreement)
    return agreement


def changing(session: Session, actor: Actor, agreement_id: UUID) -> Editing:
    """The form with what stands. Raises NotFound."""
    found = load(session, actor, agreement_id)
    values = {
        "station": str(found.station_id), "agency": str(found.agency_id), "sponsor": found.sponsor,
        "starts_on": found.starts_on, "ends_on": found.ends_on, "scope": found.scope, "data_terms": found.data_terms,
    }  # fmt: skip
    return Editing(form("agreement"), values, _choices(session, actor, found))


def change(session: Session, actor: Actor, agreement_id: UUID, raw: Raw, now: datetime) -> None:
    """Correct or extend an agreement that was not ended. Raises NotFound, Refused, InvalidForm."""
    found = load(session, actor, agreement_id, lock=True)
    _refuse_ended(found)
    editing = changing(session, actor, agreement_id)
    sent = editing.read(raw, now)
    values = editing.accept(sent, [_order(editing, sent.values), _overlap(session, editing, sent.values, found)])
    fields = editing.changed(values)
    for name, value in _columns(values).items():
        setattr(found, name, value)
    if fields:
        _note(session, actor, now, "changed", found, fields=fields)


def ending(session: Session, actor: Actor, agreement_id: UUID) -> Editing:
    """The form that asks why it ends early. Raises NotFound, Refused."""
    found = load(session, actor, agreement_id)
    _refuse_ended(found)
    names = session.execute(
        select(Organisation.name, Organisation.name_en).where(Organisation.id == found.agency_id)
    ).one()
    return Editing(form("agreement_end"), about=Text(*names), is_new=True)


def end(session: Session, actor: Actor, agreement_id: UUID, raw: Raw, now: datetime) -> None:
    """End an agreement before its time: from now on nothing new is referred there. Raises as `ending`, InvalidForm."""
    found = load(session, actor, agreement_id, lock=True)
    editing = ending(session, actor, agreement_id)
    values = editing.accept(editing.read(raw, now))
    found.ended_at = now
    _note(session, actor, now, "ended", found, reason=values["reason"])


def load(session: Session, actor: Actor, agreement_id: UUID, *, lock: bool = False) -> Agreement:
    """An agreement of a station that this person administers. Raises NotFound."""
    found = session.get(
        Agreement, agreement_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock
    )
    if found is None:
        raise NotFound("agreement_not_found")
    sought = reach.over(reach.of(session, actor), [found.station_id])
    permissions.require(actor, Permission.ORGANISATION_ADMINISTER, sought)
    return found


def _choices(session: Session, actor: Actor, own: Agreement | None = None) -> dict[str, list[Choice]]:
    """Stations that one administers and all agencies; of an agreement that exists, those two stay."""
    mine = reach.of(session, actor)
    rows = session.scalars(
        select(Organisation)
        .where(Organisation.is_active, Organisation.kind.in_([OrganisationKind.STATION, OrganisationKind.AGENCY]))
        .order_by(Organisation.name)
    ).all()
    if own is not None:
        rows = [*session.scalars(select(Organisation).where(Organisation.id.in_([own.station_id, own.agency_id])))]
    listed: dict[str, list[Choice]] = {"stations": [], "agencies": []}
    for place in rows:
        choice = Choice(str(place.id), Text(place.name, place.name_en))
        if place.kind is OrganisationKind.AGENCY:
            listed["agencies"].append(choice)
        elif mine.covers(place.id):
            listed["stations"].append(choice)
    return listed


def _refuse_ended(agreement: Agreement) -> None:
    if agreement.ended_at is not None:
        raise Refused("这份协议已经提前终止。", "This agreement has been ended already.")


def _order(editing: Editing, values: dict[str, date | None]) -> FieldError | None:
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts is None or ends is None or starts <= ends:
        return None
    return editing.error("ends_on", "截止日期不能早于起始日期。", "The last day cannot be before the first.")


def _overlap(
    session: Session, editing: Editing, values: dict[str, date | None], own: Agreement | None
) -> FieldError | None:
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts is None or not values.get("station") or not values.get("agency"):
        return None
    same = select(Agreement.id).where(
        Agreement.station_id == UUID(str(values["station"])),
        Agreement.agency_id == UUID(str(values["agency"])),
        Agreement.ended_at.is_(None),
        or_(Agreement.ends_on.is_(None), Agreement.ends_on >= starts),
    )
    if ends is not None:
        same = same.where(Agreement.starts_on <= ends)
    if own is not None:
        same = same.where(Agreement.id != own.id)
    if session.scalar(same.limit(1)) is None:
        return None
    return editing.error(
        "starts_on",
        "这两家在这段时间里已经有一份协议；请修改那一份。",
        "These two have an agreement in that time already; change that one.",
    )


def _columns(values: dict[str, object]) -> dict[str, object]:
    return {
        "station_id": UUID(str(values["station"])),
        "agency_id": UUID(str(values["agency"])),
        "sponsor": values["sponsor"],
        "starts_on": values["starts_on"],
        "ends_on": values["ends_on"],
        "scope": values["scope"] or "",
        "data_terms": values["data_terms"] or "",
    }


def _note(session: Session, actor: Actor, now: datetime, what: str, agreement: Agreement, **more: object) -> None:
    ids = {"agreement_id": str(agreement.id), "station_id": str(agreement.station_id)}
    note(
        session, Kind.ADMIN_AGREEMENT, actor, now, what, [agreement.station_id],
        **ids, agency_id=str(agreement.agency_id), **more,
    )  # fmt: skip


def _row(agreement: Agreement, station: Text, agency: Text, day: date) -> AgreementRow:
    left = (agreement.ends_on - day).days if agreement.ends_on else None
    if agreement.ended_at is not None:
        state = "ended"
    elif left is not None and left < 0:
        state = "over"
    elif agreement.starts_on > day:
        state = "coming"
    else:
        state = "ending" if left is not None and left <= SOON.days else "running"
    return AgreementRow(
        agreement.id, station, agency, agreement.sponsor, agreement.starts_on, agreement.ends_on, agreement.ended_at,
        agreement.scope, agreement.data_terms, state, left,
    )  # fmt: skip
