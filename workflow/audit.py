"""Records what happened (events, append-only) and who looked (readings)."""

from __future__ import annotations

from collections.abc import Mapping
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
    CASE_ACTION = "case.action"
    TASK_OPENED = "task.opened"
    TASK_CLAIMED = "task.claimed"
    TASK_RELEASED = "task.released"
    TASK_COMPLETED = "task.completed"
    TASK_CANCELLED = "task.cancelled"
    INSTANCE_PASSED = "instance.passed"
    INSTANCE_ENDED = "instance.ended"
    INSTANCE_INCIDENT = "instance.incident"
    CASE_MEMBER_ADDED = "case.member_added"
    CASE_MEMBER_REMOVED = "case.member_removed"
    GLASS_BROKEN = "break_glass.opened"
    GLASS_REVIEWED = "break_glass.reviewed"
    NOTIFIED = "notified"
    VERSION_PUBLISHED = "version.published"
    USER_ADDED = "user.added"
    PERSON_REGISTERED = "person.registered"
    PERSON_CORRECTED = "person.corrected"
    PERSON_LINKED = "person.linked"
    PERSON_UNLINKED = "person.unlinked"
    RELATION_ADDED = "relation.added"
    RELATION_ENDED = "relation.ended"


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
    session: Session,
    user_id: UUID,
    case_id: UUID | None,
    what: str,
    now: datetime,
    *,
    person_id: UUID | None = None,
    entries: Mapping[UUID, str | None] | None = None,
    highest: str | None = None,
    purpose: str = "work",
) -> None:
    """Note that this person was shown something of a case or a person: "case", "task", "attachment", "print" ...

    `entries`: which entries they were shown, each with the highest class in it; `highest`: of what was shown besides.
    `purpose`: "work", "oversight", "break_glass", or what was asked for an export.
    """
    given = entries or {}
    # Classes are named P0 to P4, so that the highest is the last in the alphabet.
    top = max((each for each in (highest, *given.values()) if each), default=None)
    common = {"user_id": user_id, "case_id": case_id, "person_id": person_id, "purpose": purpose, "at": now}
    session.add(Reading(what=what, highest=top, **common))
    session.add_all(Reading(entry_id=each, what="entry", highest=top_of, **common) for each, top_of in given.items())


def name_of(zh: str, en: str) -> dict[str, str]:
    """Put a name of the diagram into an event, so that history reads the same after the diagram has changed."""
    return {"zh": zh, "en": en}


def named(details: dict[str, Any]) -> Text:
    """Read a name put in by `name_of`."""
    return Text(details.get("zh", ""), details.get("en", ""))
