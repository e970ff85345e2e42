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
    assess(worker, number)
    close(worker, number)
    look_back(worker, number)

    read_feedback(nurse, number)


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
    worker.open_task(number, "首次接触与同意")
    met_at = datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(hours=1)
    worker.fill({
        "contact.met": ["yes"], "contact.date": [met_at.strftime("%Y-%m-%dT%H:%M")], "contact.place": ["病区会谈室"],
        "contact.duration": ["40"], "contact.expectation": ["想早点回家。"], "contact.presenting": [NARRATIVE],
        "contact.safety_now": ["safe"], "contact.wants_service": ["yes"], "consent.status": ["granted"],
        "consent.method": ["paper"],
    })  # fmt: skip
    worker.pictures("21-first-contact")
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
    worker.pictures("22-assessment")
    worker.submit()


def close(worker: Person, number: str) -> None:
    worker.open_task(number, "结案评估")
    for domain in ("medical_understanding", "emotional", "family", "social_support", "economy", "housing_transport"):
        worker.fill({f"eval.score.{domain}": ["4"]})
    worker.fill({
        "eval.goals": ["met"], "eval.outcome": ["met"], "eval.reason": ["目标达成。"], "eval.hours": ["6.5"],
        "eval.lesson": ["先解决费用。"], "eval.remaining_risk": ["复诊需人陪同。"],
    })  # fmt: skip
    worker.pictures("23-closing")
    worker.submit()
    worker.open_task(number, "反馈转介科室")
    worker.fill({"fb.items": ["needs", "services", "outcome"], "fb.text": [FEEDBACK]})
    worker.pictures("24-feedback")
    worker.submit()


def look_back(worker: Person, number: str) -> None:
    worker.go("/cases")
    worker.pictures("25-cases")
    worker.page.get_by_role("link", name=re.compile(number)).first.click()
    expect(worker.page.get_by_text(NARRATIVE)).to_be_visible()
    worker.pictures("26-case")
    worker.page.get_by_role("link", name=re.compile("流程图")).first.click()
    expect(worker.page.locator("[data-drawn=yes]")).to_be_visible()
    expect(worker.page.locator(".bjs-powered-by")).to_be_visible()
    drawing = worker.page.locator("[data-drawn]")
    # Without a size, as while a page is being left, there is nothing to fit; a script error here fails the journey.
    for hidden in (True, False):
        drawing.evaluate("(element, hidden) => { element.hidden = hidden }", hidden)
        worker.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
    worker.pictures("27-diagram")


def read_feedback(nurse: Person, number: str) -> None:
    nurse.open_task(number, "科室确认反馈")
    expect(nurse.page.get_by_text(FEEDBACK)).to_be_visible()
    assert NARRATIVE not in nurse.page.content(), "the ward must never read the social-work narrative"
    nurse.pictures("30-nurse-feedback")
    nurse.fill({"fb.ack": ["true"], "fb.usefulness": ["5"]})
    nurse.submit()
    nurse.go("/referrals")
    row = nurse.page.locator("tr, li").filter(has_text=number).first
    expect(row).to_contain_text("已完成")


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
