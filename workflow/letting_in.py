"""Lets somebody back in from the command line, when no administrator of the service can."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import User
from workflow import audit, second_factor
from workflow.administration import first_password
from workflow.errors import NotFound


def let_back_in(session: Session, username: str, now: datetime, *, forget_second_factor: bool) -> str:
    """Give an account a password for the next sign-in, end its sessions, and record it. Raises NotFound."""
    user = session.scalar(
        select(User).where(func.lower(User.username) == username.strip().lower()).with_for_update(key_share=True)
    )
    if user is None:
        raise NotFound("user_not_found", username=username)
    password = first_password.give(user, now)
    if forget_second_factor:
        second_factor.reset(session, user, None, now)
    details = {"user_id": str(user.id), "what": "reset"}
    audit.record(session, audit.Kind.PASSWORD_CHANGED, at=now, actor_id=None, details=details)
    return password
