"""The case team: who shares in a case beside the responsible worker, and changes of it, each recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Case, CaseMember, Membership, User
from workflow import audit, permissions
from workflow.audit import Kind
from workflow.clock.calendar import local_day
from workflow.errors import Conflict, Invalid, NotFound
from workflow.identity import Actor
from workflow.parties import STATION
from workflow.permissions import Permission
from workflow.records import sight
from workflow.records.sight import CaseSight


@dataclass(frozen=True)
class Member:
    """Somebody on the team, or somebody who could be."""

    user_id: UUID
    name: str
    since: datetime | None = None


@dataclass(frozen=True)
class Team:
    """Who shares in the case now, and for those who may change that: who else could."""

    members: list[Member]
    others: list[Member]
    may_change: bool


def of(session: Session, actor: Actor, case: Case, seen: CaseSight, now: datetime) -> Team:
    """The team as this reader may see and change it; one statement, two for those who may change it."""
    rows = session.execute(
        select(User.id, User.name, CaseMember.since)
        .join(CaseMember, CaseMember.user_id == User.id)
        .where(CaseMember.case_id == case.id, CaseMember.until.is_(None))
        .order_by(CaseMember.since)
    )
    members = [Member(user_id, name, since) for user_id, name, since in rows]
    may_change = case.closed_at is None and permissions.allows(actor, Permission.CASE_TEAM, seen)
    taken = {case.responsible_id, *(member.user_id for member in members)}
    others = [each for each in _staff(session, case, now) if each.user_id not in taken] if may_change else []
    return Team(members, others, may_change)


def add(session: Session, actor: Actor, case_id: UUID, user_id: UUID, now: datetime) -> None:
    """Let a colleague of the station share in the case, once. Raises NotFound, Forbidden, Conflict, Invalid."""
    case = _changeable(session, actor, case_id, now)
    colleague = next((each for each in _staff(session, case, now) if each.user_id == user_id), None)
    if colleague is None:
        raise Invalid("not_of_the_station")
    if _membership(session, case_id, user_id) is not None or user_id == case.responsible_id:
        return

    session.add(CaseMember(case_id=case_id, user_id=user_id, added_by_id=actor.user_id, since=now))
    _record(session, Kind.CASE_MEMBER_ADDED, actor, case_id, colleague, now)


def remove(session: Session, actor: Actor, case_id: UUID, user_id: UUID, now: datetime) -> None:
    """End somebody's share in the case; it stays on record. Raises NotFound, Forbidden, Conflict."""
    _changeable(session, actor, case_id, now)
    found = _membership(session, case_id, user_id)
    if found is None:
        raise NotFound("not_on_the_team")

    found.until = now
    name = session.scalars(select(User.name).where(User.id == user_id)).one()
    _record(session, Kind.CASE_MEMBER_REMOVED, actor, case_id, Member(user_id, name), now)


def _changeable(session: Session, actor: Actor, case_id: UUID, now: datetime) -> Case:
    """The case, held: two people adding the same colleague at once would give two rows."""
    audit.hold(session, case_id)
    case = session.get_one(Case, case_id)
    permissions.require(actor, Permission.CASE_TEAM, sight.of(session, case, now))
    if case.closed_at is not None:
        raise Conflict("case_closed")
    return case


def _membership(session: Session, case_id: UUID, user_id: UUID) -> CaseMember | None:
    return session.scalar(
        select(CaseMember).where(
            CaseMember.case_id == case_id, CaseMember.user_id == user_id, CaseMember.until.is_(None)
        )
    )


def _staff(session: Session, case: Case, now: datetime) -> list[Member]:
    """Who works in the station of the case today, by name."""
    day = local_day(now)
    rows = session.execute(
        select(User.id, User.name)
        .where(
            User.is_active,
            User.id.in_(
                select(Membership.user_id).where(
                    Membership.organisation_id == case.organisation_id,
                    Membership.role.in_(STATION),
                    or_(Membership.starts_on.is_(None), Membership.starts_on <= day),
                    or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
                )
            ),
        )
        .order_by(User.name)
    )
    return [Member(user_id, name) for user_id, name in rows]


def _record(session: Session, kind: Kind, actor: Actor, case_id: UUID, who: Member, now: datetime) -> None:
    details = {"user_id": str(who.user_id), "name": who.name}
    audit.record(session, kind, at=now, actor_id=actor.user_id, case_id=case_id, details=details)
