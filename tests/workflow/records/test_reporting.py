"""The way of a mandatory report: notices in time, two people for not reporting, and none is skipped silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Instance, Membership, Risk, Role
from tests.workflow.conftest import ROOT, raw
from tests.workflow.records.reporting import ANSWERS, NAME, NOT_REPORTED, Reporting
from workflow import identity, inbox, studio
from workflow.engine import Bundle
from workflow.errors import CareRelayError, Forbidden, StepRefused
from workflow.operations import Refused, Scene, reports
from workflow.operations.cases import set_case_state
from workflow.records import actions, starting


@pytest.fixture
def reporting(session: Session, ward: Any, now: datetime) -> Reporting:
    return Reporting(session, ward, now)


# ---- the way of a report


def test_red_risk_and_notices_on_the_timeline(reporting: Reporting) -> None:
    reporting.reported()
    assert reporting.case.risk is Risk.RED
    assert [reporting.see(who).risk for who in ("supervisor", "worker", "nurse")] == ["red", "red", None]
    reporting.wake(1)
    reporting.wake(2)
    lines = reporting.lines("supervisor")
    for expected in (
        "开始强制报告与危机干预", "风险改为“红（高风险）”", "已通知督导：报告仍无回执",
        "已通知机构负责人：报告仍无回执", "已通知个人信息保护负责人：报告超时无回执",
        "报告超时无回执：请督导立即电话告知院总值班",
    ):  # fmt: skip
        assert expected in lines
    assert not [line for line in reporting.lines("nurse") if "报告" in line or "风险" in line]


def test_a_checklist_left_lying_goes_to_the_supervisor(reporting: Reporting) -> None:
    reporting.start("lead")
    reporting.wake(0.5)
    assert "已通知督导：强制报告核对表逾时未填，请督导接手" in reporting.lines("supervisor")
    assert NAME not in repr(reporting.see("supervisor"))
    given = raw(ANSWERS["check_signs"])
    task = reporting.task("take_over_check")
    inbox.complete(reporting.session, reporting.people["supervisor"], task.id, given, reporting.now)
    assert reporting.task("make_report").assignee_id == reporting.people["worker"].user_id


def test_not_reporting_takes_two_people(reporting: Reporting, session: Session) -> None:
    reporting.reported()
    worker = reporting.people["worker"]
    place = worker.memberships[0].organisation_id
    session.add(
        Membership(user_id=worker.user_id, organisation_id=place, role=Role.SUPERVISOR, starts_on=date(2020, 1, 1))
    )
    session.flush()
    both = identity.load_actor(session, worker.user_id, 1)
    assert both is not None
    reporting.do("make_report", both, **NOT_REPORTED)
    second = {"second.decision": "agree", "second.comment": "理由充分，同意暂不报告。"}
    with pytest.raises(Forbidden):
        reporting.do("confirm_not_reporting", both, **second)
    reporting.do("confirm_not_reporting", "supervisor", **second)
    assert reporting.task("plan_safety")


# ---- it cannot be skipped silently


def closing(reporting: Reporting, who: str | None) -> Scene:
    instance = reporting.session.scalars(
        select(Instance).where(Instance.started_by_id == reporting.case.opened_by_id)
    ).first()
    assert instance is not None
    actor_id = reporting.people[who].user_id if who else None
    return Scene(reporting.session, reporting.case, instance, actor_id, reporting.now)


def test_an_open_report_keeps_its_case_open(reporting: Reporting) -> None:
    reporting.start("lead")
    with pytest.raises(Refused) as refused:
        set_case_state(closing(reporting, "supervisor"), {"state": "cancelled", "reason": "other"})
    assert "强制报告" in refused.value.message.zh
    assert "mandatory report" in refused.value.message.en
    assert reporting.case.closed_at is None


def test_other_moves_go_on_beside_it(reporting: Reporting) -> None:
    reporting.start("lead")
    set_case_state(closing(reporting, "worker"), {"state": "on_hold", "reason": "other"})
    assert reporting.case.state.value == "on_hold"


def test_a_timer_closes_the_case_and_the_supervisor_is_told(reporting: Reporting) -> None:
    reporting.start("lead")
    scene = closing(reporting, None)
    set_case_state(scene, {"state": "cancelled", "reason": "other"})
    assert [event.details.get("about") for event in scene.events] == ["report_open_at_closure", None]


def test_nothing_found_lets_the_case_close(reporting: Reporting) -> None:
    reporting.start("lead")
    reporting.do("check_signs", "lead", **{"report.immediate_danger": "no", "report.any": "no"})
    assert not reports.has_open_report(reporting.session, reporting.case.id)
    set_case_state(closing(reporting, "worker"), {"state": "cancelled", "reason": "other"})


def test_the_supervisor_ends_follow_up_with_a_reason(reporting: Reporting, now: datetime) -> None:
    reporting.reported()
    supervisor = reporting.people["supervisor"]

    def early() -> list[actions.Action]:
        offered = actions.available(reporting.session, supervisor, reporting.case, now)
        return [each for each in offered if each.element_id == "end_early"]

    assert early() == [], "not before it is decided whether to report"
    reporting.do("make_report", "worker")
    [action] = early()
    assert [
        each.element_id
        for each in actions.available(reporting.session, reporting.people["worker"], reporting.case, now)
    ] == []
    actions.send(
        reporting.session, supervisor, reporting.case.id, action.instance_id, action.element_id, action.key, now
    )
    assert reports.has_open_report(reporting.session, reporting.case.id), "the reason is missing"
    reporting.do("explain_early_end", "supervisor")
    set_case_state(closing(reporting, "supervisor"), {"state": "cancelled", "reason": "other"})


@pytest.fixture
def declined(ward: Any) -> Callable[[], Any]:
    return lambda: ward.do(
        "accept_referral", "coordinator",
        **{"intake.decision": "decline", "intake.decline_reason": "out_of_scope",
           "intake.advice": "请联系院内营养科会诊。", "intake.worker": []},
    )  # fmt: skip


def test_the_page_says_why_a_case_cannot_be_closed(
    session: Session, ward: Any, now: datetime, declined: Callable[[], Any]
) -> None:
    """Declining a referral while its report is open is refused in words, and nothing has happened."""
    opened = ward.send()
    studio.publish(session, None, Bundle.from_folder(ROOT / "bpmn" / "mandatory_report"))
    starting.start(session, ward.people["nurse"], opened.case_id, "mandatory_report", uuid4(), now)
    with pytest.raises(CareRelayError) as refused:
        declined()
    assert isinstance(refused.value, StepRefused)
    assert "强制报告" in refused.value.message.zh
