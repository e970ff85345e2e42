"""Requests sent twice: done once, in two processes at the same moment too, and nothing kept of what failed."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Area, AreaLevel, KeptAnswer
from tests.workflow.conftest import People
from workflow import once
from workflow.errors import Conflict, Invalid
from workflow.once import Answer
from workflow.transaction import transaction


def doing(session: Session, code: str) -> Answer:
    session.add(Area(code=code, level=AreaLevel.GRID, name="网格"))
    return Answer(201, {"code": code, "name": "网格"})


def test_ten_at_once_do_it_once(sessions: sessionmaker[Session], real_people: People, now: datetime) -> None:
    user, barrier, answers = real_people["nurse"].user_id, Barrier(10), []

    def go() -> None:
        barrier.wait()
        with transaction(sessions) as session:
            answers.append(once.once(session, user, "key", "POST x", now, lambda: doing(session, "g1")))

    threads = [Thread(target=go) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.body for answer in answers] == [{"code": "g1", "name": "网格"}] * 10
    assert sorted(answer.again for answer in answers) == [False] + [True] * 9
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Area)) == 1


def test_what_fails_is_not_kept(session: Session, people: People, now: datetime) -> None:
    def failing() -> Answer:
        raise Invalid("wrong")

    user = people["nurse"].user_id
    with pytest.raises(Invalid):
        once.once(session, user, "key", "POST x", now, failing)
    assert once.once(session, user, "key", "POST x", now, lambda: doing(session, "g1")).again is False


def test_an_answer_is_kept_for_a_day(session: Session, people: People, now: datetime) -> None:
    user = people["nurse"].user_id
    for hours, again in ((0, False), (23, True), (25, False)):
        later = now + timedelta(hours=hours)
        assert once.once(session, user, "key", "x", later, lambda: Answer(200, {})).again is again
    assert once.sweep(session, now + timedelta(hours=25, minutes=1)) == 0
    assert once.sweep(session, now + timedelta(hours=50)) == 1


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_is_needed(session: Session, people: People, now: datetime, key: str) -> None:
    with pytest.raises(Invalid):
        once.once(session, people["nurse"].user_id, key, "x", now, lambda: Answer(200, {}))


def test_a_key_stands_for_one_request(session: Session, people: People, now: datetime) -> None:
    user = people["nurse"].user_id
    one, other = (once.print_of("POST", "/x", {"name": name}) for name in ("王小明", "王小红"))
    once.once(session, user, "key", one, now, lambda: Answer(200, {}))
    with pytest.raises(Conflict):
        once.once(session, user, "key", other, now, lambda: Answer(200, {}))
    assert "王" not in one


def test_what_was_answered_is_sealed(session: Session, people: People, now: datetime) -> None:
    once.once(session, people["nurse"].user_id, "key", "x", now, lambda: Answer(200, {"name": "王小明"}))
    session.flush()
    stored = session.connection().exec_driver_sql("SELECT body FROM kept_answer").scalar()
    assert "王" not in str(stored)
    assert session.scalars(select(KeptAnswer)).one().body == {"name": "王小明"}
