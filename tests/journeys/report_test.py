"""A child with unexplained injuries, in the browser: two clicks to the checklist, and nobody learns who reported."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.referral_test import accept, meet, open_referral

FACTS = "双侧前臂骨折，新旧不一，家长说法前后不同。"


def test_the_ward_reports_and_stays_unnamed(person: Callable[..., Person]) -> None:
    nurse, coordinator, worker = person("nurse"), person("coordinator"), person("worker")
    number = open_referral(nurse)
    accept(coordinator, number)
    meet(worker, number)

    nurse.go("/referrals")
    nurse.page.get_by_role("link", name=number).first.click()
    asked = nurse.page.locator("details.confirm").filter(has_text="强制报告与危机干预")
    nurse.pictures("60-case-of-the-ward")
    asked.locator("summary").click()
    asked.get_by_role("button", name="确定").click()
    expect(nurse.page.get_by_role("heading", level=1, name="强制报告核对表")).to_be_visible()
    nurse.fill({
        "report.immediate_danger": ["no"], "report.any": ["yes"], "report.minor": ["yes"],
        "report.signs": ["injury"], "report.facts": [FACTS], "report.protective_action": ["accompanied"],
        "report.reporter_kind": ["self"],
    })  # fmt: skip
    nurse.pictures("61-checklist")
    nurse.submit()

    worker.open_task(number, "报告并登记回执")
    expect(worker.page.locator("main")).to_contain_text(FACTS)
    worker.pictures("62-report")
    supervisor = person("supervisor")
    for somebody in (worker, supervisor):
        somebody.go("/cases")
        somebody.page.get_by_role("link", name=number).first.click()
        history = somebody.page.locator(".timeline")
        expect(history).to_contain_text("强制报告")
        told = [line for line in history.locator("li").all_inner_texts() if "强制报告" in line or "核对" in line]
        assert told
        assert not [line for line in told if "王护士" in line]
    supervisor.pictures("63-supervisor-sees-no-name")
    supervisor.go("/cases")
