"""The acceptance scenarios of domain.md §4.1.10 through the pages, with everybody who takes part signed in.

Scenario 3, the child with unexplained fractures, stands in tests/web/test_scenario_report.py.
"""

from sqlalchemy import select

from models import Capacity, Consent, Entry, Organisation, ReferralState, Service, Task
from tests.web.scenarios.conftest import House

NARRATIVE = "愿意自己去交材料。"
"""What the worker wrote down of a conversation: never for the ward, never for an agency."""


def meet(house: House, **consent: object) -> None:
    """A case whose person has been met and asked for consent."""
    house.refer()
    house.do("coordinator", "accept_referral")
    house.do("worker", "first_contact")
    house.do("worker", "sign_consent", **({"consent": consent} if consent else {}))


def serve(house: House, **consent: object) -> None:
    """A case in its service phase, with consent to share the contact with an agency."""
    meet(house, **consent)
    house.do("worker", "assess")
    house.do("worker", "make_plan")
    house.do("supervisor", "approve_item")


def share_with(*agencies: str) -> list[dict[str, object]]:
    """Lines of the consent form: the contact may be shared with these."""
    return [{"organisation": each, "contact": True, "purpose": "service", "until": "2026-06-30"} for each in agencies]


def test_1_a_finance_referral_from_the_ward_to_closure_with_an_agency_grant(house: House) -> None:
    serve(house)
    house.press("worker", "＋院社转出")
    house.do("worker", "prepare_agency_referral")
    assert "收到的转介" in house.person("agency").get("/inbox").text
    house.do("agency", "answer_agency_referral")
    house.do("agency-worker", "report_agency_progress")
    house.do("agency-worker", "report_agency_outcome")
    house.do("worker", "accept_agency_outcome")
    assert [task.state for task in house.referral_tasks()] == [ReferralState.COMPLETED]

    house.press("worker", "＋资源或救助申请")
    house.do("worker", "record_aid")
    house.press("worker", "＋介入记录")
    house.do("worker", "record_intervention")
    house.press("worker", "准备结案")
    house.do("worker", "evaluate_closure")
    house.do("supervisor", "approve_item")
    house.do("worker", "write_feedback")
    page = house.person("nurse").get(f"/cases/{house.case.id}").text
    assert NARRATIVE not in page, "the ward never reads the social-work narrative"
    house.do("nurse", "acknowledge_feedback")
    house.do("coordinator", "call_person")
    house.do("worker", "prepare_closure")
    assert house.open() == []
    assert (house.case.state, house.case.outcome) == (ReferralState.COMPLETED, "met")
    assert house.case.closed_at is not None
    sent = house.person("nurse").get("/referrals").text
    assert "已完成" in sent


def test_2_no_room_at_the_first_agency_the_second_accepts(house: House) -> None:
    serve(house, shares=share_with("agency-1", "agency-2"))
    house.press("worker", "＋院社转出")
    house.do("worker", "prepare_agency_referral")
    full = {
        "decision": "reject", "reason": "no_capacity", "reason_text": "下月才有名额。", "capacity_now": "none",
        "worker": None, "first_date": None,
    }  # fmt: skip
    house.do("agency", "answer_agency_referral", arep=full)
    service = house.session.get_one(Service, house.referral_tasks()[0].service_id)
    assert service.capacity is Capacity.NONE, "the directory knows it at once"
    page = house.person("worker").get(f"/tasks/{house.task('after_agency_rejection').id}").text
    assert "下月才有名额" in page
    house.do("worker", "after_agency_rejection")
    # The first agency has not seen what the second was sent, and the other way round.
    assert house.person("agency").get(f"/tasks/{house.task('answer_agency_referral').id}").status_code == 404
    house.do("agency2", "answer_agency_referral", arep={"worker": house.names["@agency2"]})
    states = [task.state for task in house.referral_tasks()]
    assert states == [ReferralState.REJECTED, ReferralState.ACCEPTED]
    assert len({task.referral_id for task in house.referral_tasks()}) == 1, "one referral, two attempts"


def test_4_the_patient_refuses_and_the_ward_sees_only_that(house: House) -> None:
    house.refer()
    house.do("coordinator", "accept_referral")
    house.do("worker", "first_contact", contact={"wants_service": "no", "presenting": "不想让家里人知道欠债的事。"})
    nurse = house.person("nurse")
    page = nurse.get(f"/tasks/{house.task('read_reply').id}").text
    assert "欠债" not in page
    house.do("nurse", "read_reply")
    assert house.case.state is ReferralState.CANCELLED
    seen = nurse.get(f"/cases/{house.case.id}").text
    assert "已撤销" in seen
    assert "欠债" not in seen


def test_5_discharged_tonight(house: House) -> None:
    serve(house)
    house.press("nurse", "登记出院/转院/死亡")
    house.do("nurse", "report_departure")
    due = house.task("prepare_discharge_now").due_at
    assert due is not None
    assert (due - house.now).total_seconds() == 4 * 3600
    handed = {"community_handover": True}
    house.do("worker", "prepare_discharge_now", dc=handed)
    house.do("worker", "prepare_agency_referral")
    house.do("agency", "answer_agency_referral")
    house.do("agency-worker", "report_agency_progress")
    house.do("agency-worker", "report_agency_outcome")
    house.do("worker", "accept_agency_outcome")
    house.press("worker", "准备结案")
    house.do("worker", "evaluate_closure")
    house.do("supervisor", "approve_item")
    house.do("worker", "write_feedback")
    house.do("nurse", "acknowledge_feedback")
    house.wait(days=8)
    assert "follow_up" in " ".join(house.open()), "the call of day 7"


def test_6_the_worker_is_on_leave_and_nothing_is_lost(house: House) -> None:
    meet(house)
    task = house.task("assess")
    worker = house.person("worker")
    worker.get(f"/tasks/{task.id}")
    worker.post(f"/tasks/{task.id}/draft", {"pa.summary": "写了一半的预估。"})
    station = house.session.scalars(select(Organisation.id).where(Organisation.code == "tongxin-msw")).one()
    supervisor = house.person("supervisor")
    assert "林社工" in supervisor.get("/workload").text
    address = f"/workload/{station}/{house.names['@worker']}"
    page = supervisor.get(address).text
    assert house.case.number in page
    page = supervisor.post(address, {"cases": str(house.case.id), "to": house.names["@worker2"]}).text
    assert "已移交" in page
    assert "写了一半的预估。" in house.person("worker2").get(f"/tasks/{task.id}").text
    house.do("worker2", "assess")
    assert house.task("make_plan").assignee_id == house.case.responsible_id, "what comes goes to the new worker"
    assert str(house.case.responsible_id) == house.names["@worker2"]
    assert worker.get(f"/cases/{house.case.id}").status_code == 404, "need to know has ended"


def test_7_consent_is_withdrawn_and_the_agency_loses_access_at_once(house: House) -> None:
    serve(house)
    house.press("worker", "＋院社转出")
    house.do("worker", "prepare_agency_referral")
    house.do("agency", "answer_agency_referral")
    (sent,) = house.referral_tasks()
    agency, address = house.person("agency"), f"/agency-referrals/{sent.id}"
    assert "测试患者" in agency.get(address).text
    consent = house.session.scalars(select(Consent)).one()
    worker, withdraw = house.person("worker"), f"/consents/{consent.id}/withdraw"
    assert "撤回" in worker.get(withdraw).text, "asked before it is done"
    answer = worker.post(withdraw)
    assert answer.status_code == 200
    assert "测试患者" not in agency.get(address).text
    (sent,) = house.referral_tasks()
    assert sent.state is ReferralState.CANCELLED
    assert sent.reason
    assert "测试患者" not in agency.get("/agency-referrals/received").text
    house.do("worker", "handle_withdrawal", without_consent={"go_on": "no", "basis": None})
    assert house.case.state is ReferralState.CANCELLED


def test_8_the_ward_loses_interest_and_the_question_closes_by_itself(house: House) -> None:
    house.refer()
    asked = {"decision": "ask_info", "worker": None, "info_needed": "请说明家属何时到院。"}
    house.do("coordinator", "accept_referral", intake=asked)
    assert "请说明家属何时到院" in house.person("nurse").get(f"/tasks/{house.task('supply_information').id}").text
    house.wait(days=7, hours=1)
    assert house.open() == ["read_reply"]
    assert (house.case.state, house.case.state_reason) == (ReferralState.REJECTED, "insufficient_info")
    page = house.person("nurse").get(f"/cases/{house.case.id}").text
    assert "已提醒科室补充信息" in page


def test_what_was_written_is_kept_whole(house: House) -> None:
    serve(house)
    entries = house.session.scalars(select(Entry).where(Entry.case_id == house.case.id)).all()
    done = house.session.scalars(select(Task).where(Task.case_id == house.case.id, Task.completed_at.isnot(None))).all()
    assert len(entries) == len(done) == 7
