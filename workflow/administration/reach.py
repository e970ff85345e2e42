"""What an administrator administers: the organisation in which they are one, with everything below it.

An administrator of an authority that stands at the top administers everything, and what holds for all: areas, lists,
settings that hold everywhere.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Organisation, OrganisationKind, Role
from workflow.identity import Actor


@dataclass(frozen=True)
class Reach:
    """The organisations that somebody administers."""

    everything: bool = False
    organisations: frozenset[UUID] = frozenset()

    def covers(self, organisation_id: UUID | None) -> bool:
        """Whether this organisation is administered; None stands for what holds everywhere."""
        return self.everything or organisation_id in self.organisations

    def condition(self, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        """The same as a condition on a column of organisation ids."""
        return true() if self.everything else column.in_(self.organisations)


@dataclass(frozen=True)
class Sought:
    """What a permission is asked about: organisations, as seen from somebody's reach.

    An account belongs to several; who administers one of them sees it, who administers all may change it.
    """

    reach: Reach
    organisations: frozenset[UUID]


def of(session: Session, actor: Actor) -> Reach:
    """The reach of this person today; two statements, none for somebody who administers nothing."""
    places = actor.places(Role.ADMIN)
    if not places:
        return Reach()
    at_top = select(Organisation.id).where(
        Organisation.id.in_(places), Organisation.kind == OrganisationKind.AUTHORITY, Organisation.parent_id.is_(None)
    )
    if session.scalar(at_top.limit(1)) is not None:
        return Reach(everything=True)
    below = select(Organisation.id).where(Organisation.id.in_(places)).cte("below", recursive=True)
    below = below.union(select(Organisation.id).join(below, Organisation.parent_id == below.c.id))
    return Reach(organisations=frozenset(session.scalars(select(below.c.id))))


# ---- rules of workflow.permissions ---------------------------------------------------------------------------------


def sees(actor: Actor, sought: Sought) -> bool:
    """Whether one of the organisations is administered."""
    return any(sought.reach.covers(each) for each in sought.organisations) or sought.reach.everything


def administers(actor: Actor, sought: Sought) -> bool:
    """Whether all of them are."""
    return all(sought.reach.covers(each) for each in sought.organisations)


def administers_all(actor: Actor, reach: Reach) -> bool:
    """Whether everything is administered."""
    return reach.everything


def over(reach: Reach, organisations: Collection[UUID]) -> Sought:
    """What to ask the permission about."""
    return Sought(reach, frozenset(organisations))
