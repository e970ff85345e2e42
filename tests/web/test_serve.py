"""`carerelay serve --worker --demo` as a real process: it answers, and Ctrl-C leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def living(processes: list[psutil.Process]) -> list[str]:
    """What of these still runs; a dead process that its parent has not collected is gone for us."""
    found = []
    for process in processes:
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return found


def family(served: "Served") -> list[psutil.Process]:
    """The server, its worker, and the database with its own processes."""
    database = int((served.var / "postgres" / "postmaster.pid").read_text().split()[0])
    roots = [psutil.Process(served.process.pid), psutil.Process(database)]
    return [*roots, *(child for root in roots for child in root.children(recursive=True))]


class Served:
    """A running `carerelay serve`."""

    def __init__(self, var: Path, *options: str) -> None:
        self.var = var
        self.port = free_port()
        self.log = var / "said.txt"
        environ = {**os.environ, "CARERELAY_VAR": str(var), "CARERELAY_PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "web.cli", "serve", *options],
                cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def wait(self) -> None:
        """Until the sign-in page answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said
            try:
                self.get("/login")
                return
            except OSError:  # refused, or bound but still loading the demo
                time.sleep(0.1)
        pytest.fail(f"no answer within {START_SECONDS} s:\n{self.said}")

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder outside pytest's own, which every new run of pytest closes again for the database's account."""
    with tempfile.TemporaryDirectory(prefix="carerelay-") as folder:
        yield Path(folder)


@pytest.fixture
def served(var: Path) -> Iterator[Served]:
    served = Served(var, "--worker", "--demo")
    try:
        served.wait()
        yield served
    finally:
        if served.process.poll() is None:
            for process in family(served):
                process.kill()
            served.process.wait()


def test_ctrl_c_stops_server_worker_and_database(served: Served) -> None:
    status, page = served.get("/login")
    assert status == 200
    assert 'name="password"' in page
    assert "carerelay-demo" in served.said
    assert "nurse" in served.said
    processes = family(served)
    assert any("worker" in line for line in living(processes))
    assert any("postgres" in line for line in living(processes))

    assert served.stop(signal.SIGINT) == 0, served.said
    psutil.wait_procs(processes, timeout=5)
    assert living(processes) == []
    assert "Traceback" not in served.said
    assert "Fatal" not in served.said


def test_a_killed_server_takes_its_worker_and_database_along_and_starts_again(served: Served) -> None:
    processes = family(served)
    served.process.kill()
    served.process.wait()
    deadline = time.monotonic() + STOP_SECONDS
    while living(processes) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert living(processes) == []

    again = Served(served.var, "--worker")
    again.wait()
    processes = family(again)
    assert again.stop(signal.SIGTERM) == 0, again.said
    psutil.wait_procs(processes, timeout=5)
    assert living(processes) == []


def test_a_taken_port_is_one_sentence(var: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environ = {**os.environ, "CARERELAY_VAR": str(var), "CARERELAY_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "-m", "web.cli", "serve"],
            cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=START_SECONDS,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(environ["CARERELAY_PORT"]) in done.stderr
