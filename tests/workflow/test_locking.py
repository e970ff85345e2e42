"""Many hands on one case at once, in real connections: nobody waits in a circle, and no event is lost or doubled."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Case, Event, Instance, Reading, Task, TaskState
from workflow import audit, inbox, instances, verifying
from workflow.errors import Conflict, NotFound
from workflow.records import referrals
from workflow.transaction import transaction

Sessions = sessionmaker[Session]
ROUNDS = 12


def raw(answers: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


@pytest.fixture
def opened(sessions: Sessions, real_people: Any, answers: Any, now: datetime) -> list[UUID]:
    """Two cases that wait to be accepted."""
    form = raw(answers(real_people)["open_referral"])
    made = []
    for _ in range(2):
        with transaction(sessions) as session:
            made.append(referrals.open_referral(session, real_people["nurse"], form, uuid4(), now).case_id)
    return made


def is_whole(sessions: Sessions) -> verifying.Found:
    found = verifying.Found()
    with sessions() as session:
        assert list(verifying.verify(session, found)) == []
    return found


def together(jobs: list[Callable[[], None]]) -> None:
    """Run all at once, each many times; a deadlock would be an error of the database and fail the test."""
    gate = Barrier(len(jobs))

    def repeat(job: Callable[[], None]) -> None:
        gate.wait()
        for _ in range(ROUNDS):
            # Being too late is an answer; a deadlock is an OperationalError, and that is not caught.
            with suppress(Conflict, NotFound):
                job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(repeat, jobs))


def test_claiming_releasing_completing_noting_and_reading_at_once(
    sessions: Sessions, real_people: Any, answers: Any, now: datetime, opened: list[UUID]
) -> None:
    accepted = raw(answers(real_people)["accept_referral"])
    with sessions() as session:
        tasks = {task.case_id: task.id for task in session.scalars(select(Task).where(Task.state == TaskState.OPEN))}
        running = dict(session.execute(select(Instance.case_id, Instance.id)).all())

    def claim_and_release(who: str) -> None:
        for step in (inbox.claim, inbox.release):
            with transaction(sessions) as session:
                step(session, real_people[who], tasks[random.choice(opened)], now)

    def note() -> None:
        with transaction(sessions) as session:
            for case_id in sorted(opened):
                audit.record(session, audit.Kind.NOTIFIED, at=now, actor_id=None, case_id=case_id)

    def read_and_note() -> None:
        with transaction(sessions) as session:
            session.add(Reading(user_id=real_people["lead"].user_id, case_id=opened[0], what="case", at=now))
            session.flush()
            audit.record(session, audit.Kind.NOTIFIED, at=now, actor_id=None, case_id=opened[0])

    def rebuild() -> None:
        with transaction(sessions) as session:
            instances.rebuild(session, running[random.choice(opened)], now)

    def complete() -> None:
        with transaction(sessions) as session:
            inbox.complete(session, real_people["coordinator2"], tasks[opened[0]], accepted, now)

    def account() -> None:
        with transaction(sessions) as session:
            audit.record(session, audit.Kind.USER_ADDED, at=now, actor_id=None)

    jobs = [lambda: claim_and_release("coordinator"), lambda: claim_and_release("coordinator2"), note, read_and_note,
            rebuild, complete, account]  # fmt: skip
    together(jobs)

    found = is_whole(sessions)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == found.events
        assert session.get_one(Case, opened[0]).state == "accepted"
        noted = select(func.count()).select_from(Event).where(Event.kind == "notified", Event.actor_id.is_(None))
        assert session.scalar(noted.where(Event.case_id == opened[1])) >= ROUNDS


def test_the_case_is_locked_before_its_instance(
    sessions: Sessions, real_people: Any, now: datetime, opened: list[UUID]
) -> None:
    def lock() -> None:
        with transaction(sessions) as session:
            instances.lock(session, running, None, now)

    with ThreadPoolExecutor(1) as pool, sessions() as session:
        running = session.scalars(select(Instance.id).where(Instance.case_id == opened[0]).with_for_update()).one()
        waiting = pool.submit(lock)
        with sessions() as other:
            free = select(Case.id).where(Case.id == opened[0]).with_for_update(skip_locked=True)
            while other.scalar(free) is not None:  # until the other has it, and now waits for the instance
                other.rollback()
        assert not waiting.done()
        session.rollback()
        waiting.result(timeout=20)


def test_who_claims_while_another_completes_waits_for_the_end(
    sessions: Sessions, real_people: Any, answers: Any, now: datetime, opened: list[UUID]
) -> None:
    accepted = raw(answers(real_people)["accept_referral"])
    with sessions() as session:
        task_id = session.scalars(select(Task.id).where(Task.case_id == opened[0], Task.state == TaskState.OPEN)).one()

    def claim() -> str:
        try:
            with transaction(sessions) as session:
                inbox.claim(session, real_people["coordinator2"], task_id, now)
            return "claimed"
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(1) as pool, transaction(sessions) as session:
        inbox.complete(session, real_people["coordinator"], task_id, accepted, now)
        waiting = pool.submit(claim)
        assert not waiting.done()
        session.commit()
        assert waiting.result(timeout=20) == "task_closed"
    is_whole(sessions)
