"""The words for mandatory reports and crisis care in the history: events, notices, the colour of the risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models import Risk
from workflow.audit import Kind
from workflow.engine import Text

RISK = {
    Risk.RED: Text("红（高风险）", "red (high)"),
    Risk.YELLOW: Text("黄（中风险）", "yellow (medium)"),
    Risk.BLUE: Text("蓝（低风险）", "blue (low)"),
    Risk.GREEN: Text("绿", "green"),
}
"""L-RISK."""

NOTICES: Mapping[str, Text] = {
    "report_check_late": Text(
        "已通知督导：强制报告核对表逾时未填，请督导接手",
        "Supervisor notified: checklist not filled in, please take over",
    ),
    "report_signs": Text("已通知督导：核对表发现需要处理的情形", "Supervisor notified: the checklist found signs"),
    "report_no_receipt": Text("已通知督导：报告仍无回执", "Supervisor notified: still no receipt for the report"),
    "report_no_receipt_head": Text(
        "已通知机构负责人：报告仍无回执", "Head of organisation notified: still no receipt for the report"
    ),
    "report_overdue": Text(
        "已通知个人信息保护负责人：报告超时无回执", "Data-protection owner notified: report overdue, no receipt"
    ),
    "report_duty_leader": Text(
        "报告超时无回执：请督导立即电话告知院总值班", "Report overdue: the supervisor must phone the duty leader now"
    ),
    "report_undecided": Text(
        "已通知个人信息保护负责人：不报告的决定逾时未复核",
        "Data-protection owner notified: decision not to report not confirmed in time",
    ),
    "safety_conference_late": Text(
        "已通知督导：个案会议超过时限未开", "Supervisor notified: conference not held in time"
    ),
    "safety_follow_up_late": Text("已通知督导：今日安全跟进未做", "Supervisor notified: daily follow-up not done"),
    "safety_unsafe": Text("已通知督导：跟进时仍不安全", "Supervisor notified: still unsafe at follow-up"),
    "report_open_at_closure": Text(
        "已通知督导：个案自动关闭时强制报告尚未办结，报告继续办理",
        "Supervisor notified: the case closed by itself while a report is open; the report goes on",
    ),
}


def of_event(kind: str, details: Mapping[str, Any]) -> Iterator[Text]:
    """The sentence for an event about a report; none for other events."""
    match kind:
        case Kind.CASE_RISK:
            words = RISK[Risk(details["risk"])]
            yield Text(f"风险改为“{words.zh}”", f"Risk: {words.en}")
        case Kind.REPORT_OPENED:
            yield Text("开始强制报告与危机干预", "Mandatory report and crisis care begun")
        case Kind.REPORT_CLOSED if details["made"]:
            yield Text("强制报告已作出，流程办结", "A report was made; the process is finished")
        case Kind.REPORT_CLOSED:
            yield Text("核对与危机干预办结，没有对外报告", "Checks and crisis care finished; no report was made")
