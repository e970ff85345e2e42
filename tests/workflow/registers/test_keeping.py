"""Keeping the entries: only of one's own organisation, never over somebody else's change, each change an event."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Capacity, Event, Location, Membership, Programme, Role, Service, ServiceAtLocation
from workflow import identity
from workflow.errors import Conflict, Forbidden, Invalid, InvalidForm, NotFound
from workflow.identity import Actor
from workflow.registers import keeping
from workflow.transaction import transaction

Offer = Callable[..., Service]


def filled(page: Any, **changed: Any) -> dict[str, list[str]]:
    """What the browser sends back for a form, with changes."""
    sent = page.form.to_raw(page.values)
    for name, value in changed.items():
        sent[name] = value if isinstance(value, list) else [value]
    return sent | {"_shown": [page.stamp]}


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(Event.kind).where(Event.kind.like("service.%")).order_by(Event.id)))


@pytest.mark.parametrize("who", ["other", "plain"])
def test_nobody_else_keeps_an_entry(session: Session, agencies: Any, offer: Offer, now: Any, who: str) -> None:
    service = offer("救助")
    attempts: list[Callable[[], Any]] = [
        lambda: keeping.editing(session, agencies[who], service.id),
        lambda: keeping.save(session, agencies[who], service.id, {"name": ["改名"]}, now),
        lambda: keeping.set_capacity(session, agencies[who], service.id, "none", now, version=1),
        lambda: keeping.assure(session, agencies[who], service.id, now, version=1),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert kinds(session) == []


def test_a_station_keeps_nothing(session: Session, people: Any, now: Any) -> None:
    with pytest.raises(Forbidden):
        keeping.editing(session, people["supervisor"], None)
    with pytest.raises(Forbidden):
        keeping.parts(session, people["supervisor"], "location")


def test_the_head_writes_a_service_and_it_counts_as_checked_today(
    session: Session, agencies: Any, now: datetime
) -> None:
    page = keeping.editing(session, agencies["head"], None)
    service = keeping.save(
        session, agencies["head"], None,
        filled(page, name="居家照护", field="elderly", minimum_age="60", repeats="weekly", days=["MO", "WE"]), now,
    )  # fmt: skip
    assert service.organisation_id == agencies["head"].memberships[0].organisation_id
    assert (service.minimum_age, service.recurrence) == (60, "FREQ=WEEKLY;BYDAY=MO,WE")
    assert service.assured_on == now.date()
    assert kinds(session) == ["service.saved"]


def test_a_change_is_an_event_that_names_the_fields_only(
    session: Session, agencies: Any, offer: Offer, now: Any
) -> None:
    service = offer("救助", cost="免费", recurrence="FREQ=DAILY")
    page = keeping.editing(session, agencies["agency"], service.id)
    keeping.save(session, agencies["agency"], service.id, filled(page, cost="每次二十元"), now)
    event = session.scalars(select(Event).where(Event.kind.like("service.%"))).one()
    assert event.details["fields"] == ["cost"]
    assert "二十" not in str(event.details)
    assert service.recurrence == "FREQ=DAILY"


def test_a_rule_that_the_form_cannot_show_stays(session: Session, agencies: Any, offer: Offer, now: Any) -> None:
    service = offer("救助", recurrence="FREQ=YEARLY;BYMONTH=3")
    page = keeping.editing(session, agencies["agency"], service.id)
    keeping.save(session, agencies["agency"], service.id, filled(page), now)
    assert service.recurrence == "FREQ=YEARLY;BYMONTH=3"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"field": "nonsense"}, "field"),
        ({"minimum_age": "16", "maximum_age": "6"}, "maximum_age"),
        ({"minimum_age": "-1"}, "minimum_age"),
        ({"repeats": "weekly"}, "days"),
        ({"area": "00000000-0000-0000-0000-000000000000"}, "area"),
    ],
)
def test_what_makes_no_sense_is_refused(
    session: Session, agencies: Any, offer: Offer, now: Any, changed: dict[str, str], field: str
) -> None:
    service = offer("救助")
    page = keeping.editing(session, agencies["agency"], service.id)
    with pytest.raises(InvalidForm) as refused:
        keeping.save(session, agencies["agency"], service.id, filled(page, **changed), now)
    assert field in [error.path for error in refused.value.submitted.errors]


def test_places_are_ones_own_and_named_once(session: Session, agencies: Any, offer: Offer, now: Any) -> None:
    service = offer("救助")
    other = agencies["other"].memberships[0].organisation_id
    mine = Location(organisation_id=service.organisation_id, name="活动室")
    theirs = Location(organisation_id=other, name="别人的")
    session.add_all([mine, theirs])
    session.flush()
    page = keeping.editing(session, agencies["agency"], service.id)
    keeping.save(session, agencies["agency"], service.id, filled(page, **{"places.0.location": str(mine.id)}), now)
    assert session.scalars(select(ServiceAtLocation.location_id)).all() == [mine.id]
    page = keeping.editing(session, agencies["agency"], service.id)
    for rows in ({"places.0.location": str(theirs.id)}, {f"places.{n}.location": str(mine.id) for n in (0, 1)}):
        with pytest.raises(InvalidForm):
            keeping.save(session, agencies["agency"], service.id, filled(page, **rows), now)


def test_who_saves_second_is_told(session: Session, agencies: Any, offer: Offer, now: Any) -> None:
    service = offer("救助")
    first = keeping.editing(session, agencies["agency"], service.id)
    second = keeping.editing(session, agencies["head"], service.id)
    keeping.save(session, agencies["agency"], service.id, filled(first, cost="十元"), now)
    with pytest.raises(InvalidForm) as refused:
        keeping.save(session, agencies["head"], service.id, filled(second, cost="二十元"), now)
    assert refused.value.submitted.errors[0].code == "changed_meanwhile"
    assert service.cost == "十元"


def test_capacity_in_one_click(session: Session, agencies: Any, offer: Offer, now: Any) -> None:
    service = offer("救助", vacancy=3)
    keeping.set_capacity(
        session, agencies["agency"], service.id, "waiting_list", now, vacancy="2", note=" 两周后 ", version=1
    )
    assert (service.capacity, service.vacancy, service.capacity_note) == (Capacity.WAITING_LIST, 2, "两周后")
    assert service.capacity_updated_at == now
    event = session.scalars(select(Event).where(Event.kind.like("service.%"))).one()
    assert (event.details["before"], event.details["after"]) == ("has", "waiting_list")
    keeping.set_capacity(session, agencies["head"], service.id, "none", now, vacancy="2", version=2)
    assert service.vacancy is None, "full means no free place"


@pytest.mark.parametrize(("capacity", "vacancy"), [("lots", ""), ("has", "-1"), ("has", "many"), ("has", "10000")])
def test_nonsense_about_capacity_is_refused(
    session: Session, agencies: Any, offer: Offer, now: Any, capacity: str, vacancy: str
) -> None:
    service = offer("救助")
    with pytest.raises(Invalid):
        keeping.set_capacity(session, agencies["agency"], service.id, capacity, now, vacancy=vacancy, version=1)


def test_still_correct_is_said_of_what_one_looked_at(session: Session, agencies: Any, offer: Offer, now: Any) -> None:
    service = offer("救助", assured_on=now.date() - timedelta(days=400))
    keeping.assure(session, agencies["agency"], service.id, now, version=1)
    assert service.assured_on == now.date()
    assert kinds(session) == ["service.assured"]
    with pytest.raises(Conflict):
        keeping.assure(session, agencies["head"], service.id, now, version=1)


def test_programmes_and_places_are_kept_by_their_own(session: Session, agencies: Any, now: Any) -> None:
    for name, table in (("programme", Programme), ("location", Location)):
        page = keeping.editing_part(session, agencies["agency"], name, None)
        keeping.save_part(session, agencies["agency"], name, None, filled(page, name="新的"), now)
        (part,) = keeping.parts(session, agencies["head"], name)
        assert part.name == "新的"
        assert keeping.parts(session, agencies["other"], name) == []
        with pytest.raises(NotFound):
            keeping.editing_part(session, agencies["other"], name, part.id)
        page = keeping.editing_part(session, agencies["head"], name, part.id)
        keeping.save_part(session, agencies["head"], name, part.id, filled(page, is_active=[]), now)
        assert not session.get_one(table, part.id).is_active
        with pytest.raises(InvalidForm):
            keeping.save_part(session, agencies["agency"], name, part.id, filled(page, name="旧页"), now)


def test_two_at_the_same_moment(real_people: dict[str, Actor], sessions: sessionmaker[Session], now: datetime) -> None:
    """Both pages were opened before either saved; really two connections."""
    agency = real_people["agency"]
    with transaction(sessions) as session:
        service = Service(organisation_id=agency.memberships[0].organisation_id, name="救助", field="relief")
        session.add(service)
        session.flush()
        service_id: UUID = service.id
    with sessions() as one, sessions() as two:
        pages = [keeping.editing(each, agency, service_id) for each in (one, two)]
        keeping.save(one, agency, service_id, filled(pages[0], cost="十元"), now)
        one.flush()
        from threading import Thread

        told: list[str] = []

        def save_second() -> None:
            try:
                keeping.save(two, agency, service_id, filled(pages[1], cost="二十元"), now)
            except InvalidForm as refused:
                told.append(refused.submitted.errors[0].code)

        waiting = Thread(target=save_second)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive(), "the second waits for the first"
        one.commit()
        waiting.join(10)
    assert told == ["changed_meanwhile"]


def test_nobody_with_a_role_that_ended_keeps_entries(session: Session, agencies: Any, offer: Offer, now: Any) -> None:
    offer("救助")
    for held in session.scalars(select(Membership).where(Membership.role == Role.AGENCY_HEAD)):
        session.delete(held)
    session.flush()
    actor = identity.load_actor(session, agencies["head"].user_id, 1)
    assert actor is not None
    with pytest.raises(Forbidden):
        keeping.editing(session, actor, None)
