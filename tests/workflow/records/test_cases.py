"""Who reads what of a case, and that every reading is recorded."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Reading
from workflow.errors import NotFound
from workflow.records import cases


def opens(ward: Any, session: Session, case_id: Any) -> set[str]:
    """Everybody who can open the case."""
    found = set()
    for who, actor in ward.people.items():
        try:
            cases.open_case(session, actor, case_id, ward.now)
        except NotFound:
            continue
        found.add(who)
    return found


def test_a_new_case_is_read_by_its_sender_the_ward_lead_and_the_leads_of_the_station(
    ward: Any, session: Session
) -> None:
    opened = ward.send()
    assert opens(ward, session, opened.case_id) == {"nurse", "lead", "coordinator", "coordinator2", "supervisor"}


def test_the_responsible_worker_reads_it_and_the_other_worker_does_not(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    assert opens(ward, session, opened.case_id) == {
        "nurse", "lead", "coordinator", "coordinator2", "supervisor", "worker",
    }  # fmt: skip


def test_a_ward_colleague_reads_it_while_a_step_waits_for_the_ward(ward: Any, session: Session) -> None:
    opened = ward.until("acknowledge_feedback")
    assert "colleague" in opens(ward, session, opened.case_id)
    ward.do("acknowledge_feedback", "colleague")
    assert "colleague" not in opens(ward, session, opened.case_id)


def test_the_ward_never_reads_the_narrative(ward: Any, session: Session) -> None:
    opened = ward.until("acknowledge_feedback")
    for who in ("nurse", "lead"):
        view = cases.open_case(session, ward.people[who], opened.case_id, ward.now)
        titles = {entry.title.zh for entry in view.entries}
        assert titles == {"发起转介", "接收分派", "反馈转介科室"}
        assert "只有社工能看的预估摘要" not in str(view)
        assert not any("评估" in item.text.zh for item in view.timeline)
    view = cases.open_case(session, ward.people["supervisor"], opened.case_id, ward.now)
    assert "只有社工能看的预估摘要" in str(view)
    assert any("心理社会评估" in item.text.zh for item in view.timeline)


def test_answers_chosen_from_the_records_are_read_as_names(ward: Any, session: Session) -> None:
    opened = ward.until("first_contact")
    view = cases.open_case(session, ward.people["coordinator"], opened.case_id, ward.now)
    shown = str(view.entries)
    assert "林社工" in shown
    assert "骨科病区" in shown
    assert str(ward.people["worker"].user_id) not in shown


def test_restricted_answers_are_for_named_people(ward: Any, session: Session) -> None:
    opened = ward.send()
    label = "自杀自伤风险"

    def reads(who: str) -> bool:
        view = cases.open_case(session, ward.people[who], opened.case_id, ward.now)
        return any(row.label.zh.startswith(label) for entry in view.entries for row in entry.rows)

    assert {who: reads(who) for who in ("nurse", "lead", "coordinator", "supervisor")} == {
        "nurse": True, "lead": False, "coordinator": True, "supervisor": True,
    }  # fmt: skip


def test_each_reading_of_a_case_and_its_entries_is_recorded(ward: Any, session: Session) -> None:
    opened = ward.until("first_contact")
    reader = ward.people["supervisor"]
    view = cases.open_case(session, reader, opened.case_id, ward.now)
    found = session.scalars(select(Reading).where(Reading.user_id == reader.user_id)).all()
    assert {reading.entry_id for reading in found if reading.what == "entry"} == {e.entry_id for e in view.entries}
    assert [reading.case_id for reading in found if reading.what == "case"] == [opened.case_id]


def test_a_refused_reading_leaves_no_trace_of_a_reading(ward: Any, session: Session) -> None:
    opened = ward.send()
    with pytest.raises(NotFound):
        cases.open_case(session, ward.people["outsider"], opened.case_id, ward.now)
    assert session.scalars(select(Reading)).all() == []


def test_an_unknown_case_is_not_found(ward: Any, session: Session) -> None:
    with pytest.raises(NotFound):
        cases.open_case(session, ward.people["supervisor"], uuid4(), ward.now)


def test_a_case_page_costs_the_same_however_long_its_history(ward: Any, session: Session, statements: Any) -> None:
    opened = ward.until("assess")
    costs = []
    for _ in range(2):
        session.commit()
        session.expunge_all()
        with statements() as sent:
            cases.open_case(session, ward.people["worker"], opened.case_id, ward.now)
        costs.append(len(sent))
        if len(costs) == 1:
            ward.do("assess", "worker")
            ward.do("evaluate_closure", "worker")
    assert costs[0] == costs[1]
