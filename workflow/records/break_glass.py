"""Emergency access: reading a file that is not one's own, for a day and with a reason that others review.

Domain.md §3.2. It opens what social work reads without the restricted fields (P3), never an action, and ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from models import BreakGlass, Case, Organisation, Role, User
from workflow import audit, permissions, settings
from workflow.audit import Kind
from workflow.errors import Conflict, Forbidden, Invalid, NotFound
from workflow.identity import Actor
from workflow.permissions import Permission
from workflow.records import entries, sight
from workflow.records.entries import EntryView
from workflow.records.readings import Watched, watch

SHORTEST_REASON = 10
LONGEST_REASON = 1000
VERDICTS = ("justified", "not_justified")
MOST = 200
TOLD = {"supervisor": "glass_supervisor", "data_protection_owner": "glass_owner"}
"""Who is told, with the code of the notice."""


@dataclass(frozen=True)
class Access:
    """One emergency access, as those who review it and who had it see it."""

    glass_id: UUID
    case_id: UUID
    case_number: str
    who: str
    reason: str
    opened_at: datetime
    ends_at: datetime
    is_open: bool
    verdict: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    may_review: bool


def ask(session: Session, actor: Actor, number: str, reason: str, now: datetime) -> UUID:
    """Open the file of this number for this person; who may read it anyway gets it as ever. Returns the case's id.

    Raises NotFound (also for everybody who has nothing to do with the hospital), Invalid `reason_too_short`.
    """
    case = session.scalar(select(Case).where(Case.number == number.strip().upper()))
    if case is None:
        raise NotFound("case_not_found")
    audit.hold(session, case.id)
    seen = sight.of(session, case, now)
    if sight.may_open(actor, seen):
        return case.id
    if not permissions.allows(actor, Permission.BREAK_GLASS, seen):
        raise NotFound("case_not_found")
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason_too_short", least=SHORTEST_REASON, most=LONGEST_REASON)

    hours = settings.value(session, "break_glass_hours", case.organisation_id)
    glass = BreakGlass(
        case_id=case.id, user_id=actor.user_id, reason=reason, opened_at=now, ends_at=now + timedelta(hours=hours)
    )
    session.add(glass)
    session.flush()
    _record(session, Kind.GLASS_BROKEN, actor, case.id, now, glass_id=str(glass.id), hours=hours)
    for audience, about in TOLD.items():
        _record(session, Kind.NOTIFIED, None, case.id, now, audience=audience, about=about)
    return case.id


def to_review(session: Session, actor: Actor, now: datetime) -> list[Access]:
    """The accesses that this person watches over, those not reviewed first, then the newest; one statement."""
    station = aliased(Organisation)
    reviewer = aliased(User)
    rows = session.execute(
        select(BreakGlass, Case.number, User.name, reviewer.name)
        .join(Case, Case.id == BreakGlass.case_id)
        .join(station, station.id == Case.organisation_id)
        .join(User, User.id == BreakGlass.user_id)
        .outerjoin(reviewer, reviewer.id == BreakGlass.reviewed_by_id)
        .where(
            or_(
                Case.organisation_id.in_(actor.places(Role.SUPERVISOR)),
                station.parent_id.in_(actor.places(Role.DATA_PROTECTION_OWNER)),
                and_(station.parent_id.is_(None), station.id.in_(actor.places(Role.DATA_PROTECTION_OWNER))),
            )
        )
        .order_by(BreakGlass.reviewed_at.isnot(None), BreakGlass.opened_at.desc())
        .limit(MOST)
    )
    return [_access(actor, *row, now=now, reviews=True) for row in rows]


def mine(session: Session, actor: Actor, now: datetime) -> list[Access]:
    """The emergency accesses that this person has now; one statement."""
    rows = session.execute(
        select(BreakGlass, Case.number, User.name)
        .join(Case, Case.id == BreakGlass.case_id)
        .join(User, User.id == BreakGlass.user_id)
        .where(BreakGlass.user_id == actor.user_id, BreakGlass.ends_at > now)
        .order_by(BreakGlass.ends_at)
    )
    return [_access(actor, glass, number, who, None, now=now, reviews=False) for glass, number, who in rows]


def review(session: Session, actor: Actor, glass_id: UUID, verdict: str, now: datetime) -> None:
    """Say whether an access was justified; nobody judges their own. Raises NotFound, Forbidden, Conflict, Invalid."""
    case = session.scalar(select(Case).join(BreakGlass).where(BreakGlass.id == glass_id))
    if case is None:
        raise NotFound("access_not_found")
    audit.hold(session, case.id)
    glass = session.get_one(BreakGlass, glass_id, populate_existing=True)
    if not permissions.allows(actor, Permission.BREAK_GLASS_REVIEW, sight.of(session, case, now)):
        raise NotFound("access_not_found")
    if glass.user_id == actor.user_id:
        raise Forbidden(Permission.BREAK_GLASS_REVIEW.value)
    if verdict not in VERDICTS:
        raise Invalid("unknown_verdict")
    if glass.reviewed_at is not None:
        raise Conflict("reviewed_already")

    glass.reviewed_by_id, glass.reviewed_at, glass.verdict = actor.user_id, now, verdict
    _record(session, Kind.GLASS_REVIEWED, actor, case.id, now, glass_id=str(glass.id), verdict=verdict)


def reporter(session: Session, actor: Actor, case_id: UUID, now: datetime) -> tuple[Watched, list[EntryView]]:
    """Who made a report in this case (P4), for the data-protection owner of the hospital; recorded.

    Raises NotFound, Forbidden.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("case_not_found")
    seen = sight.of(session, case, now)
    permissions.require(actor, Permission.CASE_REPORTER, seen)
    found = entries.of_reporter(session, case)
    audit.looked(
        session, actor.user_id, case.id, "reporter", now, entries=entries.shown(found), purpose=sight.OVERSIGHT
    )
    return watch(actor, case, seen), found


def _access(
    actor: Actor, glass: BreakGlass, number: str, who: str, reviewer: str | None, *, now: datetime, reviews: bool
) -> Access:
    is_mine = glass.user_id == actor.user_id
    return Access(
        glass.id,
        glass.case_id,
        number,
        who,
        glass.reason,
        glass.opened_at,
        glass.ends_at,
        glass.ends_at > now,
        glass.verdict,
        reviewer,
        glass.reviewed_at,
        reviews and not is_mine and glass.reviewed_at is None,
    )


def _record(
    session: Session, kind: Kind, actor: Actor | None, case_id: UUID, now: datetime, **details: str | int
) -> None:
    actor_id = actor.user_id if actor else None
    audit.record(session, kind, at=now, actor_id=actor_id, case_id=case_id, details=dict(details))
