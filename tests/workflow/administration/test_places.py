"""Areas, organisations and agreements: added, changed, retired when nothing hangs on them, each on record."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Agreement, Area, Event, Organisation, ReferralTask
from tests.workflow.administration.conftest import sent
from tests.workflow.agency import Desk
from workflow.administration import agreements, area_import, areas, history, organisations
from workflow.administration.editing import Refused
from workflow.errors import Forbidden, Invalid, InvalidForm, StepRefused
from workflow.identity import Actor
from workflow.records import outgoing, services
from workflow.records.outgoing import Request

Place = Callable[[str], Organisation]


def problems(refused: pytest.ExceptionInfo[InvalidForm]) -> dict[str, str]:
    return {error.path: error.message.en for error in refused.value.submitted.errors}


def last(session: Session) -> Event:
    return session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def area(session: Session, top: Actor, now: datetime, code: str, level: str, under: Area | None = None) -> Area:
    editing = areas.adding(session, top, None)
    values = {"code": code, "level": level, "name": f"地{code}", "name_en": f"Area {code}"}
    return areas.add(session, top, under.id if under else None, sent(editing, **values), now)


def test_areas_lie_below_wider_ones_and_codes_are_unique(session: Session, top: Actor, now: datetime) -> None:
    county = area(session, top, now, "520521", "county")
    town = area(session, top, now, "520521100", "township", county)
    with pytest.raises(InvalidForm) as refused:
        area(session, top, now, "520521", "province", county)
    assert problems(refused) == {
        "level": "The level must be below that of “Area 520521”.", "code": "This code exists already.",
    }  # fmt: skip
    editing = areas.changing(session, top, county.id)
    with pytest.raises(InvalidForm) as refused:
        areas.change(session, top, county.id, sent(editing, level="grid"), now)
    assert problems(refused) == {"level": "The level must be above those of the areas below."}
    areas.change(session, top, county.id, sent(editing, name="大方县"), now)
    assert last(session).details | {"area_id": ""} == {
        "what": "changed", "organisations": [], "area_id": "", "fields": ["name"],
    }  # fmt: skip
    assert areas.show(session, top, town.id).path[0].name.zh == "大方县"
    assert areas.show(session, top, county.id).below[0].code == "520521100"


def test_an_area_with_something_in_it_is_not_retired(session: Session, top: Actor, place: Place, now: datetime) -> None:
    county = area(session, top, now, "520521", "county")
    town = area(session, top, now, "520521100", "township", county)
    place("agency").area_id = county.id
    session.flush()
    with pytest.raises(Refused) as refused:
        areas.retire(session, top, county.id, now)
    assert "地520521100" in refused.value.message.zh
    assert "同心社会工作服务中心" in refused.value.message.zh
    place("agency").area_id = None
    areas.retire(session, top, town.id, now)
    areas.retire(session, top, county.id, now)
    assert areas.choices(session) == []
    with pytest.raises(Refused):
        areas.restore(session, top, town.id, now)
    areas.restore(session, top, county.id, now)
    areas.restore(session, top, town.id, now)
    assert [each.label.zh for each in areas.choices(session)] == ["地520521", "地520521 地520521100"]


TABLE = """代码,层级,名称,英文名称,上级
520000,province,贵州省,Guizhou,
520500,市州,毕节市,Bijie,520000
520502,county,七星关区,,520500
"""


def test_areas_are_imported_all_or_nothing(session: Session, top: Actor, now: datetime) -> None:
    shown = area_import.preview(session, top, TABLE)
    assert (shown.count("added"), shown.errors) == (3, [])
    assert session.scalars(select(Area)).all() == []
    area_import.apply(session, top, TABLE, now)
    assert last(session).details["added"] == 3
    again = area_import.apply(session, top, TABLE.replace("七星关区", "七星关"), now)
    assert (again.count("same"), again.count("changed")) == (2, 1)
    page = areas.show(session, top, session.scalars(select(Area.id).where(Area.code == "520502")).one())
    assert [each.name.zh for each in page.path] == ["贵州省", "毕节市"]
    assert page.here is not None
    assert page.here.name.zh == "七星关"

    wrong = TABLE + "5205!,county,甲,,520500\n520502,county,乙,,520500\n9,planet,,,1\n8,province,丙,,520502\n"
    refused = area_import.apply(session, top, wrong, now)
    assert [(each.number, each.message.en[:24]) for each in refused.errors] == [
        (5, "The code “5205!” is not "), (6, "The code “520502” stands"), (7, "There is no level “plane"),
        (7, "The name is empty or too"), (7, "“1” above it does not ex"), (8, "The level must be below "),
    ]  # fmt: skip
    assert session.scalar(select(Area.id).where(Area.code == "8")) is None
    too_long = area_import.preview(session, top, "x" * (area_import.MOST_CHARACTERS + 1))
    assert [each.message.zh for each in too_long.errors] == ["内容太多，请分几次导入。"]


def test_tables_come_in_the_encodings_of_spreadsheets() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert area_import.decode(TABLE.encode(encoding)) == TABLE
    with pytest.raises(Invalid):
        area_import.decode(b"\xff\xff\xff\xff")
    tabbed = area_import._Reader({}).read(TABLE.replace(",", "\t"))
    assert len(tabbed.lines) == 3
    assert area_import._Reader({}).read("\n \n").errors[0].message.zh == "没有可以导入的内容。"


def test_a_hospital_gets_departments_and_stations_only(
    session: Session, admin: Actor, top: Actor, place: Place, now: datetime
) -> None:
    hospital = place("hospital")
    editing = organisations.adding(session, admin, "department", hospital.id)
    raw = sent(editing, code="icu", name="重症医学科", name_en="Intensive care")
    made = organisations.add(session, admin, "department", hospital.id, raw, now)
    assert (made.kind, made.parent_id) == ("department", hospital.id)
    assert last(session).details == {
        "what": "added", "organisations": [str(made.id)], "organisation_id": str(made.id), "of_kind": "department",
    }  # fmt: skip
    with pytest.raises(InvalidForm) as refused:
        organisations.add(session, admin, "department", hospital.id, raw, now)
    assert "code" in problems(refused)
    for kind, under in (("agency", hospital.id), ("department", None), ("nonsense", None), ("station", made.id)):
        with pytest.raises((Invalid, Forbidden)):
            organisations.adding(session, top, kind, under)


def test_an_organisation_with_open_work_is_not_retired_and_says_which(
    session: Session, top: Actor, admin: Actor, place: Place, ward: Any, now: datetime
) -> None:
    ward.send()
    with pytest.raises(Refused) as refused:
        organisations.retire(session, top, place("station").id, now)
    assert "未结个案 1 个（CR2026-" in refused.value.message.zh
    assert "open tasks" in refused.value.message.en
    assert "王小明" not in refused.value.message.zh
    with pytest.raises(Refused) as refused:
        organisations.retire(session, top, place("hospital").id, now)
    assert "医务社工站" in refused.value.message.zh
    with pytest.raises(Forbidden):
        organisations.retire(session, admin, place("hospital").id, now)
    organisations.retire(session, admin, place("children").id, now)
    assert not place("children").is_active
    organisations.restore(session, admin, place("children").id, now)
    lines = [line.text.en for line in history.of_organisation(session, admin, place("children").id).lines]
    assert lines == ["Restored organisation: Children's ward", "Retired organisation: Children's ward"]


def test_who_changes_what_somebody_else_has_changed_is_told(
    session: Session, admin: Actor, place: Place, now: datetime
) -> None:
    seen = organisations.changing(session, admin, place("ward").id)
    organisations.change(session, admin, place("ward").id, sent(seen, name="骨一科"), now)
    with pytest.raises(InvalidForm) as refused:
        organisations.change(session, admin, place("ward").id, sent(seen, name="骨二科"), now)
    assert [error.code for error in refused.value.submitted.errors] == ["changed_meanwhile"]
    assert refused.value.submitted.typed["name"] == "骨二科"
    again = organisations.changing(session, admin, place("ward").id)
    organisations.change(session, admin, place("ward").id, sent(again, name="骨二科"), now)
    assert place("ward").name == "骨二科"


def agree(session: Session, admin: Actor, place: Place, now: datetime, **values: Any) -> Agreement:
    editing = agreements.adding(session, admin)
    given = {"station": str(place("station").id), "agency": str(place("agency").id), "starts_on": now.date()} | values
    return agreements.add(session, admin, sent(editing, **given), now)


def test_an_agreement_counts_from_its_first_to_its_last_day(
    session: Session, admin: Actor, place: Place, now: datetime
) -> None:
    day = now.date()
    agree(session, admin, place, now, starts_on=day, ends_on=day + timedelta(days=30), sponsor="民盟毕节市委")
    station, agency = place("station").id, place("agency").id
    assert agreements.running(session, station, day) == {agency}
    assert agreements.running(session, station, day + timedelta(days=30)) == {agency}
    assert agreements.running(session, station, day + timedelta(days=31)) == set()
    assert agreements.running(session, station, day - timedelta(days=1)) == set()
    assert agreements.running(session, place("station2").id, day) == set()
    row = agreements.index(session, admin, now)[0]
    assert (row.state, row.days_left, row.sponsor) == ("ending", 30, "民盟毕节市委")
    place("agency").is_active = False
    session.flush()
    assert agreements.running(session, station, day) == set()


def test_two_agreements_of_a_pair_do_not_overlap(session: Session, admin: Actor, place: Place, now: datetime) -> None:
    first = agree(session, admin, place, now, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    for days in ({"starts_on": date(2026, 12, 31)}, {"starts_on": date(2025, 1, 1), "ends_on": date(2026, 1, 1)}):
        with pytest.raises(InvalidForm) as refused:
            agree(session, admin, place, now, **days)
        assert list(problems(refused)) == ["starts_on"]
    with pytest.raises(InvalidForm) as refused:
        agree(session, admin, place, now, starts_on=date(2027, 2, 1), ends_on=date(2027, 1, 1))
    assert problems(refused) == {"ends_on": "The last day cannot be before the first."}
    agree(session, admin, place, now, starts_on=date(2027, 1, 1))
    editing = agreements.changing(session, admin, first.id)
    agreements.change(session, admin, first.id, sent(editing, scope="个案转介"), now)
    assert first.scope == "个案转介"


def test_an_agreement_ends_early_with_a_reason(session: Session, admin: Actor, place: Place, now: datetime) -> None:
    made = agree(session, admin, place, now)
    editing = agreements.ending(session, admin, made.id)
    with pytest.raises(InvalidForm):
        agreements.end(session, admin, made.id, sent(editing), now)
    agreements.end(session, admin, made.id, sent(editing, reason="agency_closed"), now)
    assert agreements.running(session, place("station").id, now.date()) == set()
    assert last(session).details["reason"] == "agency_closed"
    line = history.read(session, admin).lines[0].text
    assert line.zh == "提前终止协议：医务社工站—同心社会工作服务中心（机构停办或不再提供服务）"
    with pytest.raises(Refused):
        agreements.ending(session, admin, made.id)
    agree(session, admin, place, now)


def test_an_administrator_agrees_for_their_own_stations_only(
    session: Session, admin: Actor, place: Place, now: datetime
) -> None:
    with pytest.raises(InvalidForm) as refused:
        agree(session, admin, place, now, station=str(place("station2").id))
    assert list(problems(refused)) == ["station"]


def test_nothing_is_sent_to_an_agency_without_a_running_agreement(
    session: Session, people: Any, answers: Any, now: datetime
) -> None:
    desk = Desk(session, people, answers(people), now)
    desk.agree("first", items=("contact",))
    assert {choice.value for choice in services.offered(session, desk.case.id)} == {
        str(service.id) for service in desk.services.values()
    }
    agency = desk.services["first"].organisation_id
    agreed = session.scalars(select(Agreement).where(Agreement.agency_id == agency)).one()
    agreed.ended_at = now
    session.flush()
    assert str(desk.services["first"].id) not in [each.value for each in services.offered(session, desk.case.id)]
    with pytest.raises((StepRefused, InvalidForm)):
        desk.sent("contact")
    request = Request(desk.services["first"].id, "x", "routine", "x", ("contact",), now.date())
    with pytest.raises(StepRefused) as refused:
        outgoing.send(
            session, desk.case, request, referral_id=None, instance_id=None,
            actor_id=people["worker"].user_id, now=now,
        )  # fmt: skip
    assert refused.value.message == outgoing.NO_AGREEMENT
    assert session.scalars(select(ReferralTask)).all() == []
