"""The list of cases: who sees which, filters, text, pages, and what it costs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseMember, Level, Person, ReferralState, Risk
from workflow.errors import Forbidden
from workflow.records import case_list
from workflow.records.case_list import Wanted


def numbers(session: Session, ward: Any, who: str = "coordinator", **wanted: str) -> list[str]:
    page = case_list.list_cases(session, ward.people[who], Wanted(**wanted), ward.now)
    return [row.summary.number for row in page.rows]


@pytest.fixture
def three(ward: Any, session: Session) -> list[Case]:
    """An emergency of 李大强, a case of the worker, a closed one; each an hour later than the one before."""
    ids = [ward.until("assess").case_id]
    ids.append(ward.send(**{"subject.name": "李大强", "subject.phone": "13900001111"}).case_id)
    ids.append(ward.send(**{"subject.name": "李小红"}).case_id)
    cases = [session.get_one(Case, each) for each in ids]
    for hour, case in enumerate(cases):
        case.opened_at = ward.now + timedelta(hours=hour)
    cases[1].level, cases[1].risk = Level.EMERGENCY, Risk.RED
    cases[2].state = ReferralState.CANCELLED
    session.flush()
    return cases


def test_nobody_but_station_staff_has_a_list(ward: Any, session: Session) -> None:
    for who in ("nurse", "lead", "agency", "admin"):
        with pytest.raises(Forbidden):
            numbers(session, ward, who)


def test_each_sees_theirs_and_masked(ward: Any, session: Session, three: list[Case]) -> None:
    counts = {"coordinator": 3, "supervisor": 3, "worker": 1, "worker2": 0, "outsider": 0, "outside_lead": 0}
    assert {who: len(numbers(session, ward, who, state="all")) for who in counts} == counts
    page = case_list.list_cases(session, ward.people["coordinator"], Wanted(), ward.now)
    assert {row.summary.subject for row in page.rows} == {"王**", "李**"}
    assert "李大强" not in str(page)


def test_a_task_free_for_their_role_and_a_place_on_the_team_make_a_case_theirs(
    ward: Any, session: Session, three: list[Case]
) -> None:
    worker2 = ward.people["worker2"]
    session.add(CaseMember(case_id=three[1].id, user_id=worker2.user_id, added_by_id=worker2.user_id, since=ward.now))
    task = ward.open("assess")
    task.assignee_id = None
    session.flush()
    assert numbers(session, ward, "worker2") == [three[1].number, three[0].number]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 0]),
        ({"state": "all"}, [2, 1, 0]),
        ({"state": "closed"}, [2]),
        ({"state": "cancelled"}, [2]),
        ({"state": "nonsense"}, [2, 1, 0]),
        ({"sort": "oldest", "state": "all"}, [0, 1, 2]),
        ({"level": "emergency"}, [1]),
        ({"level": "nonsense"}, [1, 0]),
        ({"risk": "red"}, [1]),
        ({"responsible": "nobody"}, [1]),
        ({"responsible": "me"}, []),
        ({"responsible": "nonsense"}, [1, 0]),
        ({"text": "李", "state": "all"}, [2, 1]),
        ({"text": "李"}, [1]),
        ({"text": "ldq"}, [1]),
        ({"text": "1111"}, [1]),
        ({"text": "赵"}, []),
        ({"text": "%"}, []),
    ],
)
def test_filters(ward: Any, session: Session, three: list[Case], wanted: dict[str, str], found: list[int]) -> None:
    assert numbers(session, ward, **wanted) == [three[each].number for each in found]


def test_a_lead_chooses_a_worker_and_a_worker_their_own(ward: Any, session: Session, three: list[Case]) -> None:
    page = case_list.list_cases(session, ward.people["coordinator"], Wanted(), ward.now)
    assert sorted(name for _, name in page.workers) == ["周社工", "林社工"]
    worker = str(ward.people["worker"].user_id)
    assert numbers(session, ward, responsible=worker) == [three[0].number]
    assert numbers(session, ward, "worker", responsible="me") == [three[0].number]
    assert case_list.list_cases(session, ward.people["worker"], Wanted(), ward.now).workers == []


def test_a_case_is_found_by_its_number_however_much_of_it_is_typed(
    ward: Any, session: Session, three: list[Case]
) -> None:
    year, serial = three[0].number.removeprefix("CR").split("-")
    for text in (three[0].number, three[0].number.lower(), f"{year}-{serial}", serial, str(int(serial)), f" {serial} "):
        assert three[0].number in numbers(session, ward, text=text), text
    assert numbers(session, ward, "outside_lead", text=three[0].number) == []


def test_pages_follow_each_other_without_gap_or_repetition(
    ward: Any, session: Session, three: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_list, "PAGE", 2)
    three[0].opened_at = three[1].opened_at
    session.flush()
    for sort in ("newest", "oldest"):
        seen: list[str] = []
        after: str | None = ""
        while after is not None:
            page = case_list.list_cases(
                session, ward.people["coordinator"], Wanted(state="all", sort=sort), ward.now, after=after
            )
            seen += [row.summary.number for row in page.rows]
            after = page.more
        assert len(seen) == len(set(seen)) == 3
    for broken in ("x", "~", "2026-01-01~x", "2026-01-01~" + str(three[0].id)):
        page = case_list.list_cases(session, ward.people["coordinator"], Wanted(), ward.now, after=broken)
        assert len(page.rows) == 2


def test_the_list_costs_a_constant_number_of_statements(
    ward: Any, session: Session, three: list[Case], statements: Callable[[], Any]
) -> None:
    session.commit()
    named = Wanted(text="王")
    for who, wanted, cost in (("coordinator", Wanted(), 2), ("worker", Wanted(), 1), ("coordinator", named, 3)):
        session.expunge_all()
        with statements() as sent:
            case_list.list_cases(session, ward.people[who], wanted, ward.now)
        assert len(sent) == cost


def test_who_must_not_be_contacted_is_marked(ward: Any, session: Session, three: list[Case]) -> None:
    session.scalars(select(Person).where(Person.id == three[1].subject_id)).one().contact_forbidden = True
    session.flush()
    page = case_list.list_cases(session, ward.people["coordinator"], Wanted(level="emergency"), ward.now)
    assert [(row.contact_forbidden, row.risk) for row in page.rows] == [(True, "red")]
