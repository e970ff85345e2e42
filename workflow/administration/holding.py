"""Who holds which role where and since when: rows of memberships for the pages of administration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models import Membership, Organisation, User
from workflow.engine.text import Text


@dataclass(frozen=True)
class Held:
    """A role of somebody in an organisation, with its days; `is_current` says nothing about the account itself."""

    membership_id: UUID
    user_id: UUID
    username: str
    name: str
    is_active: bool
    """Whether the account may sign in."""
    organisation_id: UUID
    organisation: Text
    role: str
    starts_on: date | None
    ends_on: date | None

    def is_current(self, day: date) -> bool:
        """Whether it counts on this day."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or self.ends_on >= day)

    def is_over(self, day: date) -> bool:
        """Whether it has ended before this day."""
        return self.ends_on is not None and self.ends_on < day


def on(day: date) -> ColumnElement[bool]:
    """The condition that a membership counts on this day."""
    return and_(
        or_(Membership.starts_on.is_(None), Membership.starts_on <= day),
        or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
    )


def in_organisation(session: Session, organisation_id: UUID) -> list[Held]:
    """Everybody who holds, held or will hold a role there, by name; one statement."""
    return find(session, Membership.organisation_id == organisation_id)


def of_user(session: Session, user_id: UUID) -> list[Held]:
    """Every role of one person; one statement."""
    return find(session, Membership.user_id == user_id)


def find(session: Session, *conditions: ColumnElement[bool]) -> list[Held]:
    """The memberships under these conditions, by organisation, role and name."""
    rows = session.execute(
        select(Membership, User, Organisation)
        .join(User, User.id == Membership.user_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(*conditions)
        .order_by(Organisation.name, Membership.role, User.name, Membership.id)
    )
    return [
        Held(
            held.id, user.id, user.username, user.name, user.is_active, place.id, Text(place.name, place.name_en),
            held.role.value, held.starts_on, held.ends_on,
        )
        for held, user, place in rows
    ]  # fmt: skip
