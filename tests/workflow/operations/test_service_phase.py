"""What is open, the archive, opening again, and what a conference decided."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from models import Case, Entry, Instance, InstanceState, ReferralState
from workflow import operations
from workflow.operations import Refused, Scene


@pytest.fixture
def scene(ward: Any, session: Session) -> Scene:
    ward.send()
    case, instance = session.scalars(select(Case)).one(), session.scalars(select(Instance)).one()
    case.state = ReferralState.IN_PROGRESS
    return Scene(session, case, instance, ward.people["worker"].user_id, ward.now)


def call(scene: Scene, name: str, **inputs: Any) -> Any:
    return operations.bind(scene)[name](inputs)


def another_process(scene: Scene) -> Instance:
    instance = Instance(
        case_id=scene.case.id, version_id=scene.instance.version_id, snapshot={}, parties=scene.instance.parties,
        started_by_id=scene.case.opened_by_id, started_at=scene.now, start_token=uuid7(),
    )  # fmt: skip
    scene.session.add(instance)
    scene.session.flush()
    return instance


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("met", "completed"), ("partly", "completed"), ("referred_on", "completed"), ("not_needed", "completed"),
        ("not_met", "failed"), ("lost", "failed"), ("died", "failed"), ("moved", "failed"), ("withdrew", "cancelled"),
        ("error", "entered_in_error"),
    ],
)  # fmt: skip
def test_the_archive_gives_the_case_the_state_of_its_reason(scene: Scene, reason: str, state: str) -> None:
    call(scene, "archive_case", reason=reason)
    assert scene.case.state == state
    assert scene.case.outcome == reason
    assert scene.case.closed_at == scene.now


def test_what_nobody_had_accepted_is_called_off(scene: Scene) -> None:
    scene.case.state = ReferralState.REQUESTED
    call(scene, "archive_case", reason="died")
    assert (scene.case.state, scene.case.outcome) == (ReferralState.CANCELLED, "died")


def test_what_has_ended_already_stays_as_it_is(scene: Scene) -> None:
    scene.case.state = ReferralState.REJECTED
    call(scene, "archive_case", reason="died")
    call(scene, "stop_case", state="cancelled", reason="withdrawn_by_ward")
    assert scene.case.state is ReferralState.REJECTED
    scene.case.state = ReferralState.ACCEPTED
    call(scene, "stop_case", state="cancelled", reason="withdrawn_by_ward")
    assert scene.case.state is ReferralState.CANCELLED


@pytest.mark.parametrize("reason", ["", "because", None])
def test_no_archive_without_a_known_reason(scene: Scene, reason: Any) -> None:
    with pytest.raises(Refused):
        call(scene, "archive_case", reason=reason)
    assert scene.case.closed_at is None


def test_no_archive_while_another_process_runs(scene: Scene) -> None:
    other = another_process(scene)
    assert call(scene, "count_open_items") == {"open_referrals": 0, "open_processes": 1}
    with pytest.raises(Refused) as refused:
        call(scene, "archive_case", reason="met")
    assert "1" in refused.value.message.zh
    other.state = InstanceState.COMPLETED
    scene.session.flush()
    call(scene, "archive_case", reason="met")
    assert scene.case.state is ReferralState.COMPLETED


def test_a_closed_case_is_opened_again_and_that_is_recorded(scene: Scene) -> None:
    call(scene, "archive_case", reason="met")
    call(scene, "reopen_case", reason="need_again")
    assert (scene.case.state, scene.case.closed_at, scene.case.outcome) == (ReferralState.IN_PROGRESS, None, None)
    assert scene.events[-1].kind == "case.reopened"
    assert scene.events[-1].details == {"before": "completed", "reason": "need_again"}


@pytest.mark.parametrize("state", ["requested", "in_progress", "rejected", "entered_in_error"])
def test_only_what_was_served_and_closed_is_opened_again(scene: Scene, state: str) -> None:
    scene.case.state = ReferralState(state)
    with pytest.raises(Refused):
        call(scene, "reopen_case", reason="need_again")


def test_who_acts_is_the_person_of_the_step_or_nobody(scene: Scene) -> None:
    assert call(scene, "who_acts") == {"user": str(scene.actor_id)}
    scene.actor_id = None
    assert call(scene, "who_acts") == {"user": None}


def test_decisions_go_into_the_process_without_their_words(scene: Scene) -> None:
    assert call(scene, "list_decisions") == {"decisions": []}
    due = (scene.now + timedelta(days=3)).date().isoformat()
    rows = [{"what": "联系王小明的女儿", "who": "worker-1", "due": due}, {"what": "再谈一次", "who": None, "due": due}]
    scene.entry = Entry(element_id="hold_conference", values={"conf": {"decisions": rows}})
    assert call(scene, "list_decisions") == {
        "decisions": [{"number": 1, "who": "worker-1", "due": due}, {"number": 2, "who": None, "due": due}]
    }
