"""Handing work over: nothing is lost, later tasks follow, and only the station's own leads may do it."""

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Case, Draft, Event, Organisation, Task, TaskState, User
from tests.workflow.conftest import People, Ward
from workflow import inbox
from workflow.audit import Kind
from workflow.errors import Forbidden, Invalid, NotFound
from workflow.inbox import handing_over
from workflow.transaction import transaction


@pytest.fixture
def station(session: Session, people: People) -> UUID:
    return session.scalars(select(Organisation.id).where(Organisation.code == "station")).one()


def give(session: Session, people: People, station: UUID, cases: list[UUID], now: datetime, **more: Any) -> Any:
    who, to = more.pop("who", "supervisor"), more.pop("to", "worker2")
    return handing_over.hand_over(
        session, people[who], station, people["worker"].user_id, people[to].user_id, cases, now, **more
    )


@pytest.mark.parametrize(
    ("who", "refused"), [("outsider", NotFound), ("outside_lead", NotFound), ("worker", NotFound), ("nurse", NotFound)]
)
def test_only_leads_of_the_station_may(
    ward: Ward, session: Session, people: People, station: UUID, now: datetime, who: str, refused: type[Exception]
) -> None:
    ward.until("assess")
    case = session.scalars(select(Case)).one()
    with pytest.raises((refused, Forbidden)):
        give(session, people, station, [case.id], now, who=who)
    assert case.responsible_id == people["worker"].user_id
    assert handing_over.loads(session, people[who], now) == [] or who == "outside_lead"


def test_case_task_and_draft_move_together_and_can_be_gone_on_with(
    ward: Ward, session: Session, people: People, station: UUID, now: datetime
) -> None:
    ward.until("assess")
    task = ward.open("assess")
    inbox.save_draft(session, people["worker"], task.id, {"pa.summary": ["写了一半的预估。"]})
    done = give(session, people, station, [task.case_id], now)
    assert (done.cases, done.tasks, done.returned) == (1, 1, 0)
    session.expire_all()
    assert session.get_one(Case, task.case_id).responsible_id == people["worker2"].user_id
    assert session.get_one(Task, task.id).assignee_id == people["worker2"].user_id
    draft = session.scalars(select(Draft).where(Draft.task_id == task.id)).one()
    assert (draft.user_id, draft.values["pa"]["summary"]) == (people["worker2"].user_id, "写了一半的预估。")
    ward.do("assess", "worker2")
    kinds = session.scalars(select(Event.kind).where(Event.case_id == task.case_id)).all()
    assert Kind.TASK_REASSIGNED.value in kinds


def test_what_the_taker_has_typed_themselves_stays(
    ward: Ward, session: Session, people: People, station: UUID, now: datetime
) -> None:
    ward.until("assess")
    task = ward.open("assess")
    inbox.drafts.keep(session, people["worker"].user_id, {"pa": {"summary": "甲"}}, task_id=task.id)
    inbox.drafts.keep(session, people["worker2"].user_id, {"pa": {"summary": "乙"}}, task_id=task.id)
    give(session, people, station, [task.case_id], now)
    found = {draft.user_id: draft.values["pa"]["summary"] for draft in session.scalars(select(Draft))}
    assert found == {people["worker"].user_id: "甲", people["worker2"].user_id: "乙"}


def test_claims_elsewhere_return_to_the_role(
    ward: Ward, session: Session, people: People, station: UUID, now: datetime
) -> None:
    ward.until("assess")
    task, case = ward.open("assess"), session.scalars(select(Case)).one()
    case.responsible_id = people["worker2"].user_id
    session.flush()
    done = give(session, people, station, [], now, return_others=True)
    assert (done.cases, done.returned) == (0, 1)
    session.expire_all()
    assert session.get_one(Task, task.id).assignee_id is None


@pytest.mark.parametrize("to", ["worker", "supervisor", "outsider", "nurse"])
def test_only_another_social_worker_of_the_station_can_take_it(
    ward: Ward, session: Session, people: People, station: UUID, now: datetime, to: str
) -> None:
    ward.until("assess")
    with pytest.raises(Invalid):
        give(session, people, station, [session.scalars(select(Case.id)).one()], now, to=to)


def test_a_case_of_another_station_does_not_exist(
    ward: Ward, session: Session, people: People, station: UUID, now: datetime
) -> None:
    ward.until("assess")
    case = session.scalars(select(Case)).one()
    case.organisation_id = session.scalars(select(Organisation.id).where(Organisation.code == "station2")).one()
    session.flush()
    with pytest.raises(NotFound):
        give(session, people, station, [case.id], now)


def test_somebody_who_left_is_still_listed_with_their_cases(
    ward: Ward, session: Session, people: People, station: UUID, now: datetime
) -> None:
    ward.until("assess")
    session.get_one(User, people["worker"].user_id).is_active = False
    session.flush()
    loads = {load.name: load for load in handing_over.loads(session, people["coordinator"], now)}
    gone = loads["林社工"]
    assert (gone.present, gone.cases, gone.tasks) == (False, 1, 1)
    assert loads["周社工"].present
    held = handing_over.holding(session, people["coordinator"], station, gone.user_id, now)
    assert [case.subject for case in held.cases] == ["王**"]
    assert [other.name for other in held.others] == ["周社工"]
    assert give(session, people, station, [case.case_id for case in held.cases], now).cases == 1


def test_two_leads_at_once_move_it_once(
    sessions: sessionmaker[Session], real_people: People, answers: Callable[[People], Any], now: datetime
) -> None:
    with transaction(sessions) as session:
        Ward(session, real_people, answers(real_people), now).until("assess")
        case_id = session.scalars(select(Case.id)).one()
        station = session.scalars(select(Organisation.id).where(Organisation.code == "station")).one()
    barrier, done = Barrier(2), []

    def go(who: str) -> None:
        barrier.wait()
        with transaction(sessions) as session:
            done.append(give(session, real_people, station, [case_id], now, who=who))

    threads = [Thread(target=go, args=(who,)) for who in ("supervisor", "coordinator")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.cases for each in done) == [0, 1]
    with sessions() as session:
        found = session.scalars(select(Task).where(Task.state == TaskState.OPEN, Task.element_id == "assess")).one()
        assert found.assignee_id == real_people["worker2"].user_id
