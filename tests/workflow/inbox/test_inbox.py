"""The inbox: who sees which task, claiming and releasing, drafts, and the number of statements."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Case, Draft, Event, Reading, Task, TaskState
from workflow import inbox
from workflow.errors import Forbidden, NotFound, TaskClosed, TaskTaken
from workflow.records import referrals
from workflow.transaction import transaction

MOST_STATEMENTS = 3


def raw(answers: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


def test_a_new_referral_waits_for_the_coordinators_of_its_station_only(ward: Any, session: Session) -> None:
    ward.send()
    seen = {who: inbox.count(session, actor)["claimable"] for who, actor in ward.people.items()}
    assert {who for who, number in seen.items() if number} == {"coordinator", "coordinator2"}
    (row,) = inbox.list_tasks(session, ward.people["coordinator"], "claimable", ward.now)
    assert (row.step.zh, row.step.en) == ("接收分派", "Accept and assign")
    assert row.subject == "王**"
    assert row.level == "routine"
    assert row.due_at is not None
    assert row.due_group == "soon"


def test_a_list_costs_the_same_however_long_it_is(ward: Any, session: Session, statements: Callable[[], Any]) -> None:
    costs = []
    for sent_so_far in (1, 6):
        while len(inbox.list_tasks(session, ward.people["coordinator"], "claimable", ward.now)) < sent_so_far:
            ward.send()
        session.commit()
        session.expunge_all()
        with statements() as sent:
            rows = inbox.list_tasks(session, ward.people["coordinator"], "claimable", ward.now)
            inbox.count(session, ward.people["coordinator"])
        assert len(rows) == sent_so_far
        costs.append(len(sent))
    assert costs[0] == costs[1] <= MOST_STATEMENTS


def test_the_most_pressing_comes_first(ward: Any, session: Session) -> None:
    ward.send()
    urgent = ward.send(distress_score="8")
    rows = inbox.list_tasks(session, ward.people["coordinator"], "claimable", ward.now)
    assert rows[0].case_number == urgent.case_number
    later = ward.now + timedelta(days=30)
    assert {row.due_group for row in inbox.list_tasks(session, ward.people["coordinator"], "claimable", later)} == {
        "critical"
    }


def test_claiming_and_releasing(ward: Any, session: Session) -> None:
    ward.send()
    task_id, one = ward.open("accept_referral").id, ward.people["coordinator"]
    inbox.claim(session, one, task_id, ward.now)
    inbox.claim(session, one, task_id, ward.now)
    assert inbox.count(session, one) == {"mine": 1, "claimable": 0}
    assert inbox.count(session, ward.people["coordinator2"]) == {"mine": 0, "claimable": 0}
    inbox.release(session, one, task_id, ward.now)
    assert inbox.count(session, one) == {"mine": 0, "claimable": 1}
    kinds = list(session.scalars(select(Event.kind).where(Event.task_id == task_id).order_by(Event.id)))
    assert kinds == ["task.opened", "task.claimed", "task.released"]


def test_a_claimed_task_cannot_be_claimed_or_released_by_another(ward: Any, session: Session) -> None:
    ward.send()
    task_id = ward.open("accept_referral").id
    inbox.claim(session, ward.people["coordinator"], task_id, ward.now)
    for use_case in (inbox.claim, inbox.release):
        with pytest.raises(TaskTaken) as taken:
            use_case(session, ward.people["coordinator2"], task_id, ward.now)
        assert taken.value.details == {"by": "陈协调", "at": ward.now}


def test_a_done_task_cannot_be_claimed_or_released(ward: Any, session: Session) -> None:
    ward.send()
    task_id = ward.open("accept_referral").id
    ward.do("accept_referral", "coordinator")
    for use_case in (inbox.claim, inbox.release):
        with pytest.raises(TaskClosed):
            use_case(session, ward.people["coordinator2"], task_id, ward.now)


@pytest.mark.parametrize("who", ["nurse", "worker", "supervisor", "outside_lead", "agency", "admin"])
def test_strangers_do_not_find_the_task(ward: Any, session: Session, who: str) -> None:
    ward.send()
    task_id = ward.open("accept_referral").id
    for use_case in (inbox.claim, inbox.release, inbox.open_task):
        with pytest.raises(NotFound):
            use_case(session, ward.people[who], task_id, ward.now)
    with pytest.raises(NotFound):
        inbox.save_draft(session, ward.people[who], task_id, {})


def test_unknown_tasks_are_not_found(ward: Any, session: Session) -> None:
    for use_case in (inbox.claim, inbox.release, inbox.open_task):
        with pytest.raises(NotFound):
            use_case(session, ward.people["worker"], uuid4(), ward.now)
    with pytest.raises(NotFound):
        inbox.save_draft(session, ward.people["worker"], uuid4(), {})


def test_of_two_who_claim_at_once_one_wins(
    sessions: sessionmaker[Session], real_people: Any, answers: Any, now: Any
) -> None:
    with transaction(sessions) as session:
        given = raw(answers(real_people)["open_referral"])
        referrals.open_referral(session, real_people["nurse"], given, uuid4(), now)
        task_id = session.scalars(select(Task.id).where(Task.state == TaskState.OPEN)).one()
    together = Barrier(2)

    def attempt(who: str) -> str | None:
        together.wait()
        try:
            with transaction(sessions) as session:
                inbox.claim(session, real_people[who], task_id, now)
        except TaskTaken as taken:
            return str(taken.details["by"])
        return None

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, ["coordinator", "coordinator2"]))
    assert results in ([None, "陈协调"], ["黄协调", None])


def test_a_task_page_shows_case_entries_and_what_is_next_and_notes_who_looked(ward: Any, session: Session) -> None:
    ward.send()
    reader = ward.people["coordinator"]
    view = inbox.open_task(session, reader, ward.open("accept_referral").id, ward.now)
    assert view.case.subject == "王小明"
    assert view.case.age == 67
    assert [entry.title.zh for entry in view.entries] == ["发起转介"]
    assert (view.task.may_claim, view.task.may_complete, view.task.may_release) == (True, True, False)
    assert "首次接触与同意（医务社工）" in [step.zh for step in view.next_steps]
    seen = session.scalars(select(Reading).where(Reading.user_id == reader.user_id)).all()
    assert sorted(reading.what for reading in seen) == ["entry", "task"]


def test_a_task_page_costs_the_same_however_many_entries(
    ward: Any, session: Session, statements: Callable[[], Any]
) -> None:
    ward.until("assess")
    costs = []
    for element_id in ("assess", "write_feedback"):
        if element_id == "write_feedback":
            ward.do("assess", "worker")
            ward.do("evaluate_closure", "worker")
        task_id = ward.open(element_id).id
        session.commit()
        session.expunge_all()
        with statements() as sent:
            inbox.open_task(session, ward.people["worker"], task_id, ward.now)
        costs.append(len(sent))
    assert costs[1] <= costs[0], "more entries, no more statements"


def test_a_draft_is_kept_for_its_writer_and_goes_when_submitted(ward: Any, session: Session) -> None:
    ward.send()
    task_id = ward.open("accept_referral").id
    for text in ("第一稿", "第二稿"):
        inbox.save_draft(session, ward.people["coordinator"], task_id, raw({"intake.advice": text}))
    assert session.scalars(select(Draft)).one().values["intake"]["advice"] == "第二稿"
    ward.do("accept_referral", "coordinator")
    assert session.scalars(select(Draft)).all() == []


def test_what_the_slower_one_typed_is_still_there(ward: Any, session: Session) -> None:
    ward.send()
    task_id, slower = ward.open("accept_referral").id, ward.people["coordinator2"]
    ward.do("accept_referral", "coordinator")
    given = {"intake.decision": "decline", "intake.level_final": "info", "intake.advice": "我写了很久的建议"}
    inbox.save_draft(session, slower, task_id, raw(given))
    view = inbox.open_task(session, slower, task_id, ward.now)
    assert not view.task.may_complete
    assert "我写了很久的建议" in str(view.unsent)


def test_nobody_releases_what_is_free(ward: Any, session: Session) -> None:
    ward.send()
    inbox.release(session, ward.people["coordinator"], ward.open("accept_referral").id, ward.now)
    assert ward.open("accept_referral").assignee_id is None


def test_who_lost_the_role_gives_the_task_back_but_claims_none(ward: Any, session: Session) -> None:
    ward.send()
    task_id = ward.open("accept_referral").id
    inbox.claim(session, ward.people["coordinator"], task_id, ward.now)
    former = replace(ward.people["coordinator"], memberships=ward.people["worker2"].memberships)
    with pytest.raises(Forbidden):
        inbox.claim(session, former, task_id, ward.now)
    inbox.release(session, former, task_id, ward.now)
    with pytest.raises(NotFound):
        inbox.claim(session, former, task_id, ward.now)


def test_the_coordinator_sees_how_many_cases_each_social_worker_has(ward: Any, session: Session) -> None:
    def notes() -> dict[str, str]:
        (row,) = inbox.list_tasks(session, ward.people["coordinator"], "claimable", ward.now)
        bound = inbox.open_task(session, ward.people["coordinator"], row.task_id, ward.now).bound
        (people,) = [
            part
            for group in bound.components
            for part in (*group.children, group)
            if part.name == "intake.worker"
        ]  # fmt: skip
        return {option.label.zh: option.note.zh for option in people.options if option.note}

    ward.send()
    (row,) = inbox.list_tasks(session, ward.people["coordinator"], "claimable", ward.now)
    inbox.save_draft(session, ward.people["coordinator"], row.task_id, {"intake.decision": ["accept"]})
    assert set(notes().values()) == {"在办 0 件"}
    session.get_one(Case, row.case_id).responsible_id = ward.people["worker"].user_id
    session.flush()
    assert notes()[ward.people["worker"].name] == "在办 1 件"
