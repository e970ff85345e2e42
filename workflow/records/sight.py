"""What permission rules need to know about a case, read from its rows."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, Task, TaskState
from workflow.permissions import CaseSight


def of(session: Session, case: Case) -> CaseSight:
    """Whose case it is and who has open tasks in it; one statement."""
    return make(case, open_tasks(session, [case.id]))


def open_tasks(session: Session, case_ids: Collection[UUID]) -> list[Task]:
    """The open tasks of these cases, the most pressing first."""
    return list(
        session.scalars(
            select(Task)
            .where(Task.case_id.in_(case_ids), Task.state == TaskState.OPEN)
            .order_by(Task.due_at.nulls_last(), Task.created_at)
        )
    )


def make(case: Case, tasks: Collection[Task]) -> CaseSight:
    """The same from rows at hand."""
    return CaseSight(
        case.organisation_id,
        case.ward_id,
        case.opened_by_id,
        case.responsible_id,
        tuple(
            (task.organisation_id, task.role, task.assignee_id)
            for task in tasks
            if task.case_id == case.id and task.state is TaskState.OPEN
        ),
    )
