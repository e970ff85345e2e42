"""Who is asking: signing in, the actor that use cases receive, and accounts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, null, or_, select, update
from sqlalchemy.orm import Session

from models import Membership, Organisation, OrganisationKind, Role, SignInSession, User
from workflow import audit, guessing, passwords
from workflow.engine.text import Text
from workflow.errors import Conflict, Invalid, NotFound, SignInRefused

LOCALES = ("zh_CN", "en")
PASSWORD, SECOND_FACTOR = "password", "second_factor"
"""What somebody may have to do before anything else: choose a password of their own, set up a second factor."""


@dataclass(frozen=True)
class Held:
    """A role somebody holds in an organisation."""

    organisation_id: UUID
    organisation: Text
    kind: OrganisationKind
    role: Role


@dataclass(frozen=True)
class Actor:
    """The person a use case acts for."""

    user_id: UUID
    username: str
    name: str
    locale: str
    session_epoch: int
    memberships: tuple[Held, ...]
    has_second_factor: bool = False
    duty: str | None = None
    """PASSWORD or SECOND_FACTOR: to be done first, and nothing else until then."""
    session_id: UUID | None = None
    """The sign-in this person acts in; None for programs and for the service itself."""
    seen_at: datetime | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The roles held in any organisation."""
        return frozenset(held.role.value for held in self.memberships)

    def holds(self, role: str, organisation_id: UUID | None) -> bool:
        """Whether this person holds the role in this very organisation."""
        return any(held.role == role and held.organisation_id == organisation_id for held in self.memberships)

    def places(self, *roles: str) -> list[UUID]:
        """The organisations in which one of these roles is held."""
        return [held.organisation_id for held in self.memberships if held.role in roles]


def sign_in(session: Session, username: str, password: str, address: str, now: datetime) -> Actor:
    """Check name and password. Raises SignInRefused, or TooManyAttempts without looking at the password at all.

    The attempt is recorded either way: commit also when this raises. Who has a second factor is not in yet: see
    workflow.second_factor.check.
    """
    key = guessing.key(username)
    guessing.refuse(session, key, address, now)

    user = session.scalar(select(User).where(func.lower(User.username) == username.strip().lower()))
    matches = passwords.matches(user.password_hash if user else passwords.NOBODY, password)
    accepted = matches and user is not None and user.is_active
    guessing.note(session, key, address, now, succeeded=accepted)
    if user is None or not accepted:
        raise SignInRefused
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    actor = load_actor(session, user.id, user.session_epoch)
    if actor is None:
        raise SignInRefused
    return actor


def load_actor(session: Session, user_id: UUID, epoch: int, session_id: UUID | None = None) -> Actor | None:
    """Load a person with the roles held today, in one statement; None when the epoch or the sign-in has ended."""
    day = func.current_date()
    sign_in: Any = SignInSession if session_id is not None else null()
    statement = select(User, Membership.role, Organisation, sign_in)
    if session_id is not None:
        here = (SignInSession.id == session_id) & (SignInSession.user_id == User.id) & SignInSession.ended_at.is_(None)
        statement = statement.join(SignInSession, here)
    rows = session.execute(
        statement.outerjoin(
            Membership,
            (Membership.user_id == User.id)
            & or_(Membership.starts_on.is_(None), Membership.starts_on <= day)
            & or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
        )
        .outerjoin(Organisation, (Organisation.id == Membership.organisation_id) & Organisation.is_active)
        .where(User.id == user_id, User.is_active, User.session_epoch == epoch)
        .order_by(Membership.id)
    ).all()
    if not rows:
        return None
    held = tuple(
        Held(place.id, Text(place.name, place.name_en), place.kind, role)
        for _, role, place, _ in rows
        if place is not None
    )
    return _actor(rows[0][0], held, rows[0][3])


def _actor(user: User, held: tuple[Held, ...], sign_in: SignInSession | None) -> Actor:
    has_second_factor, duty = user.totp_confirmed_at is not None, None
    if user.must_change_password:
        duty = PASSWORD
    elif sign_in is not None and sign_in.needs_second_factor and not has_second_factor:
        duty = SECOND_FACTOR
    return Actor(
        user.id,
        user.username,
        user.name,
        user.locale,
        user.session_epoch,
        held,
        has_second_factor,
        duty,
        sign_in.id if sign_in else None,
        sign_in.last_seen_at if sign_in else None,
    )


def add_user(
    session: Session,
    actor: Actor | None,
    *,
    username: str,
    password: str,
    name: str,
    locale: str,
    organisation_code: str,
    roles: Collection[str],
    now: datetime,
) -> User:
    """Add an account with roles in one organisation; from the command line (`actor` None) or by an administrator.

    Raises Invalid (weak password, unknown role or language), NotFound (organisation), Conflict (name taken).
    """
    from workflow import permissions

    if actor is not None:
        permissions.require(actor, permissions.Permission.USER_ADD, None)
    username = username.strip()
    passwords.refuse_weak(password, username, name)
    if unknown := set(roles) - {role.value for role in Role}:
        raise Invalid("unknown_role", roles=sorted(unknown), known=[role.value for role in Role])
    if locale not in LOCALES or not username or not name.strip():
        raise Invalid("account_incomplete")
    place = session.scalar(select(Organisation).where(Organisation.code == organisation_code))
    if place is None:
        raise NotFound("organisation_not_found", organisation=organisation_code)
    if session.scalar(select(User.id).where(func.lower(User.username) == username.lower())):
        raise Conflict("username_taken", username=username)

    user = User(username=username, name=name.strip(), password_hash=passwords.hashed(password), locale=locale)
    session.add(user)
    session.flush()
    session.add_all(Membership(user_id=user.id, organisation_id=place.id, role=Role(role)) for role in roles)
    audit.record(
        session,
        audit.Kind.USER_ADDED,
        at=now,
        actor_id=actor.user_id if actor else None,
        details={"user_id": str(user.id), "organisation_id": str(place.id), "roles": sorted(roles)},
    )
    session.flush()
    return user


def set_locale(session: Session, actor: Actor, locale: str) -> None:
    """Remember the language a person chose. Raises Invalid for one we do not have."""
    if locale not in LOCALES:
        raise Invalid("unknown_locale", locale=locale)
    session.execute(update(User).where(User.id == actor.user_id).values(locale=locale))
