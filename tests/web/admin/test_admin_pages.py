"""The pages of administration as a browser without scripts sees them: refused to others, kept when typed wrongly."""

import io
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Area, Event, Membership, Organisation, OrganisationKind, Role, Task, User
from tests.web.conftest import TOKEN
from web import access

PAGES = (
    "", "/organisations", "/accounts", "/accounts/print", "/accounts/new", "/agreements", "/agreements/new",
    "/bindings", "/settings", "/settings/review_days", "/lists", "/lists/L-DECLINE", "/areas", "/history",
)  # fmt: skip
FOR_ALL = ("/lists/L-DECLINE/new", "/lists/L-DECLINE/other/change", "/areas/new", "/areas/import",
           "/settings/review_days/change", "/organisations/new?kind=hospital")  # fmt: skip


@pytest.fixture
def bureau(session: Session, cast: dict[str, User], password_hash: str) -> User:
    """Who administers everything, signs in as "bureau"."""
    place = Organisation(kind=OrganisationKind.AUTHORITY, code="bureau", name="卫生健康局", name_en="Health Bureau")
    user = User(username="bureau", name="马处长", password_hash=password_hash)
    session.add_all([place, user])
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=place.id, role=Role.ADMIN))
    session.commit()
    return user


@pytest.fixture
def foreign(session: Session, organisations: dict[str, Organisation], password_hash: str) -> User:
    """Who administers the other hospital."""
    user = User(username="foreign", name="外院管理员", password_hash=password_hash)
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=organisations["other_hospital"].id, role=Role.ADMIN))
    session.commit()
    return user


def test_every_page_says_that_it_is_for_administrators(app: Flask) -> None:
    views = {name: view for name, view in app.view_functions.items() if name.startswith("admin.")}
    assert len(views) > 40
    marks = {getattr(view, access.MARK) for view in views.values()}
    assert marks <= {"admin:open", "admin:all", "organisation:administer"}


@pytest.mark.parametrize("username", ["nurse", "lead", "coordinator", "worker", "supervisor", "agency", "outsider"])
def test_nobody_else_gets_in(as_person: Callable[[str], Any], username: str) -> None:
    person = as_person(username)
    assert "管理</a>" not in person.get("/inbox").text
    for page in PAGES + FOR_ALL:
        assert person.get(f"/admin{page}").status_code == 403


def test_an_administrator_sees_their_hospital_in_both_languages(
    as_person: Callable[[str], Any], published: None
) -> None:
    admin = as_person("admin")
    assert 'href="/admin"' in admin.get("/inbox").text
    for language, words in (("zh_CN", "毕节同心医院"), ("en", "Bijie Tongxin Hospital")):
        admin.switch(language)
        for page in PAGES:
            answer = admin.get(f"/admin{page}")
            assert answer.status_code == 200, page
            assert "第二医院" not in answer.text
            assert "Second" not in answer.text
        assert words in admin.get("/admin/organisations").text
    for page in FOR_ALL:
        assert admin.get(f"/admin{page}").status_code == 403


def test_an_administrator_of_another_hospital_finds_nothing_here(
    as_person: Callable[[str], Any], foreign: User, organisations: dict[str, Organisation], cast: dict[str, User]
) -> None:
    person = as_person("foreign")
    station, worker = organisations["station"].id, cast["worker"].id
    for page in (
        f"organisations/{station}", f"organisations/{station}/change", f"organisations/{station}/history",
        f"organisations/new?kind=station&under={organisations['hospital'].id}", f"accounts/{worker}",
        f"accounts/{worker}/change", f"accounts/{worker}/roles/new", f"accounts/{worker}/history",
        f"settings?organisation={station}", f"settings/review_days/change?organisation={station}",
        f"bindings?organisation={organisations['hospital'].id}", "settings?organisation=nonsense",
    ):  # fmt: skip
        assert person.get(f"/admin/{page}").status_code == 404, page
    for action in ("close", "reopen", "password", "second-factor"):
        person.get("/admin")
        assert person.post(f"/admin/accounts/{worker}/{action}").status_code == 404, action
    assert "林社工" not in person.get("/admin/accounts?q=林").text


def test_a_department_is_added_and_wrong_answers_stay_typed(
    as_person: Callable[[str], Any], organisations: dict[str, Organisation], session: Session
) -> None:
    admin = as_person("admin")
    address = f"/admin/organisations/new?kind=department&under={organisations['hospital'].id}"
    admin.get(address)
    page = admin.post(address, {"code": "BAD CODE", "name": "重症医学科", "name_en": "", "area": ""})
    assert page.status_code == 422
    assert 'value="重症医学科"' in page.text
    assert "有 1 处需要更正" in page.text
    page = admin.post(address, {"code": "BAD CODE", "name": "重症医学科", "_language": "en"})
    assert page.status_code == 200
    assert 'value="重症医学科"' in page.text
    assert "Add: Department" in page.text
    admin.switch("zh_CN")
    admin.get(address)
    page = admin.post(address, {"code": "icu", "name": "重症医学科", "name_en": "Intensive care", "area": ""})
    assert "Intensive care" in page.text
    assert session.scalar(select(Organisation.kind).where(Organisation.code == "icu")) == "department"


def test_a_new_account_signs_in_with_the_password_shown_once(
    as_person: Callable[[str], Any], organisations: dict[str, Organisation], app: Flask, browser: Any
) -> None:
    admin = as_person("admin")
    admin.get("/admin/accounts/new")
    page = admin.post("/admin/accounts/new", {
        "username": "newcomer", "name": "新同事", "locale": "zh_CN", "organisation": str(organisations["ward"].id),
        "role": "hospital_referrer",
    })  # fmt: skip
    password = page.text.split('class="secret">')[1].split("<")[0]
    assert page.headers.get("Cache-Control", "").find("no-store") >= 0
    assert password not in admin.get("/admin/history").text
    assert "新同事" in admin.get("/admin/history").text
    signed_in = browser.sign_in("newcomer", password)
    assert signed_in.status_code == 200
    assert "退出登录" in signed_in.text


def test_closing_an_account_frees_its_tasks_and_says_how_many(
    as_person: Callable[[str], Any], send: Callable[..., Any], find_task: Callable[[str], Task], cast: dict[str, User]
) -> None:
    send()
    coordinator = as_person("coordinator")
    task = find_task("accept_referral")
    coordinator.get("/inbox")
    coordinator.post(f"/tasks/{task.id}/claim")
    admin = as_person("admin")
    address = f"/admin/accounts/{cast['coordinator'].id}"
    assert "认领的 1 个任务退回给同岗位的同事" in admin.get(address).text
    page = admin.post(f"{address}/close")
    assert "账号已停用，1 个任务退回待认领。" in page.text
    assert find_task("accept_referral").assignee_id is None
    assert "登录" in coordinator.get("/inbox").text


def test_two_people_change_a_setting_at_once(as_person: Callable[[str], Any], bureau: User, session: Session) -> None:
    first, second = as_person("bureau"), as_person("bureau")
    address = "/admin/settings/review_days/change"
    stamps = [unescape(person.get(address).text).split('name="_shown" value="')[1][:16] for person in (first, second)]
    first.post(address, {"value": "20", "reason": "人手不够", "_shown": stamps[0]})
    page = second.post(address, {"value": "30", "reason": "试行", "_shown": stamps[1]})
    assert page.status_code == 422
    assert "马处长刚刚改过，现在是 20。" in page.text
    assert 'value="30"' in page.text
    stamp = page.text.split('name="_shown" value="')[1][:16]
    page = second.post(address, {"value": "30", "reason": "试行", "_shown": stamp})
    assert "<strong>30</strong>" in page.text
    assert "人手不够" in page.text
    setting = page.text.split("/back")[0].rsplit("/", 1)[1]
    page = second.post(f"/admin/settings/review_days/{setting}/back")
    assert "<strong>20</strong>" in page.text
    assert "30 → 20" in second.get("/admin/history?kind=admin.setting").text


def test_areas_are_shown_before_they_are_imported(
    as_person: Callable[[str], Any], bureau: User, session: Session
) -> None:
    person = as_person("bureau")
    person.get("/admin/areas/import")
    table = "520000,province,贵州省,Guizhou,\n520500,prefecture,毕节市,Bijie,520000"
    page = person.post("/admin/areas/import", {"text": table})
    assert "新增 2 个，修改 0 个，0 个没有变化。" in page.text
    assert session.scalars(select(Area)).all() == []
    page = person.post("/admin/areas/import", {"text": table, "apply": "1"})
    assert "已导入 2 行。" in page.text
    area = session.scalars(select(Area).where(Area.code == "520000")).one()
    assert "毕节市" in person.get(f"/admin/areas/{area.id}").text
    page = person.post(f"/admin/areas/{area.id}/retire")
    assert "还不能停用" in page.text
    person.get("/admin/areas/import")
    page = person.post("/admin/areas/import", {"text": "1,planet,甲,,"})
    assert page.status_code == 422
    assert "第 1 行" in page.text
    token = TOKEN.search(page.text)
    assert token is not None


def test_a_long_table_comes_back_whole(as_person: Callable[[str], Any], bureau: User, session: Session) -> None:
    person = as_person("bureau")
    person.get("/admin/areas/import")
    table = "1,province,省,,\n" + "\n".join(f"{n},county,毕节市七星关区某某街道某某社区,,1" for n in range(2, 4500))
    file = {"file": (io.BytesIO(table.encode("gb18030")), "areas.csv")}
    page = person.post("/admin/areas/import", file)
    assert "新增 4499 个" in page.text
    sent_back = unescape(page.text.split('name="text" value="')[1].split('"')[0])
    page = person.post("/admin/areas/import", {"text": sent_back, "apply": "1", "file": (io.BytesIO(b""), "")})
    assert "已导入 4499 行。" in page.text


def test_lists_are_changed_in_the_browser(as_person: Callable[[str], Any], bureau: User) -> None:
    person = as_person("bureau")
    person.get("/admin/lists/L-VISIT/new")
    person.post("/admin/lists/L-VISIT/new", {"code": "video", "name": "视频", "name_en": "Video"})
    person.post("/admin/lists/L-VISIT/video/move", {"direction": "up"})
    page = person.post("/admin/lists/L-VISIT/home/retire")
    text = page.text
    assert text.index("视频") < text.index("活动中")
    assert "已停用；旧记录里仍然看得到。" in text
    assert person.get("/admin/lists/L-NOTHING").status_code == 404
    assert "添加选项" not in person.get("/admin/lists/L-TRIAGE").text


def test_the_export_is_a_file_and_recorded(as_person: Callable[[str], Any], session: Session, now: datetime) -> None:
    admin = as_person("admin")
    admin.get("/admin/accounts")
    answer = admin.post("/admin/accounts/export?role=medical_social_worker")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="accounts-2026-03-09.csv"'
    assert answer.text.count("\r\n") == 3
    assert session.scalars(select(Event.details).where(Event.kind == "admin.account")).one()["what"] == "exported"


def test_an_administrator_does_not_lock_themselves_out(as_person: Callable[[str], Any], cast: dict[str, User]) -> None:
    admin = as_person("admin")
    own = cast["admin"].id
    assert "由另一位管理员修改" in admin.get(f"/admin/accounts/{own}").text
    page = admin.post(f"/admin/accounts/{own}/close")
    assert "自己的账号由另一位管理员修改。" in page.text
    assert admin.get("/admin").status_code == 200
