"""Who may do what: one table from permission to roles and rules, asked inside every use case.

A permission has an outer gate (roles: may this person ever do such a thing) and two rules about the very object: `sees`
(else NotFound) and `does` (else Forbidden). Rules are pure functions of the actor and the object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models import Role
from workflow import rules
from workflow.administration import reach
from workflow.errors import Forbidden, NotFound
from workflow.identity import Actor
from workflow.parties import AGENCY
from workflow.parties import PARTY_OF_ROLE as PARTY_OF_ROLE
from workflow.parties import STATION as STATION
from workflow.parties import STATION_LEADS as STATION_LEADS
from workflow.parties import WARD as WARD
from workflow.records import partners, person_sight, sight
from workflow.registers import keepers

EVERYBODY = frozenset(Role)
CASE_PEOPLE = WARD | STATION
READERS = CASE_PEOPLE | {Role.DATA_PROTECTION_OWNER}
WATCHERS = frozenset({Role.SUPERVISOR, Role.DATA_PROTECTION_OWNER, Role.AUDITOR})


class Permission(StrEnum):
    """What can be permitted."""

    TASK_READ = "task:read"
    TASK_CLAIM = "task:claim"
    TASK_RELEASE = "task:release"
    TASK_COMPLETE = "task:complete"
    REFERRAL_OPEN = "referral:open"
    CASE_LIST = "case:list"
    CASE_READ = "case:read"
    CASE_ACT = "case:act"
    CASE_TEAM = "case:team"
    CASE_ASSIGN = "case:assign"
    CASE_REPORTER = "case:reporter"
    CASE_EVENTS = "case:events"
    BREAK_GLASS = "break_glass:open"
    BREAK_GLASS_REVIEW = "break_glass:review"
    OVERSIGHT = "oversight:list"
    READINGS_READ = "readings:read"
    READINGS_OWN = "readings:own"
    CONSENT_READ = "consent:read"
    CONSENT_WITHDRAW = "consent:withdraw"
    OVERRIDE_REVIEW = "override:review"
    OUTGOING_LIST = "outgoing:list"
    INCOMING_LIST = "incoming:list"
    OUTGOING_READ = "outgoing:read"
    OUTGOING_END = "outgoing:end"
    INSTANCE_READ = "instance:read"
    ATTACHMENT_READ = "attachment:read"
    PERSON_SEARCH = "person:search"
    PERSON_READ = "person:read"
    PERSON_CORRECT = "person:correct"
    PERSON_LINK = "person:link"
    SERVICE_READ = "service:read"
    SERVICE_ASK = "service:ask"
    SERVICE_KEEP = "service:keep"
    SERVICE_ANSWER = "service:answer"
    VERSION_PUBLISH = "version:publish"
    USER_ADD = "user:add"
    ADMIN_OPEN = "admin:open"
    ADMIN_ALL = "admin:all"
    ORGANISATION_ADMINISTER = "organisation:administer"


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


def _for(roles: frozenset[Role], zh: str, en: str, sees: Any = rules.anything, does: Any = rules.anything) -> Rule:
    return Rule(roles, sees, does, zh, en)


TABLE: dict[Permission, Rule] = {
    Permission.TASK_READ: _for(
        EVERYBODY, "在该机构担任任务所属角色的人、认领人和办理人",
        "who holds the task's role in its organisation, who claimed it, who completed it", rules.task_is_for,
    ),
    Permission.CASE_ASSIGN: _for(
        STATION_LEADS, "协调员和督导，限本站", "coordinators and supervisors, for their own station",
        rules.leads_station, rules.leads_station,
    ),
    Permission.TASK_CLAIM: _for(
        EVERYBODY, "在该机构担任任务所属角色的人，且无他人认领",
        "who holds the task's role in its organisation, while nobody else has claimed it",
        rules.task_is_for, rules.task_is_free,
    ),
    Permission.TASK_RELEASE: _for(EVERYBODY, "认领人本人", "who claimed it", rules.task_is_for, rules.task_is_mine),
    Permission.TASK_COMPLETE: _for(
        EVERYBODY, "认领人；无人认领时，在该机构担任任务所属角色的人",
        "who claimed it; while free, who holds its role in its organisation",
        rules.task_is_for, rules.task_was_written_by,
    ),
    Permission.REFERRAL_OPEN: _for(
        WARD, "本科室的病区医护和负责人", "ward staff and ward leads, for their own department",
    ),
    Permission.CASE_LIST: _for(STATION, "社工站人员，限可查看的个案", "station staff, the cases they may read"),
    Permission.CASE_READ: _for(
        READERS,
        "社工站：协调员和督导看本站全部，社工看自己负责、参与或有任务的；病区：发起人和负责人看本科室转介的状态和反馈；"
        "紧急查看期内：申请人",
        "station: coordinators and supervisors all of theirs, social workers those they are responsible for, share in "
        "or have a task in; ward: who opened it and the ward lead, its state and what is addressed to the ward; "
        "whoever has emergency access, while it lasts",
        sight.may_open,
    ),
    Permission.CASE_ACT: _for(
        CASE_PEOPLE, "可查看该个案的人，紧急查看除外", "who may read the case, but not by emergency access",
        sight.may_open, rules.may_act,
    ),
    Permission.CASE_TEAM: _for(
        STATION, "本站协调员、督导和责任社工", "coordinator and supervisor of the station, and the responsible worker",
        sight.may_open, sight.leads,
    ),
    Permission.CASE_REPORTER: _for(
        frozenset({Role.DATA_PROTECTION_OWNER}), "本院个人信息保护负责人", "the data-protection owner of the hospital",
        rules.knows_case, sight.protects,
    ),
    Permission.CASE_EVENTS: _for(
        frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OWNER}), "本院审计和个人信息保护负责人，不含内容",
        "auditor and data-protection owner of the hospital; no content", rules.knows_case, rules.watches,
    ),
    Permission.BREAK_GLASS: _for(
        STATION | {Role.DATA_PROTECTION_OWNER}, "本院各社工站人员和个人信息保护负责人",
        "staff of the hospital's stations and its data-protection owner", sight.may_break_glass,
    ),
    Permission.BREAK_GLASS_REVIEW: _for(
        frozenset({Role.SUPERVISOR, Role.DATA_PROTECTION_OWNER}), "本站督导和本院个人信息保护负责人",
        "supervisor of the station and data-protection owner of the hospital", rules.knows_case, rules.reviews_access,
    ),
    Permission.READINGS_READ: _for(
        WATCHERS | {Role.MEDICAL_SOCIAL_WORKER}, "责任社工、本站督导、本院个人信息保护负责人和审计",
        "responsible worker, supervisor of the station, data-protection owner and auditor of the hospital",
        rules.knows_case, rules.sees_readings,
    ),
    Permission.OVERSIGHT: _for(
        WATCHERS, "督导、个人信息保护负责人和审计，限其负责的单位",
        "supervisors, data-protection owners and auditors, for what they answer for",
    ),
    Permission.READINGS_OWN: _for(EVERYBODY, "本人的查阅记录", "one's own readings"),
    Permission.CONSENT_READ: _for(
        STATION, "社工站可查看该个案的人", "who may read the case for the station", partners.reads_consent,
    ),
    Permission.CONSENT_WITHDRAW: _for(
        STATION, "社工站可查看该个案的人，紧急查看除外",
        "who may read the case for the station, but not by emergency access",
        partners.reads_consent, partners.may_withdraw,
    ),
    Permission.OVERRIDE_REVIEW: _for(
        frozenset({Role.SUPERVISOR, Role.DATA_PROTECTION_OWNER}), "本站督导和本院个人信息保护负责人，决定人本人除外",
        "supervisor of the station and data-protection owner of the hospital, but never who decided it",
        partners.sees_override, partners.may_review,
    ),
    Permission.OUTGOING_LIST: _for(STATION, "社工站人员，限可查看的个案", "station staff, for the cases they may read"),
    Permission.INCOMING_LIST: _for(AGENCY, "机构人员，限本机构收到的", "agency staff, what their agency received"),
    Permission.OUTGOING_READ: _for(
        STATION | AGENCY, "转出方：可查看该个案的社工站人员；接收方：协调员、负责人和责任社工，限共享期内",
        "sender: station staff who may read the case; receiver: coordinator, head and worker named, while it is shared",
        partners.reads_referral,
    ),
    Permission.OUTGOING_END: _for(
        STATION | AGENCY, "可查看该转介的双方人员，紧急查看除外",
        "who may read it on either side, but not by emergency access",
        partners.reads_referral, partners.may_end_referral,
    ),
    Permission.INSTANCE_READ: _for(
        READERS, "可查看该个案的人", "who may read the case", sight.may_open,
    ),
    Permission.ATTACHMENT_READ: _for(
        READERS | AGENCY, "可查看所在栏目的人；提交前仅上传者",
        "who may read the field it was handed in with; before that, its uploader", rules.uploaded,
    ),
    Permission.PERSON_SEARCH: _for(
        STATION, "社工站人员，限本院登记的人，姓名打码", "station staff, people of their hospital's register, masked",
    ),
    Permission.PERSON_READ: _for(
        STATION, "社工站人员，限本院登记的人；协调员、督导和办理其个案的社工看到全部身份信息",
        "station staff, people of their hospital's register; identity in full for coordinators, supervisors and who "
        "has a case of the person", person_sight.may_see,
    ),
    Permission.PERSON_CORRECT: _for(
        STATION, "看到全部身份信息的人", "who sees the identity in full", person_sight.may_see,
        person_sight.reads_in_full,
    ),
    Permission.PERSON_LINK: _for(
        STATION, "看到全部身份信息的人", "who sees the identity in full", person_sight.may_see,
        person_sight.reads_in_full,
    ),
    Permission.SERVICE_READ: _for(STATION | AGENCY, "社工站和机构人员", "staff of stations and agencies"),
    Permission.SERVICE_ASK: _for(STATION, "社工站人员，询问中没有个人信息", "station staff; nothing about a person"),
    Permission.SERVICE_KEEP: _for(
        keepers.KEEPERS, "提供该服务的机构的协调员和负责人",
        "coordinators and head of the organisation that offers it", does=keepers.keeps,
    ),
    Permission.SERVICE_ANSWER: _for(
        keepers.KEEPERS, "被询问机构的协调员和负责人", "coordinators and head of the organisation that is asked",
        keepers.keeps,
    ),
    Permission.VERSION_PUBLISH: _for(
        frozenset({Role.PROCESS_DESIGNER}), "流程设计人员", "process designers",
    ),
    Permission.USER_ADD: _for(frozenset({Role.ADMIN}), "系统管理员", "administrators"),
    Permission.ADMIN_OPEN: _for(frozenset({Role.ADMIN}), "系统管理员", "administrators"),
    Permission.ADMIN_ALL: _for(
        frozenset({Role.ADMIN}), "最上级主管部门的管理员", "administrators of an authority at the top",
        does=reach.administers_all,
    ),
    Permission.ORGANISATION_ADMINISTER: _for(
        frozenset({Role.ADMIN}), "本机构及下级机构的管理员",
        "administrators of the organisation or of one above it", reach.sees, reach.administers,
    ),
}  # fmt: skip


def describe() -> str:
    """Return the table as Markdown, for people who do not read code."""
    lines = ["| permission | 角色 / roles | 范围 | scope |", "|---|---|---|---|"]
    for permission, rule in TABLE.items():
        roles = "全部 / all" if rule.roles == EVERYBODY else ", ".join(sorted(role.value for role in rule.roles))
        lines.append(f"| `{permission.value}` | {roles} | {rule.zh} | {rule.en} |")
    return "\n".join(lines)
