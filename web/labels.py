"""The words people read for the codes we store: levels, states, roles, due groups, kinds of event."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

LEVELS = {  # domain.md §3.8 L-TRIAGE
    "emergency": _l("危急"),
    "urgent": _l("紧急"),
    "routine": _l("常规"),
    "info": _l("咨询"),
}
STATES = {  # domain.md §2.1
    "draft": _l("草稿"),
    "requested": _l("待接收"),
    "accepted": _l("已接收"),
    "in_progress": _l("服务中"),
    "on_hold": _l("暂停"),
    "completed": _l("已完成"),
    "failed": _l("未达成"),
    "rejected": _l("已退回"),
    "cancelled": _l("已撤销"),
    "rerouted": _l("已转派"),
    "entered_in_error": _l("录入错误"),
}
DUE_GROUPS = {  # domain.md §3.5
    "critical": _l("严重超期"),
    "overdue": _l("已超期"),
    "soon": _l("即将到期"),
    "later": _l("未到期"),
    "none": _l("未设期限"),
}
ROLES = {  # domain.md §1.2, §3.1
    "hospital_referrer": _l("病区医护"),
    "ward_lead": _l("病区负责人"),
    "msw_coordinator": _l("社工站协调员"),
    "medical_social_worker": _l("医务社工"),
    "supervisor": _l("督导"),
    "agency_coordinator": _l("机构协调员"),
    "social_worker": _l("专业社工"),
    "agency_head": _l("机构负责人"),
    "data_protection_owner": _l("个人信息保护负责人"),
    "auditor": _l("审计"),
    "process_designer": _l("流程设计"),
    "process_publisher": _l("流程发布"),
    "admin": _l("系统管理"),
}
SEXES = {"female": _l("女"), "male": _l("男"), "unknown": _l("性别未知")}
INSTANCE_STATES = {"active": _l("进行中"), "completed": _l("已结束"), "incident": _l("需要处理")}

MATCH_REASONS = {  # workflow.records.matching.Reason
    "id_number": _l("证件号"),
    "record_number": _l("病案号"),
    "phone": _l("电话"),
    "name": _l("姓名"),
    "sound": _l("姓名读音"),
    "birth_date": _l("出生日期"),
}

_TABLES = {
    "match_reason": MATCH_REASONS,
    "level": LEVELS,
    "state": STATES,
    "due_group": DUE_GROUPS,
    "role": ROLES,
    "sex": SEXES,
    "instance_state": INSTANCE_STATES,
}


def label(table: str, code: str | None) -> LazyString | str:
    """Return the words for a code; an unknown code is shown as it is, so that nothing disappears from a page."""
    return _TABLES[table].get(code, code) if code else ""


def install(app: Flask) -> None:
    """Make `label(table, code)` known to the templates."""
    app.jinja_env.globals["label"] = label
