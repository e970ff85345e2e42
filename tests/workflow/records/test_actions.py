"""Buttons of a case: who is offered them, what they set going, and that two presses do not collide."""

from collections.abc import Callable
from datetime import datetime
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Case, Event, Instance, Task, TaskState
from tests.workflow.conftest import People, Ward
from tests.workflow.engine.build import arrows, bundle, element, end, message, refer, start, user
from workflow import inbox, instances, studio
from workflow.audit import Kind
from workflow.errors import Forbidden, NotFound
from workflow.records import actions, cases
from workflow.transaction import transaction

FORM = (
    '{"type": "default", "id": "any", "components": [{"type": "textarea", "key": "note", "label": "记录", '
    '"properties": {"label_en": "Note", "class": "P2"}}]}'
)


def button(id: str, sent_by: str, *, interrupting: bool = False, ask: str = "") -> str:
    """An event subprocess behind a button: one task for a social worker."""
    properties = f'<zeebe:property name="carerelay:sent_by" value="{sent_by}" />'
    properties += '<zeebe:property name="carerelay:name_en" value="Note" />'
    if ask:
        properties += f'<zeebe:property name="carerelay:confirm" value="{ask}" />'
    begin = element(
        "startEvent", f"{id}_start", f"<zeebe:properties>{properties}</zeebe:properties>", refer("message", id),
        isInterrupting=str(interrupting).lower(),
    )  # fmt: skip
    inside = begin + user(f"{id}_task", role="medical_social_worker") + end(f"{id}_end")
    flows = f"{id}_start > {id}_task > {id}_end"
    return element("subProcess", f"{id}_path", "", inside + arrows(flows), triggeredByEvent="true")


def made(ward: Any, session: Session) -> Case:
    """A case whose second process waits for two messages, one of the worker and one of the ward."""
    ward.until("assess")
    found = session.scalars(select(Case)).one()
    of = bundle(
        start("s"), user("main", role="medical_social_worker"), end("e"),
        button("contact", "medical_social_worker"), button("left", "hospital_referrer", ask="确定已出院？"),
        flows="s > main > e", declarations=message("contact", "case.id") + message("left", "case.id"),
        files={"any.form.json": FORM}, id="service",
    )  # fmt: skip
    version = studio.publish(session, None, of)
    compiled = instances.compiled(session, version.id, version.content_hash)
    first = session.scalars(select(Instance)).one()
    held = instances.start(
        session, found, version, compiled, parties=dict(first.parties), token=uuid4(),
        actor_id=found.opened_by_id, variables={}, now=ward.now,
    )  # fmt: skip
    held.save()
    return found


@pytest.fixture
def case(ward: Any, session: Session) -> Case:
    return made(ward, session)


def offered(session: Session, people: People, who: str, case: Case, now: datetime) -> list[str]:
    return [action.element_id for action in actions.available(session, people[who], case, now)]


def press(session: Session, people: People, who: str, case: Case, element_id: str, now: datetime) -> actions.Done:
    instance = session.scalars(select(Instance).where(Instance.case_id == case.id).order_by(Instance.id.desc())).first()
    assert instance is not None
    return actions.send(session, people[who], case.id, instance.id, element_id, str(case.id), now)


def test_each_role_is_offered_its_own(session: Session, people: People, case: Case, now: datetime) -> None:
    assert offered(session, people, "worker", case, now) == ["contact_start"]
    assert offered(session, people, "nurse", case, now) == ["left_start"]
    assert offered(session, people, "supervisor", case, now) == []
    assert offered(session, people, "outsider", case, now) == []


def test_a_stranger_finds_no_case_and_a_reader_no_button(
    session: Session, people: People, case: Case, now: datetime
) -> None:
    with pytest.raises(NotFound):
        press(session, people, "outsider", case, "contact_start", now)
    with pytest.raises(Forbidden):
        press(session, people, "supervisor", case, "contact_start", now)
    with pytest.raises(NotFound):
        press(session, people, "worker", case, "main", now)


def test_a_press_opens_the_task_for_who_pressed_and_stays_possible(
    session: Session, people: People, case: Case, now: datetime
) -> None:
    for count in (1, 2):
        done = press(session, people, "worker", case, "contact_start", now)
        task = session.get_one(Task, done.task_id)
        assert task.assignee_id == people["worker"].user_id
        assert task.element_id == "contact_task"
        waiting = session.scalars(select(Task).where(Task.element_id == "contact_task", Task.state == TaskState.OPEN))
        assert len(waiting.all()) == count
    inbox.complete(session, people["worker"], task.id, {"note": ["见面。"]}, now)
    kinds = session.scalars(select(Event.kind).where(Event.case_id == case.id, Event.kind == Kind.CASE_ACTION)).all()
    assert len(kinds) == 2


def test_what_somebody_else_sets_going_is_not_claimed_for_them(
    session: Session, people: People, case: Case, now: datetime
) -> None:
    done = press(session, people, "nurse", case, "left_start", now)
    assert done.task_id is None
    task = session.scalars(select(Task).where(Task.element_id == "left_task")).one()
    assert task.assignee_id is None


def test_the_case_page_offers_them(session: Session, people: People, case: Case, now: datetime) -> None:
    shown = cases.open_case(session, people["nurse"], case.id, now).actions
    assert [(action.name.en, action.confirm and action.confirm.zh) for action in shown] == [("Note", "确定已出院？")]


def test_a_message_from_our_own_code_reaches_who_waits(
    session: Session, people: People, case: Case, now: datetime
) -> None:
    assert actions.deliver(session, case, "contact", {}, None, now) == 1
    assert actions.deliver(session, case, "nobody_waits_for_this", {}, None, now) == 0


def test_two_presses_at_once_open_two_tasks(
    sessions: sessionmaker[Session], real_people: People, answers: Callable[[People], Any], now: datetime
) -> None:
    with sessions() as session:
        case = made(Ward(session, real_people, answers(real_people), now), session)
        session.commit()
    failed: list[Exception] = []

    def go() -> None:
        try:
            with transaction(sessions) as session:
                press(session, real_people, "worker", session.get_one(Case, case.id), "contact_start", now)
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with sessions() as session:
        found = session.scalars(select(Task).where(Task.element_id == "contact_task", Task.state == TaskState.OPEN))
        assert len(found.all()) == 4
