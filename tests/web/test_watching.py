"""Emergency access, who looked and the case team, through the pages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Membership, Organisation, Role, User
from tests.web.planted import hire

REASON = "夜班接到家属来电，说人在楼顶，责任社工联系不上。"


@pytest.fixture
def case(send: Callable[..., Any], session: Session) -> Case:
    """A referral that waits for the coordinator."""
    assert send().status_code == 200
    return session.scalars(select(Case)).one()


def test_emergency_access_from_the_form_to_the_review(as_person: Callable[[str], Any], case: Case) -> None:
    colleague, supervisor = as_person("worker2"), as_person("supervisor")
    assert colleague.get(f"/cases/{case.id}").status_code == 404
    colleague.get("/emergency-access")
    short = colleague.post("/emergency-access", {"number": case.number, "reason": "看一下"})
    assert short.status_code == 422
    assert "请用至少 10 个字" in short.text
    assert 'value="' + case.number in short.text  # what was typed is kept
    opened = colleague.post("/emergency-access", {"number": case.number.lower(), "reason": REASON})
    assert opened.status_code == 200
    assert opened.request.path == f"/cases/{case.id}"
    assert "您正在查看一份不归您办理的档案，到 3月10日 10:00 为止" in opened.text
    assert "加入" not in opened.text.split('id="team"')[1].split("</section>")[0]
    assert case.number in colleague.get("/emergency-access").text

    listed = supervisor.get("/oversight")
    assert REASON in listed.text
    address = re.search(r'action="(/oversight/[^"]+/review)"', listed.text)
    assert address is not None
    reviewed = supervisor.post(address[1], {"verdict": "not_justified"})
    assert "复核意见已记录" in reviewed.text
    assert "没有必要" in reviewed.text
    looked = supervisor.get(f"/cases/{case.id}/readings").text
    assert "周社工" in looked
    assert "紧急查看" in looked


def test_an_outsider_is_told_nothing_by_the_form(as_person: Callable[[str], Any], case: Case) -> None:
    outsider = as_person("outsider")
    for number in (case.number, "CR2026-999999"):
        outsider.get("/emergency-access")
        answer = outsider.post("/emergency-access", {"number": number, "reason": REASON})
        assert answer.status_code == 404
        assert "没有找到这个个案号" in answer.text


def test_a_colleague_joins_the_team_and_leaves_it(
    as_person: Callable[[str], Any], case: Case, cast: dict[str, User]
) -> None:
    coordinator, colleague = as_person("coordinator"), as_person("worker2")
    page = coordinator.get(f"/cases/{case.id}")
    assert "让同事参与这个个案" in page.text
    added = coordinator.post(f"/cases/{case.id}/team", {"user": str(cast["worker2"].id)})
    assert "已加入个案团队" in added.text
    assert colleague.get(f"/cases/{case.id}").status_code == 200
    removed = coordinator.post(f"/cases/{case.id}/team/{cast['worker2'].id}/remove")
    assert "已移出个案团队" in removed.text
    assert colleague.get(f"/cases/{case.id}").status_code == 404
    assert coordinator.post(f"/cases/{case.id}/team", {"user": "nobody"}).status_code == 422


def test_those_who_guard_the_data_have_their_pages_and_no_others(
    as_person: Callable[[str], Any],
    case: Case,
    session: Session,
    organisations: dict[str, Organisation],
    password_hash: str,
) -> None:
    for username, role in (("owner", Role.DATA_PROTECTION_OWNER), ("auditor", Role.AUDITOR)):
        hire(session, username, role, organisations["hospital"].id, password_hash)
    assert session.scalars(select(Membership.role).where(Membership.role == Role.AUDITOR)).all()
    session.commit()
    pages = ("readings", "events", "reporter", "")
    for username, expected in (("owner", [200, 200, 200, 404]), ("auditor", [200, 200, 403, 403])):
        browser = as_person(username)
        for language in ("zh_CN", "en"):
            browser.switch(language)
            got = [browser.get(f"/cases/{case.id}/{page}".rstrip("/")).status_code for page in pages]
            assert got == expected, username
        found = browser.get(f"/oversight?number={case.number}")
        assert found.request.path == f"/cases/{case.id}/readings"
        assert "王小明" not in found.text
        assert browser.get("/oversight?number=CR2026-999999").status_code == 404


def test_readings_are_filtered_by_reader_and_day(
    as_person: Callable[[str], Any], case: Case, cast: dict[str, User]
) -> None:
    supervisor = as_person("supervisor")
    as_person("coordinator").get(f"/cases/{case.id}")
    mine = supervisor.get(f"/cases/{case.id}/readings?person={cast['coordinator'].id}&day=2026-03-09").text
    assert mine.count('<li class="row">') == 1
    for nothing in (f"person={cast['agency'].id}", "day=2026-03-08"):
        assert "没有查阅记录" in supervisor.get(f"/cases/{case.id}/readings?{nothing}").text
    for nonsense in ("person=x&day=y&page=z", "page=-1", "page=99999999999999999999"):
        assert supervisor.get(f"/cases/{case.id}/readings?{nonsense}").status_code == 200
    assert "打开个案" in as_person("coordinator").get("/readings").text
