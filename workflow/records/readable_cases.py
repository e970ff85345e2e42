"""The cases that somebody reads as social work does, as conditions for queries; the same rule as in sight.py."""

from sqlalchemy import ColumnElement, and_, exists, or_, select

from models import Case, CaseMember, Role, Task, TaskState
from workflow.identity import Actor
from workflow.parties import STATION_LEADS


def condition(actor: Actor) -> ColumnElement[bool]:
    """Whether they read a case at hand: asked of each of a few cases that were found by something else.

    Coordinators and supervisors: all of their station; a social worker: responsible, on the team, or with a task.
    """
    led, own = _led(actor), actor.places(Role.MEDICAL_SOCIAL_WORKER)
    if not own:
        return led
    task = exists(select(Task.id).where(Task.case_id == Case.id, or_(_assigned(actor), _free(actor))))
    team = exists(select(CaseMember.id).where(CaseMember.case_id == Case.id, _on_team(actor)))
    return or_(led, and_(Case.organisation_id.in_(own), or_(Case.responsible_id == actor.user_id, task, team)))


def ways(actor: Actor) -> list[ColumnElement[bool]]:
    """The same for a list of all they read: conditions of which each has its index, to be put together with UNION."""
    found, own = [], actor.places(Role.MEDICAL_SOCIAL_WORKER)
    if actor.places(*STATION_LEADS) or not own:
        found.append(_led(actor))
    if own:
        tasks = select(Task.case_id).where(or_(_assigned(actor), _free(actor)))
        teams = select(CaseMember.case_id).where(_on_team(actor))
        for way in (Case.responsible_id == actor.user_id, Case.id.in_(tasks), Case.id.in_(teams)):
            found.append(and_(Case.organisation_id.in_(own), way))
    return found


def _led(actor: Actor) -> ColumnElement[bool]:
    return Case.organisation_id.in_(actor.places(*STATION_LEADS))


def _assigned(actor: Actor) -> ColumnElement[bool]:
    return and_(Task.assignee_id == actor.user_id, Task.state == TaskState.OPEN)


def _free(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Task.assignee_id.is_(None),
        Task.role == Role.MEDICAL_SOCIAL_WORKER.value,
        Task.organisation_id.in_(actor.places(Role.MEDICAL_SOCIAL_WORKER)),
        Task.state == TaskState.OPEN,
    )


def _on_team(actor: Actor) -> ColumnElement[bool]:
    return and_(CaseMember.user_id == actor.user_id, CaseMember.until.is_(None))
