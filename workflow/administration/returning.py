"""Gives the open tasks of somebody who leaves back to those who hold the same role; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models import Case, Task, TaskState
from workflow import audit, secrecy
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
    conditions = _conditions(user_id, organisation_id, role)
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
            session, audit.Kind.TASK_RELEASED, at=now, actor_id=actor.user_id, case_id=task.case_id,
            instance_id=task.instance_id, task_id=task.id, details=secrecy.details(task),
        )  # fmt: skip
    return len(freed)


def _conditions(user_id: UUID, organisation_id: UUID | None, role: str | None) -> Iterable[ColumnElement[bool]]:
    found = [Task.assignee_id == user_id, Task.state == TaskState.OPEN]
    if organisation_id is not None:
        found.append(Task.organisation_id == organisation_id)
    if role is not None:
        found.append(Task.role == role)
    return found
