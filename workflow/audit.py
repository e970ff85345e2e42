"""Records what happened (events, append-only) and who looked (readings)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from models import Event, Reading
from workflow.engine.text import Text


class Kind(StrEnum):
    """The kinds of event that exist."""

    CASE_OPENED = "case.opened"
    CASE_STATE = "case.state"
    CASE_LEVEL = "case.level"
    CASE_ASSIGNED = "case.assigned"
    CASE_LINKED = "case.linked"
    CASE_TRANSFERRED = "case.transferred"
    CASE_CONFLICT = "case.conflict"
    TASK_OPENED = "task.opened"
    TASK_CLAIMED = "task.claimed"
    TASK_RELEASED = "task.released"
    TASK_COMPLETED = "task.completed"
    TASK_CANCELLED = "task.cancelled"
    INSTANCE_PASSED = "instance.passed"
    INSTANCE_ENDED = "instance.ended"
    INSTANCE_INCIDENT = "instance.incident"
    NOTIFIED = "notified"
    VERSION_PUBLISHED = "version.published"
    USER_ADDED = "user.added"


def record(
    session: Session,
    kind: Kind,
    *,
    at: datetime,
    actor_id: UUID | None,
    case_id: UUID | None = None,
    instance_id: UUID | None = None,
    task_id: UUID | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one event; `actor_id` None means the system itself. `details` holds codes and ids, no personal data."""
    session.add(
        Event(
            kind=kind.value,
            at=at,
            actor_id=actor_id,
            case_id=case_id,
            instance_id=instance_id,
            task_id=task_id,
            details=details or {},
        )
    )


def looked(
    session: Session, user_id: UUID, case_id: UUID, what: str, now: datetime, *, entry_ids: Iterable[UUID] = ()
) -> None:
    """Note that this person opened a case ("case", "task") and which of its entries they were shown."""
    session.add(Reading(user_id=user_id, case_id=case_id, what=what, at=now))
    for entry_id in entry_ids:
        session.add(Reading(user_id=user_id, case_id=case_id, entry_id=entry_id, what="entry", at=now))


def name_of(zh: str, en: str) -> dict[str, str]:
    """Put a name of the diagram into an event, so that history reads the same after the diagram has changed."""
    return {"zh": zh, "en": en}


def named(details: dict[str, Any]) -> Text:
    """Read a name put in by `name_of`."""
    return Text(details.get("zh", ""), details.get("en", ""))
