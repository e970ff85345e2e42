"""The commands that guard what is kept: what they say, and with which exit code they end."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from models import Person, sealed
from web import cli, data_keys
from workflow import audit

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Run a command on this test's own database."""

    def run(*arguments: str, typed: str = "", **environ: str) -> Result:
        environ = {"DATABASE_URL": database_url, "CARERELAY_VAR": str(tmp_path / "var"), **environ}
        return CliRunner().invoke(cli.main, arguments, input=typed, env=environ)

    return run


@pytest.fixture
def history(database_url: str) -> None:
    """Three events that belong to no case."""
    engine = create_engine(database_url)
    with Session(engine) as session:
        for _ in range(3):
            audit.record(session, audit.Kind.USER_ADDED, at=datetime(2026, 3, 9, tzinfo=UTC), actor_id=None)
        session.commit()
    engine.dispose()


def test_a_whole_history_ends_well(run: Run, history: None) -> None:
    result = run("audit", "verify")
    assert result.exit_code == 0, result.output
    assert "3 events in 1 chains verified; 0 of older releases" in result.output


def test_a_broken_history_names_the_place_and_ends_with_one(run: Run, history: None, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE event SET kind = 'notified' WHERE chain_number = 2"))
    engine.dispose()
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "place 2" in result.output
    assert "its content was changed" in result.output


def test_an_unknown_case_is_told(run: Run, history: None) -> None:
    result = run("audit", "verify", "--case", "CR1999-000001")
    assert result.exit_code == 1
    assert "case_not_found" in result.output


@pytest.fixture
def person(database_url: str, keys_kept: None) -> None:
    """Somebody whose name is sealed with the first key."""
    engine = create_engine(database_url)
    with Session(engine) as session:
        session.add(Person(name="测试", created_at=datetime(2026, 3, 9, tzinfo=UTC)))
        session.commit()
    engine.dispose()


@pytest.fixture
def keys_kept() -> Iterator[None]:
    """The commands run in this process and replace its keys; put them back."""
    before = sealed.keyring()
    yield
    sealed.use(before)


def test_a_key_is_replaced_step_by_step(run: Run, person: None, tmp_path: Path) -> None:
    kept = tmp_path / "var" / "data_keys"
    kept.parent.mkdir()
    kept.write_text(sealed.keyring().write())
    kept.chmod(0o600)
    none = {"CARERELAY_DATA_KEYS": ""}

    assert "k1  1  用于封存" in run("keys", "list", **none).output
    assert "keys add" in run("keys", "remove", "k1", **none).output
    assert run("keys", "add", **none).exit_code == 0
    assert kept.stat().st_mode & 0o077 == 0
    listed = run("keys", "list", **none).output
    assert "k2  0  用于封存 / seals" in listed
    assert "k1  1  只用于打开" in listed

    refused = run("keys", "remove", "k1", **none)
    assert refused.exit_code == 1
    assert "1 values still need k1" in refused.output
    assert "person  1/1" in run("keys", "reseal", **none).output
    assert run("keys", "remove", "k1", **none).exit_code == 0
    assert "removed, only verifies history" in run("keys", "list", **none).output
    assert "k1:" not in kept.read_text()


def test_keys_from_the_environment_are_printed_for_it(run: Run, person: None) -> None:
    said = run("keys", "add").output
    lines = [line for line in said.splitlines() if "CARERELAY_DATA_KEYS=" in line]
    assert [line.split("=", 1)[1].split(":")[0] for line in lines] == ["k1", "k2"]


def test_a_missing_key_is_told(run: Run, person: None) -> None:
    result = run("keys", "list", CARERELAY_DATA_KEYS=sealed.Keyring.fresh(5))
    assert result.exit_code == 1
    assert "✗ k1  1" in result.output


def test_running_processes_learn_of_a_new_key_at_once(tmp_path: Path, keys_kept: None) -> None:
    file = tmp_path / "data_keys"
    file.write_text(sealed.Keyring.fresh())
    file.chmod(0o600)
    first = sealed.Keyring.read(file.read_text())
    sealed.use(first, data_keys.Watched(file))
    assert sealed.keyring().newest.id == "k1"
    data_keys.replace(file, first.with_fresh())
    assert sealed.keyring().newest.id == "k2"
    file.write_text("nonsense")
    assert sealed.keyring().newest.id == "k2", "a broken file changes nothing"
