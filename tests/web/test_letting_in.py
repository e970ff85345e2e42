"""`carerelay user reset`: the way back in when no administrator can help."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models import Event, Organisation, OrganisationKind, User
from web import cli
from workflow import identity

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Run a command on this test's own database."""

    def run(*arguments: str) -> Result:
        environ = {"DATABASE_URL": database_url, "CARERELAY_VAR": str(tmp_path / "var")}
        return CliRunner().invoke(cli.main, arguments, env=environ)

    return run


@pytest.fixture
def kept(database_url: str) -> Session:
    """A session that sees what the command has committed; one administrator is there, with a second factor."""
    engine = create_engine(database_url)
    now = datetime(2026, 3, 9, tzinfo=UTC)
    with Session(engine) as session:
        session.add(Organisation(kind=OrganisationKind.HOSPITAL, code="h", name="医院"))
        session.flush()
        identity.add_user(
            session, None, username="chief", password="a long password", name="主任", locale="zh_CN",
            organisation_code="h", roles=["admin"], now=now,
        )  # fmt: skip
        user = session.scalars(select(User)).one()
        user.totp_secret, user.totp_confirmed_at = "JBSWY3DPEHPK3PXP", now
        session.commit()
        yield session  # type: ignore[misc] # a fixture
    engine.dispose()


@pytest.mark.parametrize("factor", [False, True])
def test_a_new_password_is_printed_and_good_for_one_sign_in(run: Run, kept: Session, factor: bool) -> None:
    result = run("user", "reset", "Chief", *(["--second-factor"] if factor else []))
    assert result.exit_code == 0, result.output
    kept.expire_all()
    actor = identity.sign_in(kept, "chief", result.output.splitlines()[0], "192.0.2.1", datetime.now(UTC))
    assert actor.duty == identity.PASSWORD
    assert actor.has_second_factor is not factor
    assert actor.session_epoch > 1
    kinds = set(kept.scalars(select(Event.kind)))
    assert {"user.password_changed"} <= kinds
    assert ("user.second_factor" in kinds) is factor


def test_an_unknown_name_is_told(run: Run, kept: Session) -> None:
    result = run("user", "reset", "nobody")
    assert result.exit_code == 1
    assert "user_not_found" in result.output
