"""Taking a task on and giving it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Task, TaskState, User
from workflow import audit, permissions, secrecy
from workflow.errors import NotFound, TaskClosed, TaskTaken
from workflow.identity import Actor
from workflow.permissions import Permission


def claim(session: Session, actor: Actor, task_id: UUID, now: datetime) -> None:
    """Take a free task on; one's own already: nothing happens. Raises NotFound, Forbidden, TaskTaken, TaskClosed."""
    task = _locked(session, task_id)
    permissions.require(actor, Permission.TASK_READ, task)
    refuse_closed(session, task)
    refuse_taken(session, actor, task)
    permissions.require(actor, Permission.TASK_CLAIM, task)
    if task.assignee_id == actor.user_id:
        return

    task.assignee_id, task.claimed_at = actor.user_id, now
    _record(session, audit.Kind.TASK_CLAIMED, task, actor, now)


def release(session: Session, actor: Actor, task_id: UUID, now: datetime) -> None:
    """Give one's own task back to those who hold its role. Raises NotFound, Forbidden, TaskTaken, TaskClosed."""
    task = _locked(session, task_id)
    permissions.require(actor, Permission.TASK_READ, task)
    refuse_closed(session, task)
    if task.assignee_id is None:
        return
    refuse_taken(session, actor, task)
    permissions.require(actor, Permission.TASK_RELEASE, task)

    task.assignee_id = task.claimed_at = None
    _record(session, audit.Kind.TASK_RELEASED, task, actor, now)


def refuse_closed(session: Session, task: Task) -> None:
    """Raise TaskClosed, with who and when, for a task that no longer waits."""
    if task.state is not TaskState.OPEN:
        raise TaskClosed(_name(session, task.completed_by_id), task.completed_at)


def refuse_taken(session: Session, actor: Actor, task: Task) -> None:
    """Raise TaskTaken, with who and when, for an open task that somebody else has claimed."""
    if task.assignee_id not in (None, actor.user_id):
        raise TaskTaken(_name(session, task.assignee_id), task.claimed_at)


def _locked(session: Session, task_id: UUID) -> Task:
    """Lock the case, then the task: of two people who claim at once, the second must see the first."""
    found = session.execute(
        select(Case, Task)
        .join(Case, Case.id == Task.case_id)
        .where(Task.id == task_id)
        .with_for_update(of=[Case, Task], key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("task_not_found")
    case, task = found
    audit.holds(session, case)
    return task


def _name(session: Session, user_id: UUID | None) -> str | None:
    return session.scalar(select(User.name).where(User.id == user_id)) if user_id else None


def _record(session: Session, kind: audit.Kind, task: Task, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        kind,
        at=now,
        actor_id=actor.user_id,
        case_id=task.case_id,
        instance_id=task.instance_id,
        task_id=task.id,
        details=secrecy.details(task),
    )
