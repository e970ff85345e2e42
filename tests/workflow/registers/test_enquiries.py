"""Asking whether there is room: who may, that it names nobody, that it is answered once and shown to the asker."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models import Capacity, Enquiry, Event, Service, ServiceStatus
from workflow.errors import Conflict, Forbidden, Invalid, NotFound
from workflow.registers import directory, enquiries

Offer = Callable[..., Service]


@pytest.mark.parametrize("who", ["nurse", "admin", "agency"])
def test_only_stations_ask(session: Session, people: Any, offer: Offer, now: Any, who: str) -> None:
    with pytest.raises(Forbidden):
        enquiries.ask(session, people[who], offer("救助").id, "service", now)


def test_a_question_cannot_hold_anything_about_a_person() -> None:
    columns = {column.key for column in inspect(Enquiry).columns}
    assert columns == {
        "id", "service_id", "organisation_id", "asked_by_id", "asked_at", "purpose", "answer", "note",
        "answered_by_id", "answered_at",
    }  # fmt: skip


def test_asked_answered_and_read_by_the_station(
    session: Session, people: Any, agencies: Any, offer: Offer, now: Any
) -> None:
    service = offer("救助", vacancy=5, capacity_note="五个")
    enquiry_id = enquiries.ask(session, people["worker"], service.id, "assessment", now)
    assert [row.enquiry_id for row in enquiries.waiting(session, agencies["head"])] == [enquiry_id]
    for who in ("other", "plain"):
        assert enquiries.waiting(session, agencies[who]) == []
    enquiries.answer(session, agencies["head"], enquiry_id, "waiting_list", " 约两周 ", now)
    (row,) = directory.show(session, people["coordinator"], service.id, now).enquiries
    assert (row.answer, row.note, row.asked_by, row.answered_by) == ("waiting_list", "约两周", "林社工", "head")
    assert enquiries.asked(session, people["supervisor"]) == [row]
    assert enquiries.asked(session, people["outsider"]) == []
    assert directory.show(session, people["outsider"], service.id, now).enquiries == [], "not their question"
    assert (service.capacity, service.vacancy) == (Capacity.WAITING_LIST, None)
    assert enquiries.waiting(session, agencies["agency"]) == []
    events = session.scalars(select(Event).where(Event.kind.like("capacity.%")).order_by(Event.id)).all()
    assert [event.kind for event in events] == ["capacity.asked", "capacity.answered"]
    assert all("约两周" not in str(event.details) for event in events)


def test_asking_again_is_the_same_question_until_it_is_answered(
    session: Session, people: Any, agencies: Any, offer: Offer, now: Any
) -> None:
    service = offer("救助")
    first = enquiries.ask(session, people["worker"], service.id, "service", now)
    assert enquiries.ask(session, people["coordinator"], service.id, "service", now) == first
    assert enquiries.ask(session, people["outsider"], service.id, "service", now) != first, "another station"
    enquiries.answer(session, agencies["agency"], first, "has", "", now)
    assert enquiries.ask(session, people["worker"], service.id, "service", now) != first


def test_a_service_that_is_not_offered_is_not_asked(session: Session, people: Any, offer: Offer, now: Any) -> None:
    service = offer("救助", status=ServiceStatus.INACTIVE)
    with pytest.raises(Conflict):
        enquiries.ask(session, people["worker"], service.id, "service", now)
    with pytest.raises(Invalid):
        enquiries.ask(session, people["worker"], service.id, "王小明", now)


def test_only_the_agency_that_was_asked_answers_and_once(
    session: Session, people: Any, agencies: Any, offer: Offer, now: Any
) -> None:
    enquiry_id = enquiries.ask(session, people["worker"], offer("救助").id, "service", now)
    for actor in (people["worker"], agencies["other"]):
        with pytest.raises(NotFound):
            enquiries.answer(session, actor, enquiry_id, "has", "", now)
    with pytest.raises(NotFound):
        enquiries.answer(session, agencies["plain"], enquiry_id, "has", "", now)
    with pytest.raises(Invalid):
        enquiries.answer(session, agencies["agency"], enquiry_id, "perhaps", "", now)
    enquiries.answer(session, agencies["agency"], enquiry_id, "has", "", now)
    with pytest.raises(Conflict):
        enquiries.answer(session, agencies["head"], enquiry_id, "none", "", now)
