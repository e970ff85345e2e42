"""Requests of programs that may be sent twice: done once, and answered alike each time (Idempotency-Key)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import KeptAnswer
from workflow.errors import Conflict, Invalid

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 200


@dataclass(frozen=True)
class Answer:
    """Status and JSON body; `again`: it was given before, and nothing was done this time."""

    status: int
    body: dict[str, Any]
    again: bool = False


def once(session: Session, user_id: UUID, key: str, request: str, now: datetime, do: Callable[[], Answer]) -> Answer:
    """Do it and keep the answer, or give the answer kept under this key; both in the transaction of the deed itself.

    What fails is not kept: it has changed nothing, and may be tried again. `request` tells requests apart (`print_of`).
    Raises Invalid (no key), Conflict (the key was used for another request), and whatever `do` raises.
    """
    if not key or len(key) > LONGEST_KEY:
        raise Invalid("idempotency_key")
    # Twice at once, in two processes: the second waits for the first and then finds its answer.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{user_id}:{key}", 0))))
    kept = session.scalar(select(KeptAnswer).where(KeptAnswer.user_id == user_id, KeptAnswer.key == key))
    if kept is not None and kept.created_at > now - KEPT_FOR:
        if kept.request != request:
            raise Conflict("idempotency_key_reused")
        return Answer(kept.status, kept.body, again=True)
    if kept is not None:
        session.delete(kept)
        session.flush()
    answer = do()
    session.add(
        KeptAnswer(user_id=user_id, key=key, request=request, status=answer.status, body=answer.body, created_at=now)
    )
    return answer


def print_of(method: str, path: str, body: Any) -> str:
    """A short text that is the same for the same request, and holds nothing of what it carries."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    return f"{method} {hashlib.sha256(f'{path} {text}'.encode()).hexdigest()}"


def sweep(session: Session, now: datetime) -> int:
    """Forget the answers that are kept long enough; says how many."""
    result = session.execute(delete(KeptAnswer).where(KeptAnswer.created_at <= now - KEPT_FOR))
    return int(getattr(result, "rowcount", 0))
