"""The demo: every account signs in, its cases stand where the stories say, and loading it twice changes nothing."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Case, Entry, Event, User
from workflow import demo, identity, studio
from workflow.engine import Bundle

FOLDER = Path(__file__).resolve().parents[2] / "bpmn" / "msw_referral"


def test_the_demo_runs_through_the_process_and_loads_once(session: Session, now: datetime) -> None:
    studio.publish(session, None, Bundle.from_folder(FOLDER))
    demo.load(session, now)
    numbers = {table: session.scalar(select(func.count()).select_from(table)) for table in (User, Case, Entry, Event)}
    assert numbers[User] == len(demo.ACCOUNTS)
    assert numbers[Case] == len(demo.STORIES)
    states = set(session.scalars(select(Case.state)))
    assert {"requested", "in_progress", "completed", "on_hold"} <= states

    demo.load(session, now)
    assert numbers == {table: session.scalar(select(func.count()).select_from(table)) for table in numbers}
    actor = identity.sign_in(session, "nurse", demo.PASSWORD, "192.0.2.1", now)
    assert actor.roles == {"hospital_referrer"}
