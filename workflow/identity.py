"""Who is asking: signing in, the actor that use cases receive, and accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from models import Membership, Organisation, OrganisationKind, Role, SignInAttempt, User
from workflow import audit
from workflow.engine.text import Text
from workflow.errors import Conflict, Invalid, NotFound, SignInRefused, TooManyAttempts

WINDOW = timedelta(minutes=15)
PER_NAME_AND_ADDRESS = 5
# A hospital often has one address for everybody: far above what typing errors of many people make together.
PER_ADDRESS = 50
SHORTEST_PASSWORD = 10
LOCALES = ("zh_CN", "en")

_hasher = PasswordHasher()
# Checked when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")


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

    The attempt is recorded either way: commit also when this raises.
    """
    key = _name_key(username)
    _refuse_guessing(session, key, address, now)

    user = session.scalar(select(User).where(func.lower(User.username) == username.strip().lower()))
    matches = _matches(user.password_hash if user else _NOBODY, password)
    accepted = matches and user is not None and user.is_active
    session.add(SignInAttempt(username_key=key, address=address, at=now, succeeded=accepted))
    if user is None or not accepted:
        raise SignInRefused
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    actor = load_actor(session, user.id, user.session_epoch)
    if actor is None:
        raise SignInRefused
    return actor


def load_actor(session: Session, user_id: UUID, epoch: int) -> Actor | None:
    """Load the person of a session with the roles held today, in one statement; None when the session has ended."""
    day = func.current_date()
    rows = session.execute(
        select(User, Membership.role, Organisation)
        .outerjoin(
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
        for _, role, place in rows
        if place is not None
    )
    user = rows[0][0]
    return Actor(user.id, user.username, user.name, user.locale, user.session_epoch, held)


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

    Raises Invalid (short password, unknown role or language), NotFound (organisation), Conflict (name taken).
    """
    from workflow import permissions

    if actor is not None:
        permissions.require(actor, permissions.Permission.USER_ADD, None)
    username = username.strip()
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("password_too_short", least=SHORTEST_PASSWORD)
    if unknown := set(roles) - {role.value for role in Role}:
        raise Invalid("unknown_role", roles=sorted(unknown), known=[role.value for role in Role])
    if locale not in LOCALES or not username or not name.strip():
        raise Invalid("account_incomplete")
    place = session.scalar(select(Organisation).where(Organisation.code == organisation_code))
    if place is None:
        raise NotFound("organisation_not_found", organisation=organisation_code)
    if session.scalar(select(User.id).where(func.lower(User.username) == username.lower())):
        raise Conflict("username_taken", username=username)

    user = User(username=username, name=name.strip(), password_hash=_hasher.hash(password), locale=locale)
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


def _refuse_guessing(session: Session, key: str, address: str, now: datetime) -> None:
    failed = (
        select(SignInAttempt.username_key, SignInAttempt.at)
        .where(SignInAttempt.address == address, SignInAttempt.at > now - WINDOW, ~SignInAttempt.succeeded)
        .order_by(SignInAttempt.at.desc())
        .limit(PER_ADDRESS)
    )
    rows = session.execute(failed).all()
    for times, most in (
        ([at for name, at in rows if name == key], PER_NAME_AND_ADDRESS),
        ([at for _, at in rows], PER_ADDRESS),
    ):
        if len(times) >= most:
            # The oldest of those that fill the window must fall out of it first.
            wait = times[most - 1] + WINDOW - now
            raise TooManyAttempts(max(1, int(wait.total_seconds()) + 1))


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _name_key(username: str) -> str:
    """Hash the name typed: now and then it is a password typed into the wrong field."""
    return hashlib.sha256(username.strip().lower().encode()).hexdigest()
