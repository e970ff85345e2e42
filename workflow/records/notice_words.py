"""What the history of a case says of notices that its processes give: one sentence for each code, and for each ladder.

A diagram names a code (`about`); the words stand here, so that a notice never carries anything about the person.
"""

from __future__ import annotations

from collections.abc import Mapping

from workflow.engine import Text

LADDER: Mapping[str, Text] = {
    "intake": Text("接收分派", "accepting the referral"),
    "contact": Text("首次接触", "the first contact"),
    "assessment": Text("心理社会评估", "the assessment"),
    "plan": Text("服务计划", "the plan"),
    "approval": Text("督导审批", "the approval"),
    "review": Text("计划复核", "the review of the plan"),
    "evaluation": Text("结案评估", "the closing evaluation"),
    "closure_check": Text("结案检查", "the closing checks"),
    "after_discharge": Text("出院后随访", "the follow-up after discharge"),
}
"""Steps with an escalation ladder (domain.md §3.5): `<step>_overdue` when due, `<step>_late` a working day later."""

NOTICES: Mapping[str, Text] = {
    **{
        f"{key}_overdue": Text(f"已提醒：{step.zh}到时未办", f"Reminder sent: {step.en} is overdue")
        for key, step in LADDER.items()
    },
    **{
        f"{key}_late": Text(f"已上报督导：{step.zh}超期一个工作日", f"Supervisor told: {step.en} is a working day late")
        for key, step in LADDER.items()
    },
    "discharge_overdue": Text("已告知督导：出院准备到时未完成", "Supervisor told: discharge preparation is overdue"),
    "no_contact": Text("已告知督导：多日没有接触记录", "Supervisor told: no contact recorded for days"),
    "risk_up": Text("已告知督导：风险上升", "Supervisor told: the risk has risen"),
    "new_need": Text("已告知协调员：回访发现新需求", "Coordinator told: a new need came up"),
    "patient_departed": Text("已告知责任社工：病人出院、转院或去世", "Worker told: the patient has left or died"),
    "referral_stopped": Text("已告知科室：转介已停止", "Ward told: the referral has been stopped"),
}
