"""Searching the directory: filters, order, what is overdue, who may read it, and its cost."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import Capacity, Location, Programme, Service, ServiceAtLocation, ServiceStatus
from workflow.errors import Forbidden, NotFound
from workflow.registers import directory
from workflow.registers.directory import PAGE, Wanted

Offer = Callable[..., Service]


@pytest.fixture
def find(session: Session, people: Any, now: Any) -> Callable[..., list[str]]:
    """The Chinese names that a station finds."""

    def names(**wanted: Any) -> list[str]:
        return [row.name.zh for row in directory.search(session, people["worker"], Wanted(**wanted), now).rows]

    return names


@pytest.mark.parametrize("who", ["nurse", "lead", "admin"])
def test_the_directory_is_for_stations_and_agencies(
    session: Session, people: Any, offer: Offer, now: Any, who: str
) -> None:
    service = offer("救助")
    with pytest.raises(Forbidden):
        directory.search(session, people[who], Wanted(), now)
    with pytest.raises(Forbidden):
        directory.show(session, people[who], service.id, now)


def test_stations_and_agencies_read_it(session: Session, people: Any, agencies: Any, offer: Offer, now: Any) -> None:
    service = offer("救助")
    for actor in (people["worker"], people["outsider"], agencies["plain"], agencies["other"]):
        assert directory.show(session, actor, service.id, now).row.name.zh == "救助"


def test_most_room_comes_first_then_the_name(find: Any, offer: Offer) -> None:
    for name, capacity in (
        ("已满", Capacity.NONE),
        ("照护", Capacity.HAS),
        ("陪伴", Capacity.HAS),
        ("候补", Capacity.WAITING_LIST),
    ):
        offer(name, capacity=capacity)
    assert find() == ["陪伴", "照护", "候补", "已满"]


@pytest.mark.parametrize(
    "typed", ["居家", "jujia", "jjzh", "JuJia", "home care", "tongxin", "同心 居家", "独居", "照护"]
)
def test_text_finds_names_pinyin_organisation_and_users(find: Any, offer: Offer, typed: str) -> None:
    offer("居家照护", name_en="Home care", eligibility="独居老人")
    offer("法律咨询", who="other")
    assert find(text=typed) == ["居家照护"]
    assert find(text="没有的") == []


def test_an_area_finds_what_lies_in_it_around_it_and_everywhere(find: Any, offer: Offer, areas: Any) -> None:
    for name, code in (("省", "52"), ("市", "5205"), ("区", "520502"), ("县", "520521"), ("镇", "520502100")):
        offer(name, area_id=areas[code])
    offer("处处")
    assert set(find(area_id=areas["520502"])) == {"省", "市", "区", "镇", "处处"}
    assert set(find(area_id=areas["5205"])) == {"省", "市", "区", "县", "镇", "处处"}


def test_age_field_capacity_and_state_narrow_it(find: Any, offer: Offer) -> None:
    offer("老人", minimum_age=60, field="elderly")
    offer("孩子", minimum_age=6, maximum_age=16, field="child", capacity=Capacity.NONE)
    offer("停办", status=ServiceStatus.TEMPORARILY_CLOSED)
    assert find(age=60) == ["老人"]
    assert find(age=16) == ["孩子"]
    assert find(age=17) == []
    assert find(field="child") == ["孩子"]
    assert find(capacity="has") == ["老人"]
    assert find(status="temporarily_closed") == ["停办"]
    assert len(find(status="")) == 3
    assert find(status="nonsense") == find(capacity="nonsense") == []


def test_a_closed_organisation_is_not_offered(session: Session, find: Any, people: Any, offer: Offer, now: Any) -> None:
    from models import Organisation

    service = offer("救助")
    session.get_one(Organisation, service.organisation_id).is_active = False
    session.flush()
    assert find() == []
    with pytest.raises(NotFound):
        directory.show(session, people["worker"], service.id, now)


@pytest.mark.parametrize(("days", "overdue"), [(0, False), (180, False), (181, True), (None, True)])
def test_an_entry_nobody_checked_for_long_is_marked(
    session: Session, people: Any, offer: Offer, now: Any, days: int | None, overdue: bool
) -> None:
    checked = None if days is None else now.date() - timedelta(days=days)
    service = offer("救助", assured_on=checked)
    row = directory.show(session, people["worker"], service.id, now).row
    assert (row.days_since, row.is_overdue) == (days, overdue)


def test_the_page_tells_programme_places_and_the_next_day(
    session: Session, people: Any, offer: Offer, now: Any
) -> None:
    service = offer("门诊", recurrence="FREQ=WEEKLY;BYDAY=WE")
    place = Location(organisation_id=service.organisation_id, name="活动室", address="桂花路2号")
    programme = Programme(organisation_id=service.organisation_id, name="陪护项目")
    session.add_all([place, programme])
    session.flush()
    session.add(ServiceAtLocation(service_id=service.id, location_id=place.id, schedule="周三上午"))
    service.programme_id = programme.id
    session.flush()
    page = directory.show(session, people["worker"], service.id, now)
    assert page.programme is not None
    assert page.programme.zh == "陪护项目"
    assert [(each.name, each.schedule) for each in page.places] == [("活动室", "周三上午")]
    assert page.repeats is not None
    assert page.repeats.zh == "每周三"
    assert page.next_on == date(2026, 3, 11)
    assert not page.may_keep
    assert page.may_ask


def test_pages_and_statements_do_not_grow_with_the_directory(
    session: Session, people: Any, offer: Offer, now: Any, statements: Any
) -> None:
    for number in range(PAGE * 2 + 1):
        offer(f"服务{number:03d}")
    with statements() as sent:
        found = directory.search(session, people["worker"], Wanted(), now, page=3)
    assert (found.count, found.pages, len(found.rows)) == (PAGE * 2 + 1, 3, 1)
    assert len(sent) <= 5
    assert directory.search(session, people["worker"], Wanted(), now, page=99).page == 3
