"""Case files: one case with its history, its entries and everything around it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Instance, ProcessVersion, Task, TaskState
from workflow import audit, instances, permissions, secrecy
from workflow.engine import Text
from workflow.identity import Actor
from workflow.inbox import rows
from workflow.inbox.rows import InboxRow
from workflow.permissions import Permission
from workflow.records import actions, documents, entries, frame, printing, sight, starting, summary, timeline
from workflow.records.actions import Action
from workflow.records.documents import Document
from workflow.records.entries import EntryView
from workflow.records.frame import Frame
from workflow.records.sight import Reader
from workflow.records.starting import Startable
from workflow.records.summary import CaseSummary
from workflow.records.timeline import TimelineItem


@dataclass(frozen=True)
class InstanceInfo:
    """A process that runs or ran for the case."""

    instance_id: UUID
    process: Text
    version_number: int
    state: str
    started_at: datetime


@dataclass(frozen=True)
class CaseTask(InboxRow):
    """An open task of the case, and whether this reader can open it."""

    may_open: bool


@dataclass(frozen=True)
class CaseView:
    """Everything a case page shows."""

    summary: CaseSummary
    timeline: list[TimelineItem]
    entries: list[EntryView]
    instances: list[InstanceInfo]
    tasks: list[CaseTask]
    actions: list[Action]
    """What this reader can set going besides the tasks."""
    startable: list[Startable]
    """Further processes that they can start."""
    frame: Frame
    documents: list[Document]
    printable: list[tuple[str, Text]]
    """Pages that can be printed, with their names."""
    risk: str | None
    """The colour of the case's risk, for those who read restricted values."""

    @property
    def next_task(self) -> CaseTask | None:
        """What this reader does next: the most pressing open task that they can open."""
        return next((task for task in self.tasks if task.may_open), None)

    @property
    def records(self) -> list[list[EntryView]]:
        """The entries by step, the step with the newest one first; so ten contact records are one heading."""
        steps: dict[str, list[EntryView]] = {}
        for entry in self.entries:
            steps.setdefault(entry.element_id, []).append(entry)
        return list(steps.values())


def open_case(session: Session, actor: Actor, case_id: UUID, now: datetime) -> CaseView:
    """Open a case file; who looked at what is recorded. Raises NotFound."""
    row = summary.load(session, case_id)
    case: Case = row[0]
    found = session.execute(rows.statement().where(Task.case_id == case_id, Task.state == TaskState.OPEN)).all()
    seen = sight.make(session, case, [task for task, *_ in found], now)
    permissions.require(actor, Permission.CASE_READ, seen)
    reader = sight.reader(actor, seen)
    assert reader is not None  # asked above

    read = entries.readable(session, actor, case, seen)
    shown = entries.shown(read)
    acts = permissions.allows(actor, Permission.CASE_ACT, seen)
    audit.looked(session, actor.user_id, case_id, "case", now, entries=shown, highest="P1", purpose=reader.purpose)
    return CaseView(
        summary.make(row, now, masked=False),
        timeline.read(session, case_id, actor, reader),
        read,
        _instances(session, case_id, actor, reader),
        [_task(actor, task_row, now) for task_row in found if _may_know(actor, reader, task_row[0])],
        [each for each in actions.available(session, actor, case, now) if each.key == str(case_id)] if acts else [],
        starting.startable(session, actor, case) if acts else [],
        frame.of(session, actor, case, row[1], seen, now),
        documents.of_entries(session, read),
        printing.offered(read),
        case.risk.value if case.risk and not secrecy.is_hidden(secrecy.RESTRICTED, reader.classes) else None,
    )


def _instances(session: Session, case_id: UUID, actor: Actor, reader: Reader) -> list[InstanceInfo]:
    found = session.execute(
        select(Instance, ProcessVersion)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .where(Instance.case_id == case_id)
        .order_by(Instance.started_at)
    )
    return [
        InstanceInfo(
            instance.id,
            Text(version.name_zh, version.name_en),
            version.number,
            instance.state.value,
            instance.started_at,
        )
        for instance, version in found
        if instances.may_know(session, actor, reader, instance, version)
    ]


def _task(actor: Actor, row: tuple[object, ...], now: datetime) -> CaseTask:
    listed = rows.make(row, now)
    may_open = permissions.allows(actor, Permission.TASK_READ, row[0])
    return CaseTask(**{field.name: getattr(listed, field.name) for field in fields(listed)}, may_open=may_open)


def _may_know(actor: Actor, reader: Reader, task: Task) -> bool:
    """Whether they may know of this task: of a secret one who reads restricted values, or has it."""
    if task.secrecy == secrecy.REPORTER or secrecy.is_hidden(task.secrecy, reader.classes):
        return permissions.allows(actor, Permission.TASK_READ, task)
    return True
