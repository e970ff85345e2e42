"""What somebody can set going in a case besides its open tasks: the messages that its processes wait for.

The diagram says who may send one (`carerelay:sent_by`, roles) and what it is called; a button on the page sends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Instance, InstanceState, Role, Task
from workflow import instances, permissions
from workflow.audit import Kind
from workflow.engine import Awaited, Text
from workflow.errors import CaseDamaged, Forbidden, NotFound
from workflow.identity import Actor
from workflow.instances import Held
from workflow.permissions import Permission
from workflow.records import sight

SENT_BY = "carerelay:sent_by"


@dataclass(frozen=True)
class Action:
    """Something that can be set going now: the words of its button, and the question asked first, if any."""

    instance_id: UUID
    element_id: str
    key: str
    """What it is about: the id of the case, or of one of its referrals."""
    name: Text
    confirm: Text | None
    group: str


@dataclass(frozen=True)
class Done:
    """What came of it: the task it opened for the sender, if it did, to go on with at once."""

    case_id: UUID
    task_id: UUID | None
    name: Text


def available(session: Session, actor: Actor, case: Case, now: datetime) -> list[Action]:
    """What this person can set going in the case, in the order of the drawing; nothing of a damaged instance."""
    found = []
    for held in _running(session, case, now):
        found += [
            _action(held.instance, awaited) for awaited in _awaited(held) if _may_send(actor, held.instance, awaited)
        ]
    return found


def send(
    session: Session, actor: Actor, case_id: UUID, instance_id: UUID, element_id: str, key: str, now: datetime
) -> Done:
    """Send the message of one button, and claim the task that it opens for the sender.

    Raises NotFound (nobody waits for it any more: somebody else was faster, or it never was this person's), Forbidden,
    StepRefused.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("case_not_found")
    permissions.require(actor, Permission.CASE_READ, sight.of(session, case, now))
    held = instances.lock(session, instance_id, actor.user_id, now)
    if held.instance.case_id != case_id:
        raise NotFound("case_not_found")
    awaited = next((each for each in _awaited(held) if each.step.element_id == element_id and each.key == key), None)
    if awaited is None:
        raise NotFound("action_gone")
    if not _may_send(actor, held.instance, awaited):
        raise Forbidden("case:act")

    held.receive(awaited.message, awaited.key, {})
    name = awaited.step.name
    held.scene.record(Kind.CASE_ACTION, element=element_id, zh=name.zh, en=name.en)
    opened = held.save()
    return Done(case_id, claimed(actor, opened, now), name)


def deliver(
    session: Session, case: Case, message: str, payload: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> int:
    """Bring a message about the case to its instances that wait for it; says how many took it. Raises StepRefused."""
    taken = 0
    for instance_id in _active(session, case):
        held = instances.lock(session, instance_id, actor_id, now)
        if held.receive(message, str(case.id), payload):
            held.save()
            taken += 1
    return taken


def _active(session: Session, case: Case) -> Sequence[UUID]:
    return session.scalars(
        select(Instance.id)
        .where(Instance.case_id == case.id, Instance.state == InstanceState.ACTIVE)
        .order_by(Instance.started_at, Instance.id)
    ).all()


def _running(session: Session, case: Case, now: datetime) -> list[Held]:
    """The active instances, only to look at: nothing is locked, and none is ever saved."""
    found = session.scalars(
        select(Instance)
        .where(Instance.case_id == case.id, Instance.state == InstanceState.ACTIVE)
        .order_by(Instance.started_at, Instance.id)
    )
    return [instances.look(session, case, instance, now) for instance in found]


def _awaited(held: Held) -> list[Awaited]:
    try:
        return [each for each in held.run.awaited() if SENT_BY in each.step.properties and isinstance(each.key, str)]
    except CaseDamaged:
        return []


def _may_send(actor: Actor, instance: Instance, awaited: Awaited) -> bool:
    """Whether they hold one of the roles named, in the organisation that takes part as the party of that role."""
    for name in awaited.step.properties[SENT_BY].split(","):
        role = name.strip()
        party = awaited.step.properties.get("carerelay:party") or party_of(role)
        place = instance.parties.get(party) if party else None
        if place is not None and actor.holds(role, UUID(place)):
            return True
    return False


def party_of(role: str) -> str | None:
    """The party that a role acts for; None for a role that is unknown or acts for none."""
    try:
        return permissions.PARTY_OF_ROLE.get(Role(role))
    except ValueError:
        return None


def _action(instance: Instance, awaited: Awaited) -> Action:
    properties = awaited.step.properties
    question = properties.get("carerelay:confirm", "")
    return Action(
        instance.id,
        awaited.step.element_id,
        str(awaited.key),
        awaited.step.name,
        Text(question, properties.get("carerelay:confirm_en", "") or question) if question else None,
        properties.get("carerelay:group", ""),
    )


def claimed(actor: Actor, opened: Sequence[Task], now: datetime) -> UUID | None:
    """The first of the tasks that is for the sender, claimed: they meant to go on with it."""
    for task in opened:
        if permissions.allows(actor, Permission.TASK_CLAIM, task):
            task.assignee_id, task.claimed_at = actor.user_id, now
            return task.id
    return None
