"""Runs the embedded PostgreSQL: started by the first process that needs it, stopped by the last one that leaves."""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from web.config import DRIVER, Config
from web.postgres_account import Account

DATABASE = "carerelay"
SUPERUSER = "postgres"
LONGEST_SOCKET_FOLDER = 80  # bytes; the kernel allows 107 for the folder and the socket's name together
START_SECONDS = 60

# No network port at all: only processes that may enter the socket's folder (mode 0700) reach the server.
SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "max_connections": "100",
}


class PostgresFailed(Exception):
    """The embedded server could not be made or started; the text holds what it said."""


@dataclass(frozen=True)
class Server:
    """A running embedded server."""

    socket_folder: Path

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database on this server."""
        return f"{DRIVER}{SUPERUSER}@/{quote(database)}?host={quote(str(self.socket_folder), safe='')}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A connection outside transactions, for making and dropping databases."""
        return psycopg.connect(
            host=str(self.socket_folder), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
        )

    def ensure_database(self, name: str) -> None:
        """Make an empty database of this name unless there is one."""
        with self.connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                # Another process may be doing the same at this moment.
                with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@contextmanager
def ready(config: Config) -> Iterator[Config]:
    """The configuration with a database that can be used: the given one, else the embedded one while this is open."""
    if config.database_url:
        yield config
        return
    with running(config.postgres_dir) as server:
        server.ensure_database(DATABASE)
        yield replace(config, database_url=server.url(DATABASE))


@contextmanager
def running(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The server of this data folder, made and started when needed; raises PostgresFailed.

    Who uses it is known by a shared file lock, which the kernel takes back even after kill -9. (The wheel's own
    Python class keeps a list of process numbers instead: after kill -9 its server never stops again. So we take
    only the programs from the wheel.)
    """
    data = data.resolve()
    data.parent.mkdir(parents=True, exist_ok=True)
    cluster = _Cluster(data, Account.for_data(data), {**SETTINGS, **(settings or {})})
    # The user lock is opened again at every use: two users in one process must not share one lock.
    with open(data.with_name(data.name + ".users"), "w") as users:
        try:
            with cluster.alone():
                fcntl.flock(users, fcntl.LOCK_SH)
                cluster.make()
                cluster.start()
            yield Server(cluster.socket_folder)
        finally:
            with cluster.alone():
                if _nobody_else(users):
                    cluster.stop()


def _nobody_else(users: object) -> bool:
    """Whether ours was the last shared lock (asked while nobody can come or go)."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type] # any open file
    except BlockingIOError:
        return False
    return True


class _Cluster:
    """One data folder and the server on it."""

    def __init__(self, data: Path, account: Account, settings: Mapping[str, str]) -> None:
        self.data = data
        self.account = account
        self.settings = settings
        self.socket_folder = self._socket_folder()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this is open, no other process makes, starts or stops this server."""
        with open(self.data.with_name(self.data.name + ".lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def make(self) -> None:
        """Create the data folder; under another name first, so that an interrupted start leaves no half of one."""
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.account.make_folder(unfinished)
        # The built-in locale sorts and folds alike on every machine, whatever languages are installed there.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        self._run("initdb", "--auth=trust", f"--username={SUPERUSER}", *locale, "-D", str(unfinished))
        with suppress(FileNotFoundError):
            self.data.rmdir()  # only an empty folder gives way
        unfinished.rename(self.data)

    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers."""
        if not self._is_running():
            # After kill -9 the file stays, and its number may belong to somebody else by now.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self._prepare_socket_folder()
            settings = {**self.settings, "unix_socket_directories": str(self.socket_folder)}
            options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
            log = str(self.data / "server.log")
            self._run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", log, "-o", options)
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop the server, and return when it is gone."""
        if not self._is_running():
            return
        try:
            self._run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "20", "-D", str(self.data))
        except PostgresFailed:
            self._run("pg_ctl", "stop", "-m", "immediate", "-w", "-t", "20", "-D", str(self.data))
        if self.socket_folder != self.data:
            with suppress(OSError):
                self.socket_folder.rmdir()

    def _is_running(self) -> bool:
        try:
            first_line = (self.data / "postmaster.pid").read_text().split("\n", 1)[0]
            process = psutil.Process(int(first_line))
            command = process.cmdline()
            return process.status() != psutil.STATUS_ZOMBIE and str(self.data) in command
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                Server(self.socket_folder).connect().close()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresFailed(f"The database does not answer: {error}\n{self._last_log_lines()}") from error
                time.sleep(0.05)

    def _socket_folder(self) -> Path:
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_FOLDER and "," not in str(self.data):
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path("/tmp", f"carerelay-{self.account.uid}-{name}")  # made private below

    def _prepare_socket_folder(self) -> None:
        if self.socket_folder != self.data:
            self.account.make_folder(self.socket_folder)
        self.account.open_way_to(self.socket_folder)

    def _run(self, program: str, *arguments: str) -> None:
        path = self.account.programs / program
        # In a session of its own: Ctrl-C reaches us, and we stop the server in order.
        # Output goes to a file, since the server inherits it and a pipe would never end.
        output = self.data.with_name(self.data.name + ".out")
        with open(output, "w+") as file:
            code = subprocess.run(
                [str(path), *arguments], stdout=file, stderr=file, stdin=subprocess.DEVNULL, cwd="/",
                start_new_session=True, check=False, **self.account.switch,
            ).returncode  # fmt: skip
            file.seek(0)
            said = file.read().strip()
        if code:
            raise PostgresFailed(f"{program} failed: {said}\n{self._last_log_lines()}")

    def _last_log_lines(self) -> str:
        with suppress(OSError):
            return "\n".join((self.data / "server.log").read_text(errors="replace").splitlines()[-15:])
        return ""
