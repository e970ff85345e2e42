"""People of the register: who may see and correct them, what is masked, and what lies in the database."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models import Case, CaseMember, Event, Person, Reading
from workflow.errors import Conflict, Forbidden, InvalidForm, NotFound
from workflow.records import cases, people, person_forms, person_reading, referrals, relations

NUMBER = "11010519491231002X"
STATION = ("coordinator", "coordinator2", "worker", "worker2", "supervisor")
OTHERS = ("nurse", "lead", "colleague", "nurse2", "agency", "admin", "outsider", "outside_lead")


@pytest.fixture
def sent(ward: Any, session: Session) -> Person:
    opened = ward.send(
        **{
            "subject.phone": "13812345678",
            "subject.id_type": "resident_id",
            "subject.id_number": NUMBER,
            "subject.birth_date": "1949-12-31",
        }
    )
    case = session.get_one(Case, opened.case_id)
    return session.get_one(Person, case.subject_id)


def typed(person: Person, **changed: Any) -> dict[str, list[str]]:
    raw = person_forms.form("person").to_raw(person_forms.values_of(person))
    return raw | {key: value if isinstance(value, list) else [value] for key, value in changed.items()}


def sees(ward: Any, session: Session, person: Person) -> dict[str, bool]:
    """Who can open the person's page, and whether in full."""
    found = {}
    for who, actor in ward.people.items():
        try:
            found[who] = person_reading.open_person(session, actor, person.id, ward.now).in_full
        except NotFound:
            continue
    return found


def test_nobody_outside_the_stations_of_the_hospital_sees_a_person(ward: Any, session: Session, sent: Person) -> None:
    assert set(sees(ward, session, sent)) == set(STATION)


def test_nobody_else_searches_and_nothing_of_another_hospital_is_found(
    ward: Any, session: Session, sent: Person
) -> None:
    for who in ("nurse", "lead", "agency", "admin"):
        with pytest.raises(Forbidden):
            person_reading.search(session, ward.people[who], "王", ward.now)
    for who in ("outsider", "outside_lead"):
        for typed_text in ("王", "wxm", "13812345678", NUMBER, "M-0012345"):
            assert person_reading.search(session, ward.people[who], typed_text, ward.now).rows == []


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_changes_anything(ward: Any, session: Session, sent: Person, who: str) -> None:
    actor = ward.people[who]
    with pytest.raises(NotFound):
        people.correct(session, actor, sent.id, typed(sent, name="别人"), sent.lock_version, ward.now)
    with pytest.raises(NotFound):
        relations.add(session, actor, sent.id, RELATION, ward.now)
    with pytest.raises(NotFound):
        relations.end(session, actor, sent.id, uuid4(), ward.now)


def test_identity_is_shown_to_leads_and_to_those_who_have_a_case_of_the_person(
    ward: Any, session: Session, sent: Person
) -> None:
    in_full = {"coordinator": True, "coordinator2": True, "supervisor": True, "worker": False, "worker2": False}
    assert sees(ward, session, sent) == in_full
    ward.do("accept_referral", "coordinator")
    assert sees(ward, session, sent) == in_full | {"worker": True}
    session.add(
        CaseMember(
            case_id=session.scalars(select(Case.id)).one(), user_id=ward.people["worker2"].user_id,
            added_by_id=ward.people["worker"].user_id, since=ward.now,
        )
    )  # fmt: skip
    session.flush()
    assert sees(ward, session, sent) == in_full | {"worker": True, "worker2": True}


def test_a_colleague_without_a_case_sees_masks_and_placeholders_and_changes_nothing(
    ward: Any, session: Session, sent: Person
) -> None:
    sent.address, sent.safe_contact, sent.hardship = "毕节市七星关区洪山街道某巷 7 号", "打给女儿", ["low_income"]
    session.flush()
    worker = ward.people["worker2"]
    page = person_reading.open_person(session, worker, sent.id, ward.now)
    shown = str(page)
    for secret in ("王小明", "13812345678", NUMBER, "某巷", "打给女儿", "M-0012345", "低保", "1949"):
        assert secret not in shown
    for kept in ("王**", "138****5678", "无权查看"):
        assert kept in shown
    assert (page.may_correct, page.relations, page.possible) == (False, None, [])
    with pytest.raises(Forbidden):
        people.correct(session, worker, sent.id, typed(sent, name="别人"), sent.lock_version, ward.now)


def test_search_results_are_masked_for_everybody_and_name_the_cases_one_may_open(
    ward: Any, session: Session, sent: Person
) -> None:
    for who, numbers in (("coordinator", 1), ("worker2", 0)):
        (row,) = person_reading.search(session, ward.people[who], "wangxiaoming", ward.now).rows
        assert "王小明" not in str(row)
        assert "13812345678" not in str(row)
        assert (row.name, row.phone, row.age, len(row.cases)) == ("王**", "138****5678", 76, numbers)


def test_the_age_of_a_minor_is_not_in_lists(ward: Any, session: Session, sent: Person) -> None:
    sent.birth_date = date(2015, 5, 1)
    session.flush()
    (row,) = person_reading.search(session, ward.people["coordinator"], "王小明", ward.now).rows
    assert (row.age, row.is_minor) == (None, True)


def test_search_turns_pages_and_needs_a_constant_number_of_statements(
    ward: Any, session: Session, statements: Callable[[], Any]
) -> None:
    hospital = ward.people["nurse"].memberships[0].organisation_id
    hospital = session.scalar(text("SELECT parent_id FROM organisation WHERE id = :id"), {"id": hospital})
    for _ in range(person_reading.PAGE + 3):
        people.register(session, {"name": "张三丰"}, organisation_id=UUID(str(hospital)), now=ward.now)
    session.flush()
    actor = ward.people["coordinator"]
    with statements() as sent_many:
        first = person_reading.search(session, actor, "zhang", ward.now)
    second = person_reading.search(session, actor, "zhang", ward.now, after=first.more)
    assert (len(first.rows), len(second.rows), second.more) == (person_reading.PAGE, 3, None)
    assert len({row.person_id for row in first.rows + second.rows}) == person_reading.PAGE + 3
    assert len(sent_many) <= 4


def test_readings_are_recorded(ward: Any, session: Session, sent: Person) -> None:
    person_reading.search(session, ward.people["worker2"], "王", ward.now)
    person_reading.open_person(session, ward.people["worker2"], sent.id, ward.now)
    person_reading.open_person(session, ward.people["coordinator"], sent.id, ward.now)
    session.flush()
    found = session.execute(
        select(Reading.what, Reading.person_id, Reading.highest)
        .where(Reading.what.in_(["search", "person"]))
        .order_by(Reading.id)
    ).all()
    assert [tuple(row) for row in found] == [
        ("search", None, "P1"), ("person", sent.id, "P1"), ("person", sent.id, "P2"),
    ]  # fmt: skip


def test_what_lies_in_the_database_names_nobody(ward: Any, session: Session, sent: Person) -> None:
    relations.add(session, ward.people["coordinator"], sent.id, RELATION, ward.now)
    raw = typed(sent, address="洪山街道某巷", safe_contact="打给女儿", contact_forbidden="true")
    people.correct(session, ward.people["coordinator"], sent.id, raw, sent.lock_version, ward.now)
    session.flush()
    stored = str(
        [
            session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).all()
            for table in ("person", "relation", "event", "instance", "task", "entry", "draft", "reading")
        ]
    )
    for secret in (
        "王小明",
        "wangxiaoming",
        "13812345678",
        NUMBER,
        "M-0012345",
        "某巷",
        "打给女儿",
        "王大妈",
        "13900002222",
    ):
        assert secret not in stored
    assert session.get_one(Person, sent.id).name == "王小明"


def test_a_correction_is_recorded_without_what_stood_there(ward: Any, session: Session, sent: Person) -> None:
    actor = ward.people["coordinator"]
    people.correct(session, actor, sent.id, typed(sent, name="王晓明", phone=""), sent.lock_version, ward.now)
    event = session.scalars(select(Event).where(Event.kind == "person.corrected")).one()
    assert event.details == {"person_id": str(sent.id), "fields": ["name", "phone"]}
    assert event.actor_id == actor.user_id
    assert person_reading.search(session, actor, "王小明", ward.now).rows == []
    assert person_reading.search(session, actor, "5678", ward.now).rows == []
    assert len(person_reading.search(session, actor, "王晓明", ward.now).rows) == 1
    session.expire_all()
    view = cases.open_case(session, actor, session.scalars(select(Case.id)).one(), ward.now)
    assert any(item.text.zh == "更正了服务对象的资料：姓名、本人电话" for item in view.timeline)


def test_nothing_changed_nothing_recorded(ward: Any, session: Session, sent: Person) -> None:
    people.correct(session, ward.people["coordinator"], sent.id, typed(sent), sent.lock_version, ward.now)
    assert session.scalars(select(Event).where(Event.kind == "person.corrected")).all() == []


def test_two_people_correcting_at_once_lose_nothing_silently(ward: Any, session: Session, sent: Person) -> None:
    old = sent.lock_version
    people.correct(session, ward.people["coordinator"], sent.id, typed(sent, name="王晓明"), old, ward.now)
    session.flush()
    with pytest.raises(Conflict):
        people.correct(session, ward.people["supervisor"], sent.id, typed(sent, name="王笑明"), old, ward.now)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"name": " "}, "name"),
        ({"id_number": "110105194912310021"}, "id_number"),
        ({"id_number": "11010519491231002"}, "id_number"),
        ({"id_number": "110105194913310020"}, "id_number"),
        ({"id_type": "", "id_number": NUMBER}, "id_number"),
        ({"id_type": "passport", "id_number": "G1"}, "id_number"),
        ({"contact_forbidden": "true", "safe_contact": ""}, "safe_contact"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"sex": "robot"}, "sex"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_is_kept(
    ward: Any, session: Session, sent: Person, changed: dict[str, str], path: str
) -> None:
    with pytest.raises(InvalidForm) as refused:
        people.correct(
            session, ward.people["coordinator"], sent.id, typed(sent, **changed), sent.lock_version, ward.now
        )
    assert [error.path for error in refused.value.submitted.errors] == [path]
    assert refused.value.submitted.typed[path] == next(reversed(changed.values()))
    assert sent.name == "王小明"


def test_a_wrong_number_is_refused_in_the_wards_form_at_its_field(ward: Any) -> None:
    with pytest.raises(InvalidForm) as refused:
        ward.send(**{"subject.id_type": "resident_id", "subject.id_number": "110105194912310021"})
    assert [error.path for error in refused.value.submitted.errors] == ["subject.id_number"]


def test_identity_never_becomes_process_data(ward: Any, session: Session, sent: Person) -> None:
    stored = str(session.execute(text("SELECT to_jsonb(i)::text FROM instance i")).all())
    for secret in (NUMBER, "id_number", "1949-12-31", "13812345678"):
        assert secret not in stored


def test_the_birth_date_is_taken_from_the_number_when_nobody_gave_it(ward: Any, session: Session) -> None:
    opened = ward.send(
        **{
            "subject.birth_date": "", "subject.looks_minor": "no", "subject.id_type": "resident_id",
            "subject.id_number": NUMBER.lower(),
        }
    )  # fmt: skip
    person = session.get_one(Person, session.get_one(Case, opened.case_id).subject_id)
    assert person.birth_date == date(1949, 12, 31)


# ---- people around a person ----------------------------------------------------------------------------------------

RELATION = {
    "name": ["王大妈"], "relation": ["mother"], "guardianship": ["legal_guardian"], "in_household": ["true"],
    "ability": ["limited"], "phone": ["13900002222"], "note": [""],
}  # fmt: skip


def test_a_relation_is_added_and_ended_and_kept(ward: Any, session: Session, sent: Person) -> None:
    actor = ward.people["coordinator"]
    relation = relations.add(session, actor, sent.id, RELATION, ward.now)
    page = person_reading.open_person(session, actor, sent.id, ward.now)
    assert "王大妈" in str(page.relations)
    assert "法定监护人" in str(page.relations)
    relations.end(session, actor, sent.id, relation.id, ward.now)
    with pytest.raises(Conflict):
        relations.end(session, actor, sent.id, relation.id, ward.now)
    page = person_reading.open_person(session, actor, sent.id, ward.now)
    assert page.relations is not None
    assert page.relations[0].ended_at == ward.now
    kinds = session.scalars(select(Event.kind).where(Event.kind.like("relation.%")).order_by(Event.id)).all()
    assert kinds == ["relation.added", "relation.ended"]


def test_a_relation_of_somebody_else_is_not_found(ward: Any, session: Session, sent: Person) -> None:
    actor = ward.people["coordinator"]
    other = session.get_one(Case, ward.send(**{"subject.name": "李大强"}).case_id).subject_id
    relation = relations.add(session, actor, other, RELATION, ward.now)
    with pytest.raises(NotFound):
        relations.end(session, actor, sent.id, relation.id, ward.now)


def test_a_relation_without_name_or_kind_is_refused(ward: Any, session: Session, sent: Person) -> None:
    with pytest.raises(InvalidForm) as refused:
        relations.add(session, ward.people["coordinator"], sent.id, {"phone": ["1"]}, ward.now)
    assert {error.path for error in refused.value.submitted.errors} == {"name", "relation", "guardianship"}


def test_a_consent_form_can_forbid_contact(ward: Any, session: Session, sent: Person) -> None:
    for _ in range(2):
        people.set_contact(session, sent, forbidden=True, safe="打给女儿", actor_id=None, now=ward.now)
    session.flush()
    (row,) = person_reading.search(session, ward.people["worker2"], "王小明", ward.now).rows
    assert row.contact_forbidden
    assert len(session.scalars(select(Event).where(Event.kind == "person.corrected")).all()) == 1


def test_the_ward_sees_its_referral_as_before(ward: Any, session: Session, sent: Person) -> None:
    (row,) = referrals.list_sent(session, ward.people["nurse"], ward.now)
    assert row.subject == "王**"
