"""The embedded server: shared, stopped by the last one, not confused by anything that was killed."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from web import postgres
from web.config import Config

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
    import sys
    from pathlib import Path
    from web import postgres
    with postgres.running(Path(sys.argv[1])) as server:
        print("up", flush=True)
        sys.stdin.read()
"""


def servers(data: Path) -> list[psutil.Process]:
    """The server processes on this data folder; a dead child that nobody has collected yet is none."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE and str(data) in (process.info["cmdline"] or []):
            found.append(process)
    return [process for process in found if "postgres" in process.name()]


def holder(data: Path) -> "subprocess.Popen[str]":
    """Another process that uses the server until its input ends."""
    command = [sys.executable, "-c", textwrap.dedent(HOLD), str(data)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder outside pytest's own, which every new run of pytest closes again for the server's account."""
    with tempfile.TemporaryDirectory(prefix="carerelay-") as folder:
        yield Path(folder)


@pytest.fixture
def data(place: Path) -> Iterator[Path]:
    folder = place / "postgres"
    yield folder
    for process in servers(folder):
        process.kill()


def test_it_starts_keeps_its_data_and_stops(data: Path) -> None:
    with postgres.running(data) as server:
        server.ensure_database("kept")
        server.ensure_database("kept")
        assert len(servers(data)) == 1
    assert servers(data) == []

    with postgres.running(data) as server, server.connect("kept") as connection:
        zone, encoding = connection.execute(
            "SELECT current_setting('timezone'), current_setting('server_encoding')"
        ).fetchone()  # type: ignore[misc] # one row
    assert (zone, encoding) == ("UTC", "UTF8")


def test_two_users_in_one_process_share_it(data: Path) -> None:
    with postgres.running(data) as outer:
        with postgres.running(data) as inner:
            assert inner.socket_folder == outer.socket_folder
        assert len(servers(data)) == 1
    assert servers(data) == []


def test_the_last_of_several_processes_stops_it(data: Path) -> None:
    other = holder(data)
    with postgres.running(data):
        assert len(servers(data)) == 1
    assert len(servers(data)) == 1

    other.communicate(timeout=20)
    assert servers(data) == []


def test_a_killed_user_does_not_keep_it_running(data: Path) -> None:
    other = holder(data)
    other.kill()
    other.communicate()
    assert len(servers(data)) == 1

    with postgres.running(data) as server, server.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert servers(data) == []


def test_a_killed_server_starts_again_though_its_number_was_given_away(data: Path) -> None:
    with postgres.running(data) as server:
        server.ensure_database("kept")
        for process in servers(data):
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        pid_file.touch()
    pid_file.write_text(f"{os.getpid()}\n{data}\n")

    with postgres.running(data) as server, server.connect("kept") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_interrupted_first_start_leaves_nothing_in_the_way(data: Path) -> None:
    unfinished = data.with_name("postgres.new")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18")
    with postgres.running(data) as server, server.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_long_path_gets_a_private_socket_folder_elsewhere(place: Path) -> None:
    data = place / ("deep" * 25) / "postgres"
    with postgres.running(data) as server:
        assert len(str(server.socket_folder)) < len(str(data))
        assert server.socket_folder.stat().st_mode & 0o077 == 0
        with server.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not server.socket_folder.exists()


def test_nobody_else_reaches_it(data: Path) -> None:
    with postgres.running(data) as server, server.connect() as connection:
        assert connection.execute("SELECT current_setting('listen_addresses')").fetchone() == ("",)
        assert server.socket_folder.stat().st_mode & 0o077 == 0


def test_what_the_server_said_is_told_when_it_cannot_start(data: Path) -> None:
    with (
        pytest.raises(postgres.PostgresFailed, match="no_such_setting"),
        postgres.running(data, {"no_such_setting": "1"}),
    ):
        raise AssertionError("unreachable")
    assert servers(data) == []


def test_a_given_database_wins(tmp_path: Path) -> None:
    given = Config(database_url="postgresql+psycopg://elsewhere/x", secret_key="k" * 40, var=tmp_path)
    with postgres.ready(given) as config:
        assert config is given
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else; all other tests ran as a person")
def test_a_person_without_rights_can_run_it(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}
    place.chmod(0o755)
    code = f"import sys; sys.path[:0] = {[str(ROOT), *filter(None, sys.path)]!r}\n" + textwrap.dedent(HOLD)
    command = [shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable, "-c", code]
    if subprocess.run([command[0], "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 11))"], check=False,
                      **as_nobody).returncode:  # type: ignore[call-overload] # fmt: skip
        pytest.skip("no Python that this account may run")
    own = place / "own"
    own.mkdir()
    os.chown(own, nobody.pw_uid, nobody.pw_gid)
    done = subprocess.run([*command, str(own / "postgres")], input="", text=True, capture_output=True, check=False,
                          cwd="/", **as_nobody)  # type: ignore[call-overload] # fmt: skip
    assert (done.returncode, done.stdout) == (0, "up\n"), done.stderr
    assert (own / "postgres").stat().st_uid == nobody.pw_uid
    assert servers(own / "postgres") == []
