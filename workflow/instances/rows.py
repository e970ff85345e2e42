"""Task rows: the projection of an instance's open tasks that inboxes read."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from models import Instance, Referral, ReferralTask, Role, Task, TaskState
from workflow import permissions, secrecy
from workflow.audit import Kind
from workflow.engine import OpenTask, Run, Text
from workflow.errors import StepRefused
from workflow.operations import Refused, Scene


def project(scene: Scene, run: Run, existing: list[Task]) -> list[Task]:
    """Make the rows say what the run says: close what no longer waits, correct what differs, return what is new.

    A claim is kept as long as the task stays with the same organisation. Raises StepRefused if a task has no place.
    """
    waiting = {open_task.id: open_task for open_task in run.open_tasks()}
    known = {task.engine_id: task for task in existing}
    for engine_id, task in known.items():
        if task.state is TaskState.OPEN and engine_id not in waiting:
            task.state, task.completed_at = TaskState.CANCELLED, scene.now
            scene.record(Kind.TASK_CANCELLED, task_id=task.id, **secrecy.details(task))
        elif task.state is TaskState.OPEN:
            _correct(scene, task, waiting[engine_id])
    opened = [_new(scene, open_task) for engine_id, open_task in waiting.items() if engine_id not in known]
    for task in opened:
        scene.record(Kind.TASK_OPENED, task_id=task.id, **secrecy.details(task))
    return opened


def party_of(open_task: OpenTask) -> str:
    """The party that has the task: named in the diagram, or the usual one of its role."""
    if open_task.party:
        return open_task.party
    try:
        return permissions.PARTY_OF_ROLE[Role(open_task.role)]
    except (KeyError, ValueError) as error:
        raise StepRefused(
            Text(
                f"任务“{open_task.name.zh}”没有说明由哪一方办理。",
                f'The task "{open_task.name.en}" does not say which party does it.',
            ),
            open_task.element_id,
        ) from error


def _place(scene: Scene, open_task: OpenTask) -> tuple[str, UUID]:
    party = party_of(open_task)
    if open_task.organisation is not None:
        return party, _named(scene, open_task, open_task.organisation)
    try:
        return party, scene.organisation(party)
    except Refused as error:
        raise StepRefused(error.message, open_task.element_id) from error


def _named(scene: Scene, open_task: OpenTask, organisation: str) -> UUID:
    """The organisation that the data names: it must be one that the case was referred to, whatever the data says."""
    referred = scene.session.scalars(
        select(ReferralTask.owner_id)
        .join(Referral, Referral.id == ReferralTask.referral_id)
        .where(Referral.case_id == scene.case.id)
    )
    found = next((place for place in referred if str(place) == organisation), None)
    if found is None:
        raise StepRefused(
            Text(
                f"任务“{open_task.name.zh}”要交给的机构没有收到这个个案的转介。",
                f'The task "{open_task.name.en}" is for an organisation that this case was not referred to.',
            ),
            open_task.element_id,
        )
    return found


def _new(scene: Scene, open_task: OpenTask) -> Task:
    party, place = _place(scene, open_task)
    assignee = scene.find(open_task.assignee, open_task.role, place) if open_task.assignee else None
    instance: Instance = scene.instance
    return Task(
        id=uuid7(),  # now, not when the row is written: events of the same step point to it
        instance_id=instance.id,
        case_id=instance.case_id,
        engine_id=open_task.id,
        element_id=open_task.element_id,
        name_zh=open_task.name.zh,
        name_en=open_task.name.en,
        role=open_task.role,
        party=party,
        organisation_id=place,
        assignee_id=assignee.user_id if assignee else None,
        claimed_at=scene.now if assignee else None,
        state=TaskState.OPEN,
        form_key=open_task.form_key,
        shared_with=_shared_with(open_task),
        secrecy=secrecy.of(open_task.properties),
        created_at=scene.now,
        due_at=open_task.due_at,
        follow_up_at=open_task.follow_up_at,
        priority=open_task.priority,
    )


def _correct(scene: Scene, task: Task, open_task: OpenTask) -> None:
    party, place = _place(scene, open_task)
    if (task.party, task.organisation_id) != (party, place):
        task.party, task.organisation_id = party, place
        task.assignee_id = task.claimed_at = None
    task.due_at, task.follow_up_at, task.priority = open_task.due_at, open_task.follow_up_at, open_task.priority
    task.shared_with, task.secrecy = _shared_with(open_task), secrecy.of(open_task.properties)


def _shared_with(open_task: OpenTask) -> list[str]:
    return [name.strip() for name in open_task.properties.get("carerelay:shared_with", "").split(",") if name.strip()]
