"""Two at once: an answer and a withdrawal, two answers, two withdrawals; real connections, whichever comes first."""

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Event, Instance, InstanceState, ReferralState, ReferralTask, Task, TaskState
from tests.workflow.agency import Desk
from tests.workflow.conftest import People, raw
from workflow import inbox
from workflow.errors import CareRelayError
from workflow.records import ending, outgoing, withdrawing
from workflow.transaction import transaction

Job = Callable[[Session], Any]


class Stage:
    """A referral that waits for the agency's answer, committed; jobs run at once on connections of their own."""

    def __init__(self, sessions: sessionmaker[Session], people: People, answers: Any, now: datetime) -> None:
        self.sessions, self.now = sessions, now
        with sessions() as session:
            desk = Desk(session, people, answers, now)
            self.consent_id = desk.agree("first").id
            self.task_id = desk.sent().id
            self.waiting = desk.open("answer_agency_referral").id
            self.answers = raw(desk.acceptance())
            session.commit()
        self.people = people

    def at_once(self, *jobs: Job) -> list[CareRelayError | None]:
        """Run the jobs together; what each was refused with, None for those that came through."""
        barrier = Barrier(len(jobs))
        came: list[CareRelayError | None] = [None] * len(jobs)

        def run(number: int, job: Job) -> None:
            barrier.wait()
            try:
                with transaction(self.sessions) as session:
                    job(session)
            except CareRelayError as error:
                came[number] = error

        threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return came

    def answer(self, session: Session) -> None:
        """The agency accepts."""
        inbox.complete(session, self.people["agency"], self.waiting, self.answers, self.now)

    def withdraw(self, session: Session) -> None:
        """The person withdraws consent."""
        withdrawing.withdraw(session, self.people["worker"], self.consent_id, self.now)

    def call_off(self, session: Session) -> None:
        """The sender calls it off."""
        ending.end(session, self.people["worker"], self.task_id, "situation_changed", "家属接走了。", self.now)

    def end(self) -> tuple[ReferralTask, Instance, list[UUID]]:
        """The referral, its process, and the tasks of agencies that are still open."""
        with self.sessions() as session:
            task = session.get_one(ReferralTask, self.task_id)
            left = session.scalars(select(Task.id).where(Task.party == "agency", Task.state == TaskState.OPEN)).all()
            return task, session.get_one(Instance, task.instance_id), list(left)


@pytest.fixture
def stage(sessions: sessionmaker[Session], real_people: People, answers: Any, now: datetime) -> Stage:
    """A referral that waits for its answer."""
    return Stage(sessions, real_people, answers(real_people), now)


@pytest.mark.parametrize("turn", range(3))
def test_withdrawing_while_the_agency_answers(stage: Stage, turn: int) -> None:
    jobs = [stage.answer, stage.withdraw] if turn % 2 else [stage.withdraw, stage.answer]
    refused = stage.at_once(*jobs)
    assert refused[jobs.index(stage.withdraw)] is None
    task, instance, left = stage.end()
    assert (task.state, task.reason) == (ReferralState.CANCELLED, "consent_withdrawn")
    assert not outgoing.has_access(task, stage.now)
    assert (instance.state, instance.outcome) == (InstanceState.COMPLETED, "aref_cancelled")
    assert left == []


def test_two_answer_at_once_and_one_counts(stage: Stage) -> None:
    refused = stage.at_once(stage.answer, stage.answer)
    assert [error is None for error in refused].count(True) == 1
    assert next(error.code for error in refused if error) == "task_closed"
    task, _, left = stage.end()
    assert task.state is ReferralState.ACCEPTED
    assert len(left) == 1


def test_two_withdraw_at_once_and_it_happens_once(stage: Stage) -> None:
    refused = stage.at_once(stage.withdraw, stage.withdraw)
    assert [error is None for error in refused].count(True) == 1
    with stage.sessions() as session:
        assert len(session.scalars(select(Event).where(Event.kind == "consent.withdrawn")).all()) == 1


def test_calling_off_and_withdrawing_at_once(stage: Stage) -> None:
    refused = stage.at_once(stage.call_off, stage.withdraw)
    assert refused[1] is None
    task, instance, left = stage.end()
    assert task.state is ReferralState.CANCELLED
    assert instance.state is InstanceState.COMPLETED
    assert left == []
    with stage.sessions() as session:
        tried = len(session.scalars(select(Event).where(Event.kind == "referral.refused")).all())
    assert tried == (0 if refused[0] is None else 1)
