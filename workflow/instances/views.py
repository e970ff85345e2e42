"""What a page shows of an instance: the drawing, where it stands, what is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Event, Instance, InstanceState, ProcessVersion
from workflow import permissions, secrecy
from workflow.audit import Kind
from workflow.clock import moment
from workflow.engine import Run, SnapshotUnreadable, Text, World
from workflow.errors import NotFound
from workflow.identity import Actor
from workflow.instances import versions
from workflow.instances.diagram import Diagram
from workflow.records import sight
from workflow.records.sight import Reader


@dataclass(frozen=True)
class StepMark:
    """One step of the list beside the drawing; `done` says how often."""

    element_id: str
    name: Text
    kind: str
    active: bool
    done: int


@dataclass(frozen=True)
class InstanceView:
    """One instance, without anything about the person it is for."""

    instance_id: UUID
    case_id: UUID
    case_number: str
    process: Text
    version_number: int
    state: str
    xml: str
    active: list[str]
    done: dict[str, int]
    steps: list[StepMark]
    incident: dict[str, Any] | None
    glass_until: datetime | None = None
    """When this reader's emergency access ends."""


def open_instance(session: Session, actor: Actor, instance_id: UUID, now: datetime) -> InstanceView:
    """Show where an instance stands to somebody who may read its case. Raises NotFound, Forbidden."""
    row = session.execute(
        select(Instance, Case, ProcessVersion)
        .join(Case, Case.id == Instance.case_id)
        .join(ProcessVersion, ProcessVersion.id == Instance.version_id)
        .where(Instance.id == instance_id)
    ).first()
    if row is None:
        raise NotFound("instance_not_found")
    instance, case, version = row
    seen = sight.of(session, case, now)
    permissions.require(actor, permissions.Permission.INSTANCE_READ, seen)
    reader = sight.reader(actor, seen)
    if reader is None or not may_know(session, actor, reader, instance, version):
        raise NotFound("instance_not_found")

    compiled = versions.compiled(session, version.id, version.content_hash)
    active = _active(instance, compiled)
    done = _done(session, instance_id)
    return InstanceView(
        instance.id,
        case.id,
        case.number,
        Text(version.name_zh, version.name_en),
        version.number,
        instance.state.value,
        compiled.diagram.text,
        active,
        done,
        _steps(compiled.diagram, set(active), done),
        instance.incident,
        reader.until,
    )


def may_know(session: Session, actor: Actor, reader: Reader, instance: Instance, version: ProcessVersion) -> bool:
    """Whether they may know of it: of one that starts in secret who reads restricted values, or started it."""
    process = versions.compiled(session, version.id, version.content_hash).process
    starts = (process.steps.get(name) for name in process.main.starts)
    secret = next((mark for step in starts if step and (mark := secrecy.of(step.properties))), None)
    return instance.started_by_id == actor.user_id or not secrecy.is_hidden(secret, reader.classes)


def _active(instance: Instance, compiled: versions.Compiled) -> list[str]:
    if instance.state is InstanceState.COMPLETED:
        return []
    # Only looked at: no operation can run, and the clock does not matter.
    try:
        run = Run.restore(compiled.process, World(moment(instance.started_at)), instance.snapshot)
    except SnapshotUnreadable:
        return []  # the incident says why; what is done is still known from the events
    return run.marks()["active"]


def _done(session: Session, instance_id: UUID) -> dict[str, int]:
    passed = session.scalars(
        select(Event.details).where(Event.instance_id == instance_id, Event.kind == Kind.INSTANCE_PASSED.value)
    )
    return dict(Counter(element for details in passed for element in details["elements"]))


def _steps(diagram: Diagram, active: set[str], done: dict[str, int]) -> list[StepMark]:
    """Every step for people, and of the ends those that were reached."""
    return [
        StepMark(
            element, diagram.steps[element].name, diagram.steps[element].kind, element in active, done.get(element, 0)
        )
        for element in diagram.order
        if diagram.steps[element].kind == "userTask" or element in done
    ]
