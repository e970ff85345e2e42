"""Files handed in with forms: kept sealed outside of every web folder, given out to those who may read the entry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from models import Attachment, Case, Entry
from workflow import audit, permissions, settings
from workflow.errors import Invalid, NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import entries, file_types, sealed_files, sight

MEGABYTE = 1024 * 1024
LONGEST_NAME = 200


@dataclass(frozen=True)
class File:
    """A file to send to somebody who may read it."""

    name: str
    media_type: str
    content: bytes


def store(session: Session, actor: Actor, name: str, stream: BinaryIO, now: datetime, *, folder: Path) -> Attachment:
    """Keep an upload until its form is submitted; only its uploader sees it before.

    The type is found from the content, whatever the browser says. Raises Invalid: `file_empty`, `file_too_large`,
    `file_type_not_allowed`.
    """
    largest = settings.value(session, "attachment_mb") * MEGABYTE
    content = stream.read(largest + 1)
    if not content:
        raise Invalid("file_empty")
    if len(content) > largest:
        raise Invalid("file_too_large", most=largest)
    media_type = file_types.media_type(content)
    if media_type is None:
        raise Invalid("file_type_not_allowed", allowed=sorted(file_types.ALLOWED))

    attachment_id = uuid7()
    attachment = Attachment(
        id=attachment_id,
        uploaded_by_id=actor.user_id,
        name=_plain_name(name),
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_at=sealed_files.write(folder, attachment_id, content),
        created_at=now,
    )
    session.add(attachment)
    session.flush()
    return attachment


def open(session: Session, actor: Actor, attachment_id: UUID, now: datetime, *, folder: Path) -> File:
    """Find a file for somebody who may read it; who looked is recorded. Raises NotFound."""
    attachment = session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound("attachment_not_found")
    if attachment.entry_id is None or attachment.case_id is None:
        permissions.require(actor, Permission.ATTACHMENT_READ, attachment)
    else:
        case = session.get_one(Case, attachment.case_id)
        entry = session.get_one(Entry, attachment.entry_id)
        seen = sight.of(session, case, now)
        reader = sight.reader(actor, seen)
        shown = entries.file_class(session, actor, entry, attachment.id, seen)
        if reader is None or shown is None:
            raise NotFound("attachment_not_found")
        audit.looked(session, actor.user_id, case.id, "attachment", now, highest=shown, purpose=reader.purpose)
    return File(attachment.name, attachment.media_type, sealed_files.read(folder, attachment))


def _plain_name(name: str) -> str:
    """The last part of what the browser called it, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:LONGEST_NAME] or "file"
