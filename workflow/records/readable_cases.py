"""The cases that somebody reads as social work does, as a condition for a query; the same rule as in sight.py."""

from sqlalchemy import ColumnElement, and_, exists, or_, select

from models import Case, CaseMember, Role, Task, TaskState
from workflow.identity import Actor
from workflow.parties import STATION_LEADS


def condition(actor: Actor) -> ColumnElement[bool]:
    """Coordinators and supervisors: all of their station; a social worker: responsible, on the team, or with a task."""
    own = actor.places(Role.MEDICAL_SOCIAL_WORKER)
    led = Case.organisation_id.in_(actor.places(*STATION_LEADS))
    if not own:
        return led
    task = exists(
        select(Task.id).where(
            Task.case_id == Case.id,
            Task.state == TaskState.OPEN,
            or_(
                Task.assignee_id == actor.user_id,
                and_(
                    Task.assignee_id.is_(None),
                    Task.role == Role.MEDICAL_SOCIAL_WORKER.value,
                    Task.organisation_id.in_(own),
                ),
            ),
        )
    )
    team = exists(
        select(CaseMember.id).where(
            CaseMember.case_id == Case.id, CaseMember.user_id == actor.user_id, CaseMember.until.is_(None)
        )
    )
    return or_(led, and_(Case.organisation_id.in_(own), or_(Case.responsible_id == actor.user_id, task, team)))
