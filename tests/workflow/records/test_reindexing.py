"""Tokens for rows that have none: in batches, resumable, beside people who work."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from models import Person
from workflow.records import reindexing, searching

NAMES = ("王小明", "李大强", "—", "张三", "欧阳娜娜")


@pytest.fixture
def old_rows(sessions: sessionmaker[Session], now: datetime) -> sessionmaker[Session]:
    """People as a release without search left them, one of them already with tokens."""
    with sessions() as session:
        for number, name in enumerate(NAMES):
            person = Person(name=name, phone=f"1380000000{number}", created_at=now)
            if name == "张三":
                searching.write(person)
            session.add(person)
        session.commit()
    return sessions


def found(sessions: sessionmaker[Session], typed: str) -> set[str]:
    condition: Any = searching.matches(typed)
    with sessions() as session:
        return set(session.scalars(select(Person.name).where(condition)))


def test_everybody_is_found_afterwards_and_nobodys_version_is_raised(old_rows: sessionmaker[Session]) -> None:
    assert found(old_rows, "王小明") == set()
    assert list(reindexing.reindex(old_rows, batch=2)) == [(2, 4), (4, 4)]
    wanted = {"王小明": "王小明", "ldq": "李大强", "ouyang": "欧阳娜娜", "13800000001": "李大强", "0002": "—"}
    assert {typed: found(old_rows, typed) for typed in wanted} == {typed: {name} for typed, name in wanted.items()}
    with old_rows() as session:
        assert set(session.scalars(select(Person.lock_version))) == {1}


def test_a_run_that_was_stopped_goes_on_where_it_was(old_rows: sessionmaker[Session]) -> None:
    stopped = reindexing.reindex(old_rows, batch=1)
    assert next(stopped) == (1, 4)
    stopped.close()
    assert found(old_rows, "王小明") == {"王小明"}
    assert list(reindexing.reindex(old_rows))[-1] == (3, 3)


def test_everybody_can_be_written_anew(old_rows: sessionmaker[Session]) -> None:
    list(reindexing.reindex(old_rows))
    with old_rows() as session:
        session.execute(text("UPDATE person SET name_tokens = '{other}'"))
        session.commit()
    assert list(reindexing.reindex(old_rows)) == []
    assert list(reindexing.reindex(old_rows, everybody=True))[-1] == (5, 5)
    assert found(old_rows, "wxm") == {"王小明"}
