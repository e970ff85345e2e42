"""Completing a task: from the form as sent to the next steps, all in one transaction and at most 12 statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from models import InstanceState, Task
from workflow import clock, instances, permissions
from workflow.engine import Text
from workflow.errors import InvalidForm
from workflow.forms import Form, Submitted
from workflow.identity import Actor
from workflow.inbox import claiming, drafts
from workflow.instances import Held
from workflow.permissions import Permission
from workflow.records import choices, entries

Raw = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Completed:
    """What came of it: the steps that are open now, with the person who has them; whether the process has ended."""

    case_id: UUID
    case_number: str
    opened: list[Text]
    finished: bool
    overwritten: list[Text]
    """Fields that somebody else had changed while the task was open; what was sent now counts."""


def complete(session: Session, actor: Actor, task_id: UUID, raw: Raw, now: datetime) -> Completed:
    """Check the form, store it, and move the process on; a free task is claimed by the way.

    Raises NotFound, Forbidden, TaskTaken, TaskClosed, InvalidForm (with what was typed) and StepRefused; after any of
    them nothing has happened. Save the draft in a transaction of its own before.
    """
    held, task = instances.lock_task(session, task_id, actor.user_id, now)
    permissions.require(actor, Permission.TASK_READ, task)
    claiming.refuse_closed(session, task)
    claiming.refuse_taken(session, actor, task)
    permissions.require(actor, Permission.TASK_COMPLETE, task)
    held.refuse_own_work(task)
    form = held.compiled.forms[str(task.form_key)]
    submitted = submit(session, actor, held, task, form, raw)

    held.scene.entry = entries.write(session, task, form, submitted, actor.user_id, now)
    held.complete(task, held.compiled.process.select(submitted.variables))
    opened = held.save()
    drafts.drop(session, actor.user_id, task_id=task.id)
    return completed(held, opened, task.element_id)


def submit(session: Session, actor: Actor, held: Held, task: Task, form: Form, raw: Raw) -> Submitted:
    """Check what was sent against the form of the instance's version. Raises InvalidForm."""
    # An agency chooses among its own people; everybody else among those of the case's station.
    place = task.organisation_id if task.party == "agency" else held.scene.case.organisation_id
    wants_people = any(name.startswith(choices.PEOPLE) for name in form.choice_sources)
    found = choices.look_up(
        session,
        form,
        user_id=actor.user_id,
        station_id=place,
        members=held.scene.members(place) if wants_people else (),
        case_id=held.scene.case.id,
    )
    context = held.variables(task)
    submitted = form.submit(raw, context=context, choices=found, moment=clock.moment(held.scene.now))
    if not submitted.ok:
        raise InvalidForm(submitted)
    return submitted


def completed(held: Held, opened: Sequence[Task], element_id: str) -> Completed:
    """Tell what is open now, and what the completed element wrote over."""
    scene = held.scene
    # Only looked up when somebody was named, and then it is at hand already.
    names = {member.user_id: member.name for member in scene.members()} if any(t.assignee_id for t in opened) else {}
    return Completed(
        scene.case.id,
        scene.case.number,
        [_step(task, names.get(task.assignee_id) if task.assignee_id else None) for task in opened],
        held.instance.state is InstanceState.COMPLETED,
        held.conflicts.get(element_id, []),
    )


def _step(task: Task, who: str | None) -> Text:
    if who is None:
        return Text(task.name_zh, task.name_en)
    return Text(f"{task.name_zh}（{who}）", f"{task.name_en or task.name_zh} ({who})")
