"""Where an operation acts: the case and instance of the step, who takes it, when, and who belongs to the parties."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import Case, Entry, Event, Instance, Membership, User
from workflow.audit import Kind
from workflow.clock.calendar import TIMEZONE
from workflow.engine import EngineError, Text


class Refused(EngineError):
    """An operation cannot do what the diagram asks; the step fails and nothing of it has happened."""


@dataclass(frozen=True)
class Member:
    """Somebody who holds a role in an organisation today."""

    user_id: UUID
    name: str
    organisation_id: UUID
    role: str
    open_cases: int = 0
    """Cases not closed that this person is responsible for, wherever."""


@dataclass
class Scene:
    """One step of one instance, inside one transaction."""

    session: Session
    case: Case
    instance: Instance
    actor_id: UUID | None
    """None: the system itself, for example a timer."""
    now: datetime
    events: list[Event] = field(default_factory=list)
    """What has happened so far; written with one statement when the step is saved."""
    entry: Entry | None = None
    """The form whose completion this step is; None where nobody completed one, e.g. when a timer fires."""
    secret: str | None = None
    """The mark of all its events (workflow.secrecy), when who takes this step is nobody's business."""
    _members: dict[frozenset[str], list[Member]] = field(default_factory=dict)

    def record(self, kind: Kind, *, task_id: UUID | None = None, **details: Any) -> None:
        """Note an event of this case; `details` hold codes and ids, no personal data."""
        if self.secret:
            details["secret"] = self.secret
        self.events.append(
            Event(
                kind=kind.value,
                at=self.now,
                actor_id=self.actor_id,
                case_id=self.case.id,
                instance_id=self.instance.id,
                task_id=task_id,
                details=details,
            )
        )

    def latest_entry(self, element_id: str) -> Entry | None:
        """The newest form submitted in this step of this instance: the place of what must not be process data."""
        if self.entry is not None and self.entry.element_id == element_id:
            return self.entry
        return self.session.scalar(
            select(Entry)
            .where(Entry.instance_id == self.instance.id, Entry.element_id == element_id)
            .order_by(Entry.submitted_at.desc(), Entry.id.desc())
            .limit(1)
        )

    def members(self, also: UUID | None = None) -> list[Member]:
        """Everybody who holds a role in one of the instance's organisations, and in `also`; asked once."""
        places = frozenset(str(place) for place in self.instance.parties.values())
        if also is not None and str(also) not in places:
            places = frozenset({str(also)})
        if places not in self._members:
            self._members[places] = members_of(self.session, [UUID(place) for place in places], self.now)
        return self._members[places]

    def find(self, user: Any, role: str, organisation_id: UUID) -> Member | None:
        """The person with this id (as text) if they hold the role in that organisation."""
        return next(
            (
                member
                for member in self.members(organisation_id)
                if str(member.user_id) == str(user)
                and member.role == role
                and member.organisation_id == organisation_id
            ),
            None,
        )

    def organisation(self, party: str) -> UUID:
        """The organisation that takes part as this party. Raises Refused when none does."""
        found = self.instance.parties.get(party)
        if found is None:
            raise Refused(
                Text(
                    f"这个案例里没有“{party}”这一方，任务不知道交给谁。",
                    f'Nobody takes part in this case as "{party}", so the task has nowhere to go.',
                )
            )
        return UUID(found)


def members_of(session: Session, places: list[UUID], now: datetime) -> list[Member]:
    """Who holds which role in these organisations on this day, active accounts only, by name."""
    day = now.astimezone(ZoneInfo(TIMEZONE)).date()
    caseload = (
        select(func.count())
        .select_from(Case)
        .where(Case.responsible_id == User.id, Case.closed_at.is_(None))
        .correlate(User)
        .scalar_subquery()
    )
    rows = session.execute(
        select(User.id, User.name, Membership.organisation_id, Membership.role, caseload)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id.in_(places),
            User.is_active,
            or_(Membership.starts_on.is_(None), Membership.starts_on <= day),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
        )
        .order_by(User.name)
    )
    return [Member(user_id, name, place, role.value, open_cases) for user_id, name, place, role, open_cases in rows]
