"""Entries: writing a submitted form into the case, and reading entries back as somebody may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Attachment, Case, Entry, Instance, ProcessVersion, Role, Task, User
from workflow import permissions
from workflow.engine import Text
from workflow.errors import Conflict
from workflow.forms import Form, Row, Submitted
from workflow.identity import Actor
from workflow.instances import versions
from workflow.permissions import CaseSight
from workflow.records import choices

ORDINARY = frozenset({"P0", "P1", "P2"})
RESTRICTED = ORDINARY | {"P3"}
"""P4, the identity of who reported, is shown to its writer only (domain.md §3.2)."""


@dataclass(frozen=True)
class EntryView:
    """One entry as this reader may see it."""

    entry_id: UUID
    title: Text
    by: str
    at: datetime
    rows: list[Row]
    element_id: str
    """The step it was written in."""


def write(session: Session, task: Task, form: Form, submitted: Submitted, user_id: UUID, now: datetime) -> Entry:
    """Store a submitted form in full, and hand its files over to the case. Raises Conflict if a file is not free."""
    entry = Entry(
        case_id=task.case_id,
        instance_id=task.instance_id,
        task_id=task.id,
        element_id=task.element_id,
        form_key=form.id,
        form_version=form.version,
        values=form.to_json(submitted.values),
        parties=[task.party, *(party for party in task.shared_with if party != task.party)],
        submitted_by_id=user_id,
        submitted_at=now,
    )
    session.add(entry)
    files = list(file_ids(form, submitted.values))
    if files:
        session.flush()
        handed = session.execute(
            update(Attachment)
            .where(Attachment.id.in_(files), Attachment.uploaded_by_id == user_id, Attachment.entry_id.is_(None))
            .values(entry_id=entry.id, case_id=entry.case_id)
            .returning(Attachment.id)
        ).all()
        if len(handed) != len(set(files)):
            raise Conflict("file_not_free")
    return entry


def file_ids(form: Form, values: Mapping[str, Any]) -> Iterator[UUID]:
    """The ids of all files handed in with these values."""
    for path in form.file_paths({}):
        here: Any = values
        for name in path.split("."):
            here = here.get(name) if isinstance(here, Mapping) else None
        yield from (UUID(str(file["id"])) for file in here or ())


def readable(session: Session, actor: Actor, case: Case, sight: CaseSight) -> list[EntryView]:
    """The entries of a case that this person may read, newest first; a constant number of statements."""
    narrative = permissions.may_read_for_station(actor, sight)
    found = (
        select(Entry, Task.name_zh, Task.name_en, User.name, ProcessVersion.id, ProcessVersion.content_hash)
        .join(Instance, Instance.id == Entry.instance_id)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .join(Task, Task.id == Entry.task_id)
        .join(User, User.id == Entry.submitted_by_id)
        .where(Entry.case_id == case.id)
        .order_by(Entry.submitted_at.desc(), Entry.id.desc())
    )
    if not narrative:
        found = found.where(Entry.parties.contains(["ward"]))
    rows = session.execute(found).all()

    read: list[tuple[Form, Mapping[str, Any]]] = []
    for entry, _, _, _, version_id, content_hash in rows:
        form = versions.compiled(session, version_id, content_hash).forms[entry.form_key]
        read.append((form, form.from_json(entry.values)))
    names = choices.of_entries(session, read)
    restricted = narrative and _is_named(actor, sight)
    return [
        EntryView(
            entry.id,
            Text(zh, en),
            by,
            entry.submitted_at,
            form.rows(values, visible_classes=_classes(actor, entry, restricted=restricted), choices=names),
            entry.element_id,
        )
        for (entry, zh, en, by, _, _), (form, values) in zip(rows, read, strict=True)
    ]


def may_read(actor: Actor, entry: Entry, sight: CaseSight) -> bool:
    """Whether somebody may read this entry of a case."""
    if permissions.may_read_for_station(actor, sight):
        return True
    return "ward" in entry.parties and permissions.may_read_for_ward(actor, sight)


def _is_named(actor: Actor, sight: CaseSight) -> bool:
    """Whether restricted values are for this person: who decides on the referral, the supervisor, who has the case."""
    if any(actor.holds(role, sight.organisation_id) for role in (Role.MSW_COORDINATOR, Role.SUPERVISOR)):
        return True
    return sight.responsible_id == actor.user_id or any(
        assignee == actor.user_id for _, _, assignee in sight.open_tasks
    )


def _classes(actor: Actor, entry: Entry, *, restricted: bool) -> frozenset[str] | None:
    if entry.submitted_by_id == actor.user_id:
        return None
    return RESTRICTED if restricted else ORDINARY


def ids(views: Sequence[EntryView]) -> list[UUID]:
    """The ids of entries that were shown."""
    return [view.entry_id for view in views]
