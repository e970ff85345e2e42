"""Who may do what: one table from permission to roles and rules, asked inside every use case.

A permission has an outer gate (roles: may this person ever do such a thing) and two rules about the very object: `sees`
(else NotFound) and `does` (else Forbidden). Rules are pure functions of the actor and the object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from models import Attachment, Role, Task, TaskState
from workflow.errors import Forbidden, NotFound
from workflow.identity import Actor

PARTY_OF_ROLE = {
    Role.HOSPITAL_REFERRER: "ward",
    Role.WARD_LEAD: "ward",
    Role.MSW_COORDINATOR: "station",
    Role.MEDICAL_SOCIAL_WORKER: "station",
    Role.SUPERVISOR: "station",
    Role.AGENCY_COORDINATOR: "agency",
}
"""The party a role acts for when the diagram does not say (property carerelay:party)."""

WARD = frozenset({Role.HOSPITAL_REFERRER, Role.WARD_LEAD})
STATION = frozenset({Role.MSW_COORDINATOR, Role.MEDICAL_SOCIAL_WORKER, Role.SUPERVISOR})
STATION_LEADS = frozenset({Role.MSW_COORDINATOR, Role.SUPERVISOR})
EVERYBODY = frozenset(Role)
CASE_PEOPLE = WARD | STATION | {Role.AGENCY_COORDINATOR}


class Permission(StrEnum):
    """What can be permitted."""

    TASK_READ = "task:read"
    TASK_CLAIM = "task:claim"
    TASK_RELEASE = "task:release"
    TASK_COMPLETE = "task:complete"
    REFERRAL_OPEN = "referral:open"
    CASE_LIST = "case:list"
    CASE_READ = "case:read"
    INSTANCE_READ = "instance:read"
    ATTACHMENT_READ = "attachment:read"
    VERSION_PUBLISH = "version:publish"
    USER_ADD = "user:add"


@dataclass(frozen=True)
class CaseSight:
    """What the rules need to know about a case: whose it is, and who has an open task in it."""

    organisation_id: UUID
    ward_id: UUID | None
    opened_by_id: UUID
    responsible_id: UUID | None
    open_tasks: tuple[tuple[UUID, str, UUID | None], ...] = ()
    """Organisation, role and assignee of each open task."""


@dataclass(frozen=True)
class Rule:
    """One line of the table."""

    roles: frozenset[Role]
    sees: Callable[[Actor, Any], bool]
    does: Callable[[Actor, Any], bool]
    zh: str
    en: str


def may_hold(actor: Actor, permission: Permission) -> bool:
    """Whether some role of this person carries the permission at all; for navigation and the outer gate of a page."""
    return bool(actor.roles & TABLE[permission].roles)


def allows(actor: Actor, permission: Permission, obj: Any) -> bool:
    """Whether this person may do this with this object."""
    rule = TABLE[permission]
    return may_hold(actor, permission) and rule.sees(actor, obj) and rule.does(actor, obj)


def require(actor: Actor, permission: Permission, obj: Any) -> None:
    """Raise NotFound if the person may not see the object, Forbidden if they may see it but not do this with it."""
    rule = TABLE[permission]
    if not rule.sees(actor, obj):
        raise NotFound("not_found")
    if not may_hold(actor, permission) or not rule.does(actor, obj):
        raise Forbidden(permission.value)


# ---- the rules -----------------------------------------------------------------------------------------------------


def _anything(actor: Actor, obj: Any) -> bool:
    return True


def _task_is_for(actor: Actor, task: Task) -> bool:
    return actor.user_id in (task.assignee_id, task.completed_by_id) or actor.holds(task.role, task.organisation_id)


def _task_is_free(actor: Actor, task: Task) -> bool:
    holder = actor.holds(task.role, task.organisation_id)
    return holder and (task.assignee_id in (None, actor.user_id) or task.state is not TaskState.OPEN)


def _task_is_mine(actor: Actor, task: Task) -> bool:
    return task.assignee_id == actor.user_id


def _task_was_written_by(actor: Actor, task: Task) -> bool:
    return task.assignee_id in (None, actor.user_id) and actor.holds(task.role, task.organisation_id)


def may_read_for_station(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody reads the case as social work does: with the narrative.

    Coordinator and supervisor read all cases of their station; a social worker those they are responsible for or have
    an open or claimable task in (domain.md §3.1, §4.1.8).
    """
    if any(actor.holds(role, case.organisation_id) for role in STATION_LEADS):
        return True
    if not actor.holds(Role.MEDICAL_SOCIAL_WORKER, case.organisation_id):
        return False
    return case.responsible_id == actor.user_id or any(
        assignee == actor.user_id or (assignee is None and actor.holds(role, place))
        for place, role, assignee in case.open_tasks
    )


def may_read_for_ward(actor: Actor, case: CaseSight) -> bool:
    """Whether somebody reads the case as its ward does: what they wrote, its state and what is addressed to them."""
    opened_it = case.opened_by_id == actor.user_id and actor.holds(Role.HOSPITAL_REFERRER, case.ward_id)
    return opened_it or actor.holds(Role.WARD_LEAD, case.ward_id) or _has_ward_task(actor, case)


def _has_ward_task(actor: Actor, case: CaseSight) -> bool:
    return any(
        place == case.ward_id and (assignee == actor.user_id or (assignee is None and actor.holds(role, place)))
        for place, role, assignee in case.open_tasks
    )


def _reads_case(actor: Actor, case: CaseSight) -> bool:
    return may_read_for_station(actor, case) or may_read_for_ward(actor, case)


def _uploaded(actor: Actor, attachment: Attachment) -> bool:
    return attachment.uploaded_by_id == actor.user_id


def _for(roles: frozenset[Role], zh: str, en: str, sees: Any = _anything, does: Any = _anything) -> Rule:
    return Rule(roles, sees, does, zh, en)


TABLE: dict[Permission, Rule] = {
    Permission.TASK_READ: _for(
        EVERYBODY, "在该机构担任任务所属角色的人、认领人和办理人",
        "who holds the task's role in its organisation, who claimed it, who completed it", _task_is_for,
    ),
    Permission.TASK_CLAIM: _for(
        EVERYBODY, "在该机构担任任务所属角色的人，且无他人认领",
        "who holds the task's role in its organisation, while nobody else has claimed it", _task_is_for, _task_is_free,
    ),
    Permission.TASK_RELEASE: _for(EVERYBODY, "认领人本人", "who claimed it", _task_is_for, _task_is_mine),
    Permission.TASK_COMPLETE: _for(
        EVERYBODY, "认领人；无人认领时，在该机构担任任务所属角色的人",
        "who claimed it; while free, who holds its role in its organisation", _task_is_for, _task_was_written_by,
    ),
    Permission.REFERRAL_OPEN: _for(
        WARD, "本科室的病区医护和负责人", "ward staff and ward leads, for their own department",
    ),
    Permission.CASE_LIST: _for(STATION, "社工站人员，限可查看的个案", "station staff, the cases they may read"),
    Permission.CASE_READ: _for(
        CASE_PEOPLE,
        "社工站：协调员和督导看本站全部，社工看自己负责或有任务的；病区：发起人和负责人看本科室转介的状态和反馈",
        "station: coordinators and supervisors all of theirs, social workers those they are responsible for or have a "
        "task in; ward: who opened it and the ward lead, its state and what is addressed to the ward",
        _reads_case,
    ),
    Permission.INSTANCE_READ: _for(
        CASE_PEOPLE, "可查看该个案的人", "who may read the case", _reads_case,
    ),
    Permission.ATTACHMENT_READ: _for(
        CASE_PEOPLE, "可查看所属记录的人；提交前仅上传者",
        "who may read the entry it belongs to; before that, its uploader", _uploaded,
    ),
    Permission.VERSION_PUBLISH: _for(
        frozenset({Role.PROCESS_DESIGNER}), "流程设计人员", "process designers",
    ),
    Permission.USER_ADD: _for(frozenset({Role.ADMIN}), "系统管理员", "administrators"),
}  # fmt: skip


def describe() -> str:
    """Return the table as Markdown, for people who do not read code."""
    lines = ["| permission | 角色 / roles | 范围 | scope |", "|---|---|---|---|"]
    for permission, rule in TABLE.items():
        roles = "全部 / all" if rule.roles == EVERYBODY else ", ".join(sorted(role.value for role in rule.roles))
        lines.append(f"| `{permission.value}` | {roles} | {rule.zh} | {rule.en} |")
    return "\n".join(lines)
