"""Gives the open tasks of somebody who leaves back to those who hold the same role; nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from models import Case, Membership, Task, TaskState, User
from workflow import audit, secrecy
from workflow.administration import holding
from workflow.clock.calendar import local_day
from workflow.identity import Actor
from workflow.records import states


@dataclass(frozen=True)
class Held:
    """What somebody has in hand: how many tasks, and the numbers of the open cases that they are responsible for."""

    tasks: int
    cases: list[str]


def held(session: Session, user_id: UUID, organisation_id: UUID | None = None, role: str | None = None) -> Held:
    """What this person has in hand, in one role if it is given; two statements."""
    tasks = session.scalar(select(func.count(Task.id)).where(*_conditions(user_id, organisation_id, role)))
    cases = select(Case.number).where(Case.responsible_id == user_id, Case.state.in_(states.OPEN)).order_by(Case.number)
    if organisation_id is not None:
        cases = cases.where(Case.organisation_id == organisation_id)
    return Held(tasks or 0, list(session.scalars(cases)))


def give_back(
    session: Session,
    actor: Actor,
    user_id: UUID,
    now: datetime,
    organisation_id: UUID | None = None,
    role: str | None = None,
) -> int:
    """Free their open tasks, each recorded in its case; how many there were. Cases are locked before tasks."""
    return _free(session, actor.user_id, _conditions(user_id, organisation_id, role), now)


def sweep(session: Session, now: datetime) -> int:
    """Free the tasks of closed accounts and of roles that have ended meanwhile; how many there were.

    A task that was claimed in the very moment in which an account was closed is found here, too.
    """
    day = local_day(now)
    of_role = (
        Membership.user_id == Task.assignee_id,
        Membership.organisation_id == Task.organisation_id,
        Membership.role == Task.role,
    )
    closed = exists().where(User.id == Task.assignee_id, User.is_active.is_(False))
    ended = exists().where(*of_role, Membership.ends_on < day)
    # Days turn at another hour for the database: whoever holds the role by either count keeps the task.
    held = exists().where(*of_role, or_(holding.on(day), holding.on(day - timedelta(days=1))))
    gone = or_(closed, and_(ended, ~held))
    return _free(session, None, [Task.state == TaskState.OPEN, Task.assignee_id.is_not(None), gone], now)


def _free(session: Session, actor_id: UUID | None, conditions: list[ColumnElement[bool]], now: datetime) -> int:
    case_ids = session.scalars(select(Task.case_id).where(*conditions).distinct().order_by(Task.case_id)).all()
    for case_id in case_ids:
        audit.hold(session, case_id)
    freed = session.scalars(
        select(Task)
        .where(*conditions, Task.case_id.in_(case_ids))
        .order_by(Task.case_id, Task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for task in freed:
        task.assignee_id = task.claimed_at = None
        audit.record(
            session, audit.Kind.TASK_RELEASED, at=now, actor_id=actor_id, case_id=task.case_id,
            instance_id=task.instance_id, task_id=task.id, details=secrecy.details(task),
        )  # fmt: skip
    return len(freed)


def _conditions(user_id: UUID, organisation_id: UUID | None, role: str | None) -> list[ColumnElement[bool]]:
    found = [Task.assignee_id == user_id, Task.state == TaskState.OPEN]
    if organisation_id is not None:
        found.append(Task.organisation_id == organisation_id)
    if role is not None:
        found.append(Task.role == role)
    return found
