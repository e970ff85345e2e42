"""Sending a referral: once, to the right station; and what the ward sees of it afterwards."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Case, Event, Instance, Organisation, OrganisationKind, Person, Role, Task
from workflow.engine import Text
from workflow.errors import Forbidden, InvalidForm, NotFound
from workflow.identity import Actor, Held
from workflow.records import referrals
from workflow.transaction import transaction


def raw(answers: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


def test_a_referral_opens_a_case_at_the_station_of_the_same_hospital(ward: Any, session: Session) -> None:
    opened = ward.send()
    case = session.get_one(Case, opened.case_id)
    assert session.get_one(Organisation, case.organisation_id).code == "station"
    assert session.get_one(Organisation, case.ward_id).code == "ward"
    assert (case.state, case.level) == ("requested", "routine")
    assert re.fullmatch(r"CR2026-\d{6}", case.number)
    assert opened.level == "routine"
    assert opened.due_at
    assert opened.due_at > ward.now
    person = session.get_one(Person, case.subject_id)
    assert (person.name, person.record_number) == ("王小明", "M-0012345")
    kinds = list(session.scalars(select(Event.kind).where(Event.case_id == case.id).order_by(Event.at, Event.id)))
    assert kinds[0] == "case.opened"
    assert "task.completed" in kinds


def test_sending_the_same_form_twice_opens_one_case(ward: Any, session: Session) -> None:
    token, given = uuid4(), raw(ward.answers["open_referral"])
    nurse = ward.people["nurse"]
    first = referrals.open_referral(session, nurse, given, token, ward.now)
    assert referrals.open_referral(session, nurse, given, token, ward.now) == first
    assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_the_token_of_somebody_else_opens_nothing(ward: Any, session: Session) -> None:
    token, given = uuid4(), raw(ward.answers["open_referral"])
    referrals.open_referral(session, ward.people["nurse"], given, token, ward.now)
    with pytest.raises(NotFound):
        referrals.open_referral(session, ward.people["colleague"], given, token, ward.now)


def test_sending_at_once_from_two_windows_opens_one_case(
    sessions: sessionmaker[Session], real_people: Any, answers: Any, now: Any
) -> None:
    token, given = uuid4(), raw(answers(real_people)["open_referral"])

    def send(_: int) -> referrals.Opened:
        with transaction(sessions) as session:
            return referrals.open_referral(session, real_people["nurse"], given, token, now)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(send, range(4)))
    assert len({result.case_id for result in results}) == 1
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Instance)) == 1


def test_a_wrong_form_opens_nothing(ward: Any, session: Session) -> None:
    with pytest.raises(InvalidForm) as refused:
        ward.send(**{"referral.summary": "短", "subject.birth_date": "昨天"})
    assert {"referral.summary", "subject.birth_date"} <= {error.path for error in refused.value.submitted.errors}
    assert session.scalar(select(func.count()).select_from(Case)) == 0
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_nobody_refers_for_another_department(ward: Any) -> None:
    elsewhere = ward.people["nurse2"].memberships[0].organisation_id
    with pytest.raises(InvalidForm):
        ward.send(**{"referral.department": elsewhere})


@pytest.mark.parametrize("who", ["coordinator", "worker", "supervisor", "agency", "admin"])
def test_only_ward_staff_open_referrals(ward: Any, session: Session, who: str) -> None:
    for attempt in (
        lambda: ward.send(who),
        lambda: referrals.start_view(session, ward.people[who], ward.now),
        lambda: referrals.save_draft(session, ward.people[who], {}),
        lambda: referrals.list_sent(session, ward.people[who], ward.now),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_without_a_published_process_there_is_nothing_to_open(session: Session, now: Any) -> None:
    held = Held(uuid4(), Text("骨科", "Ward"), OrganisationKind.DEPARTMENT, Role.HOSPITAL_REFERRER)
    actor = Actor(uuid4(), "n", "n", "en", 1, (held,))
    with pytest.raises(NotFound):
        referrals.start_view(session, actor, now)


def test_the_form_begins_with_the_own_ward_and_continues_with_the_draft(ward: Any, session: Session) -> None:
    nurse = ward.people["nurse"]

    def value(name: str) -> Any:
        bound = referrals.start_view(session, nurse, ward.now).bound
        parts = list(bound.components)
        while parts:
            part = parts.pop()
            if part.name == name:
                return part.value
            parts += part.children
        raise LookupError(name)

    assert value("referral.department") == str(nurse.memberships[0].organisation_id)
    referrals.save_draft(session, nurse, {"referral.summary": ["写到一半"]})
    assert value("referral.summary") == "写到一半"
    ward.send()
    assert not value("referral.summary")


def test_the_sender_and_the_ward_lead_see_what_was_sent_and_others_do_not(ward: Any, session: Session) -> None:
    opened = ward.send()
    seen = {
        who: referrals.list_sent(session, ward.people[who], ward.now)
        for who in ("nurse", "colleague", "nurse2", "lead")
    }
    assert {who: [row.case_id for row in rows] for who, rows in seen.items()} == {
        "nurse": [opened.case_id], "colleague": [], "nurse2": [], "lead": [opened.case_id],
    }  # fmt: skip
    (row,) = seen["nurse"]
    assert (row.subject, row.step and row.step.zh, row.to_do) == ("王**", "接收分派", None)


def test_waiting_feedback_is_shown_to_who_can_read_it(ward: Any, session: Session) -> None:
    ward.until("acknowledge_feedback")
    [waiting] = referrals.list_sent(session, ward.people["nurse"], ward.now)
    assert waiting.to_do is not None
    assert [row.to_do for row in referrals.list_sent(session, ward.people["lead"], ward.now)] == [None]


def test_the_list_costs_two_statements_however_long(ward: Any, session: Session, statements: Any) -> None:
    for _ in range(3):
        ward.send()
    session.commit()
    session.expunge_all()
    with statements() as sent:
        assert len(referrals.list_sent(session, ward.people["nurse"], ward.now)) == 3
    assert len(sent) == 2


def test_the_first_step_is_recorded_as_done_by_the_sender(ward: Any, session: Session) -> None:
    ward.send()
    task = session.scalars(select(Task).where(Task.element_id == "open_referral")).one()
    assert (task.state, task.completed_by_id) == ("done", ward.people["nurse"].user_id)
