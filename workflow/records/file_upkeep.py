"""Upkeep of uploaded files: those never submitted are deleted after a day, bytes without a row too; all sealed anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from models import Attachment, Draft
from models.sealed import keyring
from workflow import settings
from workflow.errors import Conflict, NotFound
from workflow.records import sealed_files
from workflow.transaction import transaction

AT_ONCE = 500
HEAD_BYTES = 300
"""Enough of a file to read the name of its key."""
UNFINISHED = timedelta(hours=1)
"""How old a file without a row must be before it is nobody's: its upload may not be committed yet."""


@dataclass(frozen=True)
class Swept:
    """How much was deleted."""

    uploads: int
    files: int


def sweep(session: Session, now: datetime) -> int:
    """Delete the uploads that were never submitted, the oldest first; their bytes go with the next `sweep_files`.

    One that a draft of its uploader still names stays as long as the draft has been touched within that time.
    """
    before = now - timedelta(hours=settings.value(session, "unsubmitted_file_hours"))
    old = session.execute(
        select(Attachment.id, Attachment.uploaded_by_id)
        .where(Attachment.entry_id.is_(None), Attachment.created_at < before)
        .order_by(Attachment.created_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if not old:
        return 0
    drafts = select(Draft).where(Draft.user_id.in_({user_id for _, user_id in old}), Draft.updated_at >= before)
    named = {text for draft in session.scalars(drafts) for text in _texts(draft.values)}
    gone = [attachment_id for attachment_id, _ in old if str(attachment_id) not in named]
    session.execute(delete(Attachment).where(Attachment.id.in_(gone), Attachment.entry_id.is_(None)))
    return len(gone)


def sweep_files(session: Session, folder: Path, now: datetime) -> int:
    """Delete the files that no row names, also those of writes that broke off; returns how many."""
    kept = set(session.scalars(select(Attachment.stored_at)))
    gone = 0
    for path in sorted(folder.glob("*/*")):
        if str(path.relative_to(folder)) in kept or not path.is_file():
            continue
        if datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo) < now - UNFINISHED:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def keep(sessions: sessionmaker[Session], folder: Path, now: datetime) -> Swept:
    """Do both, each in a transaction of its own: bytes go only when it is certain that their row is gone."""
    with transaction(sessions) as session:
        uploads = sweep(session, now)
    with transaction(sessions) as session:
        return Swept(uploads, sweep_files(session, folder, now))


# ---- keys ----------------------------------------------------------------------------------------------------------


def needed(session: Session, folder: Path) -> Counter[str]:
    """Key name -> how many files name it; "" for those that lie open."""
    counted: Counter[str] = Counter()
    for place in session.scalars(select(Attachment.stored_at)):
        if (head := _head(folder / place)) is not None:
            counted[sealed_files.key_of(head) or ""] += 1
    return counted


def refuse_needed(session: Session, folder: Path, name: str) -> None:
    """Raise Conflict for a key that a file still needs."""
    if files := needed(session, folder)[name]:
        raise Conflict("key_still_needed", key=name, values=files)


def reseal(sessions: sessionmaker[Session], folder: Path) -> Iterator[tuple[int, int]]:
    """Seal every file with the newest key while the service runs; yields how many of how many are done.

    A run that was stopped goes on where it was. A file of an older release moves to the place of its own.
    """
    with transaction(sessions) as session:
        rows = session.execute(select(Attachment.id, Attachment.stored_at).order_by(Attachment.id)).all()
    newest = keyring().newest.id
    old = [key for key, place in rows if (head := _head(folder / place)) and sealed_files.key_of(head) != newest]
    for number, attachment_id in enumerate(old, start=1):
        with transaction(sessions) as session:
            _anew(session, folder, attachment_id)
        yield number, len(old)


def _anew(session: Session, folder: Path, attachment_id: UUID) -> None:
    attachment = session.get(Attachment, attachment_id, with_for_update=True)
    if attachment is None:
        return
    try:
        content = sealed_files.read(folder, attachment)
    except NotFound:
        return
    # What lay open may belong to several rows; the sweep takes it when none names it any more.
    attachment.stored_at = sealed_files.write(folder, attachment.id, content)


def _head(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return None


def _texts(value: Any) -> Iterator[str]:
    """Every text in the values of a draft."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
