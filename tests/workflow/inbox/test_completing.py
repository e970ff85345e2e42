"""Completing a task: what is written, what it costs, and what happens when it cannot be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Case, Draft, Entry, Event, Instance, Task, TaskState
from workflow import identity, inbox
from workflow.engine import StepFailed, Text
from workflow.errors import Forbidden, InvalidForm, NotFound, StepRefused, TaskClosed, TaskTaken
from workflow.instances.held import Run
from workflow.records import referrals
from workflow.transaction import transaction

MOST_STATEMENTS = 12
WAY = (
    ("accept_referral", "coordinator"),
    ("first_contact", "worker"),
    ("assess", "worker"),
    ("evaluate_closure", "worker"),
    ("write_feedback", "worker"),
    ("acknowledge_feedback", "nurse"),
)


def raw(answers: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


def test_the_whole_way_ends_in_a_completed_case(ward: Any, session: Session) -> None:
    opened = ward.send()
    for element_id, who in WAY:
        done = ward.do(element_id, who)
    assert done.finished
    case = session.get_one(Case, opened.case_id)
    assert (case.state, case.outcome, case.closed_at) == ("completed", "met", ward.now)
    assert case.responsible_id == ward.people["worker"].user_id
    assert session.scalar(select(func.count()).select_from(Entry)) == len(WAY) + 1
    assert session.scalar(select(func.count()).select_from(Task).where(Task.state == TaskState.OPEN)) == 0


@pytest.mark.parametrize(("element_id", "who"), WAY)
def test_a_completion_costs_at_most_twelve_statements(
    ward: Any, session: Session, statements: Callable[[], Any], element_id: str, who: str
) -> None:
    ward.until(element_id)
    task_id, user_id = ward.open(element_id).id, ward.people[who].user_id
    answers = raw(ward.answers[element_id])
    session.commit()
    session.expunge_all()
    with statements() as sent:
        actor = identity.load_actor(session, user_id, 1)
        assert actor
        inbox.complete(session, actor, task_id, answers, ward.now)
        session.commit()
    assert 0 < len(sent) <= MOST_STATEMENTS, "\n".join(sent)


def test_completing_says_what_is_next_and_who_has_it(ward: Any) -> None:
    ward.send()
    done = ward.do("accept_referral", "coordinator")
    assert [step.zh for step in done.opened] == ["首次接触与同意（林社工）"]
    assert not done.finished


def test_the_full_form_is_stored_and_the_process_gets_only_what_it_reads(ward: Any, session: Session) -> None:
    ward.until("assess")
    entry = session.scalars(select(Entry).where(Entry.element_id == "open_referral")).one()
    assert entry.values["subject"]["name"] == "王小明"
    assert sorted(entry.parties) == ["station", "ward"]
    snapshot = str(session.scalars(select(Instance)).one().snapshot)
    for personal in ("王小明", "M-0012345", "独居", "想早点回家", "王护士"):
        assert personal not in snapshot


def test_a_wrong_form_changes_nothing_and_says_where(ward: Any, session: Session) -> None:
    ward.send()
    session.commit()
    with pytest.raises(InvalidForm) as refused:
        ward.do("accept_referral", "coordinator", **{"intake.worker": ward.people["outsider"].user_id})
    assert [error.path for error in refused.value.submitted.errors] == ["intake.worker"]
    assert refused.value.submitted.typed["intake"]["decision"] == "accept"
    session.rollback()
    session.expire_all()
    assert ward.open("accept_referral").state is TaskState.OPEN


def test_a_claimed_task_is_completed_by_nobody_else(ward: Any, session: Session) -> None:
    ward.send()
    inbox.claim(session, ward.people["coordinator"], ward.open("accept_referral").id, ward.now)
    with pytest.raises(TaskTaken) as taken:
        ward.do("accept_referral", "coordinator2")
    assert taken.value.details == {"by": "陈协调", "at": ward.now}


def test_a_task_done_meanwhile_says_by_whom(ward: Any, session: Session) -> None:
    ward.send()
    task_id = ward.open("accept_referral").id
    ward.do("accept_referral", "coordinator")
    with pytest.raises(TaskClosed) as closed:
        inbox.complete(session, ward.people["coordinator2"], task_id, raw(ward.answers["accept_referral"]), ward.now)
    assert closed.value.details == {"by": "陈协调", "at": ward.now}


@pytest.mark.parametrize("who", ["nurse2", "worker", "outsider", "agency", "admin", "supervisor"])
def test_who_does_not_hold_the_role_there_does_not_find_the_task(ward: Any, who: str) -> None:
    ward.send()
    with pytest.raises(NotFound):
        ward.do("accept_referral", who)


def test_an_unknown_task_is_not_found(ward: Any, session: Session) -> None:
    with pytest.raises(NotFound):
        inbox.complete(session, ward.people["worker"], uuid4(), {}, ward.now)


def test_a_failing_step_leaves_the_case_untouched_and_the_draft_kept(
    sessions: sessionmaker[Session], real_people: Any, answers: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = answers(real_people)
    with transaction(sessions) as session:
        opened = referrals.open_referral(session, real_people["nurse"], raw(given["open_referral"]), uuid4(), now)
        task_id = session.scalars(select(Task.id).where(Task.state == TaskState.OPEN)).one()
    typed = raw(given["accept_referral"])
    with transaction(sessions) as session:
        inbox.save_draft(session, real_people["coordinator"], task_id, typed)
        before = session.scalars(select(Instance.snapshot)).one()
        events = session.scalar(select(func.count()).select_from(Event))

    def fails(self: Run, *_: Any) -> None:
        raise StepFailed(Text("条件算不出来。", "The condition cannot be evaluated."), "decision")

    monkeypatch.setattr(Run, "complete", fails)
    with pytest.raises(StepRefused) as refused, transaction(sessions) as session:
        inbox.complete(session, real_people["coordinator"], task_id, typed, now)
    assert refused.value.message.en == "The condition cannot be evaluated."
    with sessions() as session:
        assert session.scalars(select(Instance.snapshot)).one() == before
        assert session.scalar(select(func.count()).select_from(Event)) == events
        assert session.get_one(Case, opened.case_id).state == "requested"
        assert session.get_one(Task, task_id).assignee_id is None
        assert session.scalars(select(Draft)).one().values["intake"]["decision"] == "accept"


def test_of_two_who_complete_at_once_one_wins(
    sessions: sessionmaker[Session], real_people: Any, answers: Any, now: datetime
) -> None:
    given = answers(real_people)
    with transaction(sessions) as session:
        referrals.open_referral(session, real_people["nurse"], raw(given["open_referral"]), uuid4(), now)
        task_id = session.scalars(select(Task.id).where(Task.state == TaskState.OPEN)).one()
    together = Barrier(2)

    def attempt(who: str) -> Any:
        together.wait()
        try:
            with transaction(sessions) as session:
                return inbox.complete(session, real_people[who], task_id, raw(given["accept_referral"]), now)
        except TaskClosed as closed:
            return closed

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, ["coordinator", "coordinator2"]))
    lost = [result for result in results if isinstance(result, TaskClosed)]
    assert len(lost) == 1
    winner = ["陈协调", "黄协调"][1 - results.index(lost[0])]
    assert lost[0].details == {"by": winner, "at": now}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 2


def test_a_person_who_may_see_but_not_do_is_forbidden(ward: Any, session: Session) -> None:
    ward.send()
    task = ward.open("accept_referral")
    inbox.claim(session, ward.people["coordinator"], task.id, ward.now)
    # The one who has claimed a task keeps seeing it after losing the role, but may no longer do it.
    former = replace(ward.people["coordinator"], memberships=ward.people["worker2"].memberships)
    with pytest.raises(Forbidden):
        inbox.complete(session, former, task.id, raw(ward.answers["accept_referral"]), ward.now)
