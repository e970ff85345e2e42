"""Which roles the published processes need, and who holds them today: a role that nobody holds stops every case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from models import Membership, Organisation, OrganisationKind, ProcessVersion, Role, User
from workflow import permissions
from workflow.administration import agreements, holding, reach
from workflow.administration.reach import Reach
from workflow.clock.calendar import local_day
from workflow.engine import Step
from workflow.engine.text import Text
from workflow.identity import Actor
from workflow.instances import versions
from workflow.parties import PARTY_OF_ROLE
from workflow.permissions import Permission

PARTY_KINDS = {
    "ward": OrganisationKind.DEPARTMENT,
    "station": OrganisationKind.STATION,
    "agency": OrganisationKind.AGENCY,
    "hospital": OrganisationKind.HOSPITAL,
}


@dataclass(frozen=True)
class Holders:
    """Who holds a role in an organisation today; nobody: `names` is empty."""

    organisation_id: UUID
    organisation: Text
    names: tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """A role that some steps of a process need, on which side, and who holds it; `role` None: the data names it."""

    role: str | None
    party: str | None
    steps: tuple[Text, ...]
    holders: tuple[Holders, ...]

    @property
    def missing(self) -> int:
        """In how many organisations nobody holds it."""
        return sum(not each.names for each in self.holders)


@dataclass(frozen=True)
class ProcessNeeds:
    """A published process with the roles it needs."""

    key: str
    name: Text
    number: int
    needs: tuple[Need, ...]

    @property
    def missing(self) -> int:
        """How many gaps it has."""
        return sum(need.missing for need in self.needs)


@dataclass(frozen=True)
class Bindings:
    """The check for one hospital (or agency that stands alone), and the others that can be checked."""

    here: Organisation | None
    others: list[Organisation]
    processes: list[ProcessNeeds]


def show(session: Session, actor: Actor, organisation_id: UUID | None, now: datetime) -> Bindings:
    """Check the processes in one hospital; the first one when none is named. Raises Forbidden, NotFound."""
    permissions.require(actor, Permission.ADMIN_OPEN, None)
    mine = reach.of(session, actor)
    if organisation_id is not None:
        permissions.require(actor, Permission.ORGANISATION_ADMINISTER, reach.over(mine, [organisation_id]))
    hospitals = session.scalars(
        select(Organisation)
        .where(Organisation.kind == OrganisationKind.HOSPITAL, Organisation.is_active, mine.condition(Organisation.id))
        .order_by(Organisation.name)
    ).all()
    here = next((each for each in hospitals if organisation_id in (None, each.id)), None)
    if here is None:
        return Bindings(None, list(hospitals), [])
    places = _places(session, here, mine, now)
    holders = _holders(session, [place.id for places_of in places.values() for place in places_of], now)
    rows = session.scalars(
        select(ProcessVersion)
        .where(ProcessVersion.is_current)
        .order_by(ProcessVersion.process_key)
        .options(defer(ProcessVersion.files))
    )
    found = [_needs(session, version, places, holders) for version in rows]
    return Bindings(here, [each for each in hospitals if each.id != here.id], found)


def _places(
    session: Session, hospital: Organisation, mine: Reach, now: datetime
) -> dict[OrganisationKind, list[Organisation]]:
    """The organisations on each side: parts of the hospital, and the agencies that its stations may refer to."""
    found: dict[OrganisationKind, list[Organisation]] = {OrganisationKind.HOSPITAL: [hospital]}
    parts = session.scalars(
        select(Organisation)
        .where(Organisation.parent_id == hospital.id, Organisation.is_active)
        .order_by(Organisation.name)
    )
    for place in parts:
        found.setdefault(place.kind, []).append(place)
    day, stations = local_day(now), found.get(OrganisationKind.STATION, [])
    agencies = {each for station in stations for each in agreements.running(session, station.id, day)}
    found[OrganisationKind.AGENCY] = list(
        session.scalars(select(Organisation).where(Organisation.id.in_(agencies)).order_by(Organisation.name))
    )
    return found


def _holders(session: Session, places: list[UUID], now: datetime) -> dict[tuple[UUID, str], list[str]]:
    rows = session.execute(
        select(Membership.organisation_id, Membership.role, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organisation_id.in_(places), User.is_active, holding.on(local_day(now)))
        .order_by(User.name)
    )
    found: dict[tuple[UUID, str], list[str]] = {}
    for place, role, name in rows:
        found.setdefault((place, role.value), []).append(name)
    return found


def _needs(
    session: Session,
    version: ProcessVersion,
    places: dict[OrganisationKind, list[Organisation]],
    holders: dict[tuple[UUID, str], list[str]],
) -> ProcessNeeds:
    steps: dict[tuple[str | None, str | None], list[Text]] = {}
    for step in versions.compiled(session, version.id, version.content_hash).process.steps.values():
        if step.kind == "userTask":
            steps.setdefault((step.role, _party(step)), []).append(step.name)
    needs = []
    for (role, party), names in sorted(steps.items(), key=lambda item: (item[0][1] or "", item[0][0] or "")):
        kind = PARTY_KINDS.get(party or "")
        asked = places.get(kind, []) if kind is not None and role is not None else []
        held = tuple(
            Holders(place.id, Text(place.name, place.name_en), tuple(holders.get((place.id, role or ""), ())))
            for place in asked
        )
        needs.append(Need(role, party, tuple(dict.fromkeys(names)), held))
    name = Text(version.name_zh, version.name_en)
    return ProcessNeeds(version.process_key, name, version.number, tuple(needs))


def _party(step: Step) -> str | None:
    """The side named in the diagram, or the usual one of the role."""
    named = step.properties.get("carerelay:party")
    if named or step.role is None:
        return named
    return PARTY_OF_ROLE.get(Role(step.role)) if step.role in list(Role) else None
