"""What every test may ask for: a migrated PostgreSQL database, a fixed clock, a configuration, no network."""

import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from models import sealed

if TYPE_CHECKING:
    from web.config import Config
    from web.postgres import Server
    from workflow.engine import Moment

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "var" / "tests"
TEMPLATE = "template_migrated"
LOCK_NUMBER = 7_270_002
DATA_KEYS = "k1:dGVzdHMgb25seTogbm8gc2VjcmV0IGF0IGFsbCAhISE="

# Nothing in a test's database outlives it, so it need not survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


def pytest_configure(config: pytest.Config) -> None:
    """Give this run a folder of its own, known to all its workers; sweep away what killed runs left behind."""
    os.environ.pop("DATABASE_URL", None)
    # In the environment, so that processes that a test starts open what the test has sealed.
    os.environ["CARERELAY_DATA_KEYS"] = DATA_KEYS
    sealed.use(sealed.Keyring.read(DATA_KEYS))
    if hasattr(config, "workerinput"):
        return
    for folder in RUNS.glob("run-*"):
        if not _is_alive(int(folder.name.removeprefix("run-"))):
            _remove(folder)
    os.environ["CARERELAY_TEST_RUN"] = str(RUNS / f"run-{os.getpid()}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder of this run when all its workers are gone."""
    if not hasattr(config, "workerinput"):
        _remove(Path(os.environ["CARERELAY_TEST_RUN"]))


def _is_alive(process_number: int) -> bool:
    try:
        os.kill(process_number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(folder: Path) -> None:
    from web import postgres

    if (folder / "postgres" / "postmaster.pid").exists():
        with postgres.running(folder / "postgres"):
            pass  # entering adopts the server of a killed run, leaving stops it
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"A test wanted to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", local_only)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator["Server"]:
    """The embedded PostgreSQL: one for the whole run, shared by all workers of pytest-xdist."""
    from web import postgres

    with postgres.running(Path(os.environ["CARERELAY_TEST_RUN"]) / "postgres", FAST) as running:
        yield running


@pytest.fixture(scope="session")
def template(server: "Server") -> str:
    """The name of a database with all migrations, made once a run and copied from then on."""
    from models import migrations

    with server.connect() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone() is None:
            server.ensure_database("template_unfinished")
            migrations.upgrade(server.url("template_unfinished"))
            connection.execute(f"ALTER DATABASE template_unfinished RENAME TO {TEMPLATE}")
    return TEMPLATE


def _copy(server: "Server", template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with server.connect() as connection:
        _statement(connection, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
    yield server.url(name)
    with server.connect() as connection:
        _statement(connection, "DROP DATABASE {} WITH (FORCE)", name)


def _statement(connection: "psycopg.Connection[Any]", text: Any, *names: str) -> None:
    connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def _worker_engine(server: "Server", template: str) -> Iterator[Engine]:
    for url in _copy(server, template):
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def session(_worker_engine: Engine) -> Iterator[Session]:
    """A session whose commits reach a savepoint only: everything is rolled back at the end of the test."""
    with _worker_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture
def database_url(server: "Server", template: str) -> Iterator[str]:
    """The URL of a migrated database of this test's own, for real commits, threads and other processes."""
    yield from _copy(server, template)


@pytest.fixture(scope="module")
def module_database_url(server: "Server", template: str) -> Iterator[str]:
    """The URL of a migrated database that the tests of a module share, for what takes long to fill."""
    yield from _copy(server, template)


@pytest.fixture
def empty_database_url(server: "Server") -> Iterator[str]:
    """The URL of a database without tables, for the migrations themselves."""
    yield from _copy(server, "template1")


@pytest.fixture
def sessions(database_url: str) -> Iterator[sessionmaker[Session]]:
    """A session factory on a database of this test's own."""
    engine = create_engine(database_url)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def now() -> datetime:
    """A Monday at ten in the morning in Shanghai, in a week without holidays."""
    return datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


@pytest.fixture
def moment(now: datetime) -> "Moment":
    """The clock and calendar for expressions, at `now`."""
    from workflow.engine import Moment

    return Moment(now=now)


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> "Config":
    """The configuration of an application on a database of this test's own."""
    from web.config import Config

    return Config(database_url=database_url, secret_key="t" * 48, var=tmp_path)
