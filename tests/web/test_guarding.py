"""The commands that guard what is kept: what they say, and with which exit code they end."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from web import cli
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
