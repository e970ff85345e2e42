"""Personal access tokens: made by a person for a program of theirs, limited in what and for how long."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import AccessToken, User
from workflow import audit, identity
from workflow.engine.text import Text
from workflow.errors import Conflict, Invalid, NotFound
from workflow.identity import Actor

PREFIX = "crt_"
"""So that a token is recognised, by people and by tools that look for secrets in texts."""
SECRET_BYTES = 32
LONGEST_DAYS = 365
MOST = 20
LONGEST_NAME = 100
SEEN_EVERY = timedelta(minutes=5)
"""How often the last use is written down."""

SCOPES = {
    "referrals:read": Text("查看我发出的转介", "Read the referrals I sent"),
    "referrals:write": Text("发起转介", "Open referrals"),
    "tasks:read": Text("查看待办", "Read my inbox and tasks"),
    "tasks:write": Text("认领、保存和办理任务", "Claim, draft and complete tasks"),
    "cases:read": Text("查看个案", "Read case files"),
    "directory:read": Text("查看服务目录", "Read the directory of services"),
}


@dataclass(frozen=True)
class Bearer:
    """Who a token acts for, and what it may do."""

    actor: Actor
    scopes: frozenset[str]


def make(session: Session, actor: Actor, name: str, scopes: Collection[str], days: int, now: datetime) -> str:
    """Make a token and return it: it is shown once and never again. Raises Invalid, Conflict (too many)."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("token_name")
    if not scopes or set(scopes) - set(SCOPES):
        raise Invalid("token_scopes")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid("token_days", most=LONGEST_DAYS)
    if len(valid(session, actor, now)) >= MOST:
        raise Conflict("too_many_tokens", most=MOST)
    token = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = AccessToken(
        user_id=actor.user_id,
        name=name,
        token_hash=_hash(token),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    details = {"token_id": str(row.id), "scopes": row.scopes}
    audit.record(session, audit.Kind.TOKEN_MADE, at=now, actor_id=actor.user_id, details=details)
    return token


def valid(session: Session, actor: Actor, now: datetime) -> list[AccessToken]:
    """The tokens of this person that work now, newest first."""
    found = session.scalars(
        select(AccessToken)
        .where(AccessToken.user_id == actor.user_id, AccessToken.revoked_at.is_(None), AccessToken.expires_at > now)
        .order_by(AccessToken.created_at.desc())
    )
    return list(found)


def revoke(session: Session, actor: Actor, token_id: UUID, now: datetime) -> None:
    """End a token of one's own at once. Raises NotFound."""
    token = session.get(AccessToken, token_id)
    if token is None or token.user_id != actor.user_id:
        raise NotFound("token_not_found")
    if token.revoked_at is None:
        token.revoked_at = now
        details = {"token_id": str(token.id)}
        audit.record(session, audit.Kind.TOKEN_REVOKED, at=now, actor_id=actor.user_id, details=details)


def bearer(session: Session, token: str, now: datetime) -> Bearer | None:
    """Whom a token acts for with the roles held today; None when it is unknown, ended, or its owner is closed out.

    After somebody else has reset the password it waits until the owner has signed in and chosen one of their own.
    """
    if not token.startswith(PREFIX):
        return None
    found = session.execute(
        select(AccessToken, User.session_epoch)
        .join(User, User.id == AccessToken.user_id)
        .where(AccessToken.token_hash == _hash(token), AccessToken.revoked_at.is_(None), AccessToken.expires_at > now)
    ).first()
    if found is None:
        return None
    row, epoch = found
    actor = identity.load_actor(session, row.user_id, epoch)
    if actor is None or actor.duty is not None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= SEEN_EVERY:
        session.execute(update(AccessToken).where(AccessToken.id == row.id).values(last_used_at=now))
    return Bearer(actor, frozenset(row.scopes))


def _hash(token: str) -> str:
    """A plain hash is enough: the token is random and too long to be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
