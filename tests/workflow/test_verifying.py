"""The chain of events: it grows with what happens, and every tampering behind the service's back is found."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker
from uuid_utils.compat import uuid7

from models import Case, Event, EventChain, Task
from models.sealed import Keyring, keyring, use
from workflow import audit, inbox, verifying
from workflow.errors import NotFound
from workflow.records import referrals
from workflow.transaction import transaction
from workflow.verifying import Break, Found, What

Sessions = sessionmaker[Session]


def raw(answers: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


def check(sessions: Sessions, number: str | None = None) -> tuple[list[Break], Found]:
    found = Found()
    with sessions() as session:
        return list(verifying.verify(session, found, number)), found


def tamper(sessions: Sessions, *statements: str, **values: Any) -> None:
    """What somebody with the database in their hands could do: the trigger does not stop its owner."""
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE event DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement), values)
        session.execute(text("ALTER TABLE event ENABLE TRIGGER USER"))


def places(sessions: Sessions, case_id: UUID) -> Sequence[UUID]:
    with sessions() as session:
        return session.scalars(select(Event.id).where(Event.case_id == case_id).order_by(Event.chain_number)).all()


@pytest.fixture
def case(sessions: Sessions, real_people: Any, answers: Any, now: datetime) -> Case:
    """A case that was opened, with a task claimed and released."""
    with transaction(sessions) as session:
        form = raw(answers(real_people)["open_referral"])
        opened = referrals.open_referral(session, real_people["nurse"], form, uuid4(), now)
        task_id = session.scalars(select(Task.id).where(Task.element_id == "accept_referral")).one()
        inbox.claim(session, real_people["coordinator"], task_id, now)
    with transaction(sessions) as session:
        inbox.release(session, real_people["coordinator"], task_id, now)
    with sessions() as session:
        return session.get_one(Case, opened.case_id)


def test_everything_that_happens_in_a_case_hangs_in_its_chain(sessions: Sessions, case: Case) -> None:
    with sessions() as session:
        events = session.scalars(select(Event).where(Event.case_id == case.id).order_by(Event.chain_number)).all()
    assert [event.chain_number for event in events] == list(range(1, case.chain_length + 1))
    assert all(event.chain_hash and event.chain_hash.startswith("k1.") for event in events)
    assert case.chain_head.startswith(f"{events[-1].chain_hash} k1.")
    broken, found = check(sessions)
    assert broken == []
    assert found.old == 0
    assert check(sessions, case.number)[1].events == len(events)


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'case.state'", "actor_id = NULL", "at = at + interval '1 microsecond'", "instance_id = NULL",
        "details = details || '{\"x\": 1}'", "chain_hash = 'k1.x'", "chain_hash = NULL", "chain_hash = 'k1.é'",
    ],
)  # fmt: skip
def test_a_changed_event_is_found(sessions: Sessions, case: Case, change: str) -> None:
    third = places(sessions, case.id)[2]
    tamper(sessions, f"UPDATE event SET {change} WHERE id = :id", id=third)
    assert check(sessions)[0] == [Break(case.number, 3, third, What.CHANGED)]


def test_a_mark_of_a_key_that_nobody_has_is_found(sessions: Sessions, case: Case) -> None:
    third = places(sessions, case.id)[2]
    tamper(sessions, "UPDATE event SET chain_hash = 'k7.x' WHERE id = :id", id=third)
    assert check(sessions)[0] == [Break(case.number, 3, third, What.KEY_MISSING)]


def test_an_event_moved_to_another_case_is_found_in_both(sessions: Sessions, case: Case) -> None:
    last = places(sessions, case.id)[-1]
    tamper(
        sessions,
        """INSERT INTO "case" (number, kind, subject_id, organisation_id, state, opened_by_id, opened_at, id,
           lock_version, chain_length, chain_head) SELECT 'CR2026-999999', kind, subject_id, organisation_id, state,
           opened_by_id, opened_at, gen_random_uuid(), 1, 1, chain_head FROM "case" """,
        """UPDATE event SET chain_number = 1, case_id = (SELECT id FROM "case" WHERE number = 'CR2026-999999')
           WHERE id = :id""",
        id=last,
    )  # fmt: skip
    broken, _ = check(sessions)
    assert {(each.case_number, each.what) for each in broken} == {
        (case.number, What.REMOVED), ("CR2026-999999", What.CHANGED),
    }  # fmt: skip


def test_a_removed_event_is_found(sessions: Sessions, case: Case) -> None:
    ids = places(sessions, case.id)
    tamper(sessions, "DELETE FROM event WHERE id = :id", id=ids[2])
    assert check(sessions)[0] == [Break(case.number, 3, ids[3], What.REMOVED)]


def test_a_removed_event_is_found_although_the_others_were_numbered_anew(sessions: Sessions, case: Case) -> None:
    ids = places(sessions, case.id)
    tamper(
        sessions,
        "DELETE FROM event WHERE id = :id",
        "UPDATE event SET chain_number = -chain_number WHERE case_id = :case AND chain_number > 3",
        "UPDATE event SET chain_number = -chain_number - 1 WHERE case_id = :case AND chain_number < 0",
        """UPDATE "case" SET chain_length = chain_length - 1""",
        id=ids[2], case=case.id,
    )  # fmt: skip
    assert check(sessions)[0] == [Break(case.number, 3, ids[3], What.REMOVED)]


def test_an_inserted_event_is_found(sessions: Sessions, case: Case) -> None:
    ids = places(sessions, case.id)
    made = uuid7()
    tamper(
        sessions,
        "UPDATE event SET chain_number = -chain_number WHERE case_id = :case AND chain_number > 2",
        "UPDATE event SET chain_number = -chain_number + 1 WHERE case_id = :case AND chain_number < 0",
        """INSERT INTO event SELECT case_id, instance_id, task_id, kind, actor_id, at, details, :made, 3, chain_hash
           FROM event WHERE id = :id""".replace("INTO event", "INTO event (case_id, instance_id, task_id, kind,"
           " actor_id, at, details, id, chain_number, chain_hash)"),
        """UPDATE "case" SET chain_length = chain_length + 1""",
        id=ids[1], case=case.id, made=made,
    )  # fmt: skip
    assert check(sessions)[0] == [Break(case.number, 3, made, What.INSERTED)]


@pytest.mark.parametrize("number", [None, 99])
def test_an_event_put_beside_or_after_the_chain_is_found(sessions: Sessions, case: Case, number: int | None) -> None:
    ids = places(sessions, case.id)
    made = uuid7()
    tamper(
        sessions,
        """INSERT INTO event (case_id, kind, at, details, id, chain_number, chain_hash)
           SELECT case_id, kind, at, details, :made, :number, chain_hash FROM event WHERE id = :id""",
        id=ids[0], made=made, number=number,
    )  # fmt: skip
    expected = Break(case.number, len(ids) + 1, made, What.INSERTED)
    assert check(sessions)[0] == [expected if number else Break(case.number, 1, ids[0], What.OLD_DIFFER)]


def test_swapped_events_are_found(sessions: Sessions, case: Case) -> None:
    ids = places(sessions, case.id)
    tamper(
        sessions,
        "UPDATE event SET chain_number = -1 WHERE id = :a",
        "UPDATE event SET chain_number = 2 WHERE id = :b",
        "UPDATE event SET chain_number = 3 WHERE id = :a",
        a=ids[1], b=ids[2],
    )  # fmt: skip
    assert check(sessions)[0] == [Break(case.number, 2, ids[2], What.MOVED)]


def test_a_cut_tail_is_found(sessions: Sessions, case: Case) -> None:
    ids = places(sessions, case.id)
    tamper(sessions, "DELETE FROM event WHERE id = :id", id=ids[-1])
    assert check(sessions)[0] == [Break(case.number, len(ids), None, What.REMOVED)]


def test_a_cut_tail_is_found_although_the_head_was_put_back(sessions: Sessions, case: Case) -> None:
    ids = places(sessions, case.id)
    tamper(
        sessions,
        "DELETE FROM event WHERE id = :id",
        """UPDATE "case" SET chain_length = chain_length - 1, chain_head =
           (SELECT chain_hash FROM event WHERE id = :before) || ' ' || split_part(chain_head, ' ', 2)""",
        id=ids[-1], before=ids[-2],
    )  # fmt: skip
    assert check(sessions)[0] == [Break(case.number, len(ids) - 1, None, What.HEAD_DIFFERS)]


def test_a_case_whose_events_are_all_gone_is_found(sessions: Sessions, case: Case) -> None:
    tamper(sessions, "DELETE FROM event WHERE case_id = :case", case=case.id)
    assert Break(case.number, 1, None, What.REMOVED) in check(sessions)[0]


def test_events_without_a_case_have_a_chain_of_their_own(sessions: Sessions, case: Case, now: datetime) -> None:
    with transaction(sessions) as session:
        for _ in range(3):
            audit.record(session, audit.Kind.USER_ADDED, at=now, actor_id=None)
    with sessions() as session:
        ids = session.scalars(select(Event.id).where(Event.case_id.is_(None)).order_by(Event.chain_number)).all()
        assert session.get_one(EventChain, "service").length == len(ids) >= 3
    tamper(sessions, "DELETE FROM event WHERE id = :id", id=ids[-1])
    assert check(sessions)[0] == [Break(None, len(ids), None, What.REMOVED)]
    tamper(sessions, "DELETE FROM event WHERE case_id IS NULL")
    assert check(sessions)[0] == [Break(None, 1, None, What.REMOVED)]


def test_events_of_old_releases_are_counted_and_sealed_by_the_first_one_after_them(
    sessions: Sessions, case: Case, now: datetime
) -> None:
    tamper(sessions, "UPDATE event SET chain_number = NULL, chain_hash = NULL WHERE case_id = :case",
           """UPDATE "case" SET chain_length = 0, chain_head = ''""", case=case.id)  # fmt: skip
    broken, found = check(sessions)
    assert broken == []
    assert found.old == case.chain_length
    with transaction(sessions) as session:
        audit.record(session, audit.Kind.NOTIFIED, at=now, actor_id=None, case_id=case.id)
    assert check(sessions)[0] == []
    tamper(sessions, "UPDATE event SET kind = 'x' WHERE case_id = :case AND kind = 'task.released'", case=case.id)
    assert [each.what for each in check(sessions)[0]] == [What.OLD_DIFFER]


def test_ten_thousand_events_are_verified_and_the_one_that_changed_is_named(
    sessions: Sessions, case: Case, now: datetime
) -> None:
    with transaction(sessions) as session:
        held = audit.hold(session, case.id)
        audit.append(session, held, [
            Event(kind="notified", at=now + timedelta(seconds=n), case_id=case.id, details={"n": n, "share": n / 4})
            for n in range(10_000)
        ])  # fmt: skip
    broken, found = check(sessions)
    assert broken == []
    assert found.events > 10_000
    ids = places(sessions, case.id)
    tamper(sessions, "UPDATE event SET details = '{}' WHERE id = :id", id=ids[7_777])
    assert check(sessions)[0] == [Break(case.number, 7_778, ids[7_777], What.CHANGED)]


def test_history_stays_verifiable_when_keys_are_replaced_and_removed(
    sessions: Sessions, case: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = keyring()
    try:
        use(old.with_fresh())
        with transaction(sessions) as session:
            audit.record(session, audit.Kind.NOTIFIED, at=now, actor_id=None, case_id=case.id)
        assert check(sessions)[0] == []
        use(Keyring.read(keyring().without("k1").write()))
        assert check(sessions)[0] == []
        use(Keyring.read(Keyring.fresh(9)))
        assert {each.what for each in check(sessions)[0]} == {What.KEY_MISSING}
    finally:
        use(old)


def test_an_unknown_case_is_not_found(sessions: Sessions, real_people: Any) -> None:
    with pytest.raises(NotFound):
        check(sessions, "CR1999-000001")


def test_a_rolled_back_step_leaves_no_gap(sessions: Sessions, case: Case, now: datetime) -> None:
    def note(session: Session) -> None:
        audit.record(session, audit.Kind.NOTIFIED, at=now, actor_id=None, case_id=case.id)

    with transaction(sessions) as session:
        note(session)
        inner = session.begin_nested()
        note(session)
        note(session)
        inner.rollback()
        note(session)
    with sessions() as session:
        assert session.get_one(Case, case.id).chain_length == case.chain_length + 2
    assert check(sessions)[0] == []


def test_recording_twice_locks_the_case_once(session: Session, ward: Any, statements: Callable[[], Any]) -> None:
    opened = ward.send()
    session.commit()
    session.expunge_all()
    with statements() as sent:
        for _ in range(2):
            audit.record(session, audit.Kind.NOTIFIED, at=ward.now, actor_id=None, case_id=opened.case_id)
        session.flush()
    assert sum("FOR NO KEY UPDATE" in statement for statement in sent) == 1
