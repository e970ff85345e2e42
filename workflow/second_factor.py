"""The second factor: codes that change every 30 seconds on the person's phone (RFC 6238), and codes for a lost one."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Role, SignInSession, User
from workflow import audit, guessing, passwords, settings
from workflow.errors import Conflict, SignInRefused
from workflow.identity import Actor

ISSUER = "CareRelay"
FRESH = timedelta(minutes=15)
"""This long after signing in the password need not be given once more to set it up."""
STEP = 30
SKEW = 1
"""Steps that the phone's clock may be early or late."""
PER_ACCOUNT = 10
"""Wrong codes for one account in a quarter of an hour, wherever they come from: one in 30,000 would be right."""
NAMED = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.DATA_PROTECTION_OWNER, Role.PROCESS_PUBLISHER})
"""Who needs one unless the setting says otherwise."""
SETTING = "second_factor_roles"
NOBODY, THE_NAMED, EVERYBODY = range(3)
RECOVERY_CODES, GROUPS, LENGTH = 8, 4, 4
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No 0, 1, o, i, l: it is copied by hand."""


@dataclass(frozen=True)
class Setup:
    """What a phone needs to be told: the secret, as text and as the address that stands in the QR code."""

    secret: str
    uri: str


@dataclass(frozen=True)
class Standing:
    """How it stands with somebody's second factor."""

    since: datetime | None
    is_required: bool
    recovery_codes: int
    needs_password: bool
    """To set it up: somebody else may have sat down at a computer that was left signed in."""


def is_required(session: Session, actor: Actor) -> bool:
    """Whether one of the roles held needs it where it is held; the strictest place counts."""
    for held in actor.memberships:
        level = settings.value(session, SETTING, held.organisation_id)
        if level >= EVERYBODY or (level == THE_NAMED and held.role in NAMED):
            return True
    return False


def standing(session: Session, actor: Actor, now: datetime) -> Standing:
    """How it stands with one's own."""
    user = session.get_one(User, actor.user_id)
    stale = not _is_fresh(session, actor, now)
    return Standing(user.totp_confirmed_at, is_required(session, actor), len(user.recovery_codes), stale)


def prepare(session: Session, actor: Actor) -> Setup:
    """The secret to put into the phone, the same until it is confirmed. Raises Conflict when one counts already."""
    user = _locked(session, actor.user_id)
    if user.totp_confirmed_at is not None:
        raise Conflict("second_factor_exists")
    if user.totp_secret is None:
        user.totp_secret = pyotp.random_base32()
    uri = pyotp.TOTP(user.totp_secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return Setup(user.totp_secret, uri)


def confirm(session: Session, actor: Actor, password: str, code: str, address: str, now: datetime) -> list[str]:
    """Let it count, once the phone gives a right code; gives the recovery codes, which are never shown again.

    The password is asked for unless they have just signed in. Raises Conflict, TooManyAttempts, and SignInRefused for a
    wrong code or password (counted: commit also then).
    """
    user = _locked(session, actor.user_id)
    if user.totp_confirmed_at is not None or user.totp_secret is None:
        raise Conflict("second_factor_exists")
    if not _is_fresh(session, actor, now):
        passwords.check_own(session, user, password, address, now)
    _check(session, user, code, address, now, recovery=False)
    user.totp_confirmed_at = now
    _record(session, user, user.id, "set_up", now)
    return _fresh_codes(user)


def renew_codes(session: Session, actor: Actor, code: str, address: str, now: datetime) -> list[str]:
    """New recovery codes in place of the old ones. Raises as `check` does."""
    user = _locked(session, actor.user_id)
    _check(session, user, code, address, now)
    _record(session, user, user.id, "codes_renewed", now)
    return _fresh_codes(user)


def give_up(session: Session, actor: Actor, code: str, address: str, now: datetime) -> None:
    """Do without, or begin anew with another phone: who must have one has to set it up again at once.

    Raises as `check` does.
    """
    user = _locked(session, actor.user_id)
    _check(session, user, code, address, now)
    _forget(user)
    if actor.session_id is not None and is_required(session, actor):
        session.get_one(SignInSession, actor.session_id).needs_second_factor = True
    _record(session, user, user.id, "given_up", now)


def reset(session: Session, user: User, actor: Actor | None, now: datetime) -> None:
    """Forget it for somebody who lost phone and codes, and sign them out. Who may do that is asked by the caller.

    `actor` None: from the command line.
    """
    _forget(user)
    user.session_epoch += 1
    _record(session, user, actor.user_id if actor else None, "reset", now)


def check(session: Session, user_id: UUID, code: str, address: str, now: datetime) -> None:
    """Check the second step of signing in. A code works once, also when it is sent twice at the same time.

    Raises TooManyAttempts, and SignInRefused for a wrong code (counted: commit also then).
    """
    user = _locked(session, user_id)
    if user.totp_confirmed_at is None:
        raise SignInRefused
    _check(session, user, code, address, now)


def _check(session: Session, user: User, code: str, address: str, now: datetime, *, recovery: bool = True) -> None:
    name = guessing.key("second-factor", str(user.id))
    guessing.refuse(session, name, address, now, everywhere=PER_ACCOUNT, known=False)
    plain = "".join(code.split()).replace("-", "").lower()
    right = _is_current(user, plain, now) or (recovery and _is_recovery(session, user, plain, now))
    guessing.note(session, name, address, now, succeeded=right)
    session.flush()
    if not right:
        raise SignInRefused


def _is_fresh(session: Session, actor: Actor, now: datetime) -> bool:
    here = session.get(SignInSession, actor.session_id) if actor.session_id is not None else None
    return here is not None and now - here.created_at < FRESH


def _is_current(user: User, code: str, now: datetime) -> bool:
    """Whether it is the code of a moment ago, of now or of soon, and newer than the last one used."""
    if user.totp_secret is None or not (code.isascii() and code.isdigit()):
        return False
    totp, present = pyotp.TOTP(user.totp_secret), int(now.timestamp()) // STEP
    for step in range(present - SKEW, present + SKEW + 1):
        is_fresh = user.totp_last_step is None or step > user.totp_last_step
        if strings_equal(totp.generate_otp(step), code) and is_fresh:
            user.totp_last_step = step
            return True
    return False


def _is_recovery(session: Session, user: User, code: str, now: datetime) -> bool:
    hashed = _hash(code)
    if user.totp_confirmed_at is None or hashed not in user.recovery_codes:
        return False
    user.recovery_codes = [each for each in user.recovery_codes if each != hashed]
    _record(session, user, user.id, "recovery_used", now)
    return True


def _fresh_codes(user: User) -> list[str]:
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    user.recovery_codes = [_hash(code.replace("-", "")) for code in codes]
    return codes


def _hash(code: str) -> str:
    """A plain hash is enough: a code has 79 bits and cannot be guessed from it."""
    return hashlib.sha256(code.encode()).hexdigest()


def _forget(user: User) -> None:
    user.totp_secret = user.totp_confirmed_at = None
    user.recovery_codes = []
    # The last step stays: a code that was used is not good for the next secret either.


def _locked(session: Session, user_id: UUID) -> User:
    return session.scalars(
        select(User).where(User.id == user_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()


def _record(session: Session, user: User, actor_id: UUID | None, what: str, now: datetime) -> None:
    details = {"what": what, "user_id": str(user.id)}
    audit.record(session, audit.Kind.SECOND_FACTOR, at=now, actor_id=actor_id, details=details)
