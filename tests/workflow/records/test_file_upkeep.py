"""What happens to files that nobody hands in, to bytes that no row names, and to all files when the key changes."""

import io
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Attachment, Draft, sealed
from workflow.errors import Conflict
from workflow.identity import Actor
from workflow.records import attachments, file_upkeep, sealed_files
from workflow.transaction import transaction

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DAY = timedelta(hours=24)


@pytest.fixture
def keys() -> Iterator[sealed.Keyring]:
    before = sealed.keyring()
    yield before
    sealed.use(before)


def store(session: Session, actor: Actor, folder: Path, at: datetime, content: bytes = PDF) -> Attachment:
    return attachments.store(session, actor, "单.pdf", io.BytesIO(content), at, folder=folder)


def aged(folder: Path, place: str, at: datetime) -> None:
    os.utime(folder / place, (at.timestamp(), at.timestamp()))


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.glob("*/*")}


def test_only_what_was_never_submitted_for_a_day_goes(ward: Any, session: Session, tmp_path: Path) -> None:
    nurse, now = ward.people["nurse"], ward.now
    handed_in = store(session, nurse, tmp_path, now - 3 * DAY)
    ward.send(attach=[str(handed_in.id)])
    fresh = store(session, nurse, tmp_path, now - DAY + timedelta(minutes=1))
    old = store(session, nurse, tmp_path, now - DAY - timedelta(minutes=1))
    drafted = store(session, nurse, tmp_path, now - 2 * DAY)
    session.add(Draft(user_id=nurse.user_id, process_key="x", values={"attach": [str(drafted.id)]}, updated_at=now))
    session.flush()
    assert file_upkeep.sweep(session, now) == 1
    assert set(session.scalars(select(Attachment.id))) == {handed_in.id, fresh.id, drafted.id}
    assert old.stored_at in files(tmp_path), "its bytes go once its row is gone for sure"
    later = now + DAY * 2
    assert file_upkeep.sweep(session, later) == 2, "a draft nobody touches holds no file for ever"


def test_bytes_without_a_row_go_when_they_are_not_fresh(ward: Any, session: Session, tmp_path: Path) -> None:
    kept = store(session, ward.people["nurse"], tmp_path, ward.now)
    for name, age in (("ab/lost", 2), ("ab/.half", 2), ("ab/uploading", 0)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        aged(tmp_path, name, ward.now - timedelta(hours=age))
    aged(tmp_path, kept.stored_at, ward.now - 3 * DAY)
    assert file_upkeep.sweep_files(session, tmp_path, ward.now) == 2
    assert files(tmp_path) == {kept.stored_at, "ab/uploading"}


def test_the_job_does_both(real_people: Any, sessions: sessionmaker[Session], tmp_path: Path, now: datetime) -> None:
    with transaction(sessions) as session:
        kept = store(session, real_people["nurse"], tmp_path, now - 2 * DAY)
        place = kept.stored_at
    aged(tmp_path, place, now - 2 * DAY)
    assert file_upkeep.keep(sessions, tmp_path, now) == file_upkeep.Swept(1, 1)
    assert file_upkeep.keep(sessions, tmp_path, now) == file_upkeep.Swept(0, 0)
    assert files(tmp_path) == set()


def test_a_new_key_reaches_every_file(
    real_people: Any, sessions: sessionmaker[Session], tmp_path: Path, now: datetime, keys: sealed.Keyring
) -> None:
    with transaction(sessions) as session:
        sealed_before, lying_open, lost = (store(session, real_people["nurse"], tmp_path, now) for _ in range(3))
        (tmp_path / lying_open.stored_at).unlink()
        lying_open.stored_at = "ab/abcd"
        (tmp_path / "ab").mkdir(exist_ok=True)
        (tmp_path / "ab/abcd").write_bytes(PDF)
        (tmp_path / lost.stored_at).unlink()
        ids = [sealed_before.id, lying_open.id]
    ring = keys.with_fresh()
    sealed.use(ring)
    old, new = keys.newest.id, ring.newest.id
    with transaction(sessions) as session:
        assert file_upkeep.needed(session, tmp_path) == {old: 1, "": 1}
        with pytest.raises(Conflict):
            file_upkeep.refuse_needed(session, tmp_path, old)
    assert list(file_upkeep.reseal(sessions, tmp_path)) == [(1, 2), (2, 2)]
    assert list(file_upkeep.reseal(sessions, tmp_path)) == [], "a second run has nothing to do"
    with transaction(sessions) as session:
        assert file_upkeep.needed(session, tmp_path) == {new: 2}
        file_upkeep.refuse_needed(session, tmp_path, old)
        for attachment_id in ids:
            assert sealed_files.read(tmp_path, session.get_one(Attachment, attachment_id)) == PDF
