"""Seals everything anew with the newest key, in batches, while the service runs; and tells which key is still needed.

A row is taken when one of its sealed columns names another key, so that a run that was stopped goes on where it was. It
never waits for a row that somebody is changing: that row is taken in the next round.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, func, literal, or_, select, type_coerce, update
from sqlalchemy.orm import Session, sessionmaker

from models import Base, Person
from models.sealed import SealedJSON, SealedText, keyring
from workflow.errors import Conflict, NotFound
from workflow.records import searching
from workflow.transaction import transaction

BATCH = 200
MOST_ROUNDS = 20
PAUSE = 0.5
"""Seconds between rounds, for those who hold the rows that were left out."""


@dataclass(frozen=True)
class Progress:
    """How far one table is."""

    table: str
    done: int
    of: int


def _person_tokens(plain: Mapping[str, str | None]) -> dict[str, Any]:
    """What a person is found by is made with the key too."""
    person = Person(**plain)
    searching.write(person)
    names = [column.name for column in Person.__table__.c if column.name.endswith(("_token", "_tokens"))]
    return {name: getattr(person, name) for name in names}


ALSO: Mapping[str, Callable[[Mapping[str, str | None]], dict[str, Any]]] = {"person": _person_tokens}
"""Table -> what else of a row is made anew from its opened values."""


@cache
def sealed_columns() -> Mapping[Table, tuple[Column[Any], ...]]:
    """Every column of the tables that is sealed, by table; a new one is found by itself."""
    found = {
        table: tuple(column for column in table.c if isinstance(column.type, SealedText | SealedJSON))
        for table in Base.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


def needed(session: Session) -> Counter[str]:
    """Key name -> how many sealed values name it."""
    counted: Counter[str] = Counter()
    for table, columns in sealed_columns().items():
        for column in columns:
            name = func.split_part(type_coerce(column, Text), ".", 1)
            rows = session.execute(
                select(name, func.count()).select_from(table).where(column.isnot(None)).group_by(name)
            )
            counted.update(dict(rows.all()))
    return counted


def refuse_needed(session: Session, name: str) -> None:
    """Raise NotFound for an unknown key, Conflict for the newest and for one that a row still needs."""
    if name not in [key.id for key in keyring().keys]:
        raise NotFound("key_not_found", key=name)
    if name == keyring().newest.id:
        raise Conflict("key_is_newest", key=name)
    if rows := needed(session)[name]:
        raise Conflict("key_still_needed", key=name, values=rows)


def reseal(sessions: sessionmaker[Session], *, batch: int = BATCH) -> Iterator[Progress]:
    """Seal every row with the newest key, a transaction a batch. Raises Conflict when rows stay held by somebody."""
    for table, columns in sealed_columns().items():
        with transaction(sessions) as session:
            total = session.scalar(select(func.count()).select_from(table).where(_is_old(columns))) or 0
        done = 0
        for _ in range(MOST_ROUNDS):
            for changed in _round(sessions, table, columns, batch):
                done += changed
                yield Progress(table.name, done, max(done, total))
            with transaction(sessions) as session:
                left = session.scalar(select(func.count()).select_from(table).where(_is_old(columns)))
            if not left:
                break
            time.sleep(PAUSE)
        else:
            raise Conflict("rows_are_held", table=table.name, rows=left)


def _round(
    sessions: sessionmaker[Session], table: Table, columns: tuple[Column[Any], ...], batch: int
) -> Iterator[int]:
    """Once through the table in the order of its ids; how many rows each batch changed."""
    last = None
    while True:
        with transaction(sessions) as session:
            rows = session.execute(
                select(table.c.id, *(type_coerce(column, Text).label(column.name) for column in columns))
                .where(_is_old(columns), *([table.c.id > last] if last is not None else []))
                .order_by(table.c.id)
                .limit(batch)
                .with_for_update(key_share=True, skip_locked=True)
            ).all()
            for row in rows:
                session.execute(update(table).where(table.c.id == row.id).values(_anew(table, columns, row)))
        if not rows:
            return
        last = rows[-1].id
        yield len(rows)


def _anew(table: Table, columns: tuple[Column[Any], ...], row: Any) -> dict[str, Any]:
    ring = keyring()
    opened = {column.name: getattr(row, column.name) for column in columns}
    plain = {name: None if value is None else ring.open(value) for name, value in opened.items()}
    values: dict[str, Any] = {
        # As an expression, so that the column's type does not seal it once more.
        name: literal(ring.seal(value), Text)
        for name, value in plain.items()
        if value is not None
    }
    if table.name in ALSO:
        texts = {name: None if value is None else value.decode() for name, value in plain.items()}
        values |= ALSO[table.name](texts)
    return values


def _is_old(columns: tuple[Column[Any], ...]) -> ColumnElement[bool]:
    newest = f"{keyring().newest.id}."
    return or_(*(~func.starts_with(type_coerce(column, Text), newest) for column in columns))
