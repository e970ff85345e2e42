"""Who made a mandatory report is known to the data-protection owner and its writer only; that there is one, to few."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Entry, Event, Instance
from tests.workflow.conftest import raw
from tests.workflow.records.reporting import ANSWERS, CONTACT, NAME, Reporting
from workflow import inbox, instances
from workflow.errors import Forbidden, NotFound
from workflow.identity import Actor
from workflow.records import break_glass, entries, readings, sight


@pytest.fixture
def reporting(session: Session, ward: Any, now: datetime) -> Reporting:
    return Reporting(session, ward, now)


# ---- who reported


@pytest.mark.parametrize("who", ["supervisor", "coordinator", "worker", "nurse"])
def test_nobody_in_the_case_learns_who_reported(reporting: Reporting, who: str) -> None:
    reporting.reported()
    shown = repr(reporting.see(who))
    assert NAME not in shown
    assert CONTACT not in shown
    assert str(reporting.people["lead"].user_id) not in shown
    assert "发现人" not in shown, "that somebody is kept secret is not told either"


@pytest.mark.parametrize("who", ["supervisor", "coordinator", "worker"])
def test_social_work_reads_what_was_noticed(reporting: Reporting, who: str) -> None:
    reporting.reported()
    found = next(entry for entry in reporting.see(who).entries if entry.element_id == "check_signs")
    assert found.by == ""
    assert "双侧前臂骨折" in repr(found.rows)
    assert found.highest == "P3"


def test_its_writer_and_the_data_protection_owner_know(reporting: Reporting) -> None:
    reporting.reported()
    own = next(entry for entry in reporting.see("lead").entries if entry.element_id == "check_signs")
    assert own.by == NAME
    assert CONTACT in repr(own.rows)

    [seen] = break_glass.reporter(reporting.session, reporting.owner, reporting.case.id, reporting.now)[1]
    assert seen.by == NAME
    assert CONTACT in repr(seen.rows)
    assert "前臂骨折" not in repr(seen.rows), "who reported, and nothing else"


@pytest.mark.parametrize("who", ["supervisor", "worker", "lead", "nurse", "coordinator"])
def test_others_cannot_ask_who_reported(reporting: Reporting, who: str) -> None:
    reporting.reported()
    with pytest.raises((NotFound, Forbidden)):
        break_glass.reporter(reporting.session, reporting.people[who], reporting.case.id, reporting.now)


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "done"])
@pytest.mark.parametrize("who", ["colleague", "lead", "supervisor", "coordinator", "worker"])
def test_the_checklist_exists_for_nobody_else(reporting: Reporting, who: str, is_open: bool) -> None:
    task = reporting.start("nurse")
    if not is_open:
        reporting.do("check_signs", "nurse")
    for use in (inbox.open_task, inbox.claim, inbox.release):
        with pytest.raises(NotFound):
            use(reporting.session, reporting.people[who], task.id, reporting.now)
    with pytest.raises(NotFound):
        inbox.complete(reporting.session, reporting.people[who], task.id, raw(ANSWERS["check_signs"]), reporting.now)
    if who != "colleague":
        assert task.id not in [each.task_id for each in reporting.see(who).tasks]


def test_colleagues_cannot_open_the_steps_of_a_report(reporting: Reporting) -> None:
    reporting.reported()
    task = reporting.task("make_report")
    assert task.assignee_id == reporting.people["worker"].user_id
    with pytest.raises(NotFound):
        inbox.open_task(reporting.session, reporting.people["worker2"], task.id, reporting.now)


def test_readings_do_not_give_the_reporter_away(reporting: Reporting) -> None:
    reporting.reported()
    reporting.see("lead")

    def readers(actor: Actor) -> set[str]:
        found = readings.of_case(reporting.session, actor, reporting.case.id, reporting.now)
        return {row.who for row in found.page.rows} | {name for _, name in found.people}

    for actor in (reporting.people["supervisor"], reporting.people["worker"], reporting.auditor):
        assert NAME not in readers(actor)
    assert NAME in readers(reporting.owner)


def test_looks_at_other_times_stay_on_record(reporting: Reporting, now: datetime) -> None:
    """Only those around the report are hidden: an access log without its ordinary readers would be none."""
    reporting.see("lead")
    reporting.now = now + timedelta(hours=3)
    reporting.reported()
    supervisor = reporting.people["supervisor"]
    found = readings.of_case(reporting.session, supervisor, reporting.case.id, reporting.now)
    assert [row.at for row in found.page.rows if row.who == NAME] == [now]


def test_the_list_of_events_does_not_either(reporting: Reporting) -> None:
    reporting.reported()

    def doers(actor: Actor) -> set[str | None]:
        return {row.who for row in readings.events(reporting.session, actor, reporting.case.id, reporting.now)[1].rows}

    assert NAME not in doers(reporting.auditor)
    assert NAME in doers(reporting.owner)


def test_every_event_of_the_reporter_is_marked(reporting: Reporting) -> None:
    reporting.reported()
    events = reporting.session.scalars(select(Event).where(Event.actor_id == reporting.people["lead"].user_id)).all()
    assert len(events) > 5
    assert {event.details.get("secret") for event in events} == {"P4"}


def test_a_claimed_checklist_of_the_pool_is_hidden_too(reporting: Reporting, now: datetime) -> None:
    task = reporting.start("nurse")
    task.assignee_id = task.claimed_at = None
    inbox.claim(reporting.session, reporting.people["nurse"], task.id, now)
    claimed = [item for item in reporting.see("supervisor").timeline if "认领“强制报告" in item.text.zh]
    assert [item.who for item in claimed] == [None]


# ---- that there is a report


@pytest.mark.parametrize("who", ["nurse", "watcher"])
def test_who_reads_no_restricted_values_knows_of_no_report(reporting: Reporting, who: str, now: datetime) -> None:
    """The ward beside the reporter, and somebody with emergency access."""
    reporting.reported()
    reporting.do("make_report", "worker")
    reader = reporting.break_glass("worker2") if who == "watcher" else reporting.people["nurse"]
    view = reporting.see(reader)
    assert "报告" not in repr(replace(view, startable=[]))
    assert [each.process_key for each in view.startable] == ([] if who == "watcher" else ["mandatory_report"])
    report = reporting.session.scalars(
        select(Instance).where(Instance.started_by_id != reporting.case.opened_by_id)
    ).one()
    with pytest.raises(NotFound):
        instances.open_instance(reporting.session, reader, report.id, now)


def test_somebody_with_emergency_access_cannot_start_one(reporting: Reporting, now: datetime) -> None:
    reporting.break_glass("worker2")
    with pytest.raises(Forbidden):
        reporting.start("worker2")


def test_the_ward_keeps_what_it_wrote_out_of_colleagues_sight(reporting: Reporting) -> None:
    """The nurse fills it in; her ward lead reads nothing of it, social work all but who."""
    reporting.start("nurse")
    reporting.do("check_signs", "nurse")
    assert reporting.session.scalars(select(Entry.parties).where(Entry.element_id == "check_signs")).one() == [
        "station"
    ]
    assert "强制报告" not in repr(replace(reporting.see("lead"), startable=[]))
    assert "check_signs" in [entry.element_id for entry in reporting.see("nurse").entries]


def test_entries_of_one_case_stay_a_constant_number_of_statements(reporting: Reporting, statements: Any) -> None:
    reporting.reported()
    actor = reporting.people["supervisor"]
    seen = sight.of(reporting.session, reporting.case, reporting.now)
    with statements() as sent:
        entries.readable(reporting.session, actor, reporting.case, seen)
    assert len(sent) <= 4
