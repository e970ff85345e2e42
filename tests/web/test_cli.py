"""The command line: what it prints, and with which exit code it ends."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from models import Case, Membership, Organisation, OrganisationKind, ProcessVersion, User, migrations
from web import cli
from workflow import demo, identity
from workflow.permissions import Permission

ROOT = Path(__file__).resolve().parents[2]
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Run a command on this test's own database."""

    def run(*arguments: str, typed: str = "", **environ: str) -> Result:
        environ = {"DATABASE_URL": database_url, "CARERELAY_VAR": str(tmp_path / "var"), **environ}
        return CliRunner().invoke(cli.main, arguments, input=typed, env=environ)

    return run


@pytest.fixture
def work(database_url: str) -> Session:
    """A session that sees what the commands have committed."""
    engine = create_engine(database_url)
    with Session(engine) as session:
        yield session  # type: ignore[misc] # a fixture
    engine.dispose()


def diagram(body: str, before: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<bpmn:definitions xmlns:bpmn="{BPMN}" targetNamespace="t">'
        f'<bpmn:process id="leave_request" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
    )


def test_the_library_is_free_of_errors(run: Run) -> None:
    files = [
        str(file) for file in sorted((ROOT / "bpmn" / "msw_referral").iterdir()) if file.suffix in {".bpmn", ".dmn"}
    ]
    assert files
    result = run("check", *files, str(ROOT / "bpmn" / "msw_referral"))
    assert result.exit_code == 0, result.output
    assert "0 errors" in result.output


def test_a_broken_diagram_is_listed_element_by_element_in_both_languages(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "leave_request.bpmn"
    file.write_text(
        diagram(
            '<bpmn:startEvent id="begin"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>'
            '<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="run_code"/>'
            '<bpmn:scriptTask id="run_code"><bpmn:incoming>f1</bpmn:incoming>'
            "<bpmn:script>import os</bpmn:script></bpmn:scriptTask>"
        ),
        encoding="utf-8",
    )
    result = run("check", str(file))
    assert result.exit_code == 1
    assert f"{file.name} run_code: error [" in result.output
    finding = result.output.split("run_code: error [", 1)[1].splitlines()
    chinese, english = finding[1].strip(), finding[2].strip()
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert english.isascii() or "\u4e00" not in english
    assert "个错误" in result.output


@pytest.mark.parametrize(
    "text",
    [
        diagram("", before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "not a diagram at all",
        "<html/>",
        "",
    ],
    ids=["doctype", "no xml", "no bpmn", "empty"],
)
def test_what_is_no_diagram_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "leave_request.bpmn"
    file.write_text(text, encoding="utf-8")
    result = run("check", str(file))
    assert result.exit_code == 1
    assert file.name in result.output
    assert "root:" not in result.output


def test_a_missing_file_is_one_sentence(run: Run, tmp_path: Path) -> None:
    result = run("check", str(tmp_path / "missing.bpmn"))
    assert result.exit_code == 2
    assert "missing.bpmn" in result.output


def test_an_account_can_be_added_and_signs_in(run: Run, work: Session) -> None:
    work.add(Organisation(kind=OrganisationKind.STATION, code="msw", name="医务社工站"))
    work.commit()
    words = ["user", "add", "qian", "--name", "钱社工", "--organisation", "msw", "--role", "medical_social_worker"]
    result = run(*words, "--role", "supervisor", typed="a long password\na long password\n")
    assert result.exit_code == 0, result.output
    assert "a long password" not in result.output

    roles = work.scalars(select(Membership.role).join(User, User.id == Membership.user_id)).all()
    assert sorted(roles) == ["medical_social_worker", "supervisor"]
    actor = identity.sign_in(work, "qian", "a long password", "127.0.0.1", datetime.now(UTC))
    assert actor.name == "钱社工"

    again = run(*words, typed="a long password\na long password\n")
    assert again.exit_code == 1
    assert "Traceback" not in again.output


@pytest.mark.parametrize(
    ("organisation", "role"), [("nowhere", "supervisor"), ("msw", "emperor")], ids=["organisation", "role"]
)
def test_an_account_needs_a_place_and_a_role_that_exist(run: Run, work: Session, organisation: str, role: str) -> None:
    work.add(Organisation(kind=OrganisationKind.STATION, code="msw", name="医务社工站"))
    work.commit()
    words = ["user", "add", "qian", "--name", "钱社工", "--organisation", organisation, "--role", role]
    result = run(*words, "--password", "a long password")
    assert result.exit_code in {1, 2}
    assert isinstance(result.exception, SystemExit), result.exception
    assert work.scalar(select(func.count()).select_from(User)) == 0


def test_migrating_an_empty_database(run: Run, empty_database_url: str) -> None:
    result = run("migrate", DATABASE_URL=empty_database_url)
    assert result.exit_code == 0, result.output
    assert migrations.head() in result.output


def test_a_wrong_setting_is_one_sentence(run: Run) -> None:
    result = run("migrate", DATABASE_URL="mysql://x")
    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output
    assert isinstance(result.exception, SystemExit)


def test_publishing_twice_makes_one_version(run: Run, work: Session) -> None:
    assert run("publish").exit_code == 0
    result = run("publish")
    assert result.exit_code == 0, result.output
    assert "msw_referral v1" in result.output
    assert work.scalar(select(func.count()).select_from(ProcessVersion)) == len(cli._library())


def test_the_demo_is_loaded_once(run: Run, work: Session) -> None:
    first = run("demo")
    assert first.exit_code == 0, first.output
    assert all(name in first.output for name in ("nurse", "coordinator", "worker2", "outsider", "carerelay-demo"))
    people, cases = (work.scalar(select(func.count()).select_from(table)) for table in (User, Case))
    assert people
    assert cases

    assert run("demo").exit_code == 0
    work.rollback()
    assert [work.scalar(select(func.count()).select_from(table)) for table in (User, Case)] == [people, cases]


def test_the_table_of_permissions_names_every_one_and_stands_in_the_readme(run: Run) -> None:
    result = run("permissions")
    assert result.exit_code == 0
    assert all(permission.value in result.output for permission in Permission)
    assert result.output.strip() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_every_demo_account_and_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"`{account.username}`" in readme and account.name in readme for account in demo.ACCOUNTS)
    assert demo.PASSWORD in readme
    assert all(f"| `{command}" in readme for command in cli.main.commands)
