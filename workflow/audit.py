"""Records what happened (events, append-only and chained) and who looked (readings).

Who writes events of a case holds the row of the case, so that each event knows the one before it. Everybody takes locks
in the same order: case, instance, task, and the chain of events without a case last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, SessionTransaction
from uuid_utils.compat import uuid7

from models import Case, Event, EventChain, Reading
from models.sealed import keyring
from workflow import chain
from workflow.engine.text import Text
from workflow.errors import NotFound

Chained = Case | EventChain
"""What keeps the head of a chain: a case, or the one row for events that belong to none."""
SERVICE = "service"


class Kind(StrEnum):
    """The kinds of event that exist."""

    CASE_OPENED = "case.opened"
    CASE_STATE = "case.state"
    CASE_LEVEL = "case.level"
    CASE_ASSIGNED = "case.assigned"
    CASE_LINKED = "case.linked"
    CASE_TRANSFERRED = "case.transferred"
    CASE_REOPENED = "case.reopened"
    CASE_RISK = "case.risk"
    REPORT_OPENED = "report.opened"
    REPORT_CLOSED = "report.closed"
    CASE_CONFLICT = "case.conflict"
    CASE_ACTION = "case.action"
    TASK_OPENED = "task.opened"
    TASK_CLAIMED = "task.claimed"
    TASK_RELEASED = "task.released"
    TASK_REASSIGNED = "task.reassigned"
    TASK_COMPLETED = "task.completed"
    TASK_CANCELLED = "task.cancelled"
    INSTANCE_PASSED = "instance.passed"
    INSTANCE_ENDED = "instance.ended"
    INSTANCE_INCIDENT = "instance.incident"
    CASE_MEMBER_ADDED = "case.member_added"
    CASE_MEMBER_REMOVED = "case.member_removed"
    GLASS_BROKEN = "break_glass.opened"
    GLASS_REVIEWED = "break_glass.reviewed"
    CONSENT_RECORDED = "consent.recorded"
    CONSENT_OVERRIDDEN = "consent.overridden"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    OVERRIDE_REVIEWED = "consent.override_reviewed"
    REFERRAL_SENT = "referral.sent"
    REFERRAL_OPENED = "referral.opened"
    REFERRAL_STATE = "referral.state"
    REFERRAL_REFUSED = "referral.refused"
    NOTIFIED = "notified"
    VERSION_PUBLISHED = "version.published"
    USER_ADDED = "user.added"
    PASSWORD_CHANGED = "user.password_changed"
    SECOND_FACTOR = "user.second_factor"
    SIGN_INS_ENDED = "user.sign_ins_ended"
    TOKEN_MADE = "token.made"
    TOKEN_REVOKED = "token.revoked"
    PERSON_CORRECTED = "person.corrected"
    PERSON_LINKED = "person.linked"
    PERSON_UNLINKED = "person.unlinked"
    RELATION_ADDED = "relation.added"
    RELATION_ENDED = "relation.ended"
    SERVICE_SAVED = "service.saved"
    SERVICE_CAPACITY = "service.capacity"
    SERVICE_ASSURED = "service.assured"
    SERVICE_PART_SAVED = "service.part_saved"
    CAPACITY_ASKED = "capacity.asked"
    CAPACITY_ANSWERED = "capacity.answered"
    ADMIN_AREA = "admin.area"
    ADMIN_ORGANISATION = "admin.organisation"
    ADMIN_AGREEMENT = "admin.agreement"
    ADMIN_ACCOUNT = "admin.account"
    ADMIN_MEMBERSHIP = "admin.membership"
    ADMIN_LIST = "admin.list"
    ADMIN_SETTING = "admin.setting"


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
    """Add one event; `actor_id` None means the system itself. `details` holds codes and ids, no personal data.

    Locks the case, unless this transaction holds it already; who changes tasks too calls `hold` before that.
    """
    event = Event(
        kind=kind.value,
        at=at,
        actor_id=actor_id,
        case_id=case_id,
        instance_id=instance_id,
        task_id=task_id,
        details=details or {},
    )
    append(session, hold(session, case_id), [event])


def hold(session: Session, case_id: UUID | None) -> Chained:
    """Lock the case until the end of the transaction and read it afresh; None: what events without a case hang in.

    No statement when this transaction holds it already. Raises NotFound.
    """
    key: UUID | str = case_id or SERVICE
    kind: type[Any] = Case if case_id else EventChain
    transaction = _held(session).get(key)
    found: Chained | None = session.get(kind, key) if transaction is not None and transaction.is_active else None
    if found is not None:
        return found
    session.flush()
    # Not FOR UPDATE: that would also keep out everybody who only refers to the row, such as readers who are noted.
    locked: Chained | None = session.get(kind, key, with_for_update={"key_share": True}, populate_existing=True)
    if locked is None:
        raise NotFound("case_not_found")
    holds(session, locked)
    return locked


def holds(session: Session, chained: Chained) -> None:
    """Note that a statement of the caller's own has locked this row and read it afresh."""
    transaction = session.get_nested_transaction() or session.get_transaction()
    if transaction is not None:
        _held(session)[_key(chained)] = transaction


def append(session: Session, chained: Chained, events: Sequence[Event]) -> None:
    """Hang events into the chain of a row that this transaction holds, in this order, and add them."""
    extend(session, chained, events)
    session.add_all(events)


def extend(session: Session, chained: Chained, events: Sequence[Event]) -> None:
    """Hang events into the chain without adding them yet: the head is written with whatever else changes in the row."""
    if not events:
        return
    key = keyring().newest
    case_id = chained.id if isinstance(chained, Case) else None
    length, last = _end(chained)
    previous = last if length else _start(session, case_id)
    for event in events:
        length += 1
        event.id = event.id or uuid7()
        event.chain_number, event.chain_hash = length, chain.link(key, previous, event, length)
        previous = event.chain_hash
    _set_end(chained, length, chain.head(key, case_id, length, previous))


def _end(chained: Chained) -> tuple[int, str]:
    if isinstance(chained, Case):
        return chained.chain_length or 0, chain.last_of(chained.chain_head or "")
    return chained.length, chain.last_of(chained.head)


def _set_end(chained: Chained, length: int, head: str) -> None:
    if isinstance(chained, Case):
        chained.chain_length, chained.chain_head = length, head
    else:
        chained.length, chained.head = length, head


def _start(session: Session, case_id: UUID | None) -> str:
    """Seal the events of old releases into the first one that is chained after them."""
    found = chain.Start()
    old = select(Event).where(Event.case_id == case_id, Event.chain_number.is_(None)).order_by(Event.id)
    for event in session.scalars(old):
        found.add(event)
    return found.text


def _held(session: Session) -> dict[UUID | str, SessionTransaction]:
    held: dict[UUID | str, SessionTransaction] = session.info.setdefault("held_chains", {})
    return held


def _key(chained: Chained) -> UUID | str:
    return chained.id if isinstance(chained, Case) else chained.name


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
