"""Approval through the inbox: nobody approves their own work, and what is sent back comes back filled in."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from models import Case, Task, TaskState
from workflow import inbox, instances, studio
from workflow.engine import Bundle
from workflow.errors import Forbidden

LIBRARY = Path(__file__).resolve().parents[3] / "bpmn"
PLAN = {
    "plan.goals.0.intent": ["solve"], "plan.goals.0.statement": ["落实费用来源"], "plan.goals.0.indicator": ["获批"],
    "plan.goals.0.baseline": ["欠费"], "plan.goals.0.target_date": ["2027-01-01"],
    "plan.interventions.0.method": ["casework"], "plan.interventions.0.content": ["协助申请"],
    "plan.interventions.0.frequency": ["每周一次"], "plan.interventions.0.who": ["林社工"],
    "plan.person_agrees": ["person"],
}  # fmt: skip
APPROVE, RETURN = {"approval.decision": ["approve"]}, {"approval.decision": ["return"], "approval.comment": ["太大了"]}


@pytest.fixture
def case(ward: Any, session: Session) -> Case:
    ward.send()
    return session.scalars(select(Case)).one()


def begin(ward: Any, session: Session, case: Case, process: str, **data: Any) -> None:
    """Start this process of the library on the case, as a caller would, with what is handed in."""
    version = studio.publish(session, None, Bundle.from_folder(LIBRARY / process))
    compiled = instances.compiled(session, version.id, version.content_hash)
    assert case.ward_id is not None
    held = instances.start(
        session, case, version, compiled, parties={"ward": case.ward_id, "station": case.organisation_id},
        token=uuid7(), actor_id=ward.people["coordinator"].user_id, variables=data, now=ward.now,
    )  # fmt: skip
    held.save()


def standing(session: Session, element_id: str) -> Task:
    found = select(Task).where(Task.element_id == element_id, Task.state == TaskState.OPEN)
    return session.scalars(found).one()


def test_nobody_approves_their_own_work(ward: Any, session: Session, case: Case) -> None:
    supervisor = ward.people["supervisor"]
    case.responsible_id = supervisor.user_id
    begin(ward, session, case, "approval")
    task = standing(session, "approve_item")
    with pytest.raises(Forbidden):
        inbox.complete(session, supervisor, task.id, APPROVE, ward.now)
    assert task.state is TaskState.OPEN

    case.responsible_id = ward.people["worker"].user_id
    begin(ward, session, case, "approval")
    other = next(
        each for each in session.scalars(select(Task).where(Task.element_id == "approve_item")) if each != task
    )
    assert inbox.complete(session, supervisor, other.id, APPROVE, ward.now).finished


def test_who_approved_first_does_not_approve_again(ward: Any, session: Session, case: Case) -> None:
    supervisor = ward.people["supervisor"]
    begin(ward, session, case, "approval", levels=2, requested_by=str(ward.people["worker"].user_id))
    inbox.complete(session, supervisor, standing(session, "approve_item").id, APPROVE, ward.now)
    with pytest.raises(Forbidden):
        inbox.complete(session, supervisor, standing(session, "approve_second").id, APPROVE, ward.now)


def test_a_plan_that_is_sent_back_comes_back_filled_in(ward: Any, session: Session, case: Case) -> None:
    worker, supervisor = ward.people["worker"], ward.people["supervisor"]
    case.responsible_id = worker.user_id
    begin(ward, session, case, "msw_service")
    first = standing(session, "make_plan")
    assert inbox.open_task(session, worker, first.id, ward.now).bound.components
    inbox.complete(session, worker, first.id, PLAN, ward.now)
    inbox.complete(session, supervisor, standing(session, "approve_item").id, RETURN, ward.now)

    view = inbox.open_task(session, worker, standing(session, "make_plan").id, ward.now)
    assert view.answers is not None
    assert view.answers.element_id == "approve_item"
    goals = next(part for part in view.bound.components if part.name == "plan.goals")
    assert "落实费用来源" in [cell.value for cell in goals.rows[0]]
