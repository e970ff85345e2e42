"""Slows down guessing of passwords and codes, without letting strangers lock somebody out.

Three limits in a window of 15 minutes: for one name from one address, for one address whatever the name, and for one
name from everywhere. The last does not hold where the person has signed in before: who tries from elsewhere cannot keep
them from their work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import SignInAttempt
from workflow.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
PER_NAME_AND_ADDRESS = 5
# A hospital often has one address for everybody: far above what typing errors of many people make together.
PER_ADDRESS = 50
PER_NAME = 20
KNOWN = timedelta(days=30)
"""How long an address counts as the person's own after they signed in there."""


def key(*parts: str) -> str:
    """What tries are counted under. Hashed: now and then a password is typed into the field of the name."""
    return hashlib.sha256("\0".join(parts).strip().lower().encode()).hexdigest()


def refuse(
    session: Session, name: str, address: str, now: datetime, *, everywhere: int = PER_NAME, known: bool = True
) -> None:
    """Raise TooManyAttempts when a limit is reached; `everywhere` is the third, `known` whether own places are free."""
    since = now - WINDOW
    failed = (
        select(SignInAttempt.username_key, SignInAttempt.at)
        .where(SignInAttempt.address == address, SignInAttempt.at > since, ~SignInAttempt.succeeded)
        .order_by(SignInAttempt.at.desc())
        .limit(PER_ADDRESS)
    )
    rows = session.execute(failed).all()
    _wait([at for each, at in rows if each == name], PER_NAME_AND_ADDRESS, now, "here")
    _wait([at for _, at in rows], PER_ADDRESS, now, "here")
    tries = session.scalars(
        select(SignInAttempt.at)
        .where(SignInAttempt.username_key == name, SignInAttempt.at > since, ~SignInAttempt.succeeded)
        .order_by(SignInAttempt.at.desc())
        .limit(everywhere)
    ).all()
    if len(tries) >= everywhere and not (known and _is_known(session, name, address, now)):
        _wait(tries, everywhere, now, "account")


def note(session: Session, name: str, address: str, now: datetime, *, succeeded: bool) -> None:
    """Keep one try."""
    session.add(SignInAttempt(username_key=name, address=address, at=now, succeeded=succeeded))


def _is_known(session: Session, name: str, address: str, now: datetime) -> bool:
    return session.scalar(
        select(SignInAttempt.id)
        .where(
            SignInAttempt.username_key == name,
            SignInAttempt.address == address,
            SignInAttempt.at > now - KNOWN,
            SignInAttempt.succeeded,
        )
        .limit(1)
    ) is not None  # fmt: skip


def _wait(times: Sequence[datetime], most: int, now: datetime, what: str) -> None:
    """`times`: failed tries, the newest first. The oldest of those that fill the window must fall out of it first."""
    if len(times) >= most:
        wait = times[most - 1] + WINDOW - now
        raise TooManyAttempts(max(1, int(wait.total_seconds()) + 1), what)
