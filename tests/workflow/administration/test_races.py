"""Two administrators at the same moment, on two real connections: one is done, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import LookupItem, Membership, Organisation, OrganisationKind, Role, Setting, User
from tests.workflow.administration.conftest import sent
from workflow import identity
from workflow.administration import accounts, lookups, numbers, organisations
from workflow.errors import InvalidForm
from workflow.identity import Actor
from workflow.transaction import transaction


@pytest.fixture
def real_top(sessions: sessionmaker[Session]) -> Actor:
    """Who administers everything, really committed."""
    with transaction(sessions) as session:
        place = Organisation(kind=OrganisationKind.AUTHORITY, code="bureau", name="局")
        user = User(username="top", name="top", password_hash="-")
        session.add_all([place, user])
        session.flush()
        session.add(Membership(user_id=user.id, organisation_id=place.id, role=Role.ADMIN))
        session.flush()
        actor = identity.load_actor(session, user.id, 1)
        assert actor is not None
        return actor


def both(sessions: sessionmaker[Session], do: Callable[[Session, str], Any]) -> list[str]:
    """Do it twice at once; what came of each: "done" or "told"."""
    start = Barrier(2)

    def run(name: str) -> str:
        start.wait()
        try:
            with transaction(sessions) as session:
                do(session, name)
        except InvalidForm:
            return "told"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(run, ("a", "b")))


def count(sessions: sessionmaker[Session], table: Any) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_one_value_is_set_once(sessions: sessionmaker[Session], real_top: Actor, now: datetime) -> None:
    with sessions() as session:
        seen = numbers.changing(session, real_top, "review_days", None)

    def change(session: Session, name: str) -> None:
        raw = sent(seen, value="20" if name == "a" else "30", reason=name)
        numbers.change(session, real_top, "review_days", None, raw, now)

    assert both(sessions, change) == ["done", "told"]
    assert count(sessions, Setting) == 1


def test_one_code_and_one_user_name_are_taken_once(
    sessions: sessionmaker[Session], real_top: Actor, now: datetime
) -> None:
    with sessions() as session:
        place = organisations.adding(session, real_top, "agency", None)
        account = accounts.adding(session, real_top)
        item = lookups.adding(session, real_top, "L-VISIT")
    bureau = str(real_top.memberships[0].organisation_id)

    def add_place(session: Session, name: str) -> None:
        organisations.add(session, real_top, "agency", None, sent(place, code="same", name=name), now)

    def add_account(session: Session, name: str) -> None:
        given = {"username": "same", "name": name, "locale": "en", "organisation": bureau, "role": "auditor"}
        accounts.add(session, real_top, sent(account, **given), now)

    def add_item(session: Session, name: str) -> None:
        lookups.add(session, real_top, "L-VISIT", sent(item, code="same", name=name, name_en=name), now)

    for do in (add_place, add_account, add_item):
        assert both(sessions, do) == ["done", "told"]
    assert count(sessions, Organisation) == 2
    assert count(sessions, User) == 2
    assert count(sessions, LookupItem) == 1
