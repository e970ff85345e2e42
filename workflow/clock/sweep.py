"""Finds the instances whose timer is due and that have no wake-up waiting."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

AT_ONCE = 500
"""Instances taken by one sweep; the next one, a second later, takes the next."""

# SKIP LOCKED passes over instances that somebody is moving just now: the next sweep looks at them again.
_DUE = text(
    """
    SELECT id FROM instance
    WHERE state = 'active' AND wake_at <= :now
      AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = 'wake:' || instance.id AND status = 'todo')
    ORDER BY wake_at LIMIT :most
    FOR UPDATE SKIP LOCKED
    """
)


def queueing_lock(instance_id: UUID) -> str:
    """What keeps a second wake-up of the same instance out of the queue while the first one waits."""
    return f"wake:{instance_id}"


def lock_due(session: Session, now: datetime) -> list[UUID]:
    """The ids of due instances, the longest overdue first, their rows locked until the transaction ends."""
    return list(session.scalars(_DUE, {"now": now, "most": AT_ONCE}))
