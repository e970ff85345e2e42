"""Drafts: what somebody has typed but not submitted, seen by nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import Draft


def keep(
    session: Session, user_id: UUID, typed: dict[str, Any], *, task_id: UUID | None = None, process: str | None = None
) -> None:
    """Store what was typed for a task, or for a process not yet started, in place of an earlier draft."""
    # One statement, and safe against two windows that save at once.
    statement = insert(Draft).values(
        user_id=user_id, task_id=task_id, process_key=process, values=typed, updated_at=func.now()
    )
    changed = {"values": statement.excluded["values"], "updated_at": statement.excluded.updated_at}
    if task_id is not None:
        statement = statement.on_conflict_do_update(index_elements=["user_id", "task_id"], set_=changed)
    else:
        statement = statement.on_conflict_do_update(
            index_elements=["user_id", "process_key"], index_where=Draft.process_key.isnot(None), set_=changed
        )
    session.execute(statement)


def find(
    session: Session, user_id: UUID, *, task_id: UUID | None = None, process: str | None = None
) -> dict[str, Any] | None:
    """What this person typed earlier, if anything."""
    return session.scalar(select(Draft.values).where(Draft.user_id == user_id, *_which(task_id, process)).limit(1))


def drop(session: Session, user_id: UUID, *, task_id: UUID | None = None, process: str | None = None) -> None:
    """Forget a draft once it has been submitted."""
    session.execute(
        delete(Draft)
        .where(Draft.user_id == user_id, *_which(task_id, process))
        .execution_options(synchronize_session=False)
    )


def moved(session: Session, task_id: UUID, from_id: UUID, to_id: UUID) -> None:
    """Hand what somebody typed for a task to who does it now, unless that person has typed something themselves."""
    has_own = select(Draft.id).where(Draft.task_id == task_id, Draft.user_id == to_id)
    session.execute(
        update(Draft)
        .where(Draft.task_id == task_id, Draft.user_id == from_id, ~has_own.exists())
        .values(user_id=to_id)
        .execution_options(synchronize_session=False)
    )


def _which(task_id: UUID | None, process: str | None) -> list[Any]:
    return [Draft.task_id == task_id] if task_id is not None else [Draft.process_key == process]
