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
from workflow import secrecy
from workflow.audit import Kind
from workflow.engine import Text
from workflow.identity import Actor
from workflow.records import notice_words, partner_words, person_forms, report_words, states
from workflow.records.sight import Reader


@dataclass(frozen=True)
class TimelineItem:
    """One line of the history; `who` is None where the system itself acted, or who did is not to be known."""

    at: datetime
    kind: str
    who: str | None
    text: Text


SHOWN = {
    Kind.CASE_OPENED, Kind.CASE_STATE, Kind.CASE_LEVEL, Kind.CASE_ASSIGNED, Kind.CASE_LINKED, Kind.CASE_TRANSFERRED,
    Kind.CASE_REOPENED,
    Kind.CASE_RISK, Kind.CASE_CONFLICT,
    Kind.CASE_ACTION, Kind.REPORT_OPENED, Kind.REPORT_CLOSED,
    Kind.TASK_CLAIMED, Kind.TASK_RELEASED, Kind.TASK_REASSIGNED, Kind.TASK_COMPLETED, Kind.TASK_CANCELLED,
    Kind.NOTIFIED, Kind.INSTANCE_INCIDENT,
    Kind.CASE_MEMBER_ADDED, Kind.CASE_MEMBER_REMOVED, Kind.GLASS_BROKEN, Kind.GLASS_REVIEWED,
    Kind.CONSENT_RECORDED, Kind.CONSENT_OVERRIDDEN, Kind.CONSENT_WITHDRAWN, Kind.OVERRIDE_REVIEWED,
    Kind.REFERRAL_SENT, Kind.REFERRAL_OPENED, Kind.REFERRAL_STATE, Kind.REFERRAL_REFUSED,
    Kind.PERSON_CORRECTED, Kind.PERSON_LINKED, Kind.PERSON_UNLINKED, Kind.RELATION_ADDED, Kind.RELATION_ENDED,
}  # fmt: skip
FOR_THE_WARD = {
    Kind.CASE_OPENED, Kind.CASE_STATE, Kind.CASE_LEVEL, Kind.CASE_ASSIGNED, Kind.CASE_TRANSFERRED, Kind.TASK_COMPLETED,
    Kind.NOTIFIED,
}  # fmt: skip

NOTICES = {
    **report_words.NOTICES,
    **notice_words.NOTICES,
    "emergency_referral": Text("已通知督导：危急转介", "Supervisor notified: emergency referral"),
    "intake_overdue": Text("已提醒：转介到时尚未接收", "Reminder sent: referral not accepted in time"),
    "information_reminder": Text("已提醒科室补充信息", "Ward reminded to supply information"),
    "unsafe_at_contact": Text("已通知督导：接触时发现不安全", "Supervisor notified: unsafe at first contact"),
    "feedback_unacknowledged": Text(
        "科室逾期未确认反馈，已自动确认", "Feedback not acknowledged in time: closed as read"
    ),
    "agency_reminder": Text("已提醒机构答复转介", "Agency reminded to answer the referral"),
    "agency_silent": Text("已告知协调员：机构一直没有答复", "Coordinator told: the agency has not answered"),
    "agency_progress_overdue": Text("已提醒机构反馈进展", "Agency asked for progress"),
    "glass_supervisor": Text("已通知督导：有人紧急查看", "Supervisor notified of emergency access"),
    "glass_owner": Text("已通知个人信息保护负责人：有人紧急查看", "Data-protection owner notified of emergency access"),
}


def read(session: Session, case_id: UUID, actor: Actor, reader: Reader) -> list[TimelineItem]:
    """The history, oldest first, for somebody who reads the case as `reader`.

    A ward sees what it did itself, the state, and notices addressed to it. What is secret is shown to those who read
    restricted values, without who did it where that is secret, too; to the doer all of it.
    """
    for_ward = reader.party == "ward"
    kinds = FOR_THE_WARD if for_ward else SHOWN
    rows = session.execute(
        select(Event, User.name, Task.party, Task.shared_with)
        .outerjoin(User, User.id == Event.actor_id)
        .outerjoin(Task, Task.id == Event.task_id)
        .where(Event.case_id == case_id, Event.kind.in_([kind.value for kind in kinds]))
        .order_by(Event.at, Event.id)
    )
    found = []
    for event, name, party, shared_with in rows:
        is_own = event.actor_id == actor.user_id
        is_hidden = secrecy.is_hidden(event.details.get("secret"), reader.classes) and not is_own
        # Of a start in secret its own event tells, e.g. that a report was begun.
        is_hidden = is_hidden or (event.kind == Kind.CASE_ACTION and secrecy.hides_actor(event.details))
        if is_hidden or (for_ward and not _is_for_ward(event, party, shared_with)):
            continue
        who = None if secrecy.hides_actor(event.details) and not is_own else name
        found += [TimelineItem(event.at, event.kind, who, words) for words in _words(event)]
    return found


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


def _access_words(kind: str, details: Mapping[str, Any]) -> Iterator[Text]:
    name = details.get("name", "")
    match kind:
        case Kind.CASE_MEMBER_ADDED:
            yield Text(f"{name}加入个案团队", f"{name} joined the case team")
        case Kind.CASE_MEMBER_REMOVED:
            yield Text(f"{name}离开个案团队", f"{name} left the case team")
        case Kind.GLASS_BROKEN:
            yield Text(
                f"紧急查看档案（{details['hours']} 小时）", f"Emergency access to the file ({details['hours']} h)"
            )
        case Kind.GLASS_REVIEWED if details["verdict"] == "justified":
            yield Text("复核紧急查看：确有必要", "Emergency access reviewed: justified")
        case Kind.GLASS_REVIEWED:
            yield Text("复核紧急查看：没有必要", "Emergency access reviewed: not justified")


def _person_words(kind: str, details: Mapping[str, Any]) -> Iterator[Text]:
    match kind:
        case Kind.PERSON_CORRECTED:
            yield _corrected(details)
        case Kind.PERSON_LINKED if details["same"]:
            yield Text("认定与另一份档案是同一人", "Found to be the same person as another record")
        case Kind.PERSON_LINKED:
            yield Text("认定与另一份档案不是同一人", "Found to be another person than in another record")
        case Kind.PERSON_UNLINKED:
            yield Text("撤销了是否同一人的认定", "Took back a decision about another record")
        case Kind.RELATION_ADDED:
            yield Text("登记了一位家庭成员或监护人", "Added somebody to household or guardians")
        case Kind.RELATION_ENDED:
            yield Text("终止了一项家庭或监护关系", "Ended a relation of household or guardianship")
        case _:
            yield from _access_words(kind, details)


def _corrected(details: Mapping[str, Any]) -> Text:
    """Which fields of the person were corrected; never what stood in them."""
    labels = [field.label for field in person_forms.form("person").fields if field.key in details["fields"]]
    zh, en = "、".join(label.zh for label in labels), ", ".join(label.pick("en") for label in labels)
    return Text(f"更正了服务对象的资料：{zh}", f"Corrected about the person: {en}")


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
        case Kind.CASE_REOPENED:
            yield Text("重新打开个案", "Case opened again")
        case Kind.CASE_ACTION:
            yield Text(f"发起“{zh}”", f"Started: {en}")
        case Kind.TASK_COMPLETED:
            yield Text(f"完成“{zh}”", f"Completed: {en}")
        case Kind.TASK_CLAIMED:
            yield Text(f"认领“{zh}”", f"Claimed: {en}")
        case Kind.TASK_REASSIGNED:
            yield Text(f"移交“{zh}”", f"Handed over: {en}")
        case Kind.TASK_RELEASED:
            yield Text(f"释放“{zh}”", f"Released: {en}")
        case Kind.TASK_CANCELLED:
            yield Text(f"“{zh}”不再需要办理", f"No longer needed: {en}")
        case _:
            yield from partner_words.of_event(kind, details)
            yield from report_words.of_event(kind, details)
            yield from _person_words(kind, details)
