"""The worker process: works off jobs until it is asked to stop. Any number of them may share one database."""

import asyncio

from procrastinate import PsycopgConnector
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import sessionmaker

from workflow.clock.jobs import QUEUE, app

GRACE_SECONDS = 10.0
"""How long a job in hand may go on after a request to stop; then another worker takes it up again."""
AT_ONCE = 4


def run(database_url: str) -> None:
    """Work until SIGINT or SIGTERM; a job in hand is finished first. `database_url` is SQLAlchemy's."""
    asyncio.run(work(database_url))


async def work(database_url: str, *, wait: bool = True) -> None:
    """Work off jobs; with `wait` false only those that are in the queue now, and none by the clock."""
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    engine = create_engine(database_url, hide_parameters=True, pool_pre_ping=True, pool_size=AT_ONCE + 1)
    sessions = sessionmaker(engine, expire_on_commit=False)
    connector = PsycopgConnector(conninfo=plain, min_size=1, max_size=AT_ONCE + 2)
    try:
        with app.replace_connector(connector):
            async with app.open_async():
                await app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=AT_ONCE,
                    wait=wait,
                    fetch_job_polling_interval=1.0,
                    shutdown_graceful_timeout=GRACE_SECONDS,
                    delete_jobs="successful",
                    additional_context={"sessions": sessions},
                )
    finally:
        engine.dispose()
