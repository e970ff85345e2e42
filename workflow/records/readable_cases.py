"""The cases that somebody reads as social work does, as a condition for a query; the same rule as in sight.py."""

from sqlalchemy import ColumnElement, and_, or_, select, union

from models import Case, CaseMember, Role, Task, TaskState
from workflow.identity import Actor
from workflow.parties import STATION_LEADS


def condition(actor: Actor) -> ColumnElement[bool]:
    """Coordinators and supervisors: all of their station; a social worker: responsible, on the team, or with a task.

    What a social worker reads is a list of ids, each part of it by its own index: few, however many the station has.
    """
    led = Case.organisation_id.in_(actor.places(*STATION_LEADS))
    own = actor.places(Role.MEDICAL_SOCIAL_WORKER)
    if not own:
        return led
    free = and_(
        Task.assignee_id.is_(None),
        Task.role == Role.MEDICAL_SOCIAL_WORKER.value,
        Task.organisation_id.in_(own),
        Task.state == TaskState.OPEN,
    )
    theirs = union(
        select(Case.id).where(Case.responsible_id == actor.user_id).correlate(None),
        select(Task.case_id).where(Task.assignee_id == actor.user_id, Task.state == TaskState.OPEN).correlate(None),
        select(Task.case_id).where(free).correlate(None),
        select(CaseMember.case_id)
        .where(CaseMember.user_id == actor.user_id, CaseMember.until.is_(None))
        .correlate(None),
    )
    reads = and_(Case.organisation_id.in_(own), Case.id.in_(theirs))
    return or_(led, reads) if actor.places(*STATION_LEADS) else reads
