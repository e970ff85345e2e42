"""Accounts and roles: a first password shown once, nothing lost when somebody leaves, nobody locks themselves out."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Membership, Organisation, Role, Task, TaskState, User
from tests.workflow.administration.conftest import sent
from workflow import identity, inbox, passwords
from workflow.administration import accounts, bindings, exporting, history, memberships, returning
from workflow.administration.accounts import Sought
from workflow.administration.editing import Refused
from workflow.errors import InvalidForm
from workflow.identity import Actor

Place = Callable[[str], Organisation]


def problems(refused: pytest.ExceptionInfo[InvalidForm]) -> dict[str, str]:
    return {error.path: error.message.en for error in refused.value.submitted.errors}


def add(session: Session, actor: Actor, now: datetime, at: UUID, as_role: str, **values: Any) -> tuple[User, str]:
    given = {
        "username": "newcomer", "name": "新同事", "locale": "zh_CN", "organisation": str(at), "role": as_role,
    } | values  # fmt: skip
    return accounts.add(session, actor, sent(accounts.adding(session, actor), **given), now)


def test_a_new_account_has_a_password_that_must_be_changed(
    session: Session, admin: Actor, place: Place, now: datetime
) -> None:
    user, password = add(session, admin, now, place("ward").id, "hospital_referrer")
    assert user.must_change_password
    assert passwords.matches(user.password_hash, password)
    assert len(password) == 19
    actor = identity.load_actor(session, user.id, user.session_epoch)
    assert actor is not None
    assert actor.holds("hospital_referrer", place("ward").id)
    told = [event.details for event in session.scalars(select(Event).where(Event.kind.like("admin.%")))]
    assert [each["what"] for each in told] == ["added", "added"]
    assert password not in str(told)
    assert "新同事" not in str(told)
    other, second = add(session, admin, now, place("ward").id, "ward_lead", username="another")
    assert second != password
    assert other.id != user.id


def test_what_is_wrong_with_a_new_account_is_said_at_its_field(
    session: Session, admin: Actor, top: Actor, place: Place, now: datetime
) -> None:
    for values, at in (
        ({"username": "NURSE"}, "username"), ({"username": "a b"}, "username"), ({"name": ""}, "name"),
        ({"role": "supervisor"}, "role"), ({"organisation": str(place("station2").id)}, "organisation"),
        ({"starts_on": date(2026, 5, 1), "ends_on": date(2026, 4, 1)}, "ends_on"),
    ):  # fmt: skip
        with pytest.raises(InvalidForm) as refused:
            add(session, admin, now, place("ward").id, "hospital_referrer", **values)
        assert list(problems(refused)) == [at]
    # Processes hold for every hospital.
    with pytest.raises(InvalidForm) as refused:
        add(session, admin, now, place("station").id, "process_designer")
    assert "top administrator" in problems(refused)["role"]
    add(session, top, now, place("station").id, "process_designer")


def test_accounts_are_found_by_name_place_role_and_state(
    session: Session, admin: Actor, place: Place, now: datetime
) -> None:
    def found(**sought: Any) -> list[str]:
        return [row.username for row in accounts.search(session, admin, Sought(**sought), now).rows]

    assert found(text="护士长") == ["lead"]
    assert found(text="WORKER") == ["worker", "worker2"]
    assert found(text="%") == []
    assert found(organisation_id=place("children").id) == ["nurse2"]
    assert found(role="supervisor") == ["supervisor"]
    assert found(state="closed") == []
    assert len(found(state="active")) == 10


def test_a_long_list_comes_in_pages(
    session: Session, admin: Actor, hire: Callable[..., Actor], place: Place, now: datetime
) -> None:
    for number in range(accounts.PAGE + 5):
        hire(f"u{number:03}", Role.WARD_LEAD, place("ward").id)
    first = accounts.search(session, admin, Sought(role="ward_lead"), now)
    assert (len(first.rows), first.total) == (accounts.PAGE, accounts.PAGE + 6)
    rest = accounts.search(session, admin, Sought(role="ward_lead"), now, first.more)
    assert (len(rest.rows), rest.more) == (6, None)


def mine(session: Session, actor: Actor) -> list[Task]:
    open_tasks = select(Task).where(Task.assignee_id == actor.user_id, Task.state == TaskState.OPEN)
    return list(session.scalars(open_tasks))


def test_the_tasks_of_somebody_who_leaves_go_back_and_nothing_is_lost(
    session: Session, people: Any, admin: Actor, ward: Any, now: datetime
) -> None:
    case_id = ward.send().case_id
    task = ward.open("accept_referral")
    inbox.claim(session, people["coordinator"], task.id, now)
    inbox.save_draft(session, people["coordinator"], task.id, {"intake.decision": ["accept"]})
    assert accounts.show(session, admin, people["coordinator"].user_id, now).held.tasks == 1

    freed = accounts.close(session, admin, people["coordinator"].user_id, now)
    session.flush()
    assert freed == 1
    assert mine(session, people["coordinator"]) == []
    assert identity.load_actor(session, people["coordinator"].user_id, 1) is None
    assert identity.load_actor(session, people["coordinator"].user_id, 2) is None
    inbox.claim(session, people["coordinator2"], task.id, now)
    kinds = session.scalars(select(Event.kind).where(Event.case_id == case_id).order_by(Event.id)).all()
    assert kinds[-3:] == ["task.claimed", "task.released", "task.claimed"]
    assert accounts.close(session, admin, people["coordinator"].user_id, now) == 0

    accounts.reopen(session, admin, people["coordinator"].user_id, now)
    assert identity.load_actor(session, people["coordinator"].user_id, 2) is not None
    lines = history.of_account(session, admin, people["coordinator"].user_id, now).lines
    assert [line.text.zh for line in lines] == [
        "重新启用账号：陈协调（coordinator）", "停用账号：陈协调（coordinator），1 个任务退回待认领",
    ]  # fmt: skip


def test_a_role_that_has_ended_meanwhile_frees_its_tasks(
    session: Session, people: Any, ward: Any, now: datetime
) -> None:
    ward.until("first_contact")
    assert returning.sweep(session, now) == 0
    held = membership(session, people["worker"])
    held.ends_on = now.date()
    session.flush()
    assert returning.sweep(session, now) == 0
    assert returning.sweep(session, now + timedelta(days=1)) == 0, "the database may still count the day before"
    assert returning.sweep(session, now + timedelta(days=2)) == 1
    assert mine(session, people["worker"]) == []
    assert returning.sweep(session, now + timedelta(days=2)) == 0


def test_a_task_claimed_while_the_account_was_closed_comes_back(
    session: Session, people: Any, admin: Actor, ward: Any, now: datetime
) -> None:
    accounts.close(session, admin, people["worker"].user_id, now)
    ward.send()
    task = ward.open("accept_referral")
    for free in (
        lambda: returning.sweep(session, now), lambda: accounts.close(session, admin, people["worker"].user_id, now)
    ):  # fmt: skip
        task.assignee_id = people["worker"].user_id
        session.flush()
        assert free() == 1
        assert task.assignee_id is None


def test_cases_in_somebodys_charge_are_named(
    session: Session, people: Any, admin: Actor, ward: Any, now: datetime
) -> None:
    ward.until("first_contact")
    held = returning.held(session, people["worker"].user_id)
    assert held.tasks == 1
    assert [number[:7] for number in held.cases] == ["CR2026-"]


def membership(session: Session, actor: Actor) -> Membership:
    return session.scalars(select(Membership).where(Membership.user_id == actor.user_id)).one()


def test_a_role_ends_at_once_or_after_a_day(
    session: Session, people: Any, admin: Actor, ward: Any, now: datetime
) -> None:
    ward.until("first_contact")
    worker = people["worker"]
    held = membership(session, worker)
    editing, in_hand = memberships.ending(session, admin, worker.user_id, held.id, now)
    assert in_hand.tasks == 1
    later = now.date() + timedelta(days=400)
    memberships.end(session, admin, worker.user_id, held.id, sent(editing, when="date", ends_on=later), now)
    session.flush()
    assert held.ends_on == later
    assert len(mine(session, worker)) == 1
    editing, _ = memberships.ending(session, admin, worker.user_id, held.id, now)
    assert memberships.end(session, admin, worker.user_id, held.id, sent(editing, when="now"), now) == 1
    session.flush()
    assert mine(session, worker) == []
    loaded = identity.load_actor(session, worker.user_id, 1)
    assert loaded is not None
    assert loaded.memberships == ()


def test_a_role_is_given_once_in_a_time(
    session: Session, people: Any, admin: Actor, place: Place, now: datetime
) -> None:
    user_id = people["nurse"].user_id
    editing = memberships.adding(session, admin, user_id)
    given = {"organisation": str(place("ward").id), "role": "hospital_referrer"}
    with pytest.raises(InvalidForm) as refused:
        memberships.add(session, admin, user_id, sent(editing, **given), now)
    assert list(problems(refused)) == ["role"]
    memberships.add(session, admin, user_id, sent(editing, **given | {"role": "ward_lead"}), now)
    membership_lines = [line.text.en for line in history.of_account(session, admin, user_id, now).lines]
    assert membership_lines == ["王护士 (nurse) became Ward lead at Orthopaedic ward"]


def test_nobody_changes_their_own_account_or_gives_themselves_a_role(
    session: Session, people: Any, admin: Actor, top: Actor, now: datetime
) -> None:
    for actor in (admin, top):
        own = membership(session, actor)
        for do in (
            lambda a=actor: accounts.close(session, a, a.user_id, now),
            lambda a=actor: accounts.reset_password(session, a, a.user_id, now),
            lambda a=actor: accounts.changing(session, a, a.user_id),
            lambda a=actor: memberships.adding(session, a, a.user_id),
            lambda a=actor, m=own: memberships.ending(session, a, a.user_id, m.id, now),
        ):
            with pytest.raises(Refused):
                do()
        assert session.get_one(User, actor.user_id).is_active
        assert own.ends_on is None


def test_one_of_two_own_roles_as_administrator_may_be_given_up(
    session: Session, admin: Actor, place: Place, now: datetime
) -> None:
    first = membership(session, admin)
    session.add(Membership(user_id=admin.user_id, organisation_id=place("agency").id, role=Role.ADMIN))
    session.flush()
    editing, _ = memberships.ending(session, admin, admin.user_id, first.id, now)
    memberships.end(session, admin, admin.user_id, first.id, sent(editing, when="now"), now)
    assert first.ends_on is not None
    assert first.ends_on < now.date()


def test_a_role_of_somebody_else_is_not_ended_under_another_name(
    session: Session, people: Any, admin: Actor, now: datetime
) -> None:
    from workflow.errors import NotFound

    held = membership(session, people["worker"])
    with pytest.raises(NotFound):
        memberships.ending(session, admin, people["nurse"].user_id, held.id, now)


def test_a_reset_password_ends_every_session(session: Session, people: Any, admin: Actor, now: datetime) -> None:
    user, password = accounts.reset_password(session, admin, people["nurse"].user_id, now)
    assert passwords.matches(user.password_hash, password)
    assert user.must_change_password
    assert identity.load_actor(session, user.id, 1) is None


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =cmd|' /C calc'!A0", '=HYPERLINK("http://x")']
)
def test_no_cell_of_the_export_is_a_formula(
    session: Session, people: Any, admin: Actor, now: datetime, name: str
) -> None:
    session.get_one(User, people["nurse"].user_id).name = name
    session.flush()
    text = exporting.table(session, admin, Sought(text="nurse"), now, "zh")
    assert text.startswith("\ufeff")
    assert f'"\'{name.replace(chr(34), chr(34) * 2)}"' in text
    assert '"病区医护"' in text


def test_an_export_is_recorded(session: Session, admin: Actor, now: datetime) -> None:
    text = exporting.table(session, admin, Sought(), now, "en")
    assert text.count("\r\n") == 11
    assert '"Medical social worker"' in text
    assert history.read(session, admin).lines[0].text.en == "Exported the table of accounts: 10 accounts"


def test_a_role_that_nobody_holds_is_found(
    session: Session, people: Any, admin: Actor, place: Place, now: datetime
) -> None:
    def need(party: str, role: str) -> Any:
        found = bindings.show(session, admin, None, now)
        assert [process.key for process in found.processes] == ["msw_referral"]
        return next(each for each in found.processes[0].needs if (each.party, each.role) == (party, role))

    coordinators = need("station", "msw_coordinator")
    assert [each.names for each in coordinators.holders] == [("陈协调", "黄协调")]
    assert coordinators.missing == 0
    assert coordinators.steps
    for username in ("coordinator", "coordinator2"):
        accounts.close(session, admin, people[username].user_id, now)
    session.flush()
    assert need("station", "msw_coordinator").missing == 1
    wards = need("ward", "hospital_referrer")
    assert {each.organisation.zh: len(each.names) for each in wards.holders} == {"骨科病区": 2, "儿科病区": 1}
