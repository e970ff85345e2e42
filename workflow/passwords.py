"""Passwords: what is accepted, how they are kept, and changing one's own.

Long and not among those that guessing begins with; no rules about kinds of characters, and no expiry (NIST SP 800-63B).
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User
from workflow import audit, guessing, sign_ins
from workflow.errors import Invalid, SignInRefused

if TYPE_CHECKING:
    from workflow.identity import Actor

SHORTEST = 10
LONGEST = 200
FEWEST_CHARACTERS = 4
"""Different characters in it: less than this is a repetition."""
SERVICE = ("carerelay", "社工接力")
COMMON = Path(__file__).with_name("common_passwords.txt")

_hasher = PasswordHasher()
NOBODY = _hasher.hash("nobody has this password")
"""Checked when the name is unknown, so that the answer takes as long as for a known one."""


def refuse_weak(password: str, username: str, name: str) -> None:
    """Raise Invalid with password_too_short, _too_long, _common or _is_name."""
    if len(password) < SHORTEST:
        raise Invalid("password_too_short", least=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid("password_too_long", most=LONGEST)
    plain = _folded(password)
    if plain in _common() or len(set(plain)) < FEWEST_CHARACTERS or _is_run(plain):
        raise Invalid("password_common")
    # "coordinator2026" is the user name too: what stands before and after it in figures and marks adds nothing.
    core = plain.strip("0123456789!@#$%^&*._-+=~?, ")
    if core in {_folded(each) for each in (username, name, *SERVICE)}:
        raise Invalid("password_is_name")


def hashed(password: str) -> str:
    """What is stored."""
    return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether this is the password; takes its time either way."""
    try:
        return _hasher.verify(stored, password[: LONGEST * 2])
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether it was stored with less effort than is usual now."""
    return _hasher.check_needs_rehash(stored)


def change(session: Session, actor: Actor, old: str, new: str, address: str, now: datetime) -> int:
    """Change one's own password; signs out everywhere else. Gives the epoch that the session here goes on with.

    Raises TooManyAttempts, SignInRefused (the old one is wrong; counted: commit also then), Invalid (see refuse_weak,
    and password_same).
    """
    user = session.scalars(select(User).where(User.id == actor.user_id).with_for_update(key_share=True)).one()
    check_own(session, user, old, address, now)
    refuse_weak(new, user.username, user.name)
    if matches(user.password_hash, new):
        raise Invalid("password_same")
    user.password_hash, user.password_changed_at, user.must_change_password = hashed(new), now, False
    user.session_epoch += 1
    sign_ins.end_others(session, actor, now)
    audit.record(session, audit.Kind.PASSWORD_CHANGED, at=now, actor_id=user.id, details={"user_id": str(user.id)})
    session.flush()
    return user.session_epoch


def check_own(session: Session, user: User, password: str, address: str, now: datetime) -> None:
    """Ask somebody who is signed in for their password once more. Raises TooManyAttempts, SignInRefused."""
    key = guessing.key("password", str(user.id))
    guessing.refuse(session, key, address, now)
    right = matches(user.password_hash, password)
    guessing.note(session, key, address, now, succeeded=right)
    session.flush()
    if not right:
        raise SignInRefused("password_wrong")


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _is_run(plain: str) -> bool:
    """Whether the characters only count up or down, such as 3456789012 or abcdefghij."""
    steps = {(ord(b) - ord(a)) % 10 if a.isdigit() and b.isdigit() else ord(b) - ord(a) for a, b in _pairs(plain)}
    return len(steps) == 1


def _pairs(text: str) -> list[tuple[str, str]]:
    return list(zip(text, text[1:], strict=False))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
