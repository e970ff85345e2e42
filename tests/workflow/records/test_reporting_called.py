"""An emergency referral of the library starts the report by itself; which coordinator fills it in stays unknown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Event, Role, Task, TaskState
from tests.workflow.conftest import ROOT, raw
from tests.workflow.records.reporting import ANSWERS
from tests.workflow.records.test_watching import hire
from workflow import inbox, studio
from workflow.engine import Bundle
from workflow.errors import NotFound
from workflow.operations import reports
from workflow.records import break_glass, cases

CHILD = {
    "subject.birth_date": "2014-11-02", "flag.suspected_abuse": "yes", "referral.reasons": ["abuse"],
    "referral.summary": "双侧前臂骨折，原因说不清。",
}  # fmt: skip


@pytest.fixture
def emergency(session: Session, ward: Any) -> Case:
    """The referral of an 11-year-old with suspected abuse, through the process of the library."""
    studio.publish(session, None, Bundle.from_folder(ROOT / "bpmn" / "msw_referral"))
    ward.send(**CHILD)
    return session.scalars(select(Case)).one()


def checklist(session: Session) -> Task:
    return session.scalars(select(Task).where(Task.element_id == "check_signs", Task.state == TaskState.OPEN)).one()


def test_intake_goes_on_beside_the_report(session: Session, emergency: Case, ward: Any) -> None:
    assert emergency.level == "emergency"
    assert ward.open("accept_referral")
    assert (checklist(session).role, checklist(session).assignee_id) == ("msw_coordinator", None)
    assert reports.has_open_report(session, emergency.id)


def test_whoever_takes_it_stays_unknown(session: Session, emergency: Case, ward: Any, now: datetime) -> None:
    taker = ward.people["coordinator2"]
    task = checklist(session)
    inbox.claim(session, taker, task.id, now)
    with pytest.raises(NotFound):
        inbox.open_task(session, ward.people["coordinator"], task.id, now)
    inbox.open_task(session, taker, task.id, now)
    inbox.complete(session, taker, task.id, raw(ANSWERS["check_signs"]), now)
    for who in ("supervisor", "coordinator", "nurse", "lead"):
        view = cases.open_case(session, ward.people[who], emergency.id, now)
        shown = repr((view.timeline, view.entries, view.tasks, view.instances, view.summary))
        assert "黄协调" not in shown
        assert str(taker.user_id) not in shown
    marks = session.scalars(select(Event.details).where(Event.actor_id == taker.user_id)).all()
    assert {details.get("secret") for details in marks} == {"P4"}


@pytest.mark.parametrize("who", ["nurse", "lead"])
def test_the_ward_sees_none_of_its_steps(session: Session, emergency: Case, ward: Any, now: datetime, who: str) -> None:
    task = checklist(session)
    inbox.complete(session, ward.people["coordinator"], task.id, raw(ANSWERS["check_signs"]), now)
    view = cases.open_case(session, ward.people[who], emergency.id, now)
    assert "核对表" not in repr(view)
    assert "回执" not in repr(view)
    assert view.risk is None


def test_the_owner_finds_it_there_too(session: Session, emergency: Case, ward: Any, now: datetime) -> None:
    place = ward.people["admin"].memberships[0].organisation_id
    owner = hire(session, "owner", Role.DATA_PROTECTION_OWNER, place)
    task = checklist(session)
    inbox.complete(session, ward.people["coordinator"], task.id, raw(ANSWERS["check_signs"]), now)
    [seen] = break_glass.reporter(session, owner, emergency.id, now)[1]
    assert seen.by == "陈协调"
