"""Who reads a case as which party and up to which class; everything that shows something of a case asks here.

Rules of domain.md §3.1, §3.2, §4.1.8. An agency never reads the case file: as a party it only sees what it wrote
itself, while what was sent to it is open to it (its referral page shows the frozen copy, workflow.records.outgoing).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from models import (
    BreakGlass,
    Case,
    CaseMember,
    Organisation,
    OrganisationKind,
    Referral,
    ReferralTask,
    Role,
    Task,
    TaskState,
)
from workflow.identity import Actor
from workflow.parties import AGENCY, STATION, STATION_LEADS
from workflow.records.classes import NAMED, ORDINARY

WORK, OVERSIGHT, BREAK_GLASS = "work", "oversight", "break_glass"
"""Purposes of a reading."""


@dataclass(frozen=True)
class CaseSight:
    """What the rules need to know about a case."""

    organisation_id: UUID
    ward_id: UUID | None
    opened_by_id: UUID
    responsible_id: UUID | None
    open_tasks: tuple[tuple[UUID, str, UUID | None], ...] = ()
    """Organisation, role and assignee of each open task."""
    hospital_id: UUID | None = None
    """The hospital of the station; None when the station stands alone."""
    stations: frozenset[UUID] = frozenset()
    """All stations of that hospital."""
    team: frozenset[UUID] = frozenset()
    glass: Mapping[UUID, datetime] = field(default_factory=dict)
    """Who has emergency access now, and until when."""
    receivers: frozenset[UUID] = frozenset()
    """The organisations to which a referral from this case is open now."""


@dataclass(frozen=True)
class Reader:
    """As whom somebody reads a case."""

    party: str
    """station, ward or agency: they read the entries that are addressed to it."""
    classes: frozenset[str]
    """Classes that they may read of what others wrote."""
    purpose: str = WORK
    until: datetime | None = None
    """When their emergency access ends."""
    places: frozenset[UUID] = frozenset()
    """Of an agency: only what was written in these organisations, which are their own."""


def reader(actor: Actor, case: CaseSight) -> Reader | None:
    """As whom this person reads the case: with the widest of their parties; None when they may not."""
    if _is_of_station(actor, case):
        classes = NAMED if is_named(actor, case) else ORDINARY
        return Reader("station", classes, WORK if _works_on(actor, case) else OVERSIGHT)
    if actor.user_id in case.glass and may_break_glass(actor, case):
        return Reader("station", ORDINARY, BREAK_GLASS, case.glass[actor.user_id])
    if _is_of_ward(actor, case):
        return Reader("ward", ORDINARY)
    places = case.receivers & frozenset(actor.places(*AGENCY))
    return Reader("agency", ORDINARY, places=places) if places else None


def may_open(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody may open the case file."""
    found = reader(actor, case)
    return found is not None and found.party != "agency"


def is_named(actor: Actor, case: CaseSight) -> bool:
    """Whether restricted values (P3) are for this person: who decides, supervises, has the case or a task in it."""
    return (
        any(actor.holds(role, case.organisation_id) for role in STATION_LEADS)
        or (case.responsible_id == actor.user_id or actor.user_id in case.team)
        or any(assignee == actor.user_id for _, _, assignee in case.open_tasks)
    )


def leads(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody answers for all cases of the station, or for this one."""
    if any(actor.holds(role, case.organisation_id) for role in STATION_LEADS):
        return True
    return case.responsible_id == actor.user_id and actor.holds(Role.MEDICAL_SOCIAL_WORKER, case.organisation_id)


def supervises(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody is the supervisor of the case's station."""
    return actor.holds(Role.SUPERVISOR, case.organisation_id)


def protects(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody is the data-protection owner for this case."""
    return actor.holds(Role.DATA_PROTECTION_OWNER, case.hospital_id or case.organisation_id)


def audits(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody audits the hospital or the station of the case."""
    return any(actor.holds(Role.AUDITOR, place) for place in (case.hospital_id, case.organisation_id) if place)


def may_break_glass(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody may ask for emergency access: staff of the hospital's stations, and who protects its data."""
    places = case.stations | {case.organisation_id}
    return protects(actor, case) or any(place in places for place in actor.places(*STATION))


def _is_of_station(actor: Actor, case: CaseSight) -> bool:
    """Leads read all cases of their station; a social worker those they have, share in, or have a task in."""
    if any(actor.holds(role, case.organisation_id) for role in STATION_LEADS):
        return True
    return actor.holds(Role.MEDICAL_SOCIAL_WORKER, case.organisation_id) and _works_on(actor, case)


def _works_on(actor: Actor, case: CaseSight) -> bool:
    return actor.user_id == case.responsible_id or actor.user_id in case.team or _has_task(actor, case, None)


def _is_of_ward(actor: Actor, case: CaseSight) -> bool:
    """A ward reads what it wrote, the state, and what is addressed to it; all of it by whom, is for the lead."""
    if case.ward_id is None:
        return False
    opened_it = case.opened_by_id == actor.user_id and actor.holds(Role.HOSPITAL_REFERRER, case.ward_id)
    return opened_it or actor.holds(Role.WARD_LEAD, case.ward_id) or _has_task(actor, case, case.ward_id)


def _has_task(actor: Actor, case: CaseSight, at: UUID | None) -> bool:
    """Whether an open task is theirs or may be claimed by them, in this organisation or anywhere."""
    return any(
        (at is None or place == at) and (assignee == actor.user_id or (assignee is None and actor.holds(role, place)))
        for place, role, assignee in case.open_tasks
    )


# ---- read from the rows --------------------------------------------------------------------------------------------


def of(session: Session, case: Case, now: datetime) -> CaseSight:
    """Everything the rules ask about a case, as it is now; two statements."""
    return make(session, case, open_tasks(session, [case.id]), now)


def open_tasks(session: Session, case_ids: Collection[UUID]) -> list[Task]:
    """The open tasks of these cases, the most pressing first."""
    return list(
        session.scalars(
            select(Task)
            .where(Task.case_id.in_(case_ids), Task.state == TaskState.OPEN)
            .order_by(Task.due_at.nulls_last(), Task.created_at)
        )
    )


def make(session: Session, case: Case, tasks: Collection[Task], now: datetime) -> CaseSight:
    """The same with the tasks at hand; one statement."""
    found: dict[str, dict[UUID, datetime | None]] = {}
    for kind, identifier, until in session.execute(union_all(*_facts(case, now))):
        if identifier is not None:
            found.setdefault(kind, {})[identifier] = until
    return CaseSight(
        case.organisation_id,
        case.ward_id,
        case.opened_by_id,
        case.responsible_id,
        tuple(
            (task.organisation_id, task.role, task.assignee_id)
            for task in tasks
            if task.case_id == case.id and task.state is TaskState.OPEN
        ),
        next(iter(found.get("hospital", ())), None),
        frozenset(found.get("station", ())),
        frozenset(found.get("team", ())),
        {user_id: until for user_id, until in found.get("glass", {}).items() if until is not None},
        frozenset(found.get("receiver", ())),
    )


def _facts(case: Case, now: datetime) -> list[Select[*tuple[Any, ...]]]:
    other = aliased(Organisation)
    never = null().cast(DateTime(timezone=True))
    return [
        select(literal("hospital"), Organisation.parent_id, never).where(Organisation.id == case.organisation_id),
        select(literal("station"), other.id, never)
        .join(Organisation, Organisation.parent_id == other.parent_id)
        .where(Organisation.id == case.organisation_id, other.kind == OrganisationKind.STATION),
        select(literal("team"), CaseMember.user_id, never).where(
            CaseMember.case_id == case.id, CaseMember.until.is_(None)
        ),
        select(literal("glass"), BreakGlass.user_id, BreakGlass.ends_at).where(
            BreakGlass.case_id == case.id, BreakGlass.ends_at > now
        ),
        select(literal("receiver"), ReferralTask.owner_id, never)
        .join(Referral, Referral.id == ReferralTask.referral_id)
        .where(
            Referral.case_id == case.id,
            ReferralTask.sent_at.isnot(None),
            or_(ReferralTask.access_ends_at.is_(None), ReferralTask.access_ends_at > now),
        ),
    ]
