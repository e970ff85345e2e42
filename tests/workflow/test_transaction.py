"""One commit, everything or nothing, and a lost race is a conflict."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Case, Organisation, OrganisationKind, Person, User
from workflow.errors import Conflict
from workflow.transaction import transaction


def test_the_end_of_the_block_commits(sessions: sessionmaker[Session]) -> None:
    with transaction(sessions) as session:
        session.add(Organisation(kind=OrganisationKind.AGENCY, code="a", name="机构"))
    with sessions() as session:
        assert session.scalars(select(Organisation.code)).all() == ["a"]


def test_an_error_leaves_nothing(sessions: sessionmaker[Session]) -> None:
    def half() -> None:
        with transaction(sessions) as session:
            session.add(Organisation(kind=OrganisationKind.AGENCY, code="a", name="机构"))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        half()
    with sessions() as session:
        assert session.scalars(select(Organisation.code)).all() == []


def test_who_changes_a_row_second_gets_a_conflict(
    sessions: sessionmaker[Session], real_people: dict[str, Any], now: datetime
) -> None:
    with transaction(sessions) as session:
        user = session.scalars(select(User)).first()
        station = session.scalars(select(Organisation).where(Organisation.code == "station")).one()
        assert user
        person = Person(name="测试", created_at=now)
        session.add(person)
        session.flush()
        case = Case(
            number="CR2026-999999", kind="k", subject_id=person.id, organisation_id=station.id, opened_by_id=user.id,
            opened_at=now,
        )  # fmt: skip
        session.add(case)

    def race() -> None:
        with transaction(sessions) as slow:
            mine = slow.get_one(Case, case.id)
            with transaction(sessions) as fast:
                fast.get_one(Case, case.id).outcome = "met"
            mine.outcome = "not_met"

    with pytest.raises(Conflict):
        race()
    with sessions() as session:
        assert session.get_one(Case, case.id).outcome == "met"


def test_of_two_who_wait_for_each_other_one_gets_a_conflict(sessions: sessionmaker[Session]) -> None:
    with transaction(sessions) as session:
        session.add_all(Organisation(kind=OrganisationKind.AGENCY, code=code, name="机构") for code in "ab")
    together = Barrier(2)

    def lock(first: str, second: str) -> str:
        try:
            with transaction(sessions) as session:
                for code in (first, second):
                    session.scalars(select(Organisation).where(Organisation.code == code).with_for_update()).one()
                    if code == first:
                        together.wait()
            return "both"
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lock, "ab", "ba")) == ["both", "changed_meanwhile"]
