"""Starting an instance, waking it when a timer is due, and rebuilding its task rows from the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from models import Case, Instance, InstanceState, ProcessVersion
from workflow import audit
from workflow.engine import EngineError, Run, StepFailed, Text
from workflow.errors import CaseDamaged, StepRefused
from workflow.instances import held as holding
from workflow.instances.held import Held
from workflow.instances.versions import Compiled
from workflow.operations import Scene

MOST_TURNS = 1_000
"""Timers that fire at once in one wake-up; a drawing whose timers never end is stopped as an incident."""


def start(
    session: Session,
    case: Case,
    version: ProcessVersion,
    compiled: Compiled,
    *,
    parties: Mapping[str, UUID],
    token: UUID,
    actor_id: UUID,
    variables: Mapping[str, Any],
    now: datetime,
    secret: str | None = None,
) -> Held:
    """Start an instance for a case; the caller saves it. `secret` marks its first events. Raises StepRefused."""
    audit.hold(session, case.id)
    instance = Instance(
        case_id=case.id,
        version_id=version.id,
        snapshot={},
        parties={party: str(place) for party, place in parties.items()},
        started_by_id=actor_id,
        started_at=now,
        start_token=token,
    )
    session.add(instance)
    session.flush()
    scene = Scene(session, case, instance, actor_id, now, secret=secret)
    try:
        run = Run.start(compiled.process, holding.world(scene), variables)
    except StepFailed as error:
        raise StepRefused(error.message, error.element_id) from error
    return Held(scene, compiled, [], run)


def wake(session: Session, instance_id: UUID, now: datetime) -> bool:
    """Fire the timers that are due; False when nothing is, so that a second wake-up does no harm.

    What fails here has nobody at the screen to tell: the instance stands still as an incident, and stays as it was.
    """
    found = holding.lock(session, instance_id, None, now)
    instance = found.instance
    if instance.state is not InstanceState.ACTIVE or instance.wake_at is None or instance.wake_at > now:
        return False
    try:
        with session.begin_nested():
            _fire(found, now)
            found.save()
    except CaseDamaged as error:
        error.record(session)
    except (EngineError, StepRefused) as error:
        stopped = holding.lock(session, instance_id, None, now)
        stopped.stop(getattr(error, "element_id", None) or _element(error), error.message)
    return True


def rebuild(session: Session, instance_id: UUID, now: datetime) -> int:
    """Make the task rows again from the snapshot; returns how many were missing."""
    found = holding.lock(session, instance_id, None, now)
    return len(found.save())


def _fire(found: Held, now: datetime) -> None:
    """Catch up: after a long stop several timers in a row may be due."""
    for _ in range(MOST_TURNS):
        with found.moving() as run:
            run.wake()
        due = run.wake_at()
        if due is None or due > now:
            return
    raise StepRefused(Text("计时器不停地到期，流程已停下。", "Timers fall due without end; the process was stopped."))


def _element(error: Exception) -> str | None:
    element: str | None = getattr(error, "details", {}).get("element_id")
    return element
