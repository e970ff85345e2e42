"""The demo: every account signs in, its cases stand where the stories say, and loading it twice changes nothing."""

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Case, Entry, Event, ReferralState, Task, TaskState, User
from workflow import demo, identity, inbox, studio
from workflow.engine import Bundle
from workflow.errors import Forbidden
from workflow.identity import Actor
from workflow.records import starting

LIBRARY = Path(__file__).resolve().parents[2] / "bpmn"


def test_the_demo_runs_through_the_process_and_loads_once(session: Session, now: datetime) -> None:
    for process in ("msw_referral", "reopening"):
        studio.publish(session, None, Bundle.from_folder(LIBRARY / process))
    demo.load(session, now)
    numbers = {table: session.scalar(select(func.count()).select_from(table)) for table in (User, Case, Entry, Event)}
    assert numbers[User] == len(demo.ACCOUNTS)
    assert numbers[Case] == len(demo.STORIES)
    states = set(session.scalars(select(Case.state)))
    assert {"requested", "in_progress", "completed", "on_hold"} <= states

    demo.load(session, now)
    assert numbers == {table: session.scalar(select(func.count()).select_from(table)) for table in numbers}
    _open_a_closed_case_again(session, now)
    actor = identity.sign_in(session, "nurse", demo.PASSWORD, "192.0.2.1", now)
    assert actor.roles == {"hospital_referrer"}


def _open_a_closed_case_again(session: Session, now: datetime) -> None:
    """Only a supervisor can, with a reason; the work goes on where a plan is made."""
    case = session.scalars(select(Case).where(Case.state == ReferralState.COMPLETED)).one()
    supervisor, worker = (who(session, name) for name in ("supervisor", "worker"))
    assert [each.process_key for each in starting.startable(session, supervisor, case)] == ["reopening"]
    assert starting.startable(session, worker, case) == []
    with pytest.raises(Forbidden):
        starting.start(session, worker, case.id, "reopening", uuid4(), now)

    started = starting.start(session, supervisor, case.id, "reopening", uuid4(), now)
    assert started.task_id is not None
    raw = {
        "reopening.reason": ["need_again"],
        "reopening.text": ["又住院了。"],
        "reopening.worker": [str(worker.user_id)],
    }
    inbox.complete(session, supervisor, started.task_id, raw, now)
    assert (case.state, case.closed_at) == (ReferralState.IN_PROGRESS, None)
    tasks = session.scalars(select(Task).where(Task.case_id == case.id, Task.state == TaskState.OPEN)).all()
    assert [(task.element_id, task.assignee_id) for task in tasks] == [("make_plan", worker.user_id)]
    assert "reopening" not in [each.process_key for each in starting.startable(session, supervisor, case)]


def who(session: Session, username: str) -> Actor:
    """A demo person as an actor."""
    user = session.scalars(select(User).where(User.username == username)).one()
    actor = identity.load_actor(session, user.id, user.session_epoch)
    assert actor is not None
    return actor
