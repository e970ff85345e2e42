"""The sweep and the worker: due instances are found once, woken once, and a late worker catches up."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from procrastinate.jobs import Job
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from models import Event, Instance, KeptAnswer
from workflow.clock import jobs, worker
from workflow.records import referrals
from workflow.transaction import transaction


def raw(answers: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


@pytest.fixture
def due(sessions: sessionmaker[Session], real_people: Any, answers: Any) -> datetime:
    """An instance whose reminder has been due for long: nobody was there to wake it."""
    sent_at = datetime.now(UTC) - timedelta(days=30)
    with transaction(sessions) as session:
        given = raw(answers(real_people)["open_referral"])
        referrals.open_referral(session, real_people["nurse"], given, uuid4(), sent_at)
        wake_at = session.scalars(select(Instance.wake_at)).one()
    assert wake_at
    assert wake_at < datetime.now(UTC)
    return wake_at


def waiting(session: Session) -> int:
    """How many wake-ups wait; a worker may leave one of its own sweeps behind when its second is over."""
    sql = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name = :name")
    return int(session.scalar(sql, {"name": jobs.WAKE}) or 0)


def test_the_sweep_defers_one_wake_up_for_each_due_instance(sessions: sessionmaker[Session], due: datetime) -> None:
    with transaction(sessions) as session:
        assert jobs.defer_due(session, due - timedelta(seconds=1)) == 0
        assert jobs.defer_due(session, due) == 1
    with transaction(sessions) as session:
        assert jobs.defer_due(session, due) == 0, "one is waiting already"
        assert waiting(session) == 1


def test_a_rolled_back_sweep_leaves_no_job(sessions: sessionmaker[Session], due: datetime) -> None:
    with sessions() as session:
        assert jobs.defer_due(session, due) == 1
        session.rollback()
        assert waiting(session) == 0


def test_two_sweeps_at_once_share_the_work(sessions: sessionmaker[Session], due: datetime) -> None:
    with sessions() as first, sessions() as second:
        assert jobs.defer_due(first, due) == 1
        assert jobs.defer_due(second, due) == 0, "the row is locked: passed over, not waited for"
        first.commit()
        second.commit()


def test_a_late_worker_wakes_what_is_due_and_only_once(
    sessions: sessionmaker[Session], database_url: str, due: datetime
) -> None:
    with transaction(sessions) as session:
        jobs.defer_due(session, datetime.now(UTC))
    asyncio.run(worker.work(database_url, wait=False))
    asyncio.run(worker.work(database_url, wait=False))
    with sessions() as session:
        assert waiting(session) == 0
        reminders = select(func.count()).select_from(Event).where(Event.kind == "notified")
        assert session.scalar(reminders) == 1
        assert session.scalars(select(Instance.wake_at)).one() is None


def test_two_worker_processes_find_and_wake_it_by_themselves_and_stop_in_order(
    sessions: sessionmaker[Session], database_url: str, due: datetime
) -> None:
    command = [sys.executable, "-m", "web.cli", "worker"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    workers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with sessions() as session:
                if session.scalars(select(Instance.wake_at)).one() is None:
                    break
            time.sleep(0.1)
        time.sleep(2)  # two more sweeps, which must find nothing
    finally:
        for process in workers:
            process.send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=20)[0] for process in workers]
    with sessions() as session:
        assert session.scalars(select(Instance.wake_at)).one() is None, said
        assert session.scalar(select(func.count()).select_from(Event).where(Event.kind == "notified")) == 1
    assert [process.returncode for process in workers] == [0, 0], said
    assert "Traceback" not in "".join(said)


def test_a_failing_wake_up_is_seen_on_the_instance(
    sessions: sessionmaker[Session], database_url: str, due: datetime
) -> None:
    with transaction(sessions) as session:
        # The organisation of the station is gone from the parties: what the timer starts has no place to go.
        session.execute(update(Instance).values(snapshot=Instance.snapshot, parties={"ward": str(uuid4())}))
        jobs.defer_due(session, datetime.now(UTC))
    asyncio.run(worker.work(database_url, wait=False))
    with sessions() as session:
        instance = session.scalars(select(Instance)).one()
        assert instance.state == "incident"
        assert instance.incident
        assert instance.incident["zh"]


def test_the_worker_forgets_what_is_kept_only_for_a_while(
    sessions: sessionmaker[Session], database_url: str, real_people: Any
) -> None:
    now = datetime.now(UTC)
    with transaction(sessions) as session:
        for age, key in ((timedelta(hours=1), "new"), (timedelta(hours=30), "old")):
            owner = real_people["nurse"].user_id
            session.add(KeptAnswer(user_id=owner, key=key, request="x", status=200, body={}, created_at=now - age))
        driver = session.connection().connection.driver_connection
        task = jobs.app.tasks[jobs.TIDY]
        jobs._queue.batch_defer_jobs(
            jobs=[Job(id=None, queue=jobs.QUEUE, task_name=task.name, task_kwargs={"timestamp": 0}, lock=None,
                      queueing_lock=None)],
            connection=driver,
        )  # fmt: skip
    asyncio.run(worker.work(database_url, wait=False))
    with sessions() as session:
        assert session.scalars(select(KeptAnswer.key)).all() == ["new"]
