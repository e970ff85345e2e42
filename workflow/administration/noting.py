"""Writes what administrators change into the chain of events: codes and ids, never names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from workflow import audit
from workflow.audit import Kind
from workflow.identity import Actor


def note(
    session: Session,
    kind: Kind,
    actor: Actor | None,
    now: datetime,
    what: str,
    organisations: Iterable[UUID] = (),
    **more: object,
) -> None:
    """Record that `what` ("added", "changed", "retired" ...) was done; `actor` None: at the command line.

    `organisations`: whose administrators may read it; none: it concerns all. More: ids as texts, codes, field names.
    """
    details = {"what": what, "organisations": sorted({str(each) for each in organisations}), **more}
    audit.record(session, kind, at=now, actor_id=actor.user_id if actor else None, details=details)
