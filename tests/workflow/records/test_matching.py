"""Records that may be about one human being: found with reasons, decided by people, never merged."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Event, Person, PersonLink, ReferralState, Task
from workflow.errors import Conflict, Forbidden, Invalid, NotFound
from workflow.records import cases, matching, person_reading, same_person
from workflow.records.matching import Reason
from workflow.records.people import register

BORN = date(1958, 5, 1)
ID = "11010519491231002X"
FULL = {
    "name": "王小明", "phone": "13812345678", "id_type": "resident_id", "id_number": ID, "record_number": "M-1",
    "birth_date": BORN,
}  # fmt: skip


@pytest.fixture
def hospital(people: Any) -> Any:
    return people["admin"].memberships[0].organisation_id


@pytest.fixture
def add(session: Session, ward: Any, hospital: Any) -> Any:
    def add_person(place: Any = None, **about: Any) -> Person:
        return register(session, about, organisation_id=place or hospital, now=ward.now)

    return add_person


def found(session: Session, person: Person) -> list[tuple[str, set[Reason]]]:
    return [(each.person.name, set(each.reasons)) for each in matching.candidates(session, person)]


@pytest.mark.parametrize(
    ("about", "reasons"),
    [
        ({"name": "李大强", "id_number": ID.lower()}, {Reason.ID_NUMBER}),
        ({"name": "李大强", "record_number": "m 1"}, {Reason.RECORD_NUMBER}),
        ({"name": "王小明", "phone": "+86 138-1234-5678"}, {Reason.PHONE, Reason.NAME}),
        ({"name": "王小明", "birth_date": BORN}, {Reason.NAME, Reason.BIRTH_DATE}),
        ({"name": "王晓明", "phone": "13812345678"}, {Reason.PHONE, Reason.SOUND}),
        (
            {"name": "wang xiaoming", "phone": "13812345678", "birth_date": BORN},
            {Reason.PHONE, Reason.SOUND, Reason.BIRTH_DATE},
        ),
    ],
)
def test_what_speaks_for_one_human_being_is_named(
    session: Session, add: Any, about: dict[str, Any], reasons: set[Reason]
) -> None:
    add(**about)
    assert found(session, add(**FULL)) == [(about["name"], reasons)]


@pytest.mark.parametrize(
    "about",
    [
        {"name": "王小明"},
        {"name": "王小明", "birth_date": date(1958, 5, 2)},
        {"name": "李大强", "phone": "13812345678"},
        {"name": "李大强", "birth_date": BORN},
        {"name": "王晓明", "birth_date": BORN},
        {"name": "王小明", "name_is_alias": True, "birth_date": BORN},
    ],
)
def test_too_little_in_common_is_no_candidate(session: Session, add: Any, about: dict[str, Any]) -> None:
    add(**about)
    assert found(session, add(**FULL)) == []


def test_the_likeliest_comes_first_and_other_hospitals_do_not_come_at_all(
    session: Session, ward: Any, add: Any
) -> None:
    add(**(FULL | {"id_number": None, "record_number": None}))
    add(**(FULL | {"name": "陈五"}))
    add(ward.people["agency"].memberships[0].organisation_id, **FULL)
    other = ward.people["outsider"].memberships[0].organisation_id
    add(other, **FULL)
    scores = [each.score for each in matching.candidates(session, add(**FULL))]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 2


def test_a_decision_is_recorded_shown_and_taken_back(session: Session, ward: Any, add: Any) -> None:
    one, other = add(**FULL), add(**FULL)
    actor = ward.people["coordinator"]
    matching.decide(session, actor, one.id, other.id, same=True, now=ward.now)
    assert found(session, one) == []
    assert matching.linked(session, one.id) == {other.id}
    page = person_reading.open_person(session, actor, other.id, ward.now)
    assert [(each.row.person_id, each.decided_by) for each in page.same] == [(one.id, "陈协调")]
    events = session.scalars(select(Event).where(Event.kind == "person.linked").order_by(Event.id)).all()
    assert {event.details["other_id"] for event in events} == {str(one.id), str(other.id)}

    matching.undo(session, actor, other.id, one.id, ward.now)
    assert matching.linked(session, one.id) == set()
    assert len(found(session, one)) == 1
    with pytest.raises(Conflict):
        matching.undo(session, actor, other.id, one.id, ward.now)


def test_a_later_decision_replaces_an_earlier_one(session: Session, ward: Any, add: Any) -> None:
    one, other = add(**FULL), add(**FULL)
    actor = ward.people["supervisor"]
    matching.decide(session, actor, one.id, other.id, same=False, now=ward.now)
    assert found(session, one) == []
    page = person_reading.open_person(session, actor, one.id, ward.now)
    assert [each.row.person_id for each in page.different] == [other.id]
    matching.decide(session, actor, other.id, one.id, same=True, now=ward.now)
    assert session.scalars(select(PersonLink.same)).all() == [True]


def test_records_are_never_merged(session: Session, ward: Any, add: Any) -> None:
    one, other = add(**FULL), add(**(FULL | {"name": "王晓明"}))
    matching.decide(session, ward.people["coordinator"], one.id, other.id, same=True, now=ward.now)
    session.expire_all()
    assert {session.get_one(Person, key).name for key in (one.id, other.id)} == {"王小明", "王晓明"}


def test_links_reach_over_several_records_and_contradictions_are_refused(session: Session, ward: Any, add: Any) -> None:
    a, b, c, d = (add(**FULL) for _ in range(4))
    actor = ward.people["coordinator"]
    for one, other in ((a, b), (c, d), (b, c)):
        matching.decide(session, actor, one.id, other.id, same=True, now=ward.now)
    assert matching.linked(session, a.id) == {b.id, c.id, d.id}
    with pytest.raises(Conflict):
        matching.decide(session, actor, a.id, d.id, same=False, now=ward.now)
    matching.undo(session, actor, b.id, c.id, ward.now)
    matching.decide(session, actor, a.id, d.id, same=False, now=ward.now)
    with pytest.raises(Conflict):
        matching.decide(session, actor, b.id, c.id, same=True, now=ward.now)


def test_who_may_not_decide(session: Session, ward: Any, add: Any) -> None:
    one, other = add(**FULL), add(**FULL)
    foreign = add(ward.people["outsider"].memberships[0].organisation_id, **FULL)
    for who in ("nurse", "lead", "agency", "admin", "outsider", "outside_lead"):
        with pytest.raises(NotFound):
            matching.decide(session, ward.people[who], one.id, other.id, same=True, now=ward.now)
        with pytest.raises(NotFound):
            matching.undo(session, ward.people[who], one.id, other.id, ward.now)
    with pytest.raises(Forbidden):
        matching.decide(session, ward.people["worker2"], one.id, other.id, same=True, now=ward.now)
    coordinator = ward.people["coordinator"]
    for missing in (uuid4(), foreign.id):
        with pytest.raises(NotFound):
            matching.decide(session, coordinator, one.id, missing, same=True, now=ward.now)
    with pytest.raises(Invalid):
        matching.decide(session, coordinator, one.id, one.id, same=True, now=ward.now)
    assert session.scalars(select(PersonLink)).all() == []


def test_the_coordinator_is_told_of_possible_duplicates_and_the_ward_is_not(session: Session, ward: Any) -> None:
    first, second = ward.send(), ward.send()
    hint = same_person.hint(session, ward.people["coordinator"], second.case_id)
    assert hint is not None
    assert (hint.possible, hint.records, hint.others) == (1, 0, [])
    for who in ("nurse", "lead", "agency", "admin", "outsider", "worker2"):
        assert same_person.hint(session, ward.people[who], second.case_id) is None
    for who in ("nurse", "lead"):
        view = cases.open_case(session, ward.people[who], second.case_id, ward.now)
        assert first.case_number not in str(view)

    one, other = (session.get_one(Case, opened.case_id).subject_id for opened in (first, second))
    matching.decide(session, ward.people["coordinator"], one, other, same=True, now=ward.now)
    hint = same_person.hint(session, ward.people["coordinator"], second.case_id)
    assert hint is not None
    assert (hint.possible, hint.records) == (0, 1)
    assert [(each.number, each.may_open) for each in hint.others] == [(first.case_number, True)]


def test_a_duplicate_is_chosen_from_the_likely_cases_first_and_from_a_bounded_number(
    session: Session, ward: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.inbox import reading
    from workflow.records import choices, duplicates

    monkeypatch.setattr(duplicates, "MOST", 2)
    twin = ward.send(**{"subject.phone": "13812345678"})
    numbers = [ward.send(**{"subject.name": name, "subject.mrn": name}).case_number for name in ("甲", "乙", "丙")]
    new = ward.send(**{"subject.phone": "13812345678"})
    case = session.get_one(Case, new.case_id)
    task = session.scalars(select(Task).where(Task.case_id == case.id, Task.element_id == "accept_referral")).one()

    def offered() -> list[tuple[str, str | None]]:
        form = reading.form_of(session, ward.people["coordinator"], task.id)
        found = choices.look_up(
            session, form, user_id=case.opened_by_id, station_id=case.organisation_id, case_id=case.id
        )
        return [(each.label.zh, each.note.zh if each.note else None) for each in found["cases:open"]]

    assert offered() == [
        (f"{twin.case_number} 王**", "可能是同一人"), (f"{numbers[1]} 乙*", None), (f"{numbers[2]} 丙*", None),
    ]  # fmt: skip
    linked = session.get_one(Case, session.scalars(select(Case.id).where(Case.number == numbers[0])).one())
    matching.decide(session, ward.people["coordinator"], case.subject_id, linked.subject_id, same=True, now=ward.now)
    assert (f"{linked.number} 甲*", "可能是同一人") in offered()
    session.get_one(Case, twin.case_id).state = ReferralState.CANCELLED
    session.flush()
    assert twin.case_number not in str(offered())


def test_two_people_deciding_at_once_leave_one_decision(
    sessions: Any, real_people: Any, answers: Any, now: datetime
) -> None:
    from tests.workflow.conftest import Ward

    with sessions() as session:
        ward = Ward(session, real_people, answers(real_people), now)
        one, other = (session.get_one(Case, ward.send().case_id).subject_id for _ in range(2))
        session.commit()
    actors = [real_people["coordinator"], real_people["supervisor"]] * 3
    begin = Barrier(len(actors))

    def decide(number: int) -> None:
        pair = (one, other) if number % 2 else (other, one)
        begin.wait(timeout=30)
        with sessions() as session:
            matching.decide(session, actors[number], *pair, same=bool(number % 2), now=now)
            session.commit()

    with ThreadPoolExecutor(len(actors)) as pool:
        list(pool.map(decide, range(len(actors))))
    with sessions() as session:
        assert len(session.scalars(select(PersonLink)).all()) == 1
        told = session.scalars(select(Event).where(Event.kind == "person.linked")).all()
        assert len(told) == 2 * len(actors)
