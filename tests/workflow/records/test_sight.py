"""Who reads a case as which party and up to which class: everybody who may not, first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    BreakGlass,
    Case,
    CaseMember,
    Entry,
    Organisation,
    Reading,
    Referral,
    ReferralState,
    ReferralTask,
    Role,
    Task,
)
from workflow import inbox
from workflow.identity import Actor, Held
from workflow.parties import STATION as STATION_ROLES
from workflow.records import case_list, cases, entries, masking, sight
from workflow.records.sight import CaseSight

STATION, WARD, HOSPITAL, AGENCY, ELSEWHERE = (uuid4() for _ in range(5))
NOBODY, OPENER, WORKER = (uuid4() for _ in range(3))


def person(role: Role, place: UUID, user_id: UUID | None = None) -> Actor:
    held = (Held(place, None, None, role),)  # type: ignore[arg-type]  # neither name nor kind of the place is asked
    return Actor(user_id or uuid4(), "someone", "某某", "zh_CN", 1, held)


def case(**changed: Any) -> CaseSight:
    facts = CaseSight(STATION, WARD, OPENER, WORKER, hospital_id=HOSPITAL, stations=frozenset({STATION}))
    return replace(facts, **changed)


LATER = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("place", [STATION, WARD, HOSPITAL, AGENCY, ELSEWHERE])
@pytest.mark.parametrize("role", list(Role))
def test_a_role_alone_reads_only_where_it_leads(role: Role, place: UUID) -> None:
    """Every role in every place: nobody reads a case but the leads of its station and of its ward."""
    leads = {(Role.MSW_COORDINATOR, STATION), (Role.SUPERVISOR, STATION), (Role.WARD_LEAD, WARD)}
    read = sight.reader(person(role, place), case())
    assert (read is not None) == ((role, place) in leads)
    assert sight.may_open(person(role, place), case()) == ((role, place) in leads)


@pytest.mark.parametrize("place", [WARD, HOSPITAL, AGENCY, ELSEWHERE])
def test_being_named_counts_only_with_a_role_in_the_station(place: UUID) -> None:
    """Who was on the team and moved elsewhere, or whose case was handed to another station, reads it no more."""
    somebody = person(Role.MEDICAL_SOCIAL_WORKER, place, WORKER)
    assert sight.reader(somebody, case(team=frozenset({WORKER}))) is None


def test_a_social_worker_reads_what_they_have_share_in_or_have_a_task_in() -> None:
    def read(**changed: Any) -> frozenset[str] | None:
        found = sight.reader(person(Role.MEDICAL_SOCIAL_WORKER, STATION, WORKER), case(responsible_id=None, **changed))
        return found and found.classes

    role = Role.MEDICAL_SOCIAL_WORKER.value
    assert read() is None
    assert read(open_tasks=((STATION, role, NOBODY),)) is None
    assert read(open_tasks=((STATION, role, None),)) == {"P0", "P1", "P2"}
    assert read(open_tasks=((STATION, role, WORKER),)) == {"P0", "P1", "P2", "P3"}
    assert read(team=frozenset({WORKER})) == {"P0", "P1", "P2", "P3"}


def test_a_lead_who_has_nothing_to_do_with_a_case_reads_it_for_oversight() -> None:
    supervisor = person(Role.SUPERVISOR, STATION, WORKER)
    assert sight.reader(supervisor, case(responsible_id=None)).purpose == "oversight"  # type: ignore[union-attr]
    assert sight.reader(supervisor, case()).purpose == "work"  # type: ignore[union-attr]


def test_an_agency_reads_only_what_it_wrote_and_never_the_file() -> None:
    partner = person(Role.AGENCY_COORDINATOR, AGENCY)
    opened = case(receivers=frozenset({AGENCY, ELSEWHERE}))
    found = sight.reader(partner, opened)
    assert found is not None
    assert (found.party, found.places) == ("agency", frozenset({AGENCY}))
    assert not sight.may_open(partner, opened)


def test_emergency_access_is_for_staff_of_the_hospital_without_restricted_content() -> None:
    glass = {WORKER: LATER}
    colleague = person(Role.MEDICAL_SOCIAL_WORKER, STATION, WORKER)
    found = sight.reader(colleague, case(responsible_id=None, glass=glass))
    assert found is not None
    assert (found.party, found.purpose, found.until) == ("station", "break_glass", LATER)
    assert "P3" not in found.classes
    for role, place in (
        (Role.MEDICAL_SOCIAL_WORKER, ELSEWHERE),
        (Role.HOSPITAL_REFERRER, WARD),
        (Role.ADMIN, HOSPITAL),
    ):
        assert sight.reader(person(role, place, WORKER), case(responsible_id=None, glass=glass)) is None


# ---- from the rows -------------------------------------------------------------------------------------------------


def refer(session: Session, ward: Any, case_id: UUID, agency: UUID, ends: datetime | None) -> None:
    """A referral from the case to an agency, sent."""
    asked = session.get_one(Case, case_id)
    referral = Referral(
        number=f"RF-{uuid4()}", kind="agency", case_id=case_id, subject_id=asked.subject_id,
        sender_organisation_id=asked.organisation_id, requested_by_id=asked.opened_by_id, purpose="service",
        priority="routine", request="…", created_at=ward.now,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    session.add(
        ReferralTask(
            referral_id=referral.id, owner_id=agency, state=ReferralState.REQUESTED, sent_at=ward.now,
            access_ends_at=ends,
        )
    )  # fmt: skip
    session.flush()


def give(session: Session, task: Task, agency: UUID) -> None:
    """Hand an open task to the agency, as `carerelay:organisation` does."""
    task.party, task.organisation_id, task.role, task.assignee_id = "agency", agency, "agency_coordinator", None
    session.flush()


def test_the_reader_of_an_agency_task_sees_neither_name_nor_entries(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    agency = ward.people["agency"]
    place = agency.memberships[0].organisation_id
    refer(session, ward, opened.case_id, place, None)
    task = ward.open("assess")
    give(session, task, place)
    view = inbox.open_task(session, agency, task.id, ward.now)
    assert view.entries == []
    assert view.answers is None
    assert view.contact == []
    assert not view.may_open_case
    assert view.case.subject == "王**"
    assert "王小明" not in str((view.case, view.task, view.entries, view.contact))


@pytest.mark.parametrize(("ends", "reads"), [(None, True), (timedelta(days=1), True), (timedelta(0), False)])
def test_an_agency_reads_its_own_entries_while_access_is_open(
    ward: Any, session: Session, ends: timedelta | None, reads: bool
) -> None:
    opened = ward.until("first_contact")
    agency = ward.people["agency"]
    place = agency.memberships[0].organisation_id
    refer(session, ward, opened.case_id, place, ward.now + ends if ends is not None else None)
    entry = session.scalars(select(Entry).where(Entry.element_id == "accept_referral")).one()
    entry.parties = ["agency", "station"]
    session.get_one(Task, entry.task_id).organisation_id = place
    session.flush()
    asked = session.get_one(Case, opened.case_id)
    found = entries.readable(session, agency, asked, sight.of(session, asked, ward.now))
    assert [each.entry_id for each in found] == ([entry.id] if reads else [])
    other = replace(agency, memberships=(replace(agency.memberships[0], organisation_id=uuid4()),))
    assert entries.readable(session, other, asked, sight.of(session, asked, ward.now)) == []


def test_who_completed_a_step_and_has_left_the_case_reads_no_entry_of_it(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    done = session.scalars(select(Task).where(Task.element_id == "first_contact")).one()
    session.get_one(Case, opened.case_id).responsible_id = None
    ward.open("assess").assignee_id = ward.people["worker2"].user_id
    session.flush()
    view = inbox.open_task(session, ward.people["worker"], done.id, ward.now)
    assert view.entries == []
    assert view.case.subject == "王**"


def test_a_station_does_not_read_what_is_addressed_to_others(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    entry = session.scalars(select(Entry).where(Entry.element_id == "first_contact")).one()
    entry.parties = ["agency"]
    session.flush()
    view = cases.open_case(session, ward.people["supervisor"], opened.case_id, ward.now)
    assert entry.id not in {each.entry_id for each in view.entries}


def listed(session: Session, actor: Actor, ward: Any) -> list[UUID]:
    """The ids in this person's list of cases."""
    return [row.summary.case_id for row in case_list.list_cases(session, actor, case_list.Wanted(), ward.now).rows]


def test_the_list_of_cases_and_the_file_follow_one_rule(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    seen = sight.of(session, session.get_one(Case, opened.case_id), ward.now)
    for who, actor in ward.people.items():
        if not actor.places(*STATION_ROLES):
            continue
        found = sight.reader(actor, seen)
        assert (listed(session, actor, ward) != []) == (found is not None and found.party == "station"), who


def test_a_team_member_reads_and_lists_the_case_until_removed(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    colleague = ward.people["worker2"]
    member = CaseMember(
        case_id=opened.case_id, user_id=colleague.user_id, added_by_id=colleague.user_id, since=ward.now
    )
    session.add(member)
    session.flush()
    assert cases.open_case(session, colleague, opened.case_id, ward.now).entries
    assert listed(session, colleague, ward) == [opened.case_id]
    member.until = ward.now
    session.flush()
    assert listed(session, colleague, ward) == []
    assert not sight.may_open(colleague, sight.of(session, session.get_one(Case, opened.case_id), ward.now))


def test_emergency_access_ends_by_itself(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    colleague = ward.people["worker2"]
    session.add(
        BreakGlass(
            case_id=opened.case_id, user_id=colleague.user_id, reason="夜班接到家属求助电话，需要立即处理",
            opened_at=ward.now, ends_at=ward.now + timedelta(hours=24),
        )
    )  # fmt: skip
    session.flush()
    asked = session.get_one(Case, opened.case_id)
    assert sight.may_open(colleague, sight.of(session, asked, ward.now + timedelta(hours=23, minutes=59)))
    assert not sight.may_open(colleague, sight.of(session, asked, ward.now + timedelta(hours=24)))


def test_readings_tell_purpose_and_highest_class(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    cases.open_case(session, ward.people["supervisor"], opened.case_id, ward.now)
    cases.open_case(session, ward.people["lead"], opened.case_id, ward.now)
    found = {
        (reading.user_id, reading.purpose, reading.highest)
        for reading in session.scalars(select(Reading).where(Reading.what == "case"))
    }
    assert found == {
        (ward.people["supervisor"].user_id, "oversight", "P3"),
        (ward.people["lead"].user_id, "work", "P2"),
    }


def test_the_hospital_and_its_stations_are_known(ward: Any, session: Session) -> None:
    opened = ward.send()
    asked = session.get_one(Case, opened.case_id)
    seen = sight.of(session, asked, ward.now)
    station = session.get_one(Organisation, asked.organisation_id)
    assert seen.hospital_id == station.parent_id
    assert seen.stations == {station.id}


# ---- masks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("name", "李明", "李*"),
        ("name", "欧阳娜娜", "欧***"),
        ("name", "李", "李*"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "138-1234 1234", "138****1234"),
        ("phone", "8001", "****01"),
        ("id_number", "110101199003071233", "11**************33"),
        ("id_number", "11010119900307123X", "11**************3X"),
        ("id_number", "E1234", "*****"),
        ("address", "贵州省毕节市七星关区鸭池镇石桥村3组12号", "贵州省毕节市七星关区鸭池镇***"),
        ("address", "毕节市七星关区麻园街道桂花社区", "毕节市七星关区麻园街道***"),
        ("address", "毕节市七星关区某处", "毕节市七星关区***"),
        ("address", "12 Hill Road", "***"),
        ("record_number", "M-0012345", "***"),
        ("name", "", ""),
        ("phone", None, ""),
    ],
)
def test_masks(kind: str, value: str | None, masked: str) -> None:
    assert masking.mask(kind, value) == masked


def test_numbers_that_slipped_into_a_text_are_masked() -> None:
    text = "call 13812341234 about 11010119900307123X at 2026-03-09 10:00, case CR2026-000123"
    assert masking.scrub(text) == ("call 138****1234 about 11**************3X at 2026-03-09 10:00, case CR2026-000123")
