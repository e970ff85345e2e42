"""Referrals to agencies: consent first, exactly what was chosen, every move, and the end of access."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Capacity, Consent, Event, Instance, InstanceState, ReferralState, ReferralTask, Task, TaskState
from tests.workflow.agency import ITEMS, Desk
from tests.workflow.conftest import People
from workflow import instances
from workflow.errors import Conflict, Forbidden, NotFound, StepRefused, TaskClosed
from workflow.records import outgoing, withdrawing
from workflow.records.states import Side


@pytest.fixture
def desk(session: Session, people: People, answers: Any, now: Any) -> Desk:
    """A case that has been assessed."""
    return Desk(session, people, answers(people), now)


def parts(task: ReferralTask) -> dict[str, Any]:
    """The frozen copy by item."""
    return {part["item"]: part["rows"] for part in task.copy["parts"]}


def test_exactly_what_was_ticked_is_copied(desk: Desk) -> None:
    desk.agree("first", items=ITEMS)
    task = desk.sent("contact")
    assert task.state is ReferralState.REQUESTED
    assert task.items == ["contact"]
    assert set(parts(task)) == {"contact"}
    assert "王小明" in str(task.copy)
    assert "只有社工能看的预估摘要" not in str(task.copy)
    assert task.owner_id == desk.services["first"].organisation_id
    assert task.consent_id is not None


def test_the_assessment_is_copied_without_restricted_fields(desk: Desk) -> None:
    desk.agree("first", items=ITEMS)
    task = desk.sent("assessment_summary")
    assert "只有社工能看的预估摘要" in str(task.copy)
    assert "王小明" not in str(task.copy)
    assert "未见危险" not in str(task.copy)


def test_dangers_go_along_but_not_what_is_restricted(desk: Desk) -> None:
    desk.person.safety_flags = ["domestic_violence", "self_harm", "abuse"]
    desk.person.phone, desk.person.contact_forbidden, desk.person.safe_contact = "13900001234", True, "下午打邻居电话"
    desk.agree("first", items=ITEMS)
    copy = str(desk.sent("contact").copy)
    assert "家庭暴力" in copy
    assert "下午打邻居电话" in copy
    for hidden in ("自伤", "侵害", "self_harm", "abuse", "13900001234"):
        assert hidden not in copy


def test_the_copy_stays_as_it_was_sent(desk: Desk) -> None:
    desk.agree("first", items=ITEMS)
    before = str(desk.sent("contact").copy)
    desk.person.name = "改了名字"
    desk.session.flush()
    assert str(desk.task().copy) == before


@pytest.mark.parametrize(
    ("agreed", "item"),
    [((), "contact"), (("contact",), "plan"), (("contact", "plan"), "assessment_summary")],
)
def test_nothing_beyond_consent_is_sent(desk: Desk, agreed: tuple[str, ...], item: str) -> None:
    if agreed:
        desk.agree("first", items=agreed)
    desk.begin()
    desk.prepare("first", item)
    assert desk.open("resolve_sharing")
    assert desk.session.scalars(select(ReferralTask)).all() == []
    request = outgoing.Request(desk.services["first"].id, "service", "routine", "请帮助", (item,), date(2026, 6, 30))
    with pytest.raises(StepRefused) as refused:
        outgoing.send(
            desk.session, desk.case, request, referral_id=None, instance_id=None,
            actor_id=desk.people["worker"].user_id, now=desk.now,
        )  # fmt: skip
    assert "没有发出任何内容" in refused.value.message.zh
    assert "Nothing was sent" in refused.value.message.en
    assert desk.session.scalars(select(ReferralTask)).all() == []


def test_consent_for_another_agency_or_purpose_does_not_count(desk: Desk) -> None:
    desk.agree("second", items=ITEMS)
    desk.agree("first", items=ITEMS, purpose="assessment")
    desk.begin()
    desk.prepare("first", "contact")
    assert desk.open("resolve_sharing")


def test_an_override_counts_as_long_as_its_review_upholds_it(desk: Desk) -> None:
    consent = desk.agree("first", status="overridden", override_basis="life_and_safety")
    desk.sent("contact")
    rows = withdrawing.overrides(desk.session, desk.actor("supervisor"), desk.now)
    assert [(row.consent_id, row.mine) for row in rows] == [(consent.id, False)]
    assert withdrawing.review(desk.session, desk.actor("supervisor"), consent.id, "ended", desk.now).cancelled == 1
    assert desk.task().state is ReferralState.CANCELLED
    assert not outgoing.has_access(desk.task(), desk.now)
    with pytest.raises(Conflict):
        withdrawing.review(desk.session, desk.actor("supervisor"), consent.id, "upheld", desk.now)


def test_nobody_reviews_their_own_override(desk: Desk) -> None:
    consent = desk.agree("first", status="overridden", override_basis="life_and_safety")
    consent.recorded_by_id = desk.actor("supervisor").user_id
    with pytest.raises(Forbidden):
        withdrawing.review(desk.session, desk.actor("supervisor"), consent.id, "upheld", desk.now)
    assert withdrawing.review(desk.session, desk.actor("supervisor2"), consent.id, "upheld", desk.now).cancelled == 0
    with pytest.raises(NotFound):
        withdrawing.review(desk.session, desk.actor("worker"), consent.id, "upheld", desk.now)
    assert withdrawing.overrides(desk.session, desk.actor("worker"), desk.now) == []


def test_from_sending_to_the_outcome(desk: Desk) -> None:
    desk.agree("first", items=ITEMS)
    desk.sent("contact")
    assert desk.open("answer_agency_referral").organisation_id == desk.services["first"].organisation_id
    desk.accept()
    assert desk.task().state is ReferralState.ACCEPTED
    assert desk.task().worker_id == desk.actor("agency_worker").user_id
    assert desk.task().first_contact_on == date(2026, 3, 11)
    assert desk.open("report_agency_progress").assignee_id == desk.actor("agency_worker").user_id
    report(desk, "in_progress")
    assert desk.task().state is ReferralState.IN_PROGRESS
    report(desk, "finished")
    outcome(desk)
    assert desk.task().outcome == "met"
    desk.do("accept_agency_outcome", "worker", **{"aacc.decision": "accept"})
    task = desk.task()
    assert task.state is ReferralState.COMPLETED
    assert task.access_ends_at == desk.now + timedelta(days=30)
    assert outgoing.has_access(task, desk.now + timedelta(days=29))
    assert not outgoing.has_access(task, desk.now + timedelta(days=31))
    instance = desk.session.get_one(Instance, task.instance_id)
    assert instance.outcome == "aref_completed"


def report(desk: Desk, status: str, **more: Any) -> None:
    """The agency reports progress."""
    texts = {"aprog.text": "已上门。"} if status in ("in_progress", "finished") else {"aprog.reason_text": "去外地。"}
    desk.do(
        "report_agency_progress",
        "agency_worker",
        **{"aprog.date": "2026-03-09", "aprog.status": status},
        **texts,
        **more,
    )


def outcome(desk: Desk, code: str = "met") -> None:
    """The agency reports the outcome."""
    desk.do(
        "report_agency_outcome", "agency_worker",
        **{"aout.code": code, "aout.delivered.0.type": "陪护", "aout.delivered.0.date": "2026-03-09",
           "aout.delivered.0.quantity": "2"},
    )  # fmt: skip


def test_not_achieved_is_not_completed(desk: Desk) -> None:
    desk.agree("first")
    desk.sent()
    desk.accept()
    report(desk, "finished")
    outcome(desk, "lost")
    desk.do("accept_agency_outcome", "worker", **{"aacc.decision": "accept"})
    assert desk.task().state is ReferralState.FAILED
    assert desk.task().reason == "lost"


def test_the_sender_asks_back_once(desk: Desk) -> None:
    desk.agree("first")
    desk.sent()
    desk.accept()
    report(desk, "finished")
    outcome(desk)
    desk.do("accept_agency_outcome", "worker", **{"aacc.decision": "return", "aacc.text": "请写明日期和次数。"})
    assert desk.task().state is ReferralState.IN_PROGRESS
    outcome(desk)
    desk.do("accept_agency_outcome", "worker", **{"aacc.final": "accept"})
    assert desk.task().state is ReferralState.COMPLETED


def test_on_hold_needs_a_reason_and_comes_back_on_the_review_date(desk: Desk) -> None:
    desk.agree("first")
    desk.sent()
    desk.accept()
    report(desk, "on_hold", **{"aprog.review_on": "2026-03-20"})
    task = desk.task()
    assert (task.state, task.reason, task.reason_text) == (ReferralState.ON_HOLD, "agency_hold", "去外地。")
    assert task.hold_review_on == date(2026, 3, 20)
    assert desk.open("report_agency_progress").due_at.date() == date(2026, 3, 20)  # type: ignore[union-attr]


def test_full_means_the_directory_says_so_and_the_next_one_is_asked(desk: Desk) -> None:
    desk.agree("first", "second")
    desk.sent()
    desk.do(
        "answer_agency_referral", "agency",
        **{"arep.decision": "reject", "arep.reason": "no_capacity", "arep.reason_text": "下月才有名额。"},
    )  # fmt: skip
    first = desk.task()
    assert (first.state, first.reason, first.reason_text) == (ReferralState.REJECTED, "no_capacity", "下月才有名额。")
    assert not outgoing.has_access(first, desk.now)
    assert desk.services["first"].capacity is Capacity.NONE
    from workflow.records import services

    offered = services.offered(desk.session, desk.case.id)
    assert offered[0].value == str(desk.services["second"].id)
    assert offered[0].note is not None
    assert offered[0].note.en.startswith("suggested next")
    desk.do(
        "after_agency_rejection", "worker",
        **{"anext.decision": "another", "anext.service": desk.services["second"].id},
    )  # fmt: skip
    second = desk.session.scalars(select(ReferralTask).where(ReferralTask.id != first.id)).one()
    assert second.referral_id == first.referral_id
    assert second.owner_id == desk.services["second"].organisation_id
    assert desk.open("answer_agency_referral").organisation_id == second.owner_id


def test_consent_is_checked_again_for_the_second_agency(desk: Desk) -> None:
    desk.agree("first")
    desk.sent()
    desk.do(
        "answer_agency_referral", "agency",
        **{"arep.decision": "reject", "arep.reason": "out_of_scope", "arep.reason_text": "不做这一项。"},
    )  # fmt: skip
    desk.do(
        "after_agency_rejection", "worker",
        **{"anext.decision": "another", "anext.service": desk.services["second"].id},
    )  # fmt: skip
    assert desk.open("resolve_sharing")
    assert len(desk.session.scalars(select(ReferralTask)).all()) == 1


def test_a_question_stops_the_clock_and_is_answered(desk: Desk) -> None:
    desk.agree("first")
    desk.sent()
    desk.do("answer_agency_referral", "agency", **{"arep.decision": "ask_info", "arep.question": "本人何时在家？"})
    assert desk.task().state is ReferralState.ON_HOLD
    instances.wake(desk.session, desk.task().instance_id, desk.now + timedelta(days=20))
    assert desk.task().state is ReferralState.ON_HOLD
    desk.do("answer_agency_question", "worker", **{"aans.text": "下午在家。"})
    assert desk.task().state is ReferralState.REQUESTED
    assert desk.open("answer_agency_referral")


def test_no_answer_is_recalled_after_six_working_days(desk: Desk) -> None:
    desk.agree("first")
    task = desk.sent()
    for days in (2, 4, 8):
        instances.wake(desk.session, task.instance_id, desk.now + timedelta(days=days))
    task = desk.task()
    assert (task.state, task.reason) == (ReferralState.CANCELLED, "no_response")
    assert not outgoing.has_access(task, desk.now + timedelta(days=8))
    told = [e.details["about"] for e in desk.session.scalars(select(Event).where(Event.kind == "notified"))]
    assert told[-2:] == ["agency_reminder", "agency_silent"]
    assert desk.open("after_agency_rejection")


def test_withdrawing_consent_ends_everything_at_once(desk: Desk) -> None:
    consent = desk.agree("first")
    desk.sent()
    desk.accept()
    ended = withdrawing.withdraw(desk.session, desk.actor("worker"), consent.id, desk.now)
    assert ended.cancelled == 1
    task = desk.task()
    assert (task.state, task.reason) == (ReferralState.CANCELLED, "consent_withdrawn")
    assert not outgoing.has_access(task, desk.now)
    instance = desk.session.get_one(Instance, task.instance_id)
    assert (instance.state, instance.outcome) == (InstanceState.COMPLETED, "aref_cancelled")
    assert desk.session.scalars(select(Task).where(Task.party == "agency", Task.state == TaskState.OPEN)).all() == []
    with pytest.raises(Conflict):
        withdrawing.withdraw(desk.session, desk.actor("worker"), consent.id, desk.now)


def test_withdrawing_also_ends_reading_after_completion(desk: Desk) -> None:
    consent = desk.agree("first")
    desk.sent()
    desk.accept()
    report(desk, "finished")
    outcome(desk)
    desk.do("accept_agency_outcome", "worker", **{"aacc.decision": "accept"})
    assert outgoing.has_access(desk.task(), desk.now)
    assert withdrawing.withdraw(desk.session, desk.actor("worker"), consent.id, desk.now).cancelled == 0
    assert desk.task().state is ReferralState.COMPLETED
    assert not outgoing.has_access(desk.task(), desk.now)


def test_what_another_consent_still_allows_goes_on(desk: Desk) -> None:
    first, second = desk.agree("first"), desk.agree("first")
    desk.sent()
    assert withdrawing.withdraw(desk.session, desk.actor("worker"), first.id, desk.now).cancelled == 0
    assert desk.task().state is ReferralState.REQUESTED
    assert withdrawing.withdraw(desk.session, desk.actor("worker"), second.id, desk.now).cancelled == 1


@pytest.mark.parametrize("who", ["agency", "agency_worker", "nurse", "outsider", "outside_lead", "admin"])
def test_others_cannot_withdraw(desk: Desk, who: str) -> None:
    consent = desk.agree("first")
    with pytest.raises((NotFound, Forbidden)):
        withdrawing.withdraw(desk.session, desk.actor(who), consent.id, desk.now)
    with pytest.raises(NotFound):
        withdrawing.withdraw(desk.session, desk.actor(who), uuid4(), desk.now)


@pytest.mark.parametrize(
    ("state", "side", "words"),
    [
        (ReferralState.IN_PROGRESS, Side.RECEIVER, "cannot become"),
        (ReferralState.ACCEPTED, Side.SENDER, "This side"),
        (ReferralState.REJECTED, Side.RECEIVER, "A reason is needed"),
    ],
)
def test_illegal_moves_are_refused_in_words(desk: Desk, state: ReferralState, side: Side, words: str) -> None:
    desk.agree("first")
    task = desk.sent()
    with pytest.raises(StepRefused) as refused:
        outgoing.move(desk.session, task, state, side=side, actor_id=None, now=desk.now)
    assert words in refused.value.message.en
    assert task.state is ReferralState.REQUESTED


def test_after_the_end_the_agency_can_do_nothing(desk: Desk) -> None:
    consent = desk.agree("first")
    desk.sent()
    waiting = desk.open("answer_agency_referral").id
    withdrawing.withdraw(desk.session, desk.actor("worker"), consent.id, desk.now)
    from tests.workflow.conftest import raw
    from workflow import inbox

    with pytest.raises(TaskClosed):
        inbox.complete(desk.session, desk.actor("agency"), waiting, raw(desk.acceptance()), desk.now)


def test_the_worker_named_must_be_of_that_agency(desk: Desk) -> None:
    desk.agree("first")
    desk.sent()
    from workflow.errors import InvalidForm

    wrong = desk.acceptance() | {"arep.worker": desk.actor("agency2_worker").user_id}
    with pytest.raises((InvalidForm, StepRefused)):
        desk.do("answer_agency_referral", "agency", **wrong)


def test_no_narrative_in_events_or_process_data(desk: Desk) -> None:
    desk.agree("first", items=ITEMS)
    task = desk.sent("contact")
    instance = desk.session.get_one(Instance, task.instance_id)
    assert "独居" not in str(instance.snapshot)
    assert "王小明" not in str(instance.snapshot)
    assert all("独居" not in str(event.details) for event in desk.session.scalars(select(Event)))
    assert desk.session.scalars(select(Consent)).one()
