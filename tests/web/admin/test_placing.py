"""The way from an empty installation to somebody who administers everything."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models import Event, User
from web import cli
from workflow import identity
from workflow.administration import reach

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Run a command on this test's own database."""

    def run(*arguments: str, typed: str = "") -> Result:
        environ = {"DATABASE_URL": database_url, "CARERELAY_VAR": str(tmp_path / "var")}
        return CliRunner().invoke(cli.main, arguments, input=typed, env=environ)

    return run


def test_the_first_administrator_administers_everything(run: Run, database_url: str) -> None:
    result = run("organisation", "add", "bureau", "--kind", "authority", "--name", "毕节市卫生健康局")
    assert result.exit_code == 0, result.output
    words = ["--name", "马处长", "--organisation", "bureau", "--role", "admin"]
    result = run("user", "add", "ma", *words, typed="a long password for tests\n" * 2)
    assert result.exit_code == 0, result.output
    engine = create_engine(database_url)
    with Session(engine) as session:
        user = session.scalars(select(User)).one()
        actor = identity.load_actor(session, user.id, user.session_epoch)
        assert actor is not None
        assert reach.of(session, actor).everything
        kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
        assert kinds == ["admin.organisation", "user.added"]
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["ward", "--kind", "department", "--name", "病区"], "unknown_kind"),
        (["ward", "--kind", "department", "--name", "病区", "--under", "nowhere"], "organisation_not_found"),
        (["No Code", "--kind", "authority", "--name", "局"], "organisation_incomplete"),
        (["bureau", "--kind", "authority", "--name", " "], "organisation_incomplete"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, words: list[str], told: str) -> None:
    result = run("organisation", "add", *words)
    assert result.exit_code == 1
    assert told in result.output


def test_a_code_is_used_once(run: Run) -> None:
    words = ["organisation", "add", "h", "--kind", "hospital", "--name", "医院"]
    assert run(*words).exit_code == 0
    assert "code_taken" in run(*words).output
    result = run("organisation", "add", "w", "--kind", "department", "--name", "病区", "--under", "h")
    assert result.exit_code == 0
