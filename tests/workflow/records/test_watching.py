"""The case team, who looked, and emergency access: who may, what is recorded, and how it ends."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import BreakGlass, Case, Event, Membership, Reading, Role, User
from workflow import identity, inbox
from workflow.errors import CareRelayError, Conflict, Forbidden, Invalid, NotFound
from workflow.identity import Actor
from workflow.records import break_glass, cases, readings, team

REASON = "夜班接到家属来电，说人在楼顶，责任社工联系不上。"


def hire(session: Session, username: str, role: Role, place: UUID) -> Actor:
    """Somebody more, with one role."""
    user = User(username=username, name=username, password_hash="-")
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=place, role=role))
    session.flush()
    actor = identity.load_actor(session, user.id, 1)
    assert actor is not None
    return actor


@pytest.fixture
def watchers(ward: Any, session: Session) -> dict[str, Actor]:
    """The data-protection owner and the auditor of the hospital, and those of another one."""
    here = ward.people["admin"].memberships[0].organisation_id
    elsewhere = uuid_of_other_hospital(session)
    return {
        "owner": hire(session, "owner", Role.DATA_PROTECTION_OWNER, here),
        "auditor": hire(session, "auditor", Role.AUDITOR, here),
        "owner2": hire(session, "owner2", Role.DATA_PROTECTION_OWNER, elsewhere),
        "auditor2": hire(session, "auditor2", Role.AUDITOR, elsewhere),
    }


def uuid_of_other_hospital(session: Session) -> UUID:
    from models import Organisation

    return session.scalars(select(Organisation.id).where(Organisation.code == "hospital2")).one()


def refused(call: Any, *arguments: Any, **named: Any) -> str | None:
    """The kind of refusal; None when it was done."""
    try:
        call(*arguments, **named)
    except CareRelayError as error:
        return type(error).__name__
    return None


# ---- team ----------------------------------------------------------------------------------------------------------


def test_only_who_answers_for_a_case_changes_its_team(ward: Any, session: Session, watchers: Any) -> None:
    opened = ward.until("assess")
    wanted = ward.people["worker2"].user_id
    everybody = ward.people | watchers
    allowed = {
        who
        for who, actor in everybody.items()
        if refused(team.add, session, actor, opened.case_id, wanted, ward.now) is None
    }
    assert allowed == {"coordinator", "coordinator2", "supervisor", "worker"}
    assert refused(team.add, session, ward.people["worker2"], opened.case_id, wanted, ward.now) == "Forbidden"
    assert refused(team.add, session, ward.people["outsider"], opened.case_id, wanted, ward.now) == "NotFound"


def test_changes_of_the_team_are_recorded_once(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    lead, colleague = ward.people["coordinator"], ward.people["worker2"]
    for _ in range(2):
        team.add(session, lead, opened.case_id, colleague.user_id, ward.now)
    team.remove(session, lead, opened.case_id, colleague.user_id, ward.now)
    session.flush()
    kinds = session.scalars(select(Event.kind).where(Event.kind.like("case.member%")).order_by(Event.id)).all()
    assert kinds == ["case.member_added", "case.member_removed"]
    with pytest.raises(NotFound):
        team.remove(session, lead, opened.case_id, colleague.user_id, ward.now)
    view = cases.open_case(session, lead, opened.case_id, ward.now)
    assert [item.text.zh for item in view.timeline][-2:] == ["周社工加入个案团队", "周社工离开个案团队"]


@pytest.mark.parametrize("who", ["outsider", "nurse", "agency", "admin"])
def test_only_staff_of_the_station_share_in_a_case(ward: Any, session: Session, who: str) -> None:
    opened = ward.until("assess")
    with pytest.raises(Invalid):
        team.add(session, ward.people["coordinator"], opened.case_id, ward.people[who].user_id, ward.now)


def test_the_team_of_a_closed_case_stays(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    session.get_one(Case, opened.case_id).closed_at = ward.now
    with pytest.raises(Conflict):
        team.add(session, ward.people["coordinator"], opened.case_id, ward.people["worker2"].user_id, ward.now)
    assert not cases.open_case(session, ward.people["coordinator"], opened.case_id, ward.now).frame.team.may_change


# ---- readings ------------------------------------------------------------------------------------------------------


def test_who_may_read_who_looked(ward: Any, session: Session, watchers: Any) -> None:
    opened = ward.until("assess")
    everybody = ward.people | watchers
    found = {
        who: refused(readings.of_case, session, actor, opened.case_id, ward.now) for who, actor in everybody.items()
    }
    assert {who for who, answer in found.items() if answer is None} == {"supervisor", "worker", "owner", "auditor"}
    assert {who for who, answer in found.items() if answer == "Forbidden"} == {
        "coordinator", "coordinator2", "nurse", "lead",
    }  # fmt: skip
    for who in ("owner2", "auditor2", "outsider", "outside_lead", "agency", "admin", "worker2"):
        assert found[who] == "NotFound"


def test_who_looked_is_listed_by_reader_and_day_a_page_at_a_time(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    supervisor, coordinator = ward.people["supervisor"], ward.people["coordinator"]
    for _ in range(readings.PAGE + 5):
        cases.open_case(session, coordinator, opened.case_id, ward.now)
    cases.open_case(session, supervisor, opened.case_id, ward.now + timedelta(days=1))
    found = readings.of_case(session, supervisor, opened.case_id, ward.now)
    assert (found.page.rows[0].who, found.page.rows[0].purpose) == ("吴督导", "oversight")
    assert found.page.rows[0].entries == 3
    assert found.page.rows[0].highest == "P3"
    assert len(found.page.rows) == readings.PAGE
    assert found.page.more
    assert (supervisor.user_id, "吴督导") in found.people
    second = readings.of_case(session, supervisor, opened.case_id, ward.now, user_id=coordinator.user_id, page=2)
    assert [row.who for row in second.page.rows] == ["陈协调"] * 5
    assert not second.page.more
    that_day = readings.of_case(session, supervisor, opened.case_id, ward.now, day=date(2026, 3, 10))
    assert [row.who for row in that_day.page.rows] == ["吴督导"]


def test_readings_cost_the_same_however_many(ward: Any, session: Session, statements: Any) -> None:
    opened = ward.until("assess")
    costs = []
    for _ in range(2):
        session.expunge_all()
        with statements() as sent:
            readings.of_case(session, ward.people["supervisor"], opened.case_id, ward.now)
        costs.append(len(sent))
        for _ in range(20):
            cases.open_case(session, ward.people["coordinator"], opened.case_id, ward.now)
        session.flush()
    assert costs[0] == costs[1] <= 5


def test_my_own_readings_are_mine_alone(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    cases.open_case(session, ward.people["supervisor"], opened.case_id, ward.now)
    mine = readings.own(session, ward.people["supervisor"])
    assert [(row.what, row.case_number) for row in mine.rows] == [("case", opened.case_number)]
    assert readings.own(session, ward.people["outsider"]).rows == []


def test_events_are_listed_without_content_for_auditors(ward: Any, session: Session, watchers: Any) -> None:
    opened = ward.until("assess")
    _, page = readings.events(session, watchers["auditor"], opened.case_id, ward.now)
    assert {row.kind for row in page.rows} >= {"case.opened", "task.completed"}
    for content in ("王小明", "接收分派", "reason", "林社工负责"):
        assert content not in str(page)
    for who in ("auditor2", "outsider", "agency", "admin"):
        with pytest.raises(NotFound):
            readings.events(session, (ward.people | watchers)[who], opened.case_id, ward.now)
    with pytest.raises(Forbidden):
        readings.events(session, ward.people["supervisor"], opened.case_id, ward.now)


def test_a_case_is_found_by_number_only_by_who_watches_over_it(ward: Any, session: Session, watchers: Any) -> None:
    opened = ward.until("assess")
    number = f" {opened.case_number.lower()} "
    assert readings.watched_by_number(session, watchers["owner"], number, ward.now) == opened.case_id
    for who in ("owner2", "auditor2"):
        with pytest.raises(NotFound):
            readings.watched_by_number(session, watchers[who], number, ward.now)
    with pytest.raises(NotFound):
        readings.watched_by_number(session, watchers["owner"], "CR2026-999999", ward.now)


# ---- emergency access ----------------------------------------------------------------------------------------------


def test_outsiders_get_no_emergency_access_and_do_not_learn_that_the_case_exists(
    ward: Any, session: Session, watchers: Any
) -> None:
    opened = ward.until("assess")
    everybody = ward.people | watchers
    for who in ("outsider", "outside_lead", "agency", "admin", "nurse2", "colleague", "owner2", "auditor", "auditor2"):
        for reason in (REASON, ""):
            assert refused(break_glass.ask, session, everybody[who], opened.case_number, reason, ward.now) == "NotFound"
            assert refused(break_glass.ask, session, everybody[who], "CR2026-999999", reason, ward.now) == "NotFound"
    assert session.scalars(select(BreakGlass)).all() == []


@pytest.mark.parametrize("reason", ["", "看一下", "   看一下        ", "长" * 1001])
def test_emergency_access_needs_a_reason(ward: Any, session: Session, reason: str) -> None:
    opened = ward.until("assess")
    with pytest.raises(Invalid):
        break_glass.ask(session, ward.people["worker2"], opened.case_number, reason, ward.now)


def test_emergency_access_opens_the_file_for_a_day_and_tells_who_watches(
    ward: Any, session: Session, watchers: Any
) -> None:
    opened = ward.until("assess")
    colleague = ward.people["worker2"]
    assert break_glass.ask(session, colleague, opened.case_number, REASON, ward.now) == opened.case_id
    view = cases.open_case(session, colleague, opened.case_id, ward.now)
    assert view.frame.glass_until == ward.now + timedelta(hours=24)
    shown = str(view.entries)
    assert "术后需卧床六周" in shown
    assert "自杀自伤风险" not in shown
    told = session.scalars(select(Event).where(Event.kind == "notified", Event.details["about"].astext.like("glass%")))
    assert {event.details["audience"] for event in told} == {"supervisor", "data_protection_owner"}
    assert REASON not in str([event.details for event in session.scalars(select(Event))])
    assert {(row.case_id, row.is_open) for row in break_glass.mine(session, colleague, ward.now)} == {
        (opened.case_id, True)
    }
    for reviewer in (ward.people["supervisor"], watchers["owner"]):
        (row,) = break_glass.to_review(session, reviewer, ward.now)
        assert (row.who, row.reason, row.may_review) == ("周社工", REASON, True)
    for other in (ward.people["outside_lead"], watchers["owner2"], watchers["auditor"], ward.people["coordinator"]):
        assert break_glass.to_review(session, other, ward.now) == []
    found = session.scalars(select(Reading).where(Reading.user_id == colleague.user_id, Reading.what == "case")).one()
    assert (found.purpose, found.highest) == ("break_glass", "P2")
    with pytest.raises(NotFound):
        cases.open_case(session, colleague, opened.case_id, ward.now + timedelta(hours=24))


def test_emergency_access_is_for_reading_only(ward: Any, session: Session) -> None:
    from workflow import permissions
    from workflow.permissions import Permission
    from workflow.records import sight

    opened = ward.until("assess")
    colleague = ward.people["worker2"]
    break_glass.ask(session, colleague, opened.case_number, REASON, ward.now)
    seen = sight.of(session, session.get_one(Case, opened.case_id), ward.now)
    assert permissions.allows(colleague, Permission.CASE_READ, seen)
    for permission in (Permission.CASE_ACT, Permission.CASE_TEAM):
        with pytest.raises(Forbidden):
            permissions.require(colleague, permission, seen)
    assert refused(team.add, session, colleague, opened.case_id, colleague.user_id, ward.now) == "Forbidden"
    view = cases.open_case(session, colleague, opened.case_id, ward.now)
    assert (view.actions, view.startable) == ([], [])
    task = inbox.open_task(session, colleague, ward.open("assess").id, ward.now)
    assert task.glass_until == view.frame.glass_until
    assert not task.task.may_complete


def test_who_may_read_the_file_anyway_needs_no_emergency(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    for who in ("supervisor", "worker"):
        assert break_glass.ask(session, ward.people[who], opened.case_number, "", ward.now) == opened.case_id
    break_glass.ask(session, ward.people["worker2"], opened.case_number, REASON, ward.now)
    break_glass.ask(session, ward.people["worker2"], opened.case_number, "", ward.now)
    assert len(session.scalars(select(BreakGlass)).all()) == 1


def test_the_data_protection_owner_reads_by_emergency_access_too(ward: Any, session: Session, watchers: Any) -> None:
    opened = ward.until("assess")
    with pytest.raises(NotFound):
        cases.open_case(session, watchers["owner"], opened.case_id, ward.now)
    break_glass.ask(session, watchers["owner"], opened.case_number, REASON, ward.now)
    assert cases.open_case(session, watchers["owner"], opened.case_id, ward.now).entries


def test_an_access_is_reviewed_once_and_never_by_who_had_it(ward: Any, session: Session, watchers: Any) -> None:
    opened = ward.until("assess")
    break_glass.ask(session, watchers["owner"], opened.case_number, REASON, ward.now)
    glass = session.scalars(select(BreakGlass)).one()
    (own,) = break_glass.to_review(session, watchers["owner"], ward.now)
    assert not own.may_review
    for who, answer in (
        ("owner", "Forbidden"), ("owner2", "NotFound"), ("worker", "NotFound"), ("coordinator", "NotFound"),
        ("outside_lead", "NotFound"), ("auditor", "NotFound"), ("admin", "NotFound"),
    ):  # fmt: skip
        actor = (ward.people | watchers)[who]
        assert refused(break_glass.review, session, actor, glass.id, "justified", ward.now) == answer, who
    supervisor = ward.people["supervisor"]
    assert refused(break_glass.review, session, supervisor, glass.id, "perhaps", ward.now) == "Invalid"
    break_glass.review(session, supervisor, glass.id, "not_justified", ward.now)
    assert refused(break_glass.review, session, supervisor, glass.id, "justified", ward.now) == "Conflict"
    assert refused(break_glass.review, session, supervisor, uuid4(), "justified", ward.now) == "NotFound"
    (row,) = break_glass.to_review(session, supervisor, ward.now)
    assert (row.verdict, row.reviewed_by, row.may_review) == ("not_justified", "吴督导", False)


def test_who_lost_their_role_lost_the_emergency_access(ward: Any, session: Session) -> None:
    opened = ward.until("assess")
    colleague = ward.people["worker2"]
    break_glass.ask(session, colleague, opened.case_number, REASON, ward.now)
    moved = replace(colleague, memberships=ward.people["nurse"].memberships)
    with pytest.raises(NotFound):
        cases.open_case(session, moved, opened.case_id, ward.now)


def test_the_reporter_page_is_for_the_data_protection_owner_of_the_hospital_alone(
    ward: Any, session: Session, watchers: Any
) -> None:
    opened = ward.until("assess")
    everybody = ward.people | watchers
    allowed = {
        who
        for who, actor in everybody.items()
        if refused(break_glass.reporter, session, actor, opened.case_id, ward.now) is None
    }
    assert allowed == {"owner"}
