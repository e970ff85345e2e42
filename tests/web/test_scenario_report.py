"""Scenario 3 of domain.md §4.1.10 through the pages: an 11-year-old with unexplained fractures, the reporter hidden.

The nurse notices it before the assessment, reports in two clicks, and nobody but the data-protection owner learns who.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Instance, Membership, Organisation, Role, Task, TaskState, User
from tests.web.conftest import ROOT, Browser
from workflow import identity, instances, studio, tokens
from workflow.engine import Bundle

CHECKLIST = {
    "report.immediate_danger": "no", "report.any": "yes", "report.minor": "yes",
    "report.signs": ["injury", "malnutrition"], "report.facts": "11岁，双侧前臂骨折，新旧不一，家长说法前后不同。",
    "report.protective_action": ["accompanied"],
    "report.reporter_kind": "self",
}  # fmt: skip
RECEIPT = {
    "report.decision": "reported", "report.police_time": "2026-03-09T09:30", "report.police_unit": "城关派出所",
    "report.receipt": "110-0317",
}  # fmt: skip
PLAN = {
    "safety.plan.0.action": "单间留观，专人陪护", "safety.plan.0.who": "值班护士",
    "safety.plan.0.until": "2026-03-10T10:00",
    "safety.contacts": "只由外婆探视。", "safety.status": "watched",
}  # fmt: skip
CONFERENCE = {
    "conference.time": "2026-03-09T09:50", "conference.people.0.name": "张警官",
    "conference.people.0.place": "城关派出所",
    "conference.conclusion": "取证期间不出院，由民政联系外婆。", "safety.status": "watched",
}  # fmt: skip
FOLLOW = {
    "follow.time": "2026-03-09T10:00", "follow.mode": "seen", "follow.observed": "单独谈话，情绪平稳，愿意去外婆家。",
    "safety.status": "safe",
}  # fmt: skip
NOTE = {"report_note.summary": "按时间顺序写明了发现、报告、保护和结果，已交警方。"}
REPORTER, PROCESS = "王护士", "强制报告与危机干预"

Open = Callable[[str], Browser]
Find = Callable[[str], Task]


@pytest.fixture
def case(
    send: Callable[..., Any], as_person: Open, find_task: Find, answers: dict[str, Any], session: Session,
    cast: dict[str, User], organisations: dict[str, Organisation], password_hash: str,
) -> Case:  # fmt: skip
    """The child's case, accepted and met, waiting for its assessment; and the hospital's data-protection owner."""
    studio.publish(session, None, Bundle.from_folder(ROOT / "bpmn" / "mandatory_report"))
    owner = User(username="owner", name="冯主任", password_hash=password_hash)
    session.add(owner)
    session.flush()
    session.add(
        Membership(user_id=owner.id, organisation_id=organisations["hospital"].id, role=Role.DATA_PROTECTION_OWNER)
    )
    cast["owner"] = owner
    session.commit()
    send(**{"subject.birth_date": "2014-11-02", "subject.name": "陈小雨"})
    do(as_person("coordinator"), find_task("accept_referral"), answers["accept_referral"])
    do(as_person("worker"), find_task("first_contact"), answers["first_contact"])
    return session.scalars(select(Case)).one()


def do(browser: Browser, task: Task, fields: dict[str, Any]) -> str:
    """Open a task's page and send its form."""
    assert browser.get(f"/tasks/{task.id}").status_code == 200
    page = browser.post(f"/tasks/{task.id}/complete", fields)
    assert page.status_code == 200, page.text
    return page.text


def press(browser: Browser, case: Case) -> str:
    """The first click opens the question, without JavaScript too; the second one answers it."""
    page = browser.get(f"/cases/{case.id}").text
    button = re.search(rf'<summary class="button button--danger">{PROCESS}</summary>(.*?)</details>', page, re.S)
    assert button, "one click away on the page of the case"
    action, token = re.search(r'action="([^"]+)"', button[1]), re.search(r'name="_token" value="([^"]+)"', button[1])
    assert action
    assert token
    assert "110" in button[1]
    return browser.post(unescape(action[1]), {"_token": token[1]}).text


@pytest.mark.parametrize("who", ["nurse", "lead", "worker", "coordinator", "supervisor"])
def test_two_clicks_from_the_case_to_the_checklist(as_person: Open, case: Case, who: str) -> None:
    page = press(as_person(who), case)
    assert "<h1>强制报告核对表</h1>" in page
    assert 'name="report.any"' in page


def test_the_whole_way(as_person: Open, case: Case, find_task: Find, session: Session) -> None:
    nurse, worker = as_person("nurse"), as_person("worker")
    press(nurse, case)
    do(nurse, find_task("check_signs"), CHECKLIST)
    assert find_task("assess").state is TaskState.OPEN, "care goes on beside the report"

    inbox = worker.get("/inbox").text
    assert "报告并登记回执" in inbox
    page = worker.get(f"/tasks/{find_task('make_report').id}").text
    assert "双侧前臂骨折" in page
    assert "通报民政部门" in page, "malnutrition of a child"
    do(worker, find_task("make_report"), RECEIPT)
    do(worker, find_task("plan_safety"), PLAN)
    do(worker, find_task("hold_safety_conference"), CONFERENCE)
    report = session.scalars(select(Instance).where(Instance.wake_at.isnot(None)).order_by(Instance.started_at.desc()))
    tomorrow = report.first()
    assert tomorrow is not None
    assert tomorrow.wake_at is not None
    instances.wake(session, tomorrow.id, tomorrow.wake_at)
    session.commit()
    do(worker, find_task("follow_up_safety"), FOLLOW)
    do(worker, find_task("write_report_note"), NOTE)

    lines = timeline(as_person("supervisor"), case)
    assert "强制报告已作出，流程办结" in "".join(lines)
    reported = [line for line in lines if "强制报告" in line or "风险" in line]
    assert len(reported) >= 4
    assert not [line for line in reported if REPORTER in line]


def timeline(browser: Browser, case: Case) -> list[str]:
    """The lines of the history on the page of the case, each with who did it."""
    page = browser.get(f"/cases/{case.id}").text
    return re.findall(r"<li>(.*?)</li>", page[page.index('class="timeline"') :], re.S)


@pytest.fixture
def reported(as_person: Open, case: Case, find_task: Find) -> Case:
    """The nurse has filled in the checklist."""
    nurse = as_person("nurse")
    press(nurse, case)
    do(nurse, find_task("check_signs"), CHECKLIST)
    return case


@pytest.mark.parametrize("who", ["supervisor", "coordinator", "worker"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_pages_do_not_name_the_reporter(as_person: Open, reported: Case, who: str, language: str) -> None:
    browser = as_person(who)
    browser.switch(language)
    page = browser.get(f"/cases/{reported.id}").text
    title = "Mandatory report checklist" if language == "en" else "强制报告核对表"
    [record] = html.fromstring(page).xpath(f'//details[summary[contains(., "{title}")]]')
    checklist = record.text_content()
    assert "双侧前臂骨折" in checklist
    for secret in (REPORTER, "发现人", "Noticed by", "我本人", "Myself"):
        assert secret not in checklist
    looked = browser.get(f"/cases/{reported.id}/readings")
    assert looked.status_code == (403 if who == "coordinator" else 200)
    assert REPORTER not in looked.text
    assert browser.get(f"/cases/{reported.id}/reporter").status_code in (403, 404)


def test_the_data_protection_owner_alone_sees_who(as_person: Open, reported: Case) -> None:
    page = as_person("owner").get(f"/cases/{reported.id}/reporter")
    assert page.status_code == 200
    assert REPORTER in page.text
    assert "我本人" in page.text
    assert "双侧前臂骨折" not in page.text


def test_the_ward_beside_the_nurse_sees_nothing_of_it(as_person: Open, reported: Case) -> None:
    page = as_person("lead").get(f"/cases/{reported.id}").text
    assert page.count(PROCESS) == 1, "only the button for a report of one's own"
    assert "核对表" not in page
    assert "回执" not in page
    own = as_person("nurse").get(f"/cases/{reported.id}").text
    assert "强制报告核对表" in own


def test_programs_learn_no_more_than_pages(
    app: Flask, reported: Case, session: Session, cast: dict[str, User], now: datetime
) -> None:
    user = cast["supervisor"]
    actor = identity.load_actor(session, user.id, user.session_epoch)
    assert actor is not None
    token = tokens.make(session, actor, "a program", tuple(tokens.SCOPES), 30, now)
    session.commit()
    given = app.test_client().get(f"/api/v1/cases/{reported.id}", headers={"Authorization": f"Bearer {token}"})
    assert given.status_code == 200
    told = given.get_json()
    about = [item for item in told["timeline"] + told["entries"] if "强制报告" in json.dumps(item, ensure_ascii=False)]
    assert len(about) >= 3
    assert REPORTER not in json.dumps(about, ensure_ascii=False)
    assert str(cast["nurse"].id) not in given.text


def test_the_checklist_of_another_is_not_there(as_person: Open, case: Case, find_task: Find) -> None:
    press(as_person("nurse"), case)
    task = find_task("check_signs")
    for who in ("lead", "supervisor", "coordinator", "worker", "admin", "outsider", "agency"):
        browser = as_person(who)
        assert browser.get(f"/tasks/{task.id}").status_code == 404
        browser.get("/")
        assert browser.post(f"/tasks/{task.id}/complete", CHECKLIST).status_code == 404


def test_notices_read_in_both_languages(as_person: Open, reported: Case, session: Session) -> None:
    report = session.scalars(select(Instance).order_by(Instance.started_at.desc(), Instance.id.desc())).first()
    assert report is not None
    assert report.wake_at is not None
    for _ in range(2):
        instances.wake(session, report.id, report.wake_at)
    session.commit()
    browser = as_person("supervisor")
    assert "已通知督导：报告仍无回执" in browser.get(f"/cases/{reported.id}").text
    browser.switch("en")
    page = browser.get(f"/cases/{reported.id}").text
    assert "Supervisor notified: still no receipt for the report" in page
    assert "Data-protection owner notified: report overdue, no receipt" in page
    assert "Risk: red (high)" in page


def test_no_personal_data_in_the_running_process(reported: Case, session: Session) -> None:
    """What was written stays in the entry: the snapshot holds codes only."""
    report = session.scalars(select(Instance).order_by(Instance.started_at.desc(), Instance.id.desc())).first()
    assert report is not None
    kept = json.dumps(report.snapshot, ensure_ascii=False)
    for written in ("前臂骨折", REPORTER, "陈小雨", "我本人"):
        assert written not in kept
