"""To which agencies a station may refer: those with which an agreement runs (院社协作, domain.md BJ-1)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from models import Agreement, Organisation


def running(session: Session, station_id: UUID, day: date) -> set[UUID]:
    """The agencies to which this station may refer on this day."""
    return set(session.scalars(agencies(station_id, day)))


def agencies(station_id: UUID | ColumnElement[UUID], day: date | ColumnElement[date]) -> Select[UUID]:
    """The same as a query, for a condition on agency ids."""
    return (
        select(Agreement.agency_id)
        .join(Organisation, Organisation.id == Agreement.agency_id)
        .where(Agreement.station_id == station_id, Organisation.is_active, is_running(day))
    )


def is_running(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that an agreement runs on this day."""
    return and_(
        Agreement.starts_on <= day,
        or_(Agreement.ends_on.is_(None), Agreement.ends_on >= day),
        Agreement.ended_at.is_(None),
    )
