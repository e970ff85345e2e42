"""Background jobs on Procrastinate: find what is due, wake an instance, tidy up. All may run twice without harm."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from procrastinate import App, JobContext, RetryStrategy, SyncPsycopgConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from sqlalchemy.orm import Session, sessionmaker

from workflow import instances, once
from workflow.administration import returning
from workflow.clock import sweep
from workflow.records import file_upkeep
from workflow.transaction import transaction

EVERY_SECOND = "* * * * * *"
EVERY_HOUR = "17 * * * *"
EVERY_TEN_SECONDS = "* * * * * */10"
QUEUE = "clock"
DUE = "carerelay.due"
WAKE = "carerelay.wake"
REVIVE = "carerelay.revive"
TIDY = "carerelay.tidy"
KEEP_FILES = "carerelay.keep_files"
PARTS_OF_TIDYING: tuple[Callable[[Session, datetime], int], ...] = (once.sweep, returning.sweep)
RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)

app = App(connector=SyncPsycopgConnector())
"""The jobs by name; a worker works them off through a connector of its own."""
_queue = JobManager(SyncPsycopgConnector())
"""Puts jobs into the queue on the connection of a transaction of ours; never opened, so that it has none of its own."""


@app.periodic(cron=EVERY_SECOND)
@app.task(queue=QUEUE, queueing_lock=DUE, pass_context=True, name=DUE)
def find_due(context: JobContext, timestamp: int) -> None:
    """Defer a wake-up for every instance whose time has come."""
    with transaction(_sessions(context)) as session:
        defer_due(session, datetime.now(UTC))


@app.task(queue=QUEUE, pass_context=True, name=WAKE, retry=RETRY)
def wake(context: JobContext, instance_id: str) -> None:
    """Fire what is due in one instance; when nothing is (any more), nothing happens."""
    with transaction(_sessions(context)) as session:
        instances.wake(session, UUID(instance_id), datetime.now(UTC))


@app.periodic(cron=EVERY_TEN_SECONDS)
@app.task(queue=QUEUE, queueing_lock=REVIVE, name=REVIVE)
async def revive(timestamp: int) -> None:
    """Put jobs back into the queue whose worker has died in the middle of them: its heartbeat has stopped."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


@app.periodic(cron=EVERY_HOUR)
@app.task(queue=QUEUE, queueing_lock=TIDY, pass_context=True, name=TIDY)
def tidy(context: JobContext, timestamp: int) -> None:
    """Forget what is kept only for a while; each part in a transaction of its own."""
    for part in PARTS_OF_TIDYING:
        with transaction(_sessions(context)) as session:
            part(session, datetime.now(UTC))


@app.periodic(cron=EVERY_HOUR)
@app.task(queue=QUEUE, queueing_lock=KEEP_FILES, pass_context=True, name=KEEP_FILES)
def keep_files(context: JobContext, timestamp: int) -> None:
    """Delete uploads that were never submitted, and bytes that no row names."""
    folder: Path | None = context.additional_context.get("files")
    if folder is not None:
        file_upkeep.keep(_sessions(context), folder, datetime.now(UTC))


def defer_due(session: Session, now: datetime) -> int:
    """Defer one wake-up for each due instance, in this transaction; returns how many.

    The queue holds due work only: with a million future timers in it every fetch would be slow (architecture.md §4).
    """
    due = sweep.lock_due(session, now)
    jobs = [
        Job(
            id=None, queue=QUEUE, task_name=WAKE, task_kwargs={"instance_id": str(instance_id)},
            lock=f"instance:{instance_id}",  # two wake-ups of one instance never run side by side
            queueing_lock=sweep.queueing_lock(instance_id),
        )
        for instance_id in due
    ]  # fmt: skip
    if jobs:
        _queue.batch_defer_jobs(jobs=jobs, connection=session.connection().connection.driver_connection)
    return len(jobs)


def _sessions(context: JobContext) -> sessionmaker[Session]:
    sessions: sessionmaker[Session] = context.additional_context["sessions"]
    return sessions
