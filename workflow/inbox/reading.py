"""One task opened: the form with the draft, the case beside it, and what may come next."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Instance, ProcessVersion, Task, TaskState
from workflow import audit, clock, instances, permissions, secrecy
from workflow.engine import EngineError, Run, Step, Text, World
from workflow.errors import NotFound
from workflow.forms import BoundForm, Form, Row
from workflow.identity import Actor
from workflow.inbox import again, drafts, rows
from workflow.inbox.completing import Raw
from workflow.inbox.rows import InboxRow
from workflow.instances import Compiled
from workflow.operations.scene import members_of
from workflow.permissions import Permission
from workflow.records import choices, entries, frame, referral_pages, same_person, sight, summary
from workflow.records.entries import EntryView
from workflow.records.masking import Fact
from workflow.records.referral_pages import ReferralPage
from workflow.records.same_person import Hint
from workflow.records.summary import CaseSummary


@dataclass(frozen=True)
class TaskInfo(InboxRow):
    """A task as the inbox lists it, and what this person may do with it."""

    assignee_id: UUID | None
    may_claim: bool
    may_release: bool
    may_complete: bool


@dataclass(frozen=True)
class TaskView:
    """Everything a task page shows."""

    task: TaskInfo
    form: Form
    bound: BoundForm
    case: CaseSummary
    entries: list[EntryView]
    answers: EntryView | None
    """What this task answers or acknowledges (property `carerelay:answers` names the step), to be read first."""
    next_steps: list[Text]
    unsent: list[Row]
    """What this person typed and can no longer submit, because somebody else was faster."""
    may_open_case: bool
    """Whether this person may open the case file, too; an agency never may."""
    contact: list[Fact]
    contact_forbidden: bool
    glass_until: datetime | None
    """When this person's emergency access ends; None when they read in their own right."""
    hint: Hint | None
    """Other records of the same human being, and safety; None for everybody but social work."""
    referral: ReferralPage | None
    """The referral to an agency that the task is about; all that an agency sees of the case."""


def open_task(session: Session, actor: Actor, task_id: UUID, now: datetime) -> TaskView:
    """Open a task to read or do it; who looked is recorded. Raises NotFound."""
    row = session.execute(rows.statement().where(Task.id == task_id)).first()
    if row is None:
        raise NotFound("task_not_found")
    task: Task = row[0]
    permissions.require(actor, Permission.TASK_READ, task)
    instance, compiled = _instance(session, task)
    form = compiled.forms[str(task.form_key)]
    case_row = summary.load(session, task.case_id)
    seen = sight.of(session, case_row[0], now)
    reader = sight.reader(actor, seen)
    may_complete = task.state is TaskState.OPEN and permissions.allows(actor, Permission.TASK_COMPLETE, task)

    draft = drafts.find(session, actor.user_id, task_id=task.id)
    step = compiled.process.steps.get(task.element_id)
    typed = draft or (again.filled(session, task, step, form) if may_complete else {})
    answers = _choices(session, actor, task, instance, form, now)
    context = _context(compiled, instance, task)
    bound = form.bind(typed, context=context, choices=answers, moment=clock.moment(now))
    read = entries.readable(session, actor, case_row[0], seen)
    is_file = sight.may_open(actor, seen)
    audit.looked(
        session, actor.user_id, task.case_id, "task", now, entries=entries.shown(read),
        highest=_highest(task, is_file), purpose=reader.purpose if reader else sight.WORK,
    )  # fmt: skip
    return TaskView(
        _info(actor, row, now, may_complete=may_complete),
        form,
        bound,
        summary.make(case_row, now, masked=not is_file),
        read,
        next((entry for entry in read if entry.element_id in _answered(step)), None),
        compiled.diagram.next_steps(task.element_id) if may_complete else [],
        form.rows(draft, choices=answers) if draft and not may_complete else [],
        is_file,
        frame.contact_of(case_row[1], reader),
        is_file and case_row[1].contact_forbidden,
        reader.until if reader else None,
        same_person.hint(session, actor, task.case_id) if is_file else None,
        referral_pages.of_task(session, actor, task, context, now),
    )


def _highest(task: Task, is_file: bool) -> str | None:
    """The highest class shown besides the records; of a task that hides who does it, just that: who has it."""
    if task.secrecy == secrecy.REPORTER:
        return secrecy.REPORTER
    return "P1" if is_file else None


def form_of(session: Session, actor: Actor, task_id: UUID) -> Form:
    """The form of a task, in one statement; nothing of the case is read. Raises NotFound."""
    found = session.execute(
        select(Task, Instance.version_id, ProcessVersion.content_hash)
        .join(Instance, Instance.id == Task.instance_id)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .where(Task.id == task_id)
    ).first()
    if found is None:
        raise NotFound("task_not_found")
    task, version_id, content_hash = found
    permissions.require(actor, Permission.TASK_READ, task)
    return instances.compiled(session, version_id, content_hash).forms[str(task.form_key)]


def save_draft(session: Session, actor: Actor, task_id: UUID, raw: Raw) -> None:
    """Keep what was typed, also for a task that somebody else has closed meanwhile: nothing typed is lost.

    Raises NotFound.
    """
    form = form_of(session, actor, task_id)
    drafts.keep(session, actor.user_id, form.typed(raw), task_id=task_id)


def _instance(session: Session, task: Task) -> tuple[Instance, Compiled]:
    instance, content_hash = session.execute(
        select(Instance, ProcessVersion.content_hash)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .where(Instance.id == task.instance_id)
    ).one()
    return instance, instances.compiled(session, instance.version_id, content_hash)


def _answered(step: Step | None) -> list[str]:
    """The steps, comma between, of which the newest entry is answered."""
    return [name.strip() for name in step.properties.get("carerelay:answers", "").split(",")] if step else []


def _choices(
    session: Session, actor: Actor, task: Task, instance: Instance, form: Form, now: datetime
) -> choices.Choices:
    station = str(task.organisation_id) if task.party == "agency" else instance.parties.get("station")
    station_id = UUID(station) if station else None
    wants_people = any(name.startswith(choices.PEOPLE) for name in form.choice_sources)
    members = members_of(session, [station_id], now) if wants_people and station_id else []
    return choices.look_up(
        session, form, user_id=actor.user_id, station_id=station_id, members=members, case_id=task.case_id
    )


def _context(compiled: Compiled, instance: Instance, task: Task) -> dict[str, Any]:
    """The variables that conditions of the form may ask for; none of a damaged case, whose page still opens."""
    try:
        run = Run.restore(compiled.process, World(clock.moment(task.created_at)), instance.snapshot)
        return run.task_variables(task.engine_id) if task.state is TaskState.OPEN else dict(run.variables)
    except EngineError:
        return {}


def _info(actor: Actor, row: Any, now: datetime, *, may_complete: bool) -> TaskInfo:
    task: Task = row[0]
    is_open = task.state is TaskState.OPEN
    listed = rows.make(row, now)
    return TaskInfo(
        **{field.name: getattr(listed, field.name) for field in fields(listed)},
        assignee_id=task.assignee_id,
        may_claim=is_open and task.assignee_id is None and permissions.allows(actor, Permission.TASK_CLAIM, task),
        may_release=is_open and permissions.allows(actor, Permission.TASK_RELEASE, task),
        may_complete=may_complete,
    )
