"""Serves the pages with waitress, with a worker in a child process, until somebody asks it to stop."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO

import waitress
from flask import Flask

from web.config import Config

WORKER_SECONDS = 15  # how long a worker may take to finish the job in hand


class PortTaken(Exception):
    """Something else listens on this address already."""


def stop_on_signals() -> None:
    """Let Ctrl-C and the service manager's SIGTERM both end the program in order, as KeyboardInterrupt."""
    # Set even for SIGINT: a shell starts background jobs with it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # A second Ctrl-C while stopping would leave the database running.
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def listening(app: Flask, config: Config) -> Iterator["waitress.server.BaseWSGIServer"]:
    """A bound server that does not answer yet; raises PortTaken."""
    try:
        server = waitress.create_server(
            app,
            host=config.host,
            port=config.port,
            threads=config.threads,
            max_request_body_size=2 * config.max_upload_bytes,  # up to there Flask says it in the reader's language
            ident=None,
        )
    except OSError as error:
        raise PortTaken(f"{config.host}:{config.port}: {error.strerror}") from error
    try:
        yield server
    finally:
        server.close()


@contextmanager
def worker_process() -> Iterator[None]:
    """A worker beside the web process, with the same environment; it ends with us, even when we are killed."""
    command = [sys.executable, "-m", "web.cli", "worker", "--until-input-ends"]
    # In a session of its own: Ctrl-C on the terminal reaches us first, and we stop the worker in order.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(WORKER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()  # its job is taken up again by another worker, see workflow.clock
            process.wait()


def stop_when_input_ends(stream: IO[bytes]) -> None:
    """Ask ourselves to stop when the process that holds the other end of this pipe is gone."""

    def watch() -> None:
        with suppress(OSError):
            while os.read(stream.fileno(), 1):  # not stream.read: its lock would still be held when Python ends
                pass
        os.kill(os.getpid(), signal.SIGTERM)  # to the process: raise_signal would stay in this thread

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
