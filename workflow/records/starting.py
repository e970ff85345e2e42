"""Starting a further process on an open case, e.g. a mandatory report: offered to whoever its start event names.

The start event of such a process says who may start it (`carerelay:starts_on_case`, roles). What it begins with is
`starter`: the person's id, and the role in which they act, so that its first task can be theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Case, Instance, InstanceState, ProcessVersion
from workflow import instances, permissions, secrecy
from workflow.audit import Kind
from workflow.engine import Step, Text
from workflow.errors import Conflict, Forbidden, NotFound
from workflow.identity import Actor
from workflow.instances import Compiled
from workflow.permissions import Permission
from workflow.records import actions, sight, states

STARTS_ON_CASE = "carerelay:starts_on_case"
STARTS_ON_CLOSED_CASE = "carerelay:starts_on_closed_case"
"""The same for a process that takes a closed case up again; offered only while nothing runs in it any more."""


@dataclass(frozen=True)
class Startable:
    """A process that this person can start on the case, in its own words."""

    process_key: str
    name: Text
    confirm: Text | None
    group: str


def startable(session: Session, actor: Actor, case: Case) -> list[Startable]:
    """What this person can start on the case; once it is closed, only what opens it again."""
    parties = _parties(session, case)
    found = []
    for version, _, step, roles in _offered(session, case):
        if _role(actor, roles, parties) is not None:
            question = step.properties.get("carerelay:confirm", "")
            confirm = Text(question, step.properties.get("carerelay:confirm_en", "") or question) if question else None
            name = Text(version.name_zh, version.name_en)
            found.append(Startable(version.process_key, name, confirm, step.properties.get("carerelay:group", "")))
    return found


def start(session: Session, actor: Actor, case_id: UUID, process_key: str, token: UUID, now: datetime) -> actions.Done:
    """Start the process once, however often the button is pressed; its first task is claimed if it is the starter's.

    Raises NotFound, Forbidden, Conflict (the case is closed), StepRefused.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound("case_not_found")
    permissions.require(actor, Permission.CASE_ACT, sight.of(session, case, now))
    offered = next((each for each in _offered(session, case) if each[0].process_key == process_key), None)
    if offered is None:
        raise Conflict("case_closed") if case.closed_at is not None else NotFound("process_not_published")
    version, compiled, step, roles = offered
    parties = _parties(session, case)
    role = _role(actor, roles, parties)
    if role is None:
        raise Forbidden("case:act")
    # Two presses may be in two processes of the service: the second waits here, and finds the token used.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(token), 0))))
    name = Text(version.name_zh, version.name_en)
    if session.scalar(select(Instance.id).where(Instance.start_token == token)) is not None:
        return actions.Done(case_id, None, name)

    held = instances.start(
        session,
        case,
        version,
        compiled,
        parties={party: UUID(place) for party, place in parties.items()},
        token=token,
        actor_id=actor.user_id,
        variables={"starter": {"id": str(actor.user_id), "role": role}},
        now=now,
        secret=secrecy.of(step.properties),
    )
    held.scene.record(Kind.CASE_ACTION, element=step.element_id, zh=name.zh, en=name.en)
    return actions.Done(case_id, actions.claimed(actor, held.save(), now), name)


def _offered(session: Session, case: Case) -> Iterator[tuple[ProcessVersion, Compiled, Step, str]]:
    """The current versions that can be started on the case, each with its start event and the roles named there."""
    wanted = STARTS_ON_CASE if case.closed_at is None else STARTS_ON_CLOSED_CASE
    if case.closed_at is not None and (case.state not in states.MAY_REOPEN or _runs(session, case)):
        return
    versions = session.scalars(
        select(ProcessVersion).where(ProcessVersion.is_current).order_by(ProcessVersion.process_key)
    )
    for version in versions:
        compiled = instances.compiled(session, version.id, version.content_hash)
        for name in compiled.process.main.starts:
            step = compiled.process.steps.get(name)
            if step is not None and wanted in step.properties:
                yield version, compiled, step, step.properties[wanted]


def _runs(session: Session, case: Case) -> bool:
    """Whether a process of the case still runs."""
    running = (InstanceState.ACTIVE, InstanceState.INCIDENT)
    found = select(Instance.id).where(Instance.case_id == case.id, Instance.state.in_(running)).limit(1)
    return session.scalar(found) is not None


def _parties(session: Session, case: Case) -> dict[str, str]:
    """Who takes part in the case, as its first process has it; the station is the one that has it now."""
    first = session.scalar(
        select(Instance.parties).where(Instance.case_id == case.id).order_by(Instance.started_at, Instance.id).limit(1)
    )
    return {**(first or {}), "station": str(case.organisation_id)}


def _role(actor: Actor, roles: str, parties: dict[str, str]) -> str | None:
    """The first of the roles named that this person holds at its party of the case."""
    for name in roles.split(","):
        role = name.strip()
        party = actions.party_of(role)
        place = parties.get(party) if party else None
        if place is not None and actor.holds(role, UUID(place)):
            return role
    return None
