"""The inbox as a list: one plain query over task rows, whatever the number of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, select, tuple_
from sqlalchemy.orm import Session

from models import Case, Instance, Organisation, Person, ProcessVersion, Task, TaskState, User
from workflow import clock
from workflow.engine import Text
from workflow.identity import Actor
from workflow.records import masking

MOST = 500
"""Rows of one tab; who has more needs filters, not a longer page."""


@dataclass(frozen=True)
class InboxRow:
    """A task in a list. `subject` is masked, and empty for an agency; `due_group` says how pressing it is (§3.5)."""

    task_id: UUID
    step: Text
    process: Text
    case_id: UUID
    case_number: str
    subject: str
    level: str | None
    state: str
    due_at: datetime | None
    due_group: str
    priority: int
    waiting_since: datetime
    claimed_by: str | None
    role: str
    organisation: Text
    lock_version: int
    party: str
    contact_forbidden: bool
    """The person must not be contacted: said wherever the person is named."""


def statement() -> Select[*tuple[Any, ...]]:
    """Select tasks with everything a row needs."""
    return (
        select(Task, Case, Person, ProcessVersion.name_zh, ProcessVersion.name_en, Organisation, User.name)
        .join(Case, Case.id == Task.case_id)
        .join(Person, Person.id == Case.subject_id)
        .join(Instance, Instance.id == Task.instance_id)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .join(Organisation, Organisation.id == Task.organisation_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .order_by(Task.due_at.nulls_last(), Task.priority.desc(), Task.created_at)
    )


def make(row: Any, now: datetime) -> InboxRow:
    """Make a row of the list from a row of `statement`."""
    task, case, person, zh, en, place, assignee = row
    # An agency knows of the person what it was sent, and that stands on the referral's page only.
    is_agency = task.party == "agency"
    return InboxRow(
        task.id,
        Text(task.name_zh, task.name_en),
        Text(zh, en),
        case.id,
        case.number,
        "" if is_agency else masking.mask_name(person),
        case.level.value if case.level and not is_agency else None,
        task.state.value,
        task.due_at,
        clock.due_group(task.due_at, now),
        task.priority,
        task.created_at,
        assignee,
        task.role,
        Text(place.name, place.name_en),
        task.lock_version,
        task.party,
        person.contact_forbidden and not is_agency,
    )


def list_tasks(session: Session, actor: Actor, tab: str, now: datetime) -> list[InboxRow]:
    """The open tasks of one tab, "mine" or "claimable", the most pressing first; one statement."""
    which = _mine(actor) if tab == "mine" else _claimable(actor)
    rows = session.execute(statement().where(Task.state == TaskState.OPEN, which).limit(MOST))
    return [make(row, now) for row in rows]


def count(session: Session, actor: Actor) -> dict[str, int]:
    """How many open tasks stand in each tab; one statement over the two partial indexes."""
    mine = select(func.count()).where(Task.state == TaskState.OPEN, _mine(actor)).scalar_subquery()
    claimable = select(func.count()).where(Task.state == TaskState.OPEN, _claimable(actor)).scalar_subquery()
    row = session.execute(select(mine, claimable)).one()
    return {"mine": row[0], "claimable": row[1]}


def _mine(actor: Actor) -> ColumnElement[bool]:
    return Task.assignee_id == actor.user_id


def _claimable(actor: Actor) -> ColumnElement[bool]:
    held = [(membership.organisation_id, membership.role.value) for membership in actor.memberships]
    if not held:
        return false()
    return and_(Task.assignee_id.is_(None), tuple_(Task.organisation_id, Task.role).in_(held))
