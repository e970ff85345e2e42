"""Referrals to agencies and consent on pages: both sides, both languages, and what an agency must never see."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Consent, ReferralState, ReferralTask, User
from tests.web.test_pages import _sound
from tests.workflow.agency import ITEMS, Desk
from workflow import identity

SUMMARY = "只有社工能看的预估摘要"


@pytest.fixture
def desk(
    session: Session, cast: dict[str, User], published: None, answers: dict[str, Any], now: datetime, password_hash: str
) -> Desk:
    """A case that has been assessed, with agencies around it; everybody can sign in."""
    people = {}
    for name, user in cast.items():
        actor = identity.load_actor(session, user.id, user.session_epoch)
        assert actor is not None
        people[name] = actor
    made = Desk(session, people, answers, now)
    for user in session.scalars(select(User).where(User.password_hash == "-")):
        user.password_hash = password_hash
    session.commit()
    return made


@pytest.fixture
def sent(desk: Desk) -> ReferralTask:
    """A referral with the name and the request that waits for the agency."""
    desk.agree("first", items=ITEMS)
    return desk.sent("contact")


def test_the_agency_reads_exactly_what_was_sent(as_person: Callable[[str], Any], sent: ReferralTask) -> None:
    agency = as_person("agency")
    listed = agency.get("/agency-referrals/received").text
    assert "居家陪护" in listed
    assert "王小明" not in listed
    assert "王**" in listed
    page = agency.get(f"/agency-referrals/{sent.id}").text
    assert "王小明" in page
    assert "出院后独居" in page
    assert SUMMARY not in page
    assert "M-0012345" not in page


def test_the_task_page_of_an_agency_holds_the_copy_and_nothing_of_the_case(
    as_person: Callable[[str], Any], desk: Desk, sent: ReferralTask
) -> None:
    agency = as_person("agency")
    page = agency.get(f"/tasks/{desk.open('answer_agency_referral').id}").text
    assert "王小明" in page
    assert "出院后独居" in page
    for hidden in (SUMMARY, "骨科病区", "住院费用没有着落", "M-0012345", f"/cases/{desk.case.id}"):
        assert hidden not in page
    assert agency.get(f"/cases/{desk.case.id}").status_code in (403, 404)
    inbox = agency.get("/inbox?tab=claimable").text
    assert "答复转介" in inbox
    assert "王" not in inbox.partition("<main")[2].replace("王护士", "")


def test_without_the_contact_the_name_is_nowhere(as_person: Callable[[str], Any], desk: Desk) -> None:
    desk.agree("first", items=ITEMS)
    task = desk.sent("plan")
    agency = as_person("agency")
    for address in ("/agency-referrals/received", f"/agency-referrals/{task.id}", "/inbox?tab=claimable"):
        text = agency.get(address).text
        assert "王小明" not in text
        assert "王**" not in text


def test_opening_it_is_told_to_the_sender(as_person: Callable[[str], Any], sent: ReferralTask) -> None:
    worker = as_person("worker")
    assert "机构还没有查看" in worker.get("/agency-referrals/sent").text
    as_person("agency").get(f"/agency-referrals/{sent.id}")
    assert "机构还没有查看" not in worker.get("/agency-referrals/sent").text


@pytest.mark.parametrize(
    "who", ["agency2", "agency_other", "worker2", "nurse", "lead", "outsider", "admin", "agency2_worker"]
)
def test_others_learn_nothing(as_person: Callable[[str], Any], sent: ReferralTask, who: str) -> None:
    browser = as_person(who)
    assert browser.get(f"/agency-referrals/{sent.id}").status_code in (403, 404)
    for address in ("/agency-referrals/sent", "/agency-referrals/received"):
        page = browser.get(address)
        assert page.status_code in (200, 403)
        assert "居家陪护" not in page.text
    assert browser.post(f"/agency-referrals/{sent.id}/end", {"reason": "other", "text": "不要了"}).status_code in (
        403,
        404,
    )


@pytest.mark.parametrize("who", ["agency", "agency_head"])
def test_agency_leads_see_it_and_the_worker_once_named(
    as_person: Callable[[str], Any], desk: Desk, sent: ReferralTask, who: str
) -> None:
    assert as_person(who).get(f"/agency-referrals/{sent.id}").status_code == 200
    assert as_person("agency_worker").get(f"/agency-referrals/{sent.id}").status_code == 404
    desk.accept()
    assert as_person("agency_worker").get(f"/agency-referrals/{sent.id}").status_code == 200


def test_withdrawing_asks_first_and_ends_access(
    as_person: Callable[[str], Any], desk: Desk, sent: ReferralTask, session: Session
) -> None:
    agency = as_person("agency")
    task_page = f"/tasks/{desk.open('answer_agency_referral').id}"
    assert agency.get(f"/agency-referrals/{sent.id}").status_code == 200
    consent = session.scalars(select(Consent)).one()
    worker = as_person("worker")
    page = worker.get(f"/cases/{desk.case.id}/consents")
    assert "姓名和联系方式" in page.text
    asked = worker.get(f"/consents/{consent.id}/withdraw")
    assert "马上生效" in asked.text
    after = worker.post(f"/consents/{consent.id}/withdraw")
    assert "撤销了 1 个转介" in after.text
    assert "已撤回" in after.text
    assert agency.get(f"/agency-referrals/{sent.id}").status_code == 404
    assert "居家陪护" not in agency.get("/agency-referrals/received").text
    shown = agency.get(task_page)
    assert "王小明" not in shown.text
    session.expire_all()
    assert session.get_one(ReferralTask, sent.id).state is ReferralState.CANCELLED
    assert worker.get(f"/consents/{consent.id}/withdraw").status_code == 404


def test_the_sender_calls_it_off_with_a_reason(
    as_person: Callable[[str], Any], sent: ReferralTask, session: Session
) -> None:
    worker = as_person("worker")
    worker.get(f"/agency-referrals/{sent.id}")
    assert worker.post(f"/agency-referrals/{sent.id}/end", {"reason": "other", "text": ""}).status_code == 422
    page = worker.post(f"/agency-referrals/{sent.id}/end", {"reason": "situation_changed", "text": "家属接走了。"})
    assert "已撤销" in page.text
    assert "家属接走了" in page.text
    again = worker.post(f"/agency-referrals/{sent.id}/end", {"reason": "other", "text": "再撤一次"})
    assert again.status_code == 409
    assert as_person("agency").get(f"/agency-referrals/{sent.id}").status_code == 404
    session.expire_all()
    assert session.get_one(ReferralTask, sent.id).reason == "situation_changed"


def test_the_agency_calls_it_off_and_is_back_at_its_list(as_person: Callable[[str], Any], sent: ReferralTask) -> None:
    agency = as_person("agency")
    agency.get(f"/agency-referrals/{sent.id}")
    page = agency.post(f"/agency-referrals/{sent.id}/end", {"reason": "no_capacity", "text": "人手不够。"})
    assert page.status_code == 200
    assert "收到的转介" in page.text
    assert "人手不够" in as_person("worker").get(f"/agency-referrals/{sent.id}").text


def test_overrides_are_listed_and_reviewed(as_person: Callable[[str], Any], desk: Desk) -> None:
    consent = desk.agree("first", status="overridden", override_basis="life_and_safety")
    supervisor = as_person("supervisor")
    assert desk.case.number in supervisor.get("/overrides").text
    page = supervisor.post(f"/overrides/{consent.id}", {"verdict": "ended"})
    assert "没有等候复核的" in page.text
    assert "复核后停止" in supervisor.get(f"/cases/{desk.case.id}/consents").text


@pytest.mark.parametrize("who", ["nurse", "agency", "outsider", "admin"])
def test_consents_are_for_the_station_only(as_person: Callable[[str], Any], desk: Desk, who: str) -> None:
    consent = desk.agree("first")
    browser = as_person(who)
    assert browser.get(f"/cases/{desk.case.id}/consents").status_code in (403, 404)
    assert browser.get(f"/consents/{consent.id}/withdraw").status_code in (403, 404)
    assert browser.post(f"/consents/{consent.id}/withdraw").status_code in (403, 404)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_page_is_sound_in_both_languages(
    as_person: Callable[[str], Any], desk: Desk, sent: ReferralTask, session: Session, language: str
) -> None:
    desk.do("answer_agency_referral", "agency", **{"arep.decision": "ask_info", "arep.question": "本人何时在家？"})
    override = desk.agree("second", status="overridden", override_basis="statutory_duty")
    consent = next(each for each in session.scalars(select(Consent)) if each.id != override.id)
    question = desk.open("answer_agency_question")
    for who, address in (
        ("worker", "/agency-referrals/sent"),
        ("worker", f"/agency-referrals/{sent.id}"),
        ("agency", "/agency-referrals/received"),
        ("agency", f"/agency-referrals/{sent.id}"),
        ("worker", f"/cases/{desk.case.id}/consents"),
        ("worker", f"/consents/{consent.id}/withdraw"),
        ("worker", f"/tasks/{question.id}"),
        ("worker", f"/cases/{desk.case.id}"),
        ("supervisor", "/overrides"),
    ):
        browser = as_person(who)
        browser.switch(language)
        page = browser.get(address)
        assert page.status_code == 200, address
        _sound(page)
        if language == "zh_CN":
            continue
        for chinese in ("转出方", "共享内容", "撤销", "登记撤回", "知情同意", "机构还没有查看"):
            assert chinese not in page.text, (address, chinese)
