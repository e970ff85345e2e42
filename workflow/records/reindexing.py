"""Makes the tokens anew by which people are found: for rows of old releases, and after the rules of names changed."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from models import Person
from workflow.records import searching
from workflow.transaction import transaction

BATCH = 500
TOKENS = ("name_tokens", "phone_token", "id_number_token", "record_number_token")


def reindex(
    sessions: sessionmaker[Session], *, everybody: bool = False, batch: int = BATCH
) -> Iterator[tuple[int, int]]:
    """Write tokens where there are none, or for everybody; yields how many of how many after each batch.

    A transaction a batch, in the order of ids: a run that was stopped is simply started again, and goes on with the
    rows that still lack tokens. People who correct a person meanwhile are neither held up nor told of a conflict.
    """
    wanted = Person.name_tokens.isnot(None) if everybody else _lacking()
    with transaction(sessions) as session:
        total = session.scalar(select(func.count()).select_from(Person).where(wanted)) or 0
    done, last = 0, None
    while True:
        with transaction(sessions) as session:
            found, last = _batch(session, wanted, last, batch)
        if not found:
            return
        done += found
        yield done, max(done, total)


def _batch(session: Session, wanted: ColumnElement[bool], last: UUID | None, batch: int) -> tuple[int, UUID | None]:
    statement = select(Person).where(wanted).order_by(Person.id).limit(batch).with_for_update()
    people = session.scalars(statement if last is None else statement.where(Person.id > last)).all()
    for person in people:
        session.expunge(person)  # written as plain SQL: nobody's `lock_version` is raised
        searching.write(person)
        values = {name: getattr(person, name) for name in TOKENS}
        session.execute(update(Person).where(Person.id == person.id).values(lock_version=Person.lock_version, **values))
    return len(people), people[-1].id if people else last


def _lacking() -> ColumnElement[bool]:
    return or_(
        func.cardinality(Person.name_tokens) == 0,
        and_(Person.phone.isnot(None), Person.phone_token.is_(None)),
        and_(Person.id_number.isnot(None), Person.id_number_token.is_(None)),
        and_(Person.record_number.isnot(None), Person.record_number_token.is_(None)),
    )
