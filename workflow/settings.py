"""Numbers that administrators may change: what each means, its default, and the value that holds where and when.

Every number that domain.md marks [D] stands here. Code asks `value`, a diagram writes `setting.<key>`; what somebody
set stays as history (models.Setting).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from models import Case, Organisation, Setting
from workflow.engine.text import Text


@dataclass(frozen=True)
class Definition:
    """One setting: its default, between what it may lie, in which unit, and what it decides."""

    default: Any
    unit: Text
    meaning: Text
    least: int = 1
    """Not 0: a reminder that repeats every 0 days would never come to rest."""
    most: int = 3_650
    per_organisation: bool = True
    """Whether an organisation may have a value of its own; else it holds everywhere."""
    source: str = "domain.md §4.1.6"


HOURS, MINUTES = Text("小时", "hours"), Text("分钟", "minutes")
DAYS, WORKDAYS = Text("天", "days"), Text("工作日", "working days")
TIMES = Text("次", "times")


def _d(default: int, unit: Text, zh: str, en: str, source: str = "domain.md §4.1.6", **limits: Any) -> Definition:
    return Definition(default, unit, Text(zh, en), source=source, **limits)


SETTINGS: Mapping[str, Definition] = {
    "emergency_call_minutes": _d(
        30, MINUTES, "危急转介无人接收，再次通知督导", "Tell the supervisor again of an emergency"
    ),
    "information_reminder_days": _d(2, WORKDAYS, "等待科室补充信息，提醒", "Remind the ward of missing information"),
    "information_close_days": _d(
        5, WORKDAYS, "科室一直未补充信息，关闭", "Close when the ward never supplied information"
    ),
    "first_contact_days": _d(1, WORKDAYS, "分派后首次接触", "First contact after assignment"),
    "contact_attempts": _d(3, TIMES, "联系尝试次数", "Attempts to reach the person", least=1, most=10),
    "later_days": _d(
        3, WORKDAYS, "“稍后”多久再联系", "When to come back to somebody who said later", "domain.md §4.1.2"
    ),
    "assessment_days": _d(3, WORKDAYS, "接收后完成评估", "Assessment after acceptance"),
    "urgent_hours": _d(24, HOURS, "紧急个案的首次接触和评估", "First contact and assessment of urgent cases"),
    "plan_days": _d(5, WORKDAYS, "评估后完成计划", "Plan after the assessment"),
    "approval_days": _d(2, WORKDAYS, "督导审批", "Approval by the supervisor"),
    "approval_returns": _d(
        3, TIMES, "退回修改的最多次数", "Returns before a meeting", "domain.md §3.7 S3", least=1, most=10
    ),
    "no_contact_days": _d(10, DAYS, "多久没有接触记录就提醒督导", "Days without contact before the supervisor is told"),
    "review_days": _d(14, DAYS, "服务计划复核间隔", "Between reviews of the plan"),
    "note_days": _d(2, WORKDAYS, "接触后完成记录", "Writing a record after a contact", "domain.md §4.1.5 A7"),
    "discharge_hours": _d(
        4, HOURS, "出院通知后完成出院准备", "Discharge preparation after the notice", "domain.md §4.1.2"
    ),
    "acknowledge_days": _d(
        2, WORKDAYS, "科室确认反馈，逾期自动确认", "Ward acknowledges feedback, else counted as read"
    ),
    "follow_up_days": Definition(
        [7, 30, 90], DAYS, Text("出院后随访", "Follow-ups after discharge"), source="domain.md §4.1.2 A14"
    ),
    "satisfaction_tries": _d(
        3, TIMES, "满意度回访尝试次数", "Tries to reach somebody", "domain.md §3.7 S5", least=1, most=10
    ),
    "agency_reminder_days": _d(2, WORKDAYS, "机构未答复，提醒机构", "Remind the agency", "domain.md §4.1.7"),
    "agency_coordinator_days": _d(4, WORKDAYS, "机构未答复，告知协调员", "Tell the coordinator", "domain.md §4.1.7"),
    "agency_recall_days": _d(
        6, WORKDAYS, "机构未答复，自动撤回", "Recall a referral nobody answered", "domain.md §4.1.7"
    ),
    "agency_progress_days": _d(30, DAYS, "机构至少多久反馈一次进展", "Progress from the agency", "domain.md §4.1.7"),
    "agency_access_days": _d(30, DAYS, "完成后机构还能查看多久", "Access after completion", "domain.md §4.1.7"),
    "consent_days": _d(
        365, DAYS, "知情同意最长有效期", "Longest validity of a consent", "domain.md §3.3", least=1, most=365
    ),
    "override_review_days": _d(3, WORKDAYS, "越权共享的复核", "Review of an override of consent", "domain.md §3.3"),
    "break_glass_hours": _d(
        24, HOURS, "紧急查看的时长", "How long emergency access lasts", "domain.md §3.2", least=1, most=72
    ),
    "report_check_minutes": _d(
        30,
        MINUTES,
        "强制报告核对表未填，督导接手",
        "Checklist not filled in: supervisor takes over",
        "domain.md §4.1.9",
    ),
    "report_receipt_hours": _d(
        1, HOURS, "强制报告无回执，告知督导和机构负责人", "Report without receipt", "domain.md §4.1.9"
    ),
    "report_escalation_hours": _d(
        2, HOURS, "强制报告无回执，告知个人信息保护负责人", "Report still without receipt", "domain.md §4.1.9"
    ),
    "report_conference_hours": _d(24, HOURS, "报告后召开个案会议", "Conference after a report", "domain.md §4.1.9"),
    "safety_follow_up_hours": _d(
        24, HOURS, "安全跟进的间隔", "Between follow-ups until safe", "domain.md §4.1.9", least=1, most=72
    ),
    "second_factor_roles": Definition(
        1,
        Text("（0 无人，1 督导和管理岗位，2 所有人）", "(0 nobody, 1 supervisors and managers, 2 everybody)"),
        Text("谁登录时必须使用第二重验证", "Who needs a second factor to sign in"),
        least=0,
        most=2,
        source="workflow.second_factor",
    ),
    "attachment_mb": Definition(
        10,
        Text("兆字节", "MB"),
        Text("单个文件的大小上限", "Largest file of a form"),
        least=1,
        most=50,
        per_organisation=False,
        source="domain.md §3.5",
    ),
    "unsubmitted_file_hours": Definition(
        24,
        HOURS,
        Text("上传后一直没有提交的文件，多久删除", "When a file that was never submitted is deleted"),
        least=1,
        most=720,
        per_organisation=False,
        source="domain.md §3.5",
    ),
    "assured_days": Definition(
        180,
        DAYS,
        Text("服务目录多久核对一次", "Between checks of a service's entry"),
        least=1,
        per_organisation=False,
        source="domain.md §2.8",
    ),
}


@dataclass(frozen=True)
class Held:
    """A value that holds: of this organisation, of one above it, everywhere, or the default."""

    value: Any
    organisation_id: UUID | None
    set_at: datetime | None


def value(session: Session, key: str, organisation_id: UUID | None = None) -> Any:
    """The value that holds in this organisation, else in those above it, else everywhere, else the default."""
    return held(session, organisation_id)[key].value


def held(session: Session, organisation_id: UUID | None = None) -> dict[str, Held]:
    """Every setting with the value that holds there; two statements at most."""
    chain = _chain(session, organisation_id)
    newest = (
        select(Setting.key, Setting.organisation_id, Setting.value, Setting.set_at)
        .ext(distinct_on(Setting.key, Setting.organisation_id))
        .where(Setting.organisation_id.in_(chain) | Setting.organisation_id.is_(None))
        .order_by(Setting.key, Setting.organisation_id, Setting.set_at.desc(), Setting.id.desc())
    )
    rows = {(key, place): Held(value, place, at) for key, place, value, at in session.execute(newest)}
    found = {}
    for key, definition in SETTINGS.items():
        candidates = (rows.get((key, place)) for place in (*chain, None))
        found[key] = next(
            (each for each in candidates if each is not None and each.value is not None),
            Held(definition.default, None, None),
        )
    return found


def _chain(session: Session, organisation_id: UUID | None) -> list[UUID]:
    """The organisation and those above it, the nearest first."""
    if organisation_id is None:
        return []
    parent = session.scalar(select(Organisation.parent_id).where(Organisation.id == organisation_id))
    return [organisation_id, *([parent] if parent else [])]


DEFAULTS: Mapping[str, Any] = {key: definition.default for key, definition in SETTINGS.items()}


class Given(Mapping[str, Any]):
    """What formulas of a case may read besides its data: `setting`, fetched when it is first asked for, and `case`."""

    def __init__(self, session: Session, case: Case) -> None:
        self._session, self._case = session, case
        self._settings: dict[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        if name == "case":
            return _about(self._case)
        if name != "setting":
            raise KeyError(name)
        if self._settings is None:
            self._settings = {key: each.value for key, each in held(self._session, self._case.organisation_id).items()}
        return self._settings

    def __contains__(self, name: object) -> bool:
        return name in ("case", "setting")

    def __iter__(self) -> Iterator[str]:
        return iter(("case", "setting"))

    def __len__(self) -> int:
        return 2


CASE = ("id", "number", "opened_by", "responsible")
"""What formulas may read of the case itself, as it stands: id, number, who opened it and who has it (user ids)."""


def _about(case: Case) -> dict[str, str | None]:
    responsible = str(case.responsible_id) if case.responsible_id else None
    return {
        "id": str(case.id),
        "number": case.number,
        "opened_by": str(case.opened_by_id),
        "responsible": responsible,
    }


VARIABLES = frozenset(
    {*(f"setting.{key}" for key in SETTINGS), *(f"case.{name}" for name in CASE), "starter.id", "starter.role"}
)
"""The dotted paths that every formula may read, for the check; `starter` is what a run begins with."""
