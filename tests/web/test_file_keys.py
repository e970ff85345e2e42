"""The commands for keys reach uploaded files too: listed, sealed anew, and a key that a file needs is not removed."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models import Attachment, User, sealed
from web import cli
from workflow.identity import Actor
from workflow.records import attachments, sealed_files


@pytest.fixture(autouse=True)
def keys() -> Iterator[None]:
    """Commands set the keyring of the process: put back what the tests use."""
    before = sealed.keyring()
    yield
    sealed.use(before)


def test_files_follow_the_key(tmp_path: Path, database_url: str) -> None:
    var = tmp_path / "var"
    old = sealed.keyring()

    def run(ring: sealed.Keyring, *arguments: str) -> Result:
        environ = {"DATABASE_URL": database_url, "CARERELAY_VAR": str(var), "CARERELAY_DATA_KEYS": ring.write()}
        return CliRunner().invoke(cli.main, arguments, env=environ)

    engine = create_engine(database_url)
    with Session(engine, expire_on_commit=False) as session:
        user = User(username="somebody", name="某人", password_hash="-")
        session.add(user)
        session.flush()
        actor = Actor(user.id, "somebody", "某人", "zh_CN", 1, ())
        kept = attachments.store(
            session, actor, "单.txt", io.BytesIO("只有一行".encode()), datetime(2026, 3, 9, tzinfo=UTC),
            folder=var / "attachments",
        )  # fmt: skip
        session.commit()

    ring = old.with_fresh()
    assert f"{old.newest.id}" in run(ring, "keys", "list").output
    refused = run(ring, "keys", "remove", old.newest.id)
    assert refused.exit_code != 0
    resealed = run(ring, "keys", "reseal")
    assert resealed.exit_code == 0, resealed.output
    assert "files  1/1" in resealed.output
    removed = run(ring, "keys", "remove", old.newest.id)
    assert removed.exit_code == 0, removed.output
    sealed.use(ring)
    with Session(engine) as session:
        found = session.get_one(Attachment, kept.id)
        stored = (var / "attachments" / found.stored_at).read_bytes()
        assert sealed_files.key_of(stored) == ring.newest.id
        assert sealed_files.read(var / "attachments", found).decode() == "只有一行"
    engine.dispose()
