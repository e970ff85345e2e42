"""Operations on referrals to agencies: what a diagram cannot make them do, in words in both languages."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from models import Capacity, Instance, ReferralState
from tests.workflow.agency import Desk
from tests.workflow.conftest import People
from workflow.operations import OPERATIONS, Refused, Scene


@pytest.fixture
def desk(session: Session, people: People, answers: Any, now: Any) -> Desk:
    """A case that has been assessed."""
    return Desk(session, people, answers(people), now)


def scene(desk: Desk) -> Scene:
    """A step in the process of the newest referral."""
    instance = desk.session.get_one(Instance, desk.task().instance_id)
    return Scene(desk.session, desk.case, instance, desk.actor("worker").user_id, desk.now)


@pytest.mark.parametrize("name", ["set_referral_state", "close_referral", "update_capacity", "note_referral"])
def test_a_referral_that_is_not_of_this_case_is_not_found(desk: Desk, name: str) -> None:
    desk.agree("first")
    desk.sent()
    for wrong in (None, "", "no id", str(uuid4())):
        with pytest.raises(Refused) as refused:
            OPERATIONS[name](scene(desk), {"task": wrong, "state": "accepted"})
        assert refused.value.message.zh == "没有找到这个转介。"
        assert refused.value.message.en == "The referral was not found."


def test_a_referral_of_another_case_is_not_found(desk: Desk) -> None:
    desk.agree("first")
    task = desk.sent()
    here = scene(desk)
    here.case = desk.session.merge(desk.case)
    other = type(desk.case)(
        number="CR-OTHER", kind="msw_referral", subject_id=desk.person.id, organisation_id=desk.case.organisation_id,
        opened_by_id=desk.actor("nurse").user_id, opened_at=desk.now, state=ReferralState.REQUESTED,
    )  # fmt: skip
    desk.session.add(other)
    desk.session.flush()
    here.case = other
    with pytest.raises(Refused):
        OPERATIONS["set_referral_state"](here, {"task": str(task.id), "state": "accepted", "side": "receiver"})


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"state": "sleeping"}, "There is no state"),
        ({"state": "in_progress", "side": "receiver"}, "cannot become"),
        ({"state": "accepted", "side": "sender"}, "This side"),
        ({"state": "rejected", "side": "receiver"}, "A reason is needed"),
    ],
)
def test_moves_that_do_not_exist_are_refused(desk: Desk, inputs: dict[str, Any], words: str) -> None:
    desk.agree("first")
    task = desk.sent()
    with pytest.raises(Refused) as refused:
        OPERATIONS["set_referral_state"](scene(desk), {"task": str(task.id), **inputs})
    assert words in refused.value.message.en
    assert refused.value.message.zh
    assert desk.task().state is ReferralState.REQUESTED


def test_nothing_is_sent_without_what_was_prepared(desk: Desk) -> None:
    instance = desk.begin()
    here = Scene(desk.session, desk.case, instance, desk.actor("worker").user_id, desk.now)
    for name in ("check_sharing", "send_referral"):
        with pytest.raises(Refused):
            OPERATIONS[name](here, {"service": str(desk.services["first"].id)})


def test_a_service_that_is_gone_is_refused_in_words(desk: Desk) -> None:
    desk.agree("first")
    desk.sent()
    for wrong in (str(uuid4()), str(desk.services["first"].id)):
        desk.services["first"].status = "inactive"
        desk.session.flush()
        with pytest.raises(Refused) as refused:
            OPERATIONS["check_sharing"](scene(desk), {"service": wrong})
        assert "not offered" in refused.value.message.en


@pytest.mark.parametrize(
    ("inputs", "room"),
    [
        ({"reason": "no_capacity"}, Capacity.NONE), ({"reason": "waitlist"}, Capacity.WAITING_LIST),
        ({"reason": "out_of_area"}, Capacity.HAS), ({"reason": "no_capacity", "capacity": "has"}, Capacity.HAS),
        ({"capacity": "assessment_needed"}, Capacity.ASSESSMENT_NEEDED), ({"capacity": "nonsense"}, Capacity.HAS),
    ],
)  # fmt: skip
def test_capacity_follows_what_the_agency_says(desk: Desk, inputs: dict[str, Any], room: Capacity) -> None:
    desk.agree("first")
    task = desk.sent()
    OPERATIONS["update_capacity"](scene(desk), {"task": str(task.id), **inputs})
    assert desk.services["first"].capacity is room
