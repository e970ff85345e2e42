"""Work handed from one social worker to another, many cases at once: nobody's absence leaves a case without anybody.

Responsibility moves, and with it the open tasks of the case and what was typed for them; what the person has claimed
elsewhere returns to those who hold its role. Coordinators and supervisors do it, for their own station.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from models import Case, Level, Organisation, Person, ReferralState, Role, Task, TaskState, User
from workflow import audit, permissions, secrecy
from workflow.audit import Kind
from workflow.engine.text import Text
from workflow.errors import Invalid, NotFound
from workflow.identity import Actor
from workflow.inbox.drafts import moved
from workflow.operations.scene import members_of
from workflow.parties import STATION_LEADS
from workflow.permissions import Permission
from workflow.records import masking

MOST = 500


@dataclass(frozen=True)
class Load:
    """A social worker's work at one station; `present`: they still hold the role there today."""

    user_id: UUID
    name: str
    station_id: UUID
    station: Text
    cases: int
    tasks: int
    overdue: int
    present: bool


@dataclass(frozen=True)
class HeldCase:
    """A case somebody is responsible for; the name is masked."""

    case_id: UUID
    number: str
    subject: str
    state: ReferralState
    level: Level | None
    tasks: int


@dataclass(frozen=True)
class Holding:
    """What one social worker has at a station, and who could take it."""

    load: Load
    cases: list[HeldCase]
    others: list[Load]


@dataclass(frozen=True)
class HandedOver:
    """How much moved: cases, open tasks that went with them, tasks that returned to all."""

    cases: int
    tasks: int
    returned: int


def loads(session: Session, actor: Actor, now: datetime) -> list[Load]:
    """Everybody with the role of a social worker at this person's stations, and whoever still has work there."""
    places = actor.places(*STATION_LEADS)
    if not places:
        return []
    open_cases = (
        select(Case.organisation_id.label("place"), Case.responsible_id.label("person"), func.count().label("cases"))
        .where(Case.organisation_id.in_(places), Case.closed_at.is_(None), Case.responsible_id.isnot(None))
        .group_by(Case.organisation_id, Case.responsible_id)
    )
    open_tasks = (
        select(
            Task.organisation_id, Task.assignee_id, func.count(), func.count().filter(Task.due_at < now)
        )
        .where(_moves(), Task.organisation_id.in_(places), Task.assignee_id.isnot(None))
        .group_by(Task.organisation_id, Task.assignee_id)
    )  # fmt: skip
    cases = {(place, person): count for place, person, count in session.execute(open_cases) if person is not None}
    tasks = {(place, person): (count, late) for place, person, count, late in session.execute(open_tasks)}
    present = {
        (member.organisation_id, member.user_id)
        for member in members_of(session, places, now)
        if member.role == Role.MEDICAL_SOCIAL_WORKER
    }
    keys = present | set(cases)
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_({person for _, person in keys}))).all())
    stations = {
        place.id: Text(place.name, place.name_en)
        for place in session.scalars(select(Organisation).where(Organisation.id.in_(places)))
    }
    found = [
        Load(
            person, names[person], place, stations[place], cases.get((place, person), 0),
            *tasks.get((place, person), (0, 0)), (place, person) in present,
        )
        for place, person in keys
    ]  # fmt: skip
    return sorted(found, key=lambda load: (load.station.zh, load.present, -load.cases, load.name))


def holding(session: Session, actor: Actor, station_id: UUID, user_id: UUID, now: datetime) -> Holding:
    """What somebody has at a station. Raises NotFound, Forbidden."""
    permissions.require(actor, Permission.CASE_ASSIGN, station_id)
    everybody = [load for load in loads(session, actor, now) if load.station_id == station_id]
    load = next((each for each in everybody if each.user_id == user_id), None)
    if load is None:
        raise NotFound("person_not_found")
    open_tasks = (
        select(func.count()).where(Task.case_id == Case.id, _moves(), Task.assignee_id == user_id).scalar_subquery()
    )
    rows = session.execute(
        select(Case, Person, open_tasks)
        .join(Person, Person.id == Case.subject_id)
        .where(Case.organisation_id == station_id, Case.responsible_id == user_id, Case.closed_at.is_(None))
        .order_by(Case.opened_at)
        .limit(MOST)
    )
    cases = [
        HeldCase(case.id, case.number, masking.mask_name(person), case.state, case.level, count)
        for case, person, count in rows
    ]
    return Holding(load, cases, [each for each in everybody if each.present and each.user_id != user_id])


def hand_over(
    session: Session,
    actor: Actor,
    station_id: UUID,
    from_id: UUID,
    to_id: UUID,
    case_ids: Collection[UUID],
    now: datetime,
    *,
    return_others: bool = False,
) -> HandedOver:
    """Move these cases with their open tasks to another social worker of the station.

    `return_others`: what `from_id` has claimed in other cases of the station goes back to all who hold its role. A case
    that is no longer theirs, or closed meanwhile, is left as it is. Raises NotFound, Forbidden, Invalid.
    """
    permissions.require(actor, Permission.CASE_ASSIGN, station_id)
    taker = next((each for each in members_of(session, [station_id], now) if each.user_id == to_id
                  and each.role == Role.MEDICAL_SOCIAL_WORKER), None)  # fmt: skip
    if taker is None or to_id == from_id:
        raise Invalid("not_of_the_station")
    moved_cases = moved_tasks = 0
    for case_id in sorted(case_ids):  # in one order, so that two who do this at once wait for each other
        audit.hold(session, case_id)  # before it is read: who comes second must see what the first has done
        case = session.get_one(Case, case_id)
        if case.organisation_id != station_id:
            raise NotFound("case_not_found")
        if case.responsible_id != from_id or case.closed_at is not None:
            continue
        case.responsible_id = to_id
        details = {"user_id": str(to_id), "name": taker.name}
        audit.record(session, Kind.CASE_ASSIGNED, at=now, actor_id=actor.user_id, case_id=case_id, details=details)
        moved_cases += 1
        moved_tasks += _move_tasks(session, actor, case_id, from_id, to_id, now)
    returned = _return(session, actor, station_id, from_id, now) if return_others else 0
    session.flush()
    return HandedOver(moved_cases, moved_tasks, returned)


def _moves() -> ColumnElement[bool]:
    """Open tasks that go with a case: all but those of which nobody may know who does them."""
    return (Task.state == TaskState.OPEN) & or_(Task.secrecy.is_(None), Task.secrecy != secrecy.REPORTER)


def _move_tasks(session: Session, actor: Actor, case_id: UUID, from_id: UUID, to_id: UUID, now: datetime) -> int:
    tasks = session.scalars(
        select(Task)
        .where(Task.case_id == case_id, _moves(), Task.assignee_id == from_id)
        .order_by(Task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for task in tasks:
        task.assignee_id, task.claimed_at = to_id, now
        moved(session, task.id, from_id, to_id)
        _note(session, Kind.TASK_REASSIGNED, actor, task, now)
    return len(tasks)


def _return(session: Session, actor: Actor, station_id: UUID, from_id: UUID, now: datetime) -> int:
    theirs = select(Task.case_id).where(
        _moves(), Task.organisation_id == station_id, Task.assignee_id == from_id,
        ~exists().where(Case.id == Task.case_id, Case.responsible_id == from_id),
    ).distinct()  # fmt: skip
    count = 0
    for case_id in sorted(session.scalars(theirs)):
        audit.hold(session, case_id)
        tasks = session.scalars(
            select(Task)
            .where(Task.case_id == case_id, _moves(), Task.assignee_id == from_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        for task in tasks:
            task.assignee_id = task.claimed_at = None
            _note(session, Kind.TASK_RELEASED, actor, task, now)
        count += len(tasks)
    return count


def _note(session: Session, kind: Kind, actor: Actor, task: Task, now: datetime) -> None:
    audit.record(
        session, kind, at=now, actor_id=actor.user_id, case_id=task.case_id, instance_id=task.instance_id,
        task_id=task.id, details=secrecy.details(task),
    )  # fmt: skip
