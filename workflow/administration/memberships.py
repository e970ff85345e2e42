"""Roles of people in organisations: which role fits where, who may give it, from when until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import Membership, Organisation, OrganisationKind, Role, User
from workflow import permissions
from workflow.administration import holding, reach, returning
from workflow.administration.editing import Editing, Raw, Refused, form
from workflow.administration.noting import note
from workflow.administration.reach import Reach
from workflow.audit import Kind
from workflow.clock.calendar import local_day
from workflow.engine.text import Text
from workflow.errors import NotFound
from workflow.forms import Choice, FieldError
from workflow.identity import Actor
from workflow.parties import AGENCY, STATION, WARD
from workflow.permissions import Permission

PROCESS = frozenset({Role.PROCESS_DESIGNER, Role.PROCESS_PUBLISHER})
"""What these publish holds everywhere, so that only administrators of everything give them."""
GUARDS = frozenset({Role.DATA_PROTECTION_OWNER, Role.AUDITOR, Role.ADMIN})
FITTING: Mapping[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.HOSPITAL: GUARDS | PROCESS,
    OrganisationKind.DEPARTMENT: WARD,
    OrganisationKind.STATION: STATION | PROCESS,
    OrganisationKind.AGENCY: AGENCY | GUARDS,
    OrganisationKind.COMMUNITY: frozenset({Role.SOCIAL_WORKER, Role.ADMIN}),
    OrganisationKind.AUTHORITY: GUARDS | PROCESS,
}
"""The roles that can be held in an organisation of a kind."""


def choices(session: Session, mine: Reach) -> dict[str, list[Choice]]:
    """The active organisations of a reach; departments and stations are named with their hospital."""
    above = {each.id: each for each in session.scalars(select(Organisation))}
    found = []
    for place in above.values():
        if place.is_active and mine.covers(place.id):
            parent = above.get(place.parent_id) if place.parent_id else None
            zh, en = place.name, place.name_en or place.name
            if parent is not None:
                zh, en = f"{parent.name} · {zh}", f"{parent.name_en or parent.name} · {en}"
            found.append(Choice(str(place.id), Text(zh, en)))
    return {"organisations": sorted(found, key=lambda choice: choice.label.zh)}


def sought(session: Session, actor: Actor, user_id: UUID) -> reach.Sought:
    """Where somebody works, as a permission is asked about it."""
    places = session.scalars(select(Membership.organisation_id).where(Membership.user_id == user_id))
    return reach.over(reach.of(session, actor), set(places))


def adding(session: Session, actor: Actor, user_id: UUID) -> Editing:
    """The form for a further role. Raises NotFound, Refused for oneself."""
    user = _user(session, actor, user_id)
    return Editing(
        form("membership"),
        {},
        choices(session, reach.of(session, actor)),
        about=Text(user.name, user.name),
        is_new=True,
    )


def add(session: Session, actor: Actor, user_id: UUID, raw: Raw, now: datetime) -> None:
    """Give somebody a role. Raises NotFound, Refused for oneself, InvalidForm."""
    user = _user(session, actor, user_id, lock=True)
    editing = adding(session, actor, user_id)
    sent = editing.read(raw, now)
    values = editing.accept(sent, errors(session, actor, editing, sent.values, user_id, now))
    write(session, actor, user, values, now)


def errors(
    session: Session, actor: Actor, editing: Editing, values: Mapping[str, Any], user_id: UUID | None, now: datetime
) -> list[FieldError]:
    """What is wrong with a role that is to be given."""
    found = []
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts and ends and starts > ends:
        found.append(editing.error("ends_on", "截止日期不能早于起始日期。", "The last day cannot be before the first."))
    if not values.get("organisation") or not values.get("role"):
        return found
    place = session.get(Organisation, UUID(values["organisation"]))
    role, mine = Role(values["role"]), reach.of(session, actor)
    if place is None or role not in FITTING[place.kind]:
        found.append(
            editing.error("role", "这个岗位不属于这类机构。", "This role does not belong to such an organisation.")
        )
    elif role in PROCESS and not mine.everything:
        zh, en = (
            "流程对所有机构有效，这个岗位由上级管理员给。",
            "Processes hold everywhere: only the top administrator gives this role.",
        )
        found.append(editing.error("role", zh, en))
    elif user_id is not None and _overlaps(session, user_id, place.id, role, starts or local_day(now), ends):
        zh, en = "这个人在这段时间里已经有这个岗位。", "This person holds the role in that time already."
        found.append(editing.error("role", zh, en))
    return found


def write(session: Session, actor: Actor, user: User, values: Mapping[str, Any], now: datetime) -> None:
    """Store a role that was checked, and note it."""
    place = UUID(values["organisation"])
    held = Membership(
        user_id=user.id, organisation_id=place, role=Role(values["role"]), starts_on=values["starts_on"],
        ends_on=values["ends_on"],
    )  # fmt: skip
    session.add(held)
    session.flush()
    _note(session, actor, now, "added", held)


def ending(
    session: Session, actor: Actor, user_id: UUID, membership_id: UUID, now: datetime
) -> tuple[Editing, returning.Held]:
    """The form that ends a role, and what the person has in hand in it. Raises NotFound, Refused for one's last."""
    held = _membership(session, actor, user_id, membership_id, now)
    user = session.get_one(User, held.user_id)
    values = {"when": "date" if held.ends_on else "now", "ends_on": held.ends_on}
    editing = Editing(form("membership_end"), values, about=Text(user.name, user.name))
    return editing, returning.held(session, user.id, held.organisation_id, held.role.value)


def end(session: Session, actor: Actor, user_id: UUID, membership_id: UUID, raw: Raw, now: datetime) -> int:
    """End a role now or after a day; ended now, its open tasks go back to the colleagues: how many.

    Raises as `ending`, and InvalidForm.
    """
    held = _membership(session, actor, user_id, membership_id, now, lock=True)
    editing, _ = ending(session, actor, user_id, membership_id, now)
    sent = editing.read(raw, now)
    values = editing.accept(sent)
    freed = 0
    if values["when"] == "now":
        # Before midnight in one place is after midnight in another: it must be over by the database's day, too.
        held.ends_on = min(local_day(now), session.scalars(select(func.current_date())).one()) - timedelta(days=1)
        freed = returning.give_back(session, actor, held.user_id, now, held.organisation_id, held.role.value)
    else:
        held.ends_on = values["ends_on"]
    _note(session, actor, now, "ended", held, until=str(held.ends_on), tasks=freed)
    return freed


def _user(session: Session, actor: Actor, user_id: UUID, *, lock: bool = False) -> User:
    """Somebody who works where one administers, but never oneself. Raises NotFound, Refused."""
    user = session.get(User, user_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock)
    if user is None or not reach.sees(actor, sought(session, actor, user_id)):
        raise NotFound("user_not_found")
    if user.id == actor.user_id:
        raise Refused("自己的岗位由另一位管理员给。", "Another administrator gives you roles.")
    return user


def _membership(
    session: Session, actor: Actor, user_id: UUID, membership_id: UUID, now: datetime, *, lock: bool = False
) -> Membership:
    held = session.get(
        Membership, membership_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock
    )
    if held is None or held.user_id != user_id:
        raise NotFound("membership_not_found")
    over = reach.over(reach.of(session, actor), [held.organisation_id])
    permissions.require(actor, Permission.ORGANISATION_ADMINISTER, over)
    if held.user_id == actor.user_id and held.role is Role.ADMIN and _is_last(session, held, local_day(now)):
        raise Refused("不能结束自己最后一个管理员岗位。", "You cannot end your own last role as administrator.")
    return held


def _is_last(session: Session, held: Membership, day: date) -> bool:
    others = select(func.count(Membership.id)).where(
        Membership.user_id == held.user_id,
        Membership.role == Role.ADMIN,
        Membership.id != held.id,
        holding.on(day),
    )
    return not session.scalar(others)


def _overlaps(
    session: Session, user_id: UUID, organisation_id: UUID, role: Role, starts: date, ends: date | None
) -> bool:
    same = select(Membership.id).where(
        Membership.user_id == user_id,
        Membership.organisation_id == organisation_id,
        Membership.role == role,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= starts),
    )
    if ends is not None:
        same = same.where(or_(Membership.starts_on.is_(None), Membership.starts_on <= ends))
    return session.scalar(same.limit(1)) is not None


def _note(session: Session, actor: Actor, now: datetime, what: str, held: Membership, **more: object) -> None:
    ids = {"user_id": str(held.user_id), "organisation_id": str(held.organisation_id), "role": held.role.value}
    note(session, Kind.ADMIN_MEMBERSHIP, actor, now, what, [held.organisation_id], **ids, **more)
