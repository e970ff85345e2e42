"""Hospital and agency in the browser: the first agency is full, the second accepts, helps and tells what came of it."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.referral_test import accept, approve, assess, day, meet, open_referral, plan

REQUEST = "出院后独居，请协助申请救助。"
FIRST, SECOND = "同心社会工作服务中心", "阳光社会工作服务社"


def test_the_first_agency_is_full_and_the_second_helps(person: Callable[..., Person]) -> None:
    nurse, coordinator, worker = person("nurse"), person("coordinator"), person("worker")
    number = open_referral(nurse)
    accept(coordinator, number)
    meet(worker, number)
    agree_to_both(worker, number)
    assess(worker, number)
    plan(worker, number)
    approve(person("supervisor"), number, "50-approve-plan")
    refer_on(worker, number)

    agency = person("agency")
    decline(agency)
    worker.open_task(number, "决定是否另送")
    expect(worker.page.locator("main")).to_contain_text("下月才有名额")
    worker.fill({"anext.decision": ["another"]})
    worker.choose_by_label("anext.service", SECOND)
    worker.pictures("54-another-agency")
    worker.submit()

    second = person("agency2")
    take_on(second)
    agency.go("/agency-referrals/received")
    agency.pictures("56-first-agency-queue")
    worker.open_task(number, "确认机构结果")
    expect(worker.page.locator("main")).to_contain_text("目标达成")
    worker.fill({"aacc.decision": ["accept"]})
    worker.pictures("58-outcome")
    worker.submit()
    worker.go("/agency-referrals/sent")
    worker.pictures("59-outgoing")


def agree_to_both(worker: Person, number: str) -> None:
    worker.open_task(number, "告知并征求同意")
    worker.fill({
        "consent.decision": ["granted"], "consent.signer_type": ["self"], "consent.method": ["verbal"],
        "consent.witness": ["王护士"], "consent.scope_service": ["yes"], "consent.statistics": ["yes"],
        "consent.valid_until": [day(90)], "consent.photo": ["no"], "consent.contact_forbidden": ["no"],
    })  # fmt: skip
    rows = worker.page.locator('#work select[name^="consent.shares."][name$=".organisation"]')
    while rows.count() < 2:
        with worker.page.expect_response(lambda answer: "draft" in answer.url or "complete" in answer.url):
            worker.page.locator('#work button[name="_add"][value="consent.shares"]').click()
        worker.settle()
    for row, agency in enumerate((FIRST, SECOND)):
        worker.choose_by_label(f"consent.shares.{row}.organisation", agency)
        worker.fill({
            f"consent.shares.{row}.contact": ["true"], f"consent.shares.{row}.purpose": ["service"],
            f"consent.shares.{row}.until": [day(60)],
        })  # fmt: skip
    worker.pictures("51-consent-with-shares")
    worker.submit()


def refer_on(worker: Person, number: str) -> None:
    worker.go("/cases")
    worker.page.get_by_role("link", name=re.compile(number)).first.click()
    worker.page.get_by_role("button", name="＋院社转出").click()
    expect(worker.page.get_by_role("heading", level=1, name="准备转出")).to_be_visible()
    worker.choose_by_label("aref.service", FIRST)
    worker.fill({
        "aref.purpose": ["service"], "aref.priority": ["routine"], "aref.text": [REQUEST],
        "aref.share_items": ["contact"], "aref.share_until": [day(30)], "aref.contact_forbidden": ["no"],
    })  # fmt: skip
    worker.pictures("52-prepare-agency-referral")
    worker.submit()


def decline(agency: Person) -> None:
    page = agency.page
    agency.go("/agency-referrals/received")
    agency.pictures("53-agency-queue")
    answer(agency)
    expect(page.locator("main")).to_contain_text(REQUEST)
    agency.fill({
        "arep.decision": ["reject"], "arep.reason": ["no_capacity"], "arep.reason_text": ["下月才有名额。"],
        "arep.capacity_now": ["none"],
    })  # fmt: skip
    agency.pictures("53-agency-declines")
    agency.submit()


def take_on(agency: Person) -> None:
    answer(agency)
    agency.fill({"arep.decision": ["accept"]})
    agency.choose_by_label("arep.worker", "韩协调")
    agency.fill({"arep.first_date": [day(1)], "arep.capacity_now": ["has"]})
    agency.pictures("55-agency-accepts")
    agency.submit()
    follow(agency, "反馈进展")
    agency.fill({"aprog.date": [day(0)], "aprog.status": ["finished"], "aprog.text": ["材料已交，等审批。"]})
    agency.submit()
    follow(agency, "登记结果")
    agency.fill({
        "aout.code": ["met"], "aout.delivered.0.type": ["协助申请救助"], "aout.delivered.0.date": [day(0)],
        "aout.delivered.0.quantity": ["1"],
    })  # fmt: skip
    agency.fill_if_asked("aout.note", "救助已批准。")
    agency.fill_if_asked("aout.recommendation", "救助已批准，请提醒按时复诊。")
    agency.pictures("57-agency-outcome")
    agency.submit()


def answer(agency: Person) -> None:
    """Open the newest request to answer: an agency knows no case numbers."""
    follow(agency, "答复转介")


def follow(agency: Person, step: str) -> None:
    for tab in ("/inbox", "/inbox?tab=claimable"):
        agency.go(tab)
        row = agency.page.locator(".rows > li").filter(has_text=step)
        if row.count():
            pressed = row.first.get_by_role("button", name="认领")
            (pressed if pressed.count() else row.first.get_by_role("link", name=re.compile("^办理"))).click()
            break
    expect(agency.page.get_by_role("heading", level=1, name=step)).to_be_visible()
