"""The password of a new or reset account: shown once, and good for one sign-in; then the person chooses their own."""

from __future__ import annotations

import secrets
from datetime import datetime

from models import User
from workflow import passwords

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No 0, 1, o, i, l: it is read out or copied by hand."""
GROUPS, LENGTH = 4, 4
"""78 bits: far beyond what can be guessed before it is changed."""


def give(user: User, now: datetime) -> str:
    """Set a fresh password, which must be changed after the first sign-in, and end all sessions of the account."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(GROUPS))
    user.password_hash = passwords.hashed(password)
    user.must_change_password = True
    user.password_changed_at = now
    user.session_epoch = (user.session_epoch or 0) + 1
    return password
