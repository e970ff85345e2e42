"""The documents of a case: files that were handed in with entries, for those who may read the field they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Attachment
from workflow.engine import Text
from workflow.forms import Row
from workflow.records import file_types
from workflow.records.entries import EntryView


@dataclass(frozen=True)
class Document:
    """A file that the reader may open."""

    attachment_id: UUID
    name: str
    media_type: str
    size: int
    step: Text
    """In which step it was handed in, and under which heading."""
    field: Text
    by: str
    at: datetime
    info_class: str | None
    has_preview: bool


def of_entries(session: Session, views: Sequence[EntryView]) -> list[Document]:
    """The files in these entries, in their order; one statement, none without files.

    The entries are as this person may see them: a file of a field that they may not read is not in them.
    """
    found = {UUID(key): (view, row, name) for view in views for row in _files(view.rows) for key, name in row.display}
    if not found:
        return []
    kept = {
        key: (media_type, size)
        for key, media_type, size in session.execute(
            select(Attachment.id, Attachment.media_type, Attachment.size).where(Attachment.id.in_(found))
        )
    }
    return [
        Document(
            key, name, kept[key][0], kept[key][1], view.title, row.label, view.by, view.at, row.info_class,
            kept[key][0] in (file_types.PDF, file_types.PLAIN, *file_types.IMAGES),
        )
        for key, (view, row, name) in found.items()
        if key in kept
    ]  # fmt: skip


def _files(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows that hold files, those in the cells of tables too."""
    for row in rows:
        if row.kind == "files":
            yield row
        elif row.kind == "table":
            for cells in row.display[1]:
                yield from _files(cells)
