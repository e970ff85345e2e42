"""The words for consents and for referrals to other organisations: codes and events in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models import ReferralState
from workflow.engine import Text
from workflow.records import states

DECLINE: Mapping[str, Text] = {
    "no_capacity": Text("服务能力已满", "No capacity"),
    "waitlist": Text("需候补", "Waiting list"),
    "not_eligible": Text("不符合服务对象", "Not eligible"),
    "out_of_area": Text("超出区域", "Out of area"),
    "out_of_scope": Text("超出服务范围", "Out of scope"),
    "insufficient_info": Text("信息不足，等候补充", "More information needed"),
    "consent_missing": Text("缺少同意", "Consent missing"),
    "unreachable": Text("无法联系", "Cannot be reached"),
    "person_declined": Text("本人拒绝", "Person declined"),
    "duplicate": Text("已有服务", "Already being served"),
    "safety": Text("安全原因", "Safety reasons"),
    "other": Text("其他", "Other"),
    "no_response": Text("机构没有答复，自动撤回", "No response: recalled"),
    "consent_withdrawn": Text("本人撤回了同意", "Consent was withdrawn"),
    "agency_hold": Text("机构暂停服务", "Put on hold by the agency"),
    "agency_cancelled": Text("机构撤销", "Called off by the agency"),
    "no_longer_needed": Text("不再需要", "No longer needed"),
    "sent_by_mistake": Text("发错了", "Sent by mistake"),
    "situation_changed": Text("情况有变", "The situation has changed"),
}
"""L-DECLINE (domain.md §3.8) and the reasons of our own."""
OUTCOME: Mapping[str, Text] = {
    "met": Text("目标达成", "Goal met"),
    "partly": Text("部分达成", "Partly met"),
    "not_met": Text("未达成", "Not met"),
    "referred_on": Text("已转介", "Referred on"),
    "withdrew": Text("本人退出", "Person withdrew"),
    "lost": Text("失联", "Lost contact"),
    "died": Text("去世", "Died"),
    "moved": Text("迁出", "Moved away"),
    "not_needed": Text("不再需要", "No longer needed"),
}
"""L-OUTCOME."""
PURPOSE = {"service": Text("提供服务", "Service"), "assessment": Text("进一步评估", "Further assessment")}
PRIORITY = {"urgent": Text("紧急", "Urgent"), "routine": Text("常规", "Routine")}
ENROLMENT = {
    "enrolled": Text("已登记", "Enrolled"),
    "not_enrolled": Text("未登记", "Not enrolled"),
    "waiting_list": Text("候补中", "On the waiting list"),
}
NOTE = {
    "reply": Text("答复", "Reply"),
    "question": Text("机构的问题", "Question from the agency"),
    "answer": Text("转出方的回答", "Answer from the sender"),
    "progress": Text("进展", "Progress"),
    "outcome": Text("结果", "Outcome"),
    "returned": Text("请机构补充", "Asked back"),
    "reason": Text("原因", "Reason"),
}
CONSENT = {
    "none": Text("还没有征求同意", "Not asked yet"),
    "granted": Text("同意", "Granted"),
    "partial": Text("部分同意", "Granted in part"),
    "refused": Text("不同意", "Refused"),
    "overridden": Text("督导依法共享", "Shared on a legal basis"),
    "withdrawn": Text("已撤回", "Withdrawn"),
    "expired": Text("已过期", "Expired"),
    "ended": Text("复核后停止", "Ended by the review"),
}
SIGNER = {
    "self": Text("本人", "The person"),
    "legal_guardian": Text("法定监护人", "Legal guardian"),
    "actual_caregiver": Text("实际照料人", "Actual caregiver"),
    "temp_guardian_org": Text("临时监护机构", "Temporary guardian"),
    "proxy": Text("受托人", "Proxy"),
}
BAND = {
    "under_8": Text("未满8岁", "under 8"),
    "8_13": Text("8至13岁", "8 to 13"),
    "14_17": Text("14至17岁", "14 to 17"),
    "adult": Text("成年", "of age"),
    "unknown": Text("年龄不明", "age unknown"),
}
BASIS = {
    "life_and_safety": Text("危及生命安全", "Life and safety"),
    "statutory_duty": Text("法定职责", "Statutory duty"),
}
ASSENT = {
    "agrees": Text("孩子本人愿意", "The child agrees"),
    "unwilling": Text("孩子本人不愿意", "The child is unwilling"),
    "not_asked": Text("没有问孩子", "The child was not asked"),
}
VERDICT = {"upheld": Text("维持", "Upheld"), "ended": Text("停止共享", "Ended")}


def of(table: Mapping[str, Text], code: str | None) -> Text | None:
    """The words of a code; the code itself where a list has lost it."""
    return table.get(code, Text(code, code)) if code else None


def of_event(kind: str, details: Mapping[str, Any]) -> Iterator[Text]:
    """The sentence of an event about a consent or a referral."""
    match kind:
        case "consent.recorded":
            words = CONSENT[str(details.get("status"))]
            yield Text(f"登记知情同意：{words.zh}", f"Consent recorded: {words.en}")
        case "consent.overridden":
            yield Text("督导决定依法共享，等候复核", "Supervisor decided to share on a legal basis; to be reviewed")
        case "consent.withdrawn":
            yield Text("本人撤回同意，共享已停止", "Consent withdrawn; sharing has stopped")
        case "consent.override_reviewed":
            words = VERDICT[str(details.get("verdict"))]
            yield Text(f"复核依法共享：{words.zh}", f"Override reviewed: {words.en}")
        case "referral.sent":
            yield Text("向合作机构发出转介", "Referral sent to an agency")
        case "referral.opened":
            yield Text("机构已查看转介", "The agency has opened the referral")
        case "referral.refused":
            yield Text("机构试图办理已经结束的转介，没有成功", "The agency tried to act on an ended referral; refused")
        case "referral.state":
            yield _state(details)


def _state(details: Mapping[str, Any]) -> Text:
    state = states.STATE_WORDS[ReferralState(str(details["state"]))]
    reason = of(DECLINE, details.get("reason"))
    if reason is None or details["state"] not in {code.value for code in states.NEED_REASON}:
        return Text(f"院社转介改为“{state.zh}”", f"Agency referral: {state.en}")
    reason = of({**OUTCOME, **DECLINE}, details.get("reason")) or reason
    return Text(f"院社转介改为“{state.zh}”：{reason.zh}", f"Agency referral: {state.en} ({reason.en})")


def next_step(state: str, side: str, *, has_outcome: bool) -> Text:
    """What happens next, for the side that reads."""
    if has_outcome and state == "in_progress":
        return _OUTCOME_REPORTED[side]
    return _NEXT[side].get(state, Text("", ""))


_OUTCOME_REPORTED = {
    "sender": Text("机构已登记结果，请确认。", "The agency has reported the outcome; please accept it."),
    "receiver": Text("结果已告知转出方，等候确认。", "The sender was told the outcome and has to accept it."),
}
_NEXT: Mapping[str, Mapping[str, Text]] = {
    "sender": {
        "requested": Text(
            "等候机构答复。一直不答复会先提醒，再自动撤回。",
            "Waiting for the agency. Without an answer it is reminded, then the referral is recalled.",
        ),
        "accepted": Text("机构已接收，将联系服务对象。", "Accepted; the agency will contact the person."),
        "in_progress": Text(
            "机构正在服务，至少每30天反馈一次。", "In progress; the agency reports every 30 days at least."
        ),
        "on_hold": Text("机构在等您补充，或暂停到复核日期。", "The agency waits for you, or until its review date."),
        "rejected": Text(
            "机构不能再查看。可以另送一家。", "The agency can no longer read it. You may ask another one."
        ),
        "completed": Text("已办结。", "Closed."),
        "failed": Text("已办结，目标没有达成。", "Closed; the goal was not achieved."),
        "cancelled": Text("已撤销，机构不能再查看。", "Called off; the agency can no longer read it."),
        "entered_in_error": Text("登记为错误，机构不能再查看。", "Entered in error; the agency can no longer read it."),
    },
    "receiver": {
        "requested": Text(
            "请答复：接收、退回，或请对方补充信息。", "Please answer: accept, decline, or ask for more information."
        ),
        "accepted": Text("请按约定联系服务对象，并反馈进展。", "Contact the person as agreed and report progress."),
        "in_progress": Text(
            "请至少每30天反馈一次；结束时登记结果。", "Report every 30 days at least, and the outcome at the end."
        ),
        "on_hold": Text("等候对方补充，或等到复核日期。", "Waiting for the sender, or for the review date."),
        "completed": Text("已办结。到期后不能再查看。", "Closed. It can be read for a limited time."),
        "failed": Text("已办结。到期后不能再查看。", "Closed. It can be read for a limited time."),
    },
}
