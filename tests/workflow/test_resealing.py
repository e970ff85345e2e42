"""Replacing the key: everything is sealed anew while others write, and the old key goes when nothing needs it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event as Flag
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from models import Base, Draft, Entry, Person, User
from models.sealed import Keyring, SealBroken, keyring, use
from workflow import resealing
from workflow.errors import Conflict, NotFound
from workflow.records import searching
from workflow.transaction import transaction

Sessions = sessionmaker[Session]
MANY = 450


@pytest.fixture
def new_key() -> Iterator[None]:
    """The second key in front; afterwards the first alone again."""
    before = keyring()
    use(before)
    yield
    use(before)


@pytest.fixture
def people_written(sessions: Sessions, now: datetime) -> list[str]:
    """Many people with everything that is sealed, written with the first key."""
    names = [f"张三{number:03d}" for number in range(MANY)]
    with transaction(sessions) as session:
        for number, name in enumerate(names):
            person = Person(name=name, phone=f"1380013{number:04d}", record_number=f"M{number:06d}", created_at=now)
            searching.write(person)
            session.add(person)
        session.flush()
        user = User(username="u", name="用户", password_hash="-", totp_secret="JBSWY3DPEHPK3PXP")
        session.add(user)
        session.flush()
        session.add(Draft(user_id=user.id, process_key="p", values={"a": ["什么也没写"]}, updated_at=now))
    return names


def raw(session: Session, column: str, table: str) -> set[str]:
    return {value.split(".")[0] for value in session.scalars(text(f'SELECT "{column}" FROM "{table}"')) if value}


def test_everything_is_sealed_anew_and_found_again(
    sessions: Sessions, people_written: list[str], new_key: None
) -> None:
    use(keyring().with_fresh())
    steps = list(resealing.reseal(sessions, batch=100))
    assert [step.done for step in steps if step.table == "person"] == [100, 200, 300, 400, 450]
    assert all(step.of == MANY for step in steps if step.table == "person")
    with sessions() as session:
        for table, column in (("person", "name"), ("person", "phone"), ("draft", "values"), ("user", "totp_secret")):
            assert raw(session, column, table) == {"k2"}, (table, column)
        resealing.refuse_needed(session, "k1")
    use(keyring().without("k1"))
    with sessions() as session:
        assert sorted(session.scalars(select(Person.name))) == people_written
        assert session.scalars(select(Draft)).one().values == {"a": ["什么也没写"]}
        assert session.scalars(select(User.totp_secret)).one() == "JBSWY3DPEHPK3PXP"
        for typed, found in (("张三007", 1), ("13800130007", 1), ("M000007", 1), ("0007", 1)):
            condition = searching.matches(typed)
            assert condition is not None
            assert session.scalar(select(func.count()).select_from(Person).where(condition)) == found, typed


def test_a_run_that_was_stopped_goes_on(sessions: Sessions, people_written: list[str], new_key: None) -> None:
    use(keyring().with_fresh())
    running = resealing.reseal(sessions, batch=100)
    while (step := next(running)).table != "person":
        pass
    assert step.done == 100
    running.close()
    with sessions() as session:
        assert resealing.needed(session)["k1"] > 0
        with pytest.raises(Conflict, match="key_still_needed"):
            resealing.refuse_needed(session, "k1")
    again = [each for each in resealing.reseal(sessions, batch=100) if each.table == "person"]
    assert again[-1].done == MANY - 100
    assert list(resealing.reseal(sessions)) == []


def test_who_writes_meanwhile_neither_waits_nor_loses_anything(
    sessions: Sessions, people_written: list[str], new_key: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "PAUSE", 0.05)
    use(keyring().with_fresh())
    held, go_on = Flag(), Flag()

    def write() -> None:
        with transaction(sessions) as session:
            person = session.scalars(select(Person).order_by(Person.id).limit(1).with_for_update()).one()
            held.set()
            assert go_on.wait(20)
            person.phone = "13900000000"
            searching.write(person)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert held.wait(20)
        steps = []
        for step in resealing.reseal(sessions, batch=100):
            steps.append(step)
            if step.table == "person" and step.done == MANY - 1:
                go_on.set()
        writing.result(timeout=20)
    with sessions() as session:
        assert resealing.needed(session)["k1"] == 0
        condition = searching.matches("13900000000")
        assert condition is not None
        assert session.scalar(select(func.count()).select_from(Person).where(condition)) == 1


def test_rows_that_stay_held_are_told(
    sessions: Sessions, people_written: list[str], new_key: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "PAUSE", 0)
    use(keyring().with_fresh())
    with sessions() as session:
        session.scalars(select(Person).order_by(Person.id).limit(1).with_for_update()).one()
        with pytest.raises(Conflict, match="rows_are_held"):
            list(resealing.reseal(sessions))


def test_the_newest_and_unknown_keys_are_not_removed(sessions: Sessions) -> None:
    with sessions() as session:
        with pytest.raises(Conflict, match="key_is_newest"):
            resealing.refuse_needed(session, "k1")
        with pytest.raises(NotFound):
            resealing.refuse_needed(session, "k8")


def test_every_sealed_column_is_known() -> None:
    found = {(table.name, column.name) for table, columns in resealing.sealed_columns().items() for column in columns}
    assert {("entry", "values"), ("person", "name"), ("user", "totp_secret"), ("break_glass", "reason")} <= found
    assert all("id" in table.c for table in resealing.sealed_columns())
    assert Entry.__table__ in Base.metadata.sorted_tables


def test_a_keyring_is_written_and_read_and_keeps_the_chain_of_removed_keys() -> None:
    first = Keyring.read(Keyring.fresh())
    both = Keyring.read(first.with_fresh().write())
    assert [key.id for key in both.keys] == ["k2", "k1"]
    left = Keyring.read(both.without("k1").write())
    assert [key.id for key in left.keys] == ["k2"]
    assert left.chain_key("k1").chain == first.newest.chain
    assert left.with_fresh().newest.id == "k3", "a name is never used twice"
    sealed = first.seal(str(uuid4()).encode())
    assert both.open(sealed)
    with pytest.raises(SealBroken):
        left.open(sealed)
    assert first.newest.secret.hex() not in repr(first.newest)


@pytest.mark.parametrize("wrong", ["", "k1", "k1:abc", "k1/chain:" + "A" * 43 + "="])
def test_keyrings_that_cannot_be(wrong: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # base64 has words of its own
        Keyring.read(wrong)
