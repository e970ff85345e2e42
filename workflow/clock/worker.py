"""The worker process: works off jobs until it is asked to stop. Any number of them may share one database."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from procrastinate import PsycopgConnector
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from workflow.clock.jobs import QUEUE, app

GRACE_SECONDS = 10.0
"""How long a job in hand may go on after a request to stop; then another worker takes it up again."""
AT_ONCE = 4


def run(database_url: str, files: Path | None = None) -> None:
    """Work until SIGINT or SIGTERM; a job in hand is finished first. `database_url` is SQLAlchemy's.

    `files`: where the bytes of uploads lie, to be kept tidy.
    """
    asyncio.run(work(database_url, files=files))


async def work(database_url: str, *, wait: bool = True, files: Path | None = None) -> None:
    """Work off jobs; with `wait` false only those that are in the queue now, and none by the clock."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        # From the very start: a request to stop that comes while the pool opens must not be lost.
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    engine = create_engine(database_url, hide_parameters=True, pool_pre_ping=True, pool_size=AT_ONCE + 1)
    sessions = sessionmaker(engine, expire_on_commit=False)
    connector = PsycopgConnector(conninfo=plain, min_size=1, max_size=AT_ONCE + 2)
    try:
        with app.replace_connector(connector):
            async with app.open_async():
                await _until(stopping, _work_off(sessions, files, wait=wait))
    finally:
        engine.dispose()


def _work_off(sessions: sessionmaker[Session], files: Path | None, *, wait: bool) -> Coroutine[Any, Any, None]:
    return app.run_worker_async(
        queues=[QUEUE],
        concurrency=AT_ONCE,
        wait=wait,
        fetch_job_polling_interval=1.0,
        shutdown_graceful_timeout=GRACE_SECONDS,
        delete_jobs="successful",
        install_signal_handlers=False,
        additional_context={"sessions": sessions, "files": files},
    )


async def _until(stopping: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Run until the work is done or a stop is asked for; then the job in hand is finished first."""
    working, asked = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not working.done():
        working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
