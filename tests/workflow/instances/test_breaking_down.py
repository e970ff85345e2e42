"""A case that the engine itself breaks down over: an incident, once, and everything else as it was."""

from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import Entry, Event, Instance, InstanceState, Task, TaskState
from workflow import inbox, instances
from workflow.engine.case import Case
from workflow.errors import CaseDamaged
from workflow.records import referrals
from workflow.transaction import transaction


def raw(answers: dict[str, Any]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


def breaks(case: Case) -> NoReturn:
    raise KeyError("count")


def incidents(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Event).where(Event.kind == "instance.incident")) or 0


def test_completing_marks_the_case_and_takes_nothing_over(
    sessions: sessionmaker[Session], real_people: Any, answers: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = answers(real_people)
    with transaction(sessions) as session:
        referrals.open_referral(session, real_people["nurse"], raw(given["open_referral"]), uuid4(), now)
        task_id = session.scalars(select(Task.id).where(Task.state == TaskState.OPEN)).one()
        before = session.scalars(select(Instance.snapshot)).one()
    monkeypatch.setattr(Case, "advance", breaks)
    for _ in range(2):
        with pytest.raises(CaseDamaged) as damaged, transaction(sessions) as session:
            inbox.complete(session, real_people["coordinator"], task_id, raw(given["accept_referral"]), now)
        assert "管理员" in damaged.value.message.zh
    with sessions() as session:
        instance = session.scalars(select(Instance)).one()
        assert (instance.state, instance.wake_at, instance.snapshot) == (InstanceState.INCIDENT, None, before)
        assert incidents(session) == 1
        assert session.scalars(select(Entry).where(Entry.task_id == task_id)).all() == []
        assert session.get_one(Task, task_id).state is TaskState.OPEN


def test_waking_marks_the_case_and_leaves_the_snapshot_as_evidence(
    ward: Any, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.send()
    instance = session.scalars(select(Instance)).one()
    assert instance.wake_at is not None
    before, later = dict(instance.snapshot), instance.wake_at + timedelta(minutes=1)
    monkeypatch.setattr(Case, "advance", breaks)
    assert instances.wake(session, instance.id, later)
    assert (instance.state, instance.wake_at, instance.snapshot) == (InstanceState.INCIDENT, None, before)
    assert incidents(session) == 1
    assert not instances.wake(session, instance.id, later)
