"""The history of a case in sentences: made from events, as far as the reader may know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Level, ReferralState, Task, User
from workflow.audit import Kind
from workflow.engine import Text
from workflow.records import states


@dataclass(frozen=True)
class TimelineItem:
    """One line of the history; `who` is None where the system itself acted."""

    at: datetime
    kind: str
    who: str | None
    text: Text


SHOWN = {
    Kind.CASE_OPENED, Kind.CASE_STATE, Kind.CASE_LEVEL, Kind.CASE_ASSIGNED, Kind.CASE_LINKED, Kind.CASE_TRANSFERRED,
    Kind.CASE_CONFLICT,
    Kind.TASK_CLAIMED, Kind.TASK_RELEASED, Kind.TASK_COMPLETED, Kind.TASK_CANCELLED, Kind.NOTIFIED,
    Kind.INSTANCE_INCIDENT,
}  # fmt: skip
FOR_THE_WARD = {
    Kind.CASE_OPENED, Kind.CASE_STATE, Kind.CASE_LEVEL, Kind.CASE_ASSIGNED, Kind.CASE_TRANSFERRED, Kind.TASK_COMPLETED,
    Kind.NOTIFIED,
}  # fmt: skip

NOTICES = {
    "emergency_referral": Text("已通知督导：危急转介", "Supervisor notified: emergency referral"),
    "intake_overdue": Text("已提醒：转介到时尚未接收", "Reminder sent: referral not accepted in time"),
    "information_reminder": Text("已提醒科室补充信息", "Ward reminded to supply information"),
    "unsafe_at_contact": Text("已通知督导：接触时发现不安全", "Supervisor notified: unsafe at first contact"),
    "feedback_unacknowledged": Text(
        "科室逾期未确认反馈，已自动确认", "Feedback not acknowledged in time: closed as read"
    ),
}


def read(session: Session, case_id: UUID, *, for_ward: bool) -> list[TimelineItem]:
    """The history, oldest first. A ward sees what it did itself, the state, and notices addressed to it."""
    kinds = FOR_THE_WARD if for_ward else SHOWN
    rows = session.execute(
        select(Event, User.name, Task.party, Task.shared_with)
        .outerjoin(User, User.id == Event.actor_id)
        .outerjoin(Task, Task.id == Event.task_id)
        .where(Event.case_id == case_id, Event.kind.in_([kind.value for kind in kinds]))
        .order_by(Event.at, Event.id)
    )
    return [
        TimelineItem(event.at, event.kind, who, words)
        for event, who, party, shared_with in rows
        if not for_ward or _is_for_ward(event, party, shared_with)
        for words in _words(event)
    ]


def _is_for_ward(event: Event, party: str | None, shared_with: list[str] | None) -> bool:
    if event.kind == Kind.NOTIFIED:
        return event.details.get("audience") == "ward"
    if event.kind == Kind.TASK_COMPLETED:
        return party == "ward" or "ward" in (shared_with or ())
    return True


def _words(event: Event) -> Iterator[Text]:
    """The sentence for an event; none when it says nothing to people."""
    details = event.details
    match event.kind:
        case Kind.CASE_OPENED:
            yield Text("发起转介", "Referral opened")
        case Kind.CASE_STATE:
            words = states.STATE_WORDS[ReferralState(details["state"])]
            yield Text(f"状态改为“{words.zh}”", f"State: {words.en}")
        case Kind.CASE_LEVEL:
            words = states.LEVEL_WORDS[Level(details["level"])]
            yield Text(f"分级为“{words.zh}”", f"Level: {words.en}")
        case Kind.CASE_ASSIGNED:
            yield Text(f"由{details['name']}负责", f"{details['name']} is responsible")
        case Kind.CASE_LINKED:
            yield Text(f"关联到个案 {details['number']}", f"Linked to case {details['number']}")
        case Kind.CASE_TRANSFERRED:
            yield Text(f"转到{details['zh']}", f"Transferred to {details['en'] or details['zh']}")
        case Kind.NOTIFIED:
            about = str(details.get("about"))
            yield NOTICES.get(about, Text("已发出通知", "Notification recorded"))
        case Kind.CASE_CONFLICT:
            yield _conflict(details)
        case Kind.INSTANCE_INCIDENT:
            yield Text("流程停下，等待处理", "The process stopped and needs attention")
        case _:
            yield from _task_words(event.kind, details)


def _conflict(details: Mapping[str, Any]) -> Text:
    zh, en = "、".join(details["zh"]), ", ".join(details["en"])
    if details["by_people"]:
        return Text(
            f"两个人同时改了“{zh}”：后提交的一份生效，两份都在记录里",
            f"Two people changed “{en}” at the same time: what was sent later counts, both are on record",
        )
    return Text(
        f"两个步骤同时改了“{zh}”：后写入的一份生效",
        f"Two steps changed “{en}” at the same time: what was written later counts",
    )


def _task_words(kind: str, details: Mapping[str, Any]) -> Iterator[Text]:
    zh, en = details.get("zh", ""), details.get("en") or details.get("zh", "")
    match kind:
        case Kind.TASK_COMPLETED:
            yield Text(f"完成“{zh}”", f"Completed: {en}")
        case Kind.TASK_CLAIMED:
            yield Text(f"认领“{zh}”", f"Claimed: {en}")
        case Kind.TASK_RELEASED:
            yield Text(f"释放“{zh}”", f"Released: {en}")
        case Kind.TASK_CANCELLED:
            yield Text(f"“{zh}”不再需要办理", f"No longer needed: {en}")
