"""The pages of people: search without names in addresses, masks, corrections, relations, decisions."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Person

NUMBER = "11010519491231002X"
IDENTITY = {
    "subject.phone": "13812345678", "subject.id_type": "resident_id", "subject.id_number": NUMBER,
}  # fmt: skip
OTHERS = ("nurse", "lead", "agency", "admin")


@pytest.fixture
def person(send: Callable[..., Any], session: Session) -> Person:
    assert send(**IDENTITY).status_code == 200
    return session.scalars(select(Person)).one()


def pages(person: Person) -> list[tuple[str, str]]:
    base = f"/people/{person.id}"
    return [
        ("GET", base), ("GET", f"{base}/edit"), ("POST", f"{base}/edit"), ("GET", f"{base}/relations/new"),
        ("POST", f"{base}/relations/new"), ("POST", f"{base}/relations/{uuid4()}/end"), ("POST", f"{base}/links"),
    ]  # fmt: skip


@pytest.mark.parametrize("who", OTHERS)
def test_who_is_not_of_a_station_reaches_nothing(as_person: Any, person: Person, who: str) -> None:
    browser = as_person(who)
    for method, address in [("GET", "/people"), ("POST", "/people"), *pages(person)]:
        answer = browser.get(address) if method == "GET" else browser.post(address, {"text": "王"})
        assert answer.status_code == 403, address
        assert "王小明" not in answer.text
    assert "人员查询" not in browser.get("/inbox").text


def test_another_hospital_finds_nothing_and_every_page_is_missing(as_person: Any, person: Person) -> None:
    browser = as_person("outsider")
    browser.get("/people")
    for typed in ("王", "wxm", NUMBER, "5678", "M-0012345"):
        assert "没有找到" in browser.post("/people", {"text": typed}).text
    for method, address in pages(person):
        fields = {"other": str(uuid4()), "decision": "same"}
        answer = browser.get(address) if method == "GET" else browser.post(address, fields)
        assert answer.status_code == 404, address
        assert "王" not in answer.text


@pytest.mark.parametrize("typed", ["王", "小明", "wangxiaoming", "wxm", "5678", "13812345678", NUMBER, "M-0012345"])
def test_somebody_is_found_masked_and_nothing_of_it_stands_in_an_address(
    as_person: Any, person: Person, typed: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = as_person("worker2")
    browser.get("/people")
    page = browser.post("/people", {"text": typed})
    assert "王**" in page.text
    assert f"/people/{person.id}" in page.text
    assert page.request.query_string == b""
    shown = page.text.replace(f'value="{typed}"', "")
    for secret in ("王小明", "13812345678", NUMBER, "M-0012345"):
        assert secret not in shown
    assert typed not in "".join(record.getMessage() for record in caplog.records if "SQL" not in record.name)


def test_the_page_shows_masks_to_a_colleague_and_everything_to_the_coordinator(as_person: Any, person: Person) -> None:
    masked = as_person("worker2").get(f"/people/{person.id}")
    assert masked.status_code == 200
    for secret in ("王小明", "13812345678", NUMBER, "M-0012345"):
        assert secret not in masked.text
    for kept in ("王**", "138****5678", "无权查看", "身份信息打码"):
        assert kept in masked.text
    assert "更正资料" not in masked.text
    full = as_person("coordinator").get(f"/people/{person.id}")
    for shown in ("王小明", "13812345678", NUMBER, "M-0012345", "更正资料", "登记一位"):
        assert shown in full.text


def test_a_colleague_without_a_case_is_refused_the_forms(as_person: Any, person: Person) -> None:
    browser = as_person("worker2")
    assert browser.get(f"/people/{person.id}/edit").status_code == 403
    assert browser.post(f"/people/{person.id}/links", {"other": str(uuid4()), "decision": "same"}).status_code == 403


def test_a_correction_is_saved_and_a_wrong_one_comes_back_with_what_was_typed(
    as_person: Any, person: Person, session: Session
) -> None:
    browser = as_person("coordinator")
    page = browser.get(f"/people/{person.id}/edit")
    assert f'value="{NUMBER}"' in page.text
    fields = {
        "_version": str(person.lock_version), "name": "王晓明", "phone": "139 0000 1111", "id_type": "resident_id",
        "id_number": "110105194912310021", "safety_flags": "domestic_violence",
    }  # fmt: skip
    refused = browser.post(f"/people/{person.id}/edit", fields)
    assert refused.status_code == 422
    for kept in ("王晓明", "139 0000 1111", "110105194912310021", "校验码不对", 'href="#f-id_number"'):
        assert kept in refused.text
    saved = browser.post(f"/people/{person.id}/edit", fields | {"id_number": NUMBER})
    assert "资料已更正" in saved.text
    assert "家庭暴力" in saved.text
    session.expire_all()
    assert session.get_one(Person, person.id).name == "王晓明"


def test_a_correction_that_comes_second_is_shown_again_and_not_lost(
    as_person: Any, person: Person, session: Session
) -> None:
    first, second = as_person("coordinator"), as_person("supervisor")
    version = str(person.lock_version)
    first.get(f"/people/{person.id}/edit")
    second.get(f"/people/{person.id}/edit")
    assert "资料已更正" in first.post(f"/people/{person.id}/edit", {"_version": version, "name": "王晓明"}).text
    late = second.post(f"/people/{person.id}/edit", {"_version": version, "name": "王笑明"})
    assert late.status_code == 409
    assert "王笑明" in late.text
    assert "其他人改动了这份资料" in late.text
    session.expire_all()
    assert session.get_one(Person, person.id).name == "王晓明"


def test_somebody_around_the_person_is_added_and_ended(as_person: Any, person: Person) -> None:
    browser = as_person("coordinator")
    browser.get(f"/people/{person.id}/relations/new")
    assert browser.post(f"/people/{person.id}/relations/new", {"phone": "1"}).status_code == 422
    page = browser.post(
        f"/people/{person.id}/relations/new",
        {"name": "王大妈", "relation": "mother", "guardianship": "legal_guardian", "in_household": "true"},
    )
    assert "王大妈" in page.text
    assert "法定监护人" in page.text
    end = page.text.split("/relations/")[-1].split('"')[0]
    assert "不再有效：" in browser.post(f"/people/{person.id}/relations/{end}").text
    assert "王大妈" not in as_person("worker2").get(f"/people/{person.id}").text


def test_a_person_who_must_not_be_contacted_is_marked_everywhere(
    as_person: Any, person: Person, session: Session
) -> None:
    person.contact_forbidden, person.safe_contact = True, "打给女儿"
    session.commit()
    case = session.scalars(select(Case)).one()
    for who, address, words in (
        ("worker2", f"/people/{person.id}", "禁止联系本人"),
        ("coordinator", f"/people/{person.id}", "打给女儿"),
        ("coordinator", f"/cases/{case.id}", "不得联系本人"),
        ("coordinator", f"/cases/{case.id}", "安全联系方式：打给女儿"),
        ("coordinator", "/cases", "禁止联系"),
        ("coordinator", "/inbox?tab=claimable", "禁止联系"),
    ):
        assert words in as_person(who).get(address).text
    browser = as_person("worker2")
    browser.get("/people")
    found = browser.post("/people", {"text": "王小明"})
    assert "禁止联系" in found.text
    assert "打给女儿" not in found.text


def test_the_coordinator_is_told_of_a_possible_duplicate_decides_and_takes_it_back(
    as_person: Any, send: Callable[..., Any], session: Session, find_task: Any
) -> None:
    send(**IDENTITY)
    first = session.scalars(select(Case)).one()
    second = send(**IDENTITY)
    assert "可能是同一人" not in second.text
    assert first.number not in second.text
    cases = session.scalars(select(Case).order_by(Case.opened_at, Case.number)).all()
    other = next(case for case in cases if case.id != first.id)

    browser = as_person("coordinator")
    assert "另有 1 份档案可能是同一人" in browser.get(f"/cases/{other.id}").text
    page = browser.get(f"/people/{other.subject_id}")
    assert "证件号、病案号、电话、姓名" in page.text
    fields = {"other": str(first.subject_id), "decision": "later"}
    assert "没有作出认定" in browser.post(f"/people/{other.subject_id}/links", fields).text
    done = browser.post(f"/people/{other.subject_id}/links", fields | {"decision": "same"})
    assert "已认定为同一人" in done.text
    case_page = browser.get(f"/cases/{other.id}").text
    assert "同一人还有 1 份档案" in case_page
    assert first.number in case_page
    assert first.number not in as_person("nurse").get(f"/cases/{other.id}").text
    assert "认定已撤销" in browser.post(f"/people/{other.subject_id}/links", fields | {"decision": "undo"}).text
    assert browser.post(f"/people/{other.subject_id}/links", fields | {"decision": "merge"}).status_code == 422


def test_the_task_page_of_acceptance_tells_it_too(as_person: Any, send: Callable[..., Any], session: Session) -> None:
    from models import Task

    send(**IDENTITY)
    send(**IDENTITY)
    task = session.scalars(select(Task).where(Task.element_id == "accept_referral")).first()
    assert task is not None
    assert "另有 1 份档案可能是同一人" in as_person("coordinator").get(f"/tasks/{task.id}").text


def test_what_says_too_little_is_said(as_person: Any, person: Person) -> None:
    browser = as_person("coordinator")
    browser.get("/people")
    assert "太短" in browser.post("/people", {"text": "w"}).text
    assert browser.post("/people", {"text": ""}).status_code == 200


def test_the_pages_speak_english(as_person: Any, person: Person) -> None:
    browser = as_person("coordinator")
    browser.get("/people")
    browser.switch("en")
    browser.get("/people")
    assert "1 person found" in browser.post("/people", {"text": "wangxiaoming"}).text
    page = browser.get(f"/people/{person.id}").text
    for words in ("Household and guardians", "The same person?", "Number of the document"):
        assert words in page
