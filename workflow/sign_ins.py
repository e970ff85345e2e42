"""Sign-ins on devices: begun, seen, listed and ended, from here or from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import SignInSession
from workflow import audit
from workflow.errors import NotFound

if TYPE_CHECKING:
    from workflow.identity import Actor

SEEN_EVERY = timedelta(minutes=5)
"""How often the last use is written down."""
SHIFT = timedelta(hours=12)
"""A sign-in ends this long after its last use: one shift, and not the next person's on a shared computer."""

_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class SignIn:
    """One sign-in that still counts."""

    id: UUID
    device: str
    """Such as "Chrome, Windows"; "" when the browser does not say."""
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_here: bool


def begin(
    session: Session, user_id: UUID, address: str, browser: str, now: datetime, *, needs_second_factor: bool
) -> UUID:
    """Note a new sign-in; everything was asked for before."""
    row = SignInSession(
        user_id=user_id,
        address=address,
        device=device(browser),
        created_at=now,
        last_seen_at=now,
        needs_second_factor=needs_second_factor,
    )
    session.add(row)
    session.flush()
    return row.id


def seen(session: Session, actor: Actor, address: str, now: datetime) -> None:
    """Note that a sign-in is in use, at most every few minutes."""
    if actor.session_id is None or actor.seen_at is None or now - actor.seen_at < SEEN_EVERY:
        return
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == actor.session_id, SignInSession.last_seen_at <= now - SEEN_EVERY)
        .values(last_seen_at=now, address=address)
        .execution_options(synchronize_session=False)
    )


def running(session: Session, actor: Actor, now: datetime) -> list[SignIn]:
    """One's own sign-ins that still count: this one first, then by their last use."""
    rows = session.scalars(
        select(SignInSession)
        .where(
            SignInSession.user_id == actor.user_id,
            SignInSession.ended_at.is_(None),
            SignInSession.last_seen_at > now - SHIFT,
        )
        .order_by((SignInSession.id == actor.session_id).desc(), SignInSession.last_seen_at.desc(), SignInSession.id)
    )
    return [
        SignIn(row.id, row.device, row.address, row.created_at, row.last_seen_at, row.id == actor.session_id)
        for row in rows
    ]


def end(session: Session, actor: Actor, session_id: UUID, now: datetime) -> None:
    """End one of one's own; ended already: nothing happens. Raises NotFound."""
    row = session.scalar(
        select(SignInSession).where(SignInSession.id == session_id, SignInSession.user_id == actor.user_id)
    )
    if row is None:
        raise NotFound("sign_in_not_found")
    if row.ended_at is None:
        row.ended_at = now
        if row.id != actor.session_id:
            _record(session, actor, 1, now)


def end_others(session: Session, actor: Actor, now: datetime) -> int:
    """End all of one's own but this one; how many there were."""
    ended = session.scalars(
        update(SignInSession)
        .where(
            SignInSession.user_id == actor.user_id,
            SignInSession.id.is_distinct_from(actor.session_id),
            SignInSession.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(SignInSession.last_seen_at)
        .execution_options(synchronize_session=False)
    ).all()
    number = sum(each > now - SHIFT for each in ended)
    if number:
        _record(session, actor, number, now)
    return number


def device(browser: str) -> str:
    """What people recognise their device by, from the browser's own long name."""
    found = [next((name for mark, name in table if mark in browser), None) for table in (_BROWSERS, _SYSTEMS)]
    words = ", ".join(name for name in found if name)
    return words or re.sub(r"[^\w .,/()-]", "", browser)[:40].strip()


def _record(session: Session, actor: Actor, number: int, now: datetime) -> None:
    details = {"user_id": str(actor.user_id), "number": number}
    audit.record(session, audit.Kind.SIGN_INS_ENDED, at=now, actor_id=actor.user_id, details=details)
