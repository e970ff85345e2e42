"""The main job: from the nurse who opens a referral to the nurse who reads what came of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person

SUMMARY = "术后第三天不愿进食，整夜未睡，家属不知道怎么办。"
FEEDBACK = "已协助申请医疗救助，情绪好转，请出院前再确认复诊时间。"
NARRATIVE = "夜里常想到欠费，不敢告诉女儿。"


def test_a_referral_travels_from_the_ward_to_the_social_worker_and_back(person: Callable[..., Person]) -> None:
    welcome = person()
    welcome.go("/login")
    welcome.pictures("01-login")

    nurse = person("nurse")
    number = open_referral(nurse)

    coordinator = person("coordinator")
    accept(coordinator, number)

    worker = person("worker")
    meet(worker, number)
    ask_consent(worker, number)
    assess(worker, number)
    plan(worker, number)
    supervisor = person("supervisor")
    approve(supervisor, number, "30-approve-plan")
    serve(worker, number)
    close(worker, number)
    approve(supervisor, number, "31-approve-closing")
    feed_back(worker, number)

    read_feedback(nurse, number)
    ask_how_it_was(coordinator, number)
    archive(worker, number)
    look_back(worker, number)
    nurse.go("/referrals")
    row = nurse.page.locator("tr, li").filter(has_text=number).first
    expect(row).to_contain_text("已完成")


def open_referral(nurse: Person) -> str:
    nurse.pictures("02-nurse-inbox")
    nurse.go("/inbox")
    nurse.page.get_by_role("link", name="发起转介").first.click()
    page = nurse.page
    # Sent too early: everything typed stays, and every gap is named with a link to it.
    page.get_by_label("情况简述").fill(SUMMARY)
    nurse.submit("发送转介", refused=True)
    expect(page.get_by_label("情况简述")).to_have_value(SUMMARY)
    nurse.pictures("03-referral-refused", languages=("zh",))

    page.get_by_label("转介来源").select_option(label="病区")
    page.get_by_label("床号").fill("12床")
    nurse.fill({
        "subject.kind": ["patient"], "subject.name": ["秦小满"], "subject.sex": ["female"],
        "subject.birth_date": ["1961-05-04"], "subject.mrn": ["D0099881"], "referral.reasons": ["emotional", "finance"],
        "flag.self_harm": ["no"], "flag.violence": ["no"], "flag.suspected_abuse": ["no"], "flag.unaccompanied": ["no"],
        "priority_asked": ["routine"], "person_knows": ["yes"], "contact_person": ["王护士 8012"],
    })  # fmt: skip
    nurse.fill_if_asked("referral.department")
    nurse.fill_if_asked("referral.main_reason", "emotional")
    nurse.pictures("04-referral-filled")
    nurse.submit("发送转介")
    expect(page.get_by_text(re.compile(r"CR\d{4}-\d{6}")).first).to_be_visible()
    nurse.pictures("05-referral-sent")
    found = re.search(r"CR\d{4}-\d{6}", page.inner_text("main"))
    assert found
    nurse.go("/referrals")
    nurse.pictures("06-referrals-sent-list")
    return found[0]


def accept(coordinator: Person, number: str) -> None:
    coordinator.go("/inbox?tab=claimable")
    coordinator.pictures("10-coordinator-inbox")
    coordinator.open_task(number, "接收分派")
    coordinator.pictures("11-coordinator-task")
    coordinator.fill({"intake.decision": ["accept"]})
    coordinator.choose_by_label("intake.worker", "林社工")
    coordinator.fill({"intake.level_final": ["routine"]})
    coordinator.pictures("12-coordinator-filled")
    coordinator.submit()
    expect(coordinator.page.locator(".note--done")).to_contain_text(number)


def meet(worker: Person, number: str) -> None:
    worker.go("/inbox")
    worker.pictures("20-worker-inbox")
    worker.open_task(number, "首次接触")
    met_at = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(hours=1)
    worker.fill({
        "contact.met": ["yes"], "contact.date": [met_at.strftime("%Y-%m-%dT%H:%M")], "contact.place": ["病区会谈室"],
        "contact.duration": ["40"], "contact.expectation": ["想早点回家。"], "contact.presenting": [NARRATIVE],
        "contact.safety_now": ["safe"], "contact.wants_service": ["yes"],
    })  # fmt: skip
    worker.pictures("21-first-contact")
    worker.submit()


def ask_consent(worker: Person, number: str) -> None:
    worker.open_task(number, "告知并征求同意")
    worker.fill({
        "consent.decision": ["granted"], "consent.signer_type": ["self"], "consent.method": ["verbal"],
        "consent.witness": ["王护士"], "consent.scope_service": ["yes"], "consent.statistics": ["yes"],
        "consent.valid_until": [day(90)], "consent.photo": ["no"], "consent.contact_forbidden": ["no"],
    })  # fmt: skip
    worker.pictures("22-consent")
    worker.submit()


def assess(worker: Person, number: str) -> None:
    worker.open_task(number, "心理社会评估")
    for domain in ("medical_understanding", "emotional", "family", "social_support", "economy", "housing_transport"):
        worker.fill({
            f"pa.{domain}.score": ["3"], f"pa.{domain}.note": ["已了解，见说明。"], f"pa.{domain}.need": ["no"],
        })  # fmt: skip
    worker.fill({
        "pa.risk.level": ["low"], "pa.risk.note": ["没有自伤想法。"], "pa.minor_in_household": ["no"],
        "pa.strengths": ["本人表达清楚。"], "pa.needs_ranked.0.domain": ["economy"],
        "pa.needs_ranked.0.need": ["申请医疗救助"], "pa.needs_ranked.0.person_priority": ["1"],
        "pa.summary": ["以费用压力为主，家庭支持尚好。"],
    })  # fmt: skip
    worker.pictures("23-assessment")
    worker.submit()


def plan(worker: Person, number: str) -> None:
    worker.open_task(number, "制定服务计划")
    worker.fill({
        "plan.goals.0.intent": ["solve"], "plan.goals.0.statement": ["两周内落实费用来源"],
        "plan.goals.0.indicator": ["救助获批"], "plan.goals.0.baseline": ["欠费八千元"],
        "plan.goals.0.target_date": [day(14)], "plan.interventions.0.method": ["casework"],
        "plan.interventions.0.content": ["协助申请救助"], "plan.interventions.0.frequency": ["每周一次"],
        "plan.interventions.0.who": ["林社工"], "plan.person_agrees": ["person"],
    })  # fmt: skip
    worker.pictures("24-plan")
    worker.submit()


def approve(supervisor: Person, number: str, picture: str) -> None:
    supervisor.open_task(number, "督导审批")
    supervisor.fill({"approval.decision": ["approve"]})
    supervisor.pictures(picture)
    supervisor.submit()


def serve(worker: Person, number: str) -> None:
    """Nothing stands in the inbox meanwhile: a contact record begins with a button on the case page."""
    worker.go("/cases")
    worker.page.get_by_role("link", name=re.compile(number)).first.click()
    worker.pictures("25-case-in-service")
    worker.page.get_by_role("button", name="＋介入记录").click()
    expect(worker.page.get_by_role("heading", level=1, name="介入记录")).to_be_visible()
    worker.fill({
        "note.place": ["病区会谈室"], "note.minutes": ["30"], "note.goals": ["1"],
        "note.process": ["一起整理费用清单。"], "note.response": ["愿意自己去开证明。"],
        "note.next": ["陪同递交材料"], "note.next_due": [day(3)],
    })  # fmt: skip
    worker.pictures("26-contact-record")
    worker.submit()


def close(worker: Person, number: str) -> None:
    worker.go("/cases")
    worker.page.get_by_role("link", name=re.compile(number)).first.click()
    asked = worker.page.locator("details.confirm").filter(has_text="准备结案")
    asked.locator("summary").click()
    asked.get_by_role("button", name="确定").click()
    expect(worker.page.get_by_role("heading", level=1, name="结案评估")).to_be_visible()
    for domain in ("medical_understanding", "emotional", "family", "social_support", "economy", "housing_transport"):
        worker.fill({f"eval.score.{domain}": ["4"]})
    worker.fill({
        "eval.goals": ["met"], "eval.outcome": ["met"], "eval.reason": ["目标达成。"], "eval.hours": ["6.5"],
        "eval.lesson": ["先解决费用。"], "eval.remaining_risk": ["复诊需人陪同。"],
    })  # fmt: skip
    worker.pictures("27-closing")
    worker.submit()


def feed_back(worker: Person, number: str) -> None:
    worker.open_task(number, "反馈转介科室")
    worker.fill({"fb.items": ["needs", "services", "outcome"], "fb.text": [FEEDBACK]})
    worker.pictures("28-feedback")
    worker.submit()


def ask_how_it_was(coordinator: Person, number: str) -> None:
    coordinator.open_task(number, "满意度回访")
    coordinator.fill({
        "satisfaction.reached": ["yes"], "satisfaction.score": ["5"], "satisfaction.solved": ["yes"],
        "satisfaction.new_need": ["no"],
    })  # fmt: skip
    coordinator.pictures("33-satisfaction")
    coordinator.submit()


def archive(worker: Person, number: str) -> None:
    worker.open_task(number, "结案核对")
    worker.fill({
        "closure.reason": ["met"], "closure.goals.0.goal": ["落实费用来源"], "closure.goals.0.result": ["met"],
        "closure.remaining_risk": ["没有。"],
    })  # fmt: skip
    worker.pictures("34-archive")
    worker.submit()


def day(ahead: int) -> str:
    """A day from today on, as a date field takes it."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=ahead)).date().isoformat()


def look_back(worker: Person, number: str) -> None:
    worker.go("/cases?state=closed")
    worker.pictures("35-cases")
    worker.page.get_by_role("link", name=re.compile(number)).first.click()
    worker.page.locator("details.fold").filter(has_text=NARRATIVE).locator("summary").click()
    expect(worker.page.get_by_text(NARRATIVE)).to_be_visible()
    worker.pictures("36-case")
    worker.page.get_by_role("link", name=re.compile("流程图")).first.click()
    expect(worker.page.locator("[data-drawn=yes]")).to_be_visible()
    expect(worker.page.locator(".bjs-powered-by")).to_be_visible()
    drawing = worker.page.locator("[data-drawn]")
    # Without a size, as while a page is being left, there is nothing to fit; a script error here fails the journey.
    for hidden in (True, False):
        drawing.evaluate("(element, hidden) => { element.hidden = hidden }", hidden)
        worker.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    worker.pictures("37-diagram")


def read_feedback(nurse: Person, number: str) -> None:
    nurse.open_task(number, "科室确认反馈")
    expect(nurse.page.get_by_text(FEEDBACK)).to_be_visible()
    assert NARRATIVE not in nurse.page.content(), "the ward must never read the social-work narrative"
    nurse.pictures("32-nurse-feedback")
    nurse.fill({"fb.ack": ["true"], "fb.usefulness": ["5"]})
    nurse.submit()


def test_what_was_typed_is_there_after_an_unforeseen_error(
    person: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.records import referrals

    def broken(*args: object) -> None:
        raise RuntimeError("the disk is full")

    nurse = person("nurse", answers_of_500=True)
    nurse.go("/referrals/new")
    nurse.page.get_by_label("情况简述").fill(SUMMARY)
    with monkeypatch.context() as patch:
        patch.setattr(referrals, "open_referral", broken)
        nurse.submit("发送转介")
        expect(nurse.page.locator("main")).to_contain_text(re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}"))
        assert "disk" not in nurse.page.content()
        nurse.pictures("90-unforeseen", languages=("zh",))
    nurse.page.go_back()
    nurse.go("/referrals/new")
    expect(nurse.page.get_by_label("情况简述")).to_have_value(SUMMARY)
