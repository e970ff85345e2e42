"""Files handed in with forms: kept under the hash of their content, given out to those who may read the entry."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import filetype
from sqlalchemy.orm import Session

from models import Attachment, Case, Entry
from workflow import audit, permissions
from workflow.errors import Invalid, NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import entries, sight

LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 200
PLAIN = "text/plain"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ALLOWED = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", WORD, EXCEL, PLAIN})
_OFFICE = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL}


@dataclass(frozen=True)
class File:
    """A file to send to somebody who may read it."""

    name: str
    media_type: str
    path: Path


def store(session: Session, actor: Actor, name: str, stream: BinaryIO, now: datetime, *, folder: Path) -> Attachment:
    """Keep an upload until its form is submitted; only its uploader sees it before.

    The type is found from the content, whatever the browser says. Raises Invalid: `file_empty`, `file_too_large`,
    `file_type_not_allowed`.
    """
    content = stream.read(LARGEST + 1)
    if not content:
        raise Invalid("file_empty")
    if len(content) > LARGEST:
        raise Invalid("file_too_large", most=LARGEST)
    media_type = _media_type(content)
    if media_type not in ALLOWED:
        raise Invalid("file_type_not_allowed", allowed=sorted(ALLOWED))

    digest = hashlib.sha256(content).hexdigest()
    place = f"{digest[:2]}/{digest}"
    _write(folder / place, content)
    attachment = Attachment(
        uploaded_by_id=actor.user_id,
        name=_plain_name(name),
        media_type=media_type,
        size=len(content),
        sha256=digest,
        stored_at=place,
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
    path = folder / attachment.stored_at
    if not path.is_file():
        raise NotFound("file_missing")
    return File(attachment.name, attachment.media_type, path)


def _media_type(content: bytes) -> str | None:
    """The type by content; text is what decodes as text and holds no control characters."""
    guess = filetype.guess(content)
    if guess is not None:
        return _office_type(content) if guess.extension in ("zip", "docx", "xlsx") else str(guess.mime)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    # A page or a script of a browser is text too, but nothing that a form needs.
    looks_like_markup = text.lstrip()[:1] == "<"
    return None if looks_like_markup or any(ord(c) < 32 and c not in "\t\r\n\f" for c in text) else PLAIN


def _office_type(content: bytes) -> str | None:
    """Tell Word and Excel files from other archives by what they must contain; macros are not accepted."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _write(path: Path, content: bytes) -> None:
    """Write under a passing name first: a half-written file must never be found under its hash."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(passing).replace(path)


def _plain_name(name: str) -> str:
    """The last part of what the browser called it, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:LONGEST_NAME] or "file"
