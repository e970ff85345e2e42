"""History is append-only in the database itself, and ids can be sorted by their making."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import Event, Organisation, OrganisationKind


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event"])
def test_events_are_only_ever_added(session: Session, now: datetime, statement: str) -> None:
    session.add(Event(kind="notified", at=now, details={}))
    session.flush()
    with pytest.raises(DBAPIError, match="only ever added"), session.begin_nested():
        session.execute(text(statement))
    assert session.scalar(text("SELECT count(*) FROM event")) == 1


def test_a_code_that_does_not_exist_is_refused_by_python_and_by_the_database(session: Session) -> None:
    with pytest.raises(ValueError, match="castle"):
        OrganisationKind("castle")
    with pytest.raises(DBAPIError, match="ck_organisation_kind"), session.begin_nested():
        session.execute(text("INSERT INTO organisation VALUES ('castle', 'c', 'n', '', NULL, true, gen_random_uuid())"))


def test_ids_sort_in_the_order_of_their_making(session: Session) -> None:
    made = []
    for number in range(20):
        place = Organisation(kind=OrganisationKind.AGENCY, code=f"a{number}", name="机构")
        session.add(place)
        session.flush()
        made.append(place.id)
    assert made == sorted(made)
