"""What service tasks do to a case, reached through the process itself and directly where it cannot refuse."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Event, Instance, ReferralState, Task
from workflow import inbox, operations
from workflow.errors import NotFound
from workflow.operations import Refused, Scene
from workflow.records import cases, states


@pytest.fixture
def scene(ward: Any, session: Session) -> Scene:
    ward.send()
    case, instance = session.scalars(select(Case)).one(), session.scalars(select(Instance)).one()
    return Scene(session, case, instance, ward.people["coordinator"].user_id, ward.now)


def call(scene: Scene, name: str, **inputs: Any) -> None:
    operations.bind(scene)[name](inputs)


@pytest.mark.parametrize("before", list(ReferralState))
@pytest.mark.parametrize("after", list(ReferralState))
def test_only_the_moves_of_the_state_machine_are_possible(
    scene: Scene, before: ReferralState, after: ReferralState
) -> None:
    scene.case.state = before
    if before is after or after in states.MOVES[before]:
        call(scene, "set_case_state", state=after.value, reason="other")
        assert scene.case.state is after
        assert (scene.case.closed_at is None) == (after not in states.CLOSED)
    else:
        with pytest.raises(Refused):
            call(scene, "set_case_state", state=after.value, reason="other")
        assert scene.case.state is before


@pytest.mark.parametrize("state", ["rejected", "cancelled", "on_hold"])
def test_these_states_need_a_reason(scene: Scene, state: str) -> None:
    with pytest.raises(Refused):
        call(scene, "set_case_state", state=state)


@pytest.mark.parametrize("inputs", [{"state": "sleeping"}, {}, {"state": "accepted", "level": "boiling"}])
def test_unknown_codes_are_refused(scene: Scene, inputs: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        call(scene, "set_case_state", **inputs)


@pytest.mark.parametrize("who", ["supervisor", "outsider", "nurse"])
def test_only_a_social_worker_of_the_station_becomes_responsible(ward: Any, scene: Scene, who: str) -> None:
    with pytest.raises(Refused):
        call(scene, "assign_case", worker=str(ward.people[who].user_id))
    assert scene.case.responsible_id is None


def test_a_duplicate_is_linked_and_closed(ward: Any, session: Session) -> None:
    first = ward.until("assess")
    second = ward.send()
    ward.do("accept_referral", "coordinator", **{
        "intake.decision": "duplicate", "intake.worker": "", "intake.dup_case": first.case_id,
    })  # fmt: skip
    case = session.get_one(Case, second.case_id)
    assert (case.state, case.state_reason, case.linked_case_id) == ("rejected", "duplicate", first.case_id)


@pytest.mark.parametrize("wanted", ["", "CR1999-000001", "00000000-0000-0000-0000-000000000000"])
def test_linking_to_nothing_is_refused(scene: Scene, wanted: str) -> None:
    with pytest.raises(Refused):
        call(scene, "link_duplicate", case=wanted)


def test_a_case_can_be_linked_by_its_number_but_not_to_itself(ward: Any, scene: Scene) -> None:
    other = ward.send()
    call(scene, "link_duplicate", case_number=other.case_number)
    assert scene.case.linked_case_id == other.case_id
    with pytest.raises(Refused):
        call(scene, "link_duplicate", case_number=scene.case.number)


def test_a_transfer_moves_the_case_its_task_and_who_may_read_it(ward: Any, session: Session) -> None:
    opened = ward.send()
    there = ward.people["outside_lead"]
    ward.do("accept_referral", "coordinator", **{
        "intake.decision": "transfer", "intake.worker": "", "intake.station": there.memberships[0].organisation_id,
        "intake.transfer_reason": "服务对象已转院。",
    })  # fmt: skip
    assert inbox.count(session, there)["claimable"] == 1
    assert inbox.count(session, ward.people["coordinator"])["claimable"] == 0
    cases.open_case(session, there, opened.case_id, ward.now)
    with pytest.raises(NotFound):
        cases.open_case(session, ward.people["supervisor"], opened.case_id, ward.now)


@pytest.mark.parametrize("station", ["", "00000000-0000-0000-0000-000000000000"])
def test_a_transfer_to_nowhere_is_refused(scene: Scene, station: str) -> None:
    with pytest.raises(Refused):
        call(scene, "transfer_case", station=station)
    with pytest.raises(Refused):
        call(scene, "transfer_case", station=str(scene.case.organisation_id))


def test_a_notice_is_a_line_of_the_history_without_personal_data(ward: Any, session: Session) -> None:
    ward.send(**{"flag.self_harm": "yes", "flag.self_harm_time": "current"})
    event = session.scalars(select(Event).where(Event.kind == "notified")).one()
    assert event.details == {"audience": "supervisor", "about": "emergency_referral"}
    assert session.scalars(select(Case)).one().level == "emergency"
    assert "王小明" not in str([e.details for e in session.scalars(select(Event))])


def test_a_notice_to_nobody_known_is_refused(scene: Scene) -> None:
    with pytest.raises(Refused):
        call(scene, "notify", audience="the moon", about="x")


def test_a_party_that_takes_no_part_is_refused(scene: Scene) -> None:
    with pytest.raises(Refused):
        scene.organisation("agency")


def test_tasks_carry_what_the_drawing_says(ward: Any, session: Session) -> None:
    ward.until("first_contact")
    task: Task = ward.open("first_contact")
    assert (task.role, task.party, task.shared_with) == ("medical_social_worker", "station", [])
    assert task.assignee_id == ward.people["worker"].user_id
