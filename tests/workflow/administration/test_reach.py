"""Who administers what, deny first: every use case refuses everybody else as if there were nothing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Agreement, Membership, Organisation, Role, User
from workflow.administration import (
    accounts,
    agreements,
    area_import,
    areas,
    bindings,
    exporting,
    history,
    lookups,
    memberships,
    numbers,
    organisations,
    reach,
)
from workflow.administration.accounts import Sought
from workflow.errors import Forbidden, NotFound
from workflow.identity import Actor

NOBODIES = ("nurse", "lead", "coordinator", "worker", "supervisor", "agency", "outsider")
Do = Callable[[Session, Actor, dict[str, UUID], datetime], Any]

OF_AN_ORGANISATION: dict[str, Do] = {
    "show": lambda s, a, i, n: organisations.show(s, a, i["station"], n),
    "adding": lambda s, a, i, n: organisations.adding(s, a, "station", i["hospital"]),
    "add": lambda s, a, i, n: organisations.add(s, a, "station", i["hospital"], {}, n),
    "changing": lambda s, a, i, n: organisations.changing(s, a, i["station"]),
    "change": lambda s, a, i, n: organisations.change(s, a, i["station"], {}, n),
    "retire": lambda s, a, i, n: organisations.retire(s, a, i["station"], n),
    "restore": lambda s, a, i, n: organisations.restore(s, a, i["station"], n),
    "account": lambda s, a, i, n: accounts.show(s, a, i["user"], n),
    "account changing": lambda s, a, i, n: accounts.changing(s, a, i["user"]),
    "account change": lambda s, a, i, n: accounts.change(s, a, i["user"], {}, n),
    "password": lambda s, a, i, n: accounts.reset_password(s, a, i["user"], n),
    "second factor": lambda s, a, i, n: accounts.reset_second_factor(s, a, i["user"], n),
    "close": lambda s, a, i, n: accounts.close(s, a, i["user"], n),
    "reopen": lambda s, a, i, n: accounts.reopen(s, a, i["user"], n),
    "role adding": lambda s, a, i, n: memberships.adding(s, a, i["user"]),
    "role add": lambda s, a, i, n: memberships.add(s, a, i["user"], {}, n),
    "role ending": lambda s, a, i, n: memberships.ending(s, a, i["user"], i["membership"], n),
    "role end": lambda s, a, i, n: memberships.end(s, a, i["user"], i["membership"], {}, n),
    "agreement changing": lambda s, a, i, n: agreements.changing(s, a, i["agreement"]),
    "agreement change": lambda s, a, i, n: agreements.change(s, a, i["agreement"], {}, n),
    "agreement end": lambda s, a, i, n: agreements.end(s, a, i["agreement"], {}, n),
    "settings": lambda s, a, i, n: numbers.index(s, a, i["station"]),
    "setting": lambda s, a, i, n: numbers.show(s, a, "review_days", i["station"]),
    "setting change": lambda s, a, i, n: numbers.change(s, a, "review_days", i["station"], {}, n),
    "bindings": lambda s, a, i, n: bindings.show(s, a, i["hospital"], n),
    "history of account": lambda s, a, i, n: history.of_account(s, a, i["user"], n),
    "history of organisation": lambda s, a, i, n: history.of_organisation(s, a, i["station"]),
}
OF_EVERYTHING: dict[str, Do] = {
    "organisation at the top": lambda s, a, i, n: organisations.add(s, a, "hospital", None, {}, n),
    "area adding": lambda s, a, i, n: areas.adding(s, a, None),
    "area add": lambda s, a, i, n: areas.add(s, a, None, {}, n),
    "area import": lambda s, a, i, n: area_import.preview(s, a, "1,province,x,,"),
    "area import for good": lambda s, a, i, n: area_import.apply(s, a, "1,province,x,,", n),
    "list adding": lambda s, a, i, n: lookups.adding(s, a, "L-DECLINE"),
    "list add": lambda s, a, i, n: lookups.add(s, a, "L-DECLINE", {}, n),
    "list change": lambda s, a, i, n: lookups.change(s, a, "L-DECLINE", "other", {}, n),
    "list retire": lambda s, a, i, n: lookups.set_active(s, a, "L-DECLINE", "other", active=False, now=n),
    "list move": lambda s, a, i, n: lookups.move(s, a, "L-DECLINE", "other", "up", n),
    "setting everywhere": lambda s, a, i, n: numbers.change(s, a, "review_days", None, {}, n),
}
OF_ADMINISTRATORS: dict[str, Do] = {
    "organisations": lambda s, a, i, n: organisations.index(s, a, n),
    "accounts": lambda s, a, i, n: accounts.search(s, a, Sought(), n),
    "every account": lambda s, a, i, n: accounts.every(s, a, Sought(), n),
    "account adding": lambda s, a, i, n: accounts.adding(s, a),
    "account add": lambda s, a, i, n: accounts.add(s, a, {}, n),
    "export": lambda s, a, i, n: exporting.table(s, a, Sought(), n, "en"),
    "agreements": lambda s, a, i, n: agreements.index(s, a, n),
    "agreement adding": lambda s, a, i, n: agreements.adding(s, a),
    "areas": lambda s, a, i, n: areas.show(s, a, None),
    "lists": lambda s, a, i, n: lookups.index(s, a),
    "list": lambda s, a, i, n: lookups.show(s, a, "L-DECLINE"),
    "settings": lambda s, a, i, n: numbers.index(s, a, None),
    "history": lambda s, a, i, n: history.read(s, a),
}


@pytest.fixture
def ids(session: Session, people: Any, place: Callable[[str], Organisation], now: datetime) -> dict[str, UUID]:
    """What lies in the hospital."""
    worker = people["worker"]
    held = session.scalars(select(Membership.id).where(Membership.user_id == worker.user_id)).one()
    agreed = Agreement(
        station_id=place("station").id, agency_id=place("agency").id, starts_on=now.date(), recorded_at=now
    )
    session.add(agreed)
    session.flush()
    return {
        "hospital": place("hospital").id, "station": place("station").id, "user": worker.user_id, "membership": held,
        "agreement": agreed.id,
    }  # fmt: skip


ALL = OF_AN_ORGANISATION | OF_EVERYTHING | OF_ADMINISTRATORS


@pytest.mark.parametrize("name", ALL)
def test_who_is_no_administrator_is_refused(
    session: Session, people: Any, ids: dict[str, UUID], now: datetime, name: str
) -> None:
    for username in NOBODIES:
        with pytest.raises((Forbidden, NotFound)):
            ALL[name](session, people[username], ids, now)


@pytest.mark.parametrize("name", OF_AN_ORGANISATION)
def test_another_hospital_does_not_exist(
    session: Session, foreign: Actor, ids: dict[str, UUID], now: datetime, name: str
) -> None:
    with pytest.raises(NotFound):
        OF_AN_ORGANISATION[name](session, foreign, ids, now)


@pytest.mark.parametrize("name", OF_EVERYTHING)
def test_what_holds_for_all_is_not_for_one_hospital_to_change(
    session: Session, admin: Actor, ids: dict[str, UUID], now: datetime, name: str
) -> None:
    with pytest.raises(Forbidden):
        OF_EVERYTHING[name](session, admin, ids, now)


def test_lists_hold_only_what_one_administers(
    session: Session, admin: Actor, foreign: Actor, top: Actor, ids: dict[str, UUID], now: datetime
) -> None:
    def usernames(actor: Actor) -> set[str]:
        return {row.username for row in accounts.search(session, actor, Sought(), now).rows}

    assert usernames(admin) >= {"nurse", "worker", "admin"}
    assert not usernames(admin) & {"outsider", "foreign", "top", "agency"}
    assert usernames(foreign) == {"outsider", "outside_lead", "foreign"}
    assert usernames(top) >= {"outsider", "top", "agency", "nurse"}
    assert [row.code for row in organisations.index(session, admin, now)[0]] == ["hospital"]
    assert len(agreements.index(session, admin, now)) == 1
    assert agreements.index(session, foreign, now) == []


def test_an_authority_below_another_administers_only_its_own(
    session: Session, top: Actor, hire: Callable[..., Actor], place: Callable[[str], Organisation]
) -> None:
    county = Organisation(kind="authority", code="county", name="县局", parent_id=top.memberships[0].organisation_id)
    session.add(county)
    session.flush()
    actor = hire("county", Role.ADMIN, county.id)
    found = reach.of(session, actor)
    assert not found.everything
    assert found.organisations == {county.id}
    place("hospital").parent_id = county.id
    session.flush()
    assert place("station").id in reach.of(session, actor).organisations


def test_things_that_do_not_exist(session: Session, top: Actor, now: datetime) -> None:
    for do in (
        lambda: accounts.show(session, top, uuid4(), now),
        lambda: organisations.show(session, top, uuid4(), now),
        lambda: agreements.changing(session, top, uuid4()),
        lambda: areas.show(session, top, uuid4()),
        lambda: lookups.show(session, top, "L-NOTHING"),
        lambda: lookups.changing(session, top, "L-DECLINE", "nothing"),
        lambda: numbers.changing(session, top, "nothing", None),
        lambda: numbers.set_back(session, top, "review_days", uuid4(), "x", now),
        lambda: memberships.ending(session, top, uuid4(), uuid4(), now),
    ):
        with pytest.raises(NotFound):
            do()


def test_somebody_who_also_works_elsewhere_keeps_their_account(
    session: Session, people: Any, admin: Actor, place: Callable[[str], Organisation], now: datetime
) -> None:
    both = people["outsider"].user_id
    session.add(Membership(user_id=both, organisation_id=place("station").id, role=Role.MEDICAL_SOCIAL_WORKER))
    session.flush()
    page = accounts.show(session, admin, both, now)
    assert page.works_elsewhere
    assert not page.may_change
    assert [held.organisation.zh for held in page.row.roles] == ["医务社工站"]
    with pytest.raises(Forbidden):
        accounts.close(session, admin, both, now)
    assert session.get_one(User, both).is_active
