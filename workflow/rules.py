"""The rules about cases, tasks and files that the table of permissions names: pure functions of actor and object."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from models import Attachment, Task, TaskState
from workflow.identity import Actor
from workflow.parties import STATION_LEADS
from workflow.records import sight
from workflow.records.sight import CaseSight


def anything(actor: Actor, obj: Any) -> bool:
    return True


def leads_station(actor: Actor, station_id: UUID) -> bool:
    return any(actor.holds(role, station_id) for role in STATION_LEADS)


def task_is_for(actor: Actor, task: Task) -> bool:
    if actor.user_id in (task.assignee_id, task.completed_by_id):
        return True
    # Once somebody has taken on a secret task, it exists for none of their colleagues.
    is_nobody_elses = task.secrecy is not None and task.assignee_id is not None
    return not is_nobody_elses and actor.holds(task.role, task.organisation_id)


def task_is_free(actor: Actor, task: Task) -> bool:
    holder = actor.holds(task.role, task.organisation_id)
    return holder and (task.assignee_id in (None, actor.user_id) or task.state is not TaskState.OPEN)


def task_is_mine(actor: Actor, task: Task) -> bool:
    return task.assignee_id == actor.user_id


def task_was_written_by(actor: Actor, task: Task) -> bool:
    return task.assignee_id in (None, actor.user_id) and actor.holds(task.role, task.organisation_id)


def may_act(actor: Actor, case: CaseSight) -> bool:
    """Emergency access is for reading; who works with the case needs a part in it."""
    found = sight.reader(actor, case)
    return found is not None and found.purpose != sight.BREAK_GLASS


def sees_readings(actor: Actor, case: CaseSight) -> bool:
    is_theirs = case.responsible_id == actor.user_id and sight.leads(actor, case)
    return is_theirs or sight.supervises(actor, case) or watches(actor, case)


def watches(actor: Actor, case: CaseSight) -> bool:
    return sight.protects(actor, case) or sight.audits(actor, case)


def knows_case(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody may know that the case exists: who reads it, and who watches over those who do."""
    return sight.may_open(actor, case) or watches(actor, case)


def reviews_access(actor: Actor, case: CaseSight) -> bool:
    return sight.supervises(actor, case) or sight.protects(actor, case)


def uploaded(actor: Actor, attachment: Attachment) -> bool:
    return attachment.uploaded_by_id == actor.user_id
