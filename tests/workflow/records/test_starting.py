"""Further processes on an open case: who is offered them, one press starts one, closed cases take none."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Instance, Task
from tests.workflow.conftest import People
from tests.workflow.engine.build import bundle, element, end, user
from workflow import studio
from workflow.errors import Conflict, Forbidden, NotFound
from workflow.records import starting

ROLES = "medical_social_worker,hospital_referrer"


@pytest.fixture
def case(ward: Any, session: Session) -> Case:
    """A case in assessment, and a published process that can be started on it."""
    ward.until("assess")
    named = f'<zeebe:property name="carerelay:starts_on_case" value="{ROLES}" />'
    properties = f"<zeebe:properties>{named}</zeebe:properties>"
    mine = '<zeebe:userTask /><zeebe:formDefinition formId="any" />' + (
        '<zeebe:assignmentDefinition candidateGroups="=starter.role" assignee="=starter.id" />'
    )
    report = bundle(
        element("startEvent", "s", properties), element("userTask", "check", mine), user("told", role="supervisor"),
        end("e"), flows="s > check > told > e", id="report",
    )  # fmt: skip
    studio.publish(session, None, report)
    return session.scalars(select(Case)).one()


def start(session: Session, people: People, who: str, case: Case, now: datetime, token: UUID | None = None) -> Any:
    return starting.start(session, people[who], case.id, "report", token or uuid4(), now)


def test_it_is_offered_to_those_whom_the_drawing_names(session: Session, people: People, case: Case) -> None:
    offered = {who: [each.process_key for each in starting.startable(session, people[who], case)] for who in people}
    assert {who for who, keys in offered.items() if keys == ["report"]} == {"worker", "worker2", "nurse", "colleague"}
    assert {tuple(keys) for keys in offered.values()} == {("report",), ()}


@pytest.mark.parametrize(("who", "refused"), [("outsider", NotFound), ("agency", NotFound), ("supervisor", Forbidden)])
def test_others_are_refused(
    session: Session, people: People, case: Case, now: datetime, who: str, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        start(session, people, who, case, now)
    assert len(session.scalars(select(Instance)).all()) == 1


@pytest.mark.parametrize(("who", "party"), [("worker", "station"), ("nurse", "ward")])
def test_the_first_task_is_the_starters_own(
    session: Session, people: People, case: Case, now: datetime, who: str, party: str
) -> None:
    task = session.get_one(Task, start(session, people, who, case, now).task_id)
    assert (task.element_id, task.assignee_id, task.party) == ("check", people[who].user_id, party)


def test_a_button_pressed_twice_starts_once(session: Session, people: People, case: Case, now: datetime) -> None:
    token = uuid4()
    start(session, people, "worker", case, now, token)
    assert start(session, people, "worker", case, now, token).task_id is None
    assert len(session.scalars(select(Instance)).all()) == 2


def test_a_closed_case_takes_none(session: Session, people: People, case: Case, now: datetime) -> None:
    case.closed_at = now
    assert starting.startable(session, people["worker"], case) == []
    with pytest.raises(Conflict):
        start(session, people, "worker", case, now)
