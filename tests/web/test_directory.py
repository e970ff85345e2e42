"""The pages of the directory: search, capacity in one click, asking and answering, two at once; both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Enquiry, Organisation, Service

Open = Callable[[str], Any]


@pytest.fixture
def service(session: Session, organisations: dict[str, Organisation], now: Any) -> Service:
    service = Service(
        organisation_id=organisations["agency"].id, name="居家照护", name_en="Home care", field="elderly",
        eligibility="独居老人", recurrence="FREQ=WEEKLY;BYDAY=MO", minimum_age=60, assured_on=now.date(),
    )  # fmt: skip
    session.add(service)
    session.commit()
    return service


def test_a_ward_has_no_directory(as_person: Open, service: Service) -> None:
    nurse = as_person("nurse")
    assert "服务目录" not in nurse.get("/inbox").text
    assert nurse.get("/directory").status_code == 403
    assert nurse.get(f"/directory/{service.id}").status_code == 403


def test_a_station_finds_a_service_in_both_languages(as_person: Open, service: Service) -> None:
    worker = as_person("worker")
    found = worker.get("/directory?text=jujia&age=70&field=elderly")
    assert "居家照护" in found.text
    assert "60 岁及以上" in found.text
    assert "今天核对" in found.text
    assert "没有符合条件的服务" in worker.get("/directory?age=20").text
    assert worker.get("/directory?area=nonsense").status_code == 404
    worker.switch("en")
    page = worker.get(f"/directory/{service.id}").text
    assert "Home care" in page
    assert "every Monday" in page
    assert "checked today" in page
    assert "Still correct" not in page, "the station does not keep it"


def test_asking_and_answering_without_a_name(as_person: Open, service: Service, session: Session) -> None:
    worker, agency = as_person("worker"), as_person("agency")
    worker.get(f"/directory/{service.id}")
    page = worker.post(f"/directory/{service.id}/enquiries", {"purpose": "service"})
    assert "已向机构询问" in page.text
    assert "等候机构答复" in page.text
    waiting = agency.get("/directory").text
    assert "等您答复的名额询问" in waiting
    assert "名额询问" in agency.get("/inbox").text, "the inbox says that a question waits"
    enquiry = session.scalars(select(Enquiry)).one()
    agency.get("/directory")
    page = agency.post(f"/directory/enquiries/{enquiry.id}/answer", {"answer": "waiting_list", "note": "约两周"})
    assert "已答复" in page.text
    page = agency.post(f"/directory/enquiries/{enquiry.id}/answer", {"answer": "has"})
    assert "同事已经答复" in page.text
    page = worker.get("/directory/enquiries").text
    assert "需候补" in page
    assert "约两周" in page
    assert "需候补" in worker.get("/directory").text


def test_capacity_and_check_by_those_who_keep_it(as_person: Open, service: Service, session: Session) -> None:
    agency = as_person("agency")
    agency.get(f"/directory/{service.id}")
    page = agency.post(f"/directory/{service.id}/capacity", {"capacity": "none", "_version": "1", "vacancy": ""})
    assert "名额情况已更新" in page.text
    page = agency.post(f"/directory/{service.id}/capacity", {"capacity": "has", "_version": "1"})
    assert page.status_code == 409
    assert "同事改动了这项服务" in page.text
    page = agency.post(f"/directory/{service.id}/capacity", {"capacity": "has", "_version": "2", "vacancy": "lots"})
    assert page.status_code == 422
    page = agency.post(f"/directory/{service.id}/assure", {"_version": "2"})
    assert "今天核对无误" in page.text
    assert agency.post(f"/directory/{service.id}/assure", {"_version": "1"}).status_code == 409
    session.refresh(service)
    assert service.capacity == "none"


def test_a_form_that_is_refused_keeps_what_was_typed(as_person: Open, service: Service) -> None:
    agency = as_person("agency")
    page = agency.get(f"/directory/{service.id}/edit")
    stamp = page.text.split('name="_shown" value="')[1].split('"')[0]
    fields = {"name": "居家照护", "field": "elderly", "status": "active", "cost": "每次二十元", "minimum_age": "x"}
    page = agency.post(f"/directory/{service.id}/edit", fields | {"_shown": stamp})
    assert page.status_code == 422
    assert "每次二十元" in page.text
    page = agency.post(f"/directory/{service.id}/edit", fields | {"_shown": stamp, "_add": "places"})
    assert page.status_code == 200
    assert "第 1 行" in page.text
    page = agency.post(f"/directory/{service.id}/edit", fields | {"_shown": stamp, "minimum_age": "60"})
    assert "已保存" in page.text
    page = agency.post(f"/directory/{service.id}/edit", fields | {"_shown": stamp, "minimum_age": "60"})
    assert page.status_code == 422
    assert "其他人改过这里" in page.text


def test_a_place_and_a_new_service(as_person: Open, session: Session, cast: Any) -> None:
    agency = as_person("agency")
    agency.get("/directory/own/location/new")
    agency.post("/directory/own/location/new", {"name": "活动室", "is_active": "true"})
    assert "活动室" in agency.get("/directory/own/location").text
    agency.get("/directory/new")
    page = agency.post("/directory/new", {"name": "陪伴", "field": "child", "status": "active"})
    assert "陪伴" in page.text
    assert session.scalars(select(Service.name)).all() == ["陪伴"]
