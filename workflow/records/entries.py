"""Entries: writing a submitted form into the case, and reading entries back as somebody may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from models import Attachment, Case, Entry, Instance, ProcessVersion, Task, User
from workflow import secrecy
from workflow.engine import Text
from workflow.errors import Conflict
from workflow.forms import Form, Row, Submitted
from workflow.forms.paths import get
from workflow.identity import Actor
from workflow.instances import versions
from workflow.records import choices, classes, sight
from workflow.records.sight import CaseSight, Reader


@dataclass(frozen=True)
class EntryView:
    """One entry as this reader may see it."""

    entry_id: UUID
    title: Text
    by: str
    """Who wrote it; empty where that is not for this reader to know."""
    at: datetime
    rows: list[Row]
    element_id: str
    """The step it was written in."""
    highest: str | None = None
    """The highest information class that is shown."""


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
        parties=_parties(task),
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


def _parties(task: Task) -> list[str]:
    """Who reads it: the writer's party and those it is shared with; those alone where the writer is to stay unknown."""
    own = [] if task.secrecy == secrecy.REPORTER else [task.party]
    return [*own, *(party for party in task.shared_with if party not in own)]


def file_ids(form: Form, values: Mapping[str, Any]) -> Iterator[UUID]:
    """The ids of all files handed in with these values."""
    for path in form.file_paths({}):
        here: Any = values
        for name in path.split("."):
            here = here.get(name) if isinstance(here, Mapping) else None
        yield from (UUID(str(file["id"])) for file in here or ())


def readable(session: Session, actor: Actor, case: Case, seen: CaseSight) -> list[EntryView]:
    """The entries of a case that this person may read, newest first; a constant number of statements.

    Those addressed to the party they read as, and their own; of an agency only what was written in it. What stands in
    a secret step only those know who read restricted values.
    """
    reader = sight.reader(actor, seen)
    if reader is None:
        return []
    is_own = Entry.submitted_by_id == actor.user_id
    found = _statement().where(Entry.case_id == case.id, or_(Entry.parties.contains([reader.party]), is_own))
    if secrecy.is_hidden(secrecy.RESTRICTED, reader.classes):
        found = found.where(or_(Task.secrecy.is_(None), is_own))
    if reader.places:
        found = found.where(Task.organisation_id.in_(reader.places))
    rows = session.execute(found).all()
    return _views(session, rows, lambda entry: _classes(actor, entry, reader, seen), reader_id=actor.user_id)


def of_reporter(session: Session, case: Case) -> list[EntryView]:
    """Who reported, and nothing else: the P4 fields of a case, for its data-protection owner."""
    rows = session.execute(_statement().where(Entry.case_id == case.id)).all()
    views = _views(session, rows, lambda entry: frozenset({classes.REPORTER}), only=classes.REPORTER)
    return [view for view in views if view.rows]


def file_class(session: Session, actor: Actor, entry: Entry, attachment_id: UUID, seen: CaseSight) -> str | None:
    """The class of a file of an entry if this person may read it: that of the field it was handed in with."""
    reader = sight.reader(actor, seen)
    if reader is None or reader.party not in entry.parties:
        return None
    if reader.places and session.get_one(Task, entry.task_id).organisation_id not in reader.places:
        return None
    form = _form(session, entry)
    visible = _classes(actor, entry, reader, seen)
    for field in form.fields:
        given = get(entry.values, field.key)
        if field.kind == "filepicker" and any(str(file["id"]) == str(attachment_id) for file in given or ()):
            return field.info_class if visible is None or field.info_class in visible else None
    return None


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(Entry, Task, User.name, ProcessVersion.id, ProcessVersion.content_hash)
        .join(Instance, Instance.id == Entry.instance_id)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .join(Task, Task.id == Entry.task_id)
        .join(User, User.id == Entry.submitted_by_id)
        .order_by(Entry.submitted_at.desc(), Entry.id.desc())
    )


def _views(
    session: Session,
    rows: Sequence[Any],
    visible_classes: Callable[[Entry], frozenset[str] | None],
    *,
    only: str | None = None,
    reader_id: UUID | None = None,
) -> list[EntryView]:
    """`reader_id`: whose view it is; None: of somebody who may know who wrote what."""
    read: list[tuple[Form, Mapping[str, Any]]] = []
    for entry, _, _, version_id, content_hash in rows:
        form = versions.compiled(session, version_id, content_hash).forms[entry.form_key]
        read.append((form, form.from_json(entry.values)))
    names = choices.of_entries(session, read)
    made = []
    for (entry, task, name, _, _), (form, values) in zip(rows, read, strict=True):
        visible = visible_classes(entry)
        lines = form.rows(values, visible_classes=visible, choices=names, only=only)
        highest = classes.shown(form, values, visible)
        is_known = task.secrecy != secrecy.REPORTER or reader_id in (None, entry.submitted_by_id)
        title, by = Text(task.name_zh, task.name_en), name if is_known else ""
        made.append(EntryView(entry.id, title, by, entry.submitted_at, lines, entry.element_id, highest))
    return made


def _form(session: Session, entry: Entry) -> Form:
    version_id, content_hash = session.execute(
        select(ProcessVersion.id, ProcessVersion.content_hash)
        .join(Instance, Instance.version_id == ProcessVersion.id)
        .where(Instance.id == entry.instance_id)
    ).one()
    return versions.compiled(session, version_id, content_hash).forms[entry.form_key]


def _classes(actor: Actor, entry: Entry, reader: Reader, seen: CaseSight) -> frozenset[str] | None:
    """What of an entry somebody may read: all of their own, else what their part in the case allows."""
    if entry.submitted_by_id == actor.user_id:
        return None
    return reader.classes | {classes.REPORTER} if sight.protects(actor, seen) else reader.classes


def shown(views: Sequence[EntryView]) -> dict[UUID, str | None]:
    """The entries that were shown, each with its highest class; for the record of who looked."""
    return {view.entry_id: view.highest for view in views}
