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

CLASSES = {  # domain.md §3.2
    "P0": _l("一般"),
    "P1": _l("身份"),
    "P2": _l("敏感"),
    "P3": _l("受限"),
    "P4": _l("报告人身份"),
}
LOOKED_AT = {
    "case": _l("打开个案"),
    "task": _l("打开任务"),
    "attachment": _l("打开文件"),
    "person": _l("打开个人资料"),
    "search": _l("查询人员"),
    "referral": _l("打开机构转介"),
    "print": _l("打印"),
    "export": _l("导出"),
    "reporter": _l("查看报告人身份"),
}
PURPOSES = {"work": _l("办理个案"), "oversight": _l("督导和监督"), "break_glass": _l("紧急查看")}
VERDICTS = {"justified": _l("确有必要"), "not_justified": _l("没有必要")}
EVENTS = {  # workflow.audit.Kind
    "case.opened": _l("发起个案"),
    "case.state": _l("状态改变"),
    "case.level": _l("分级"),
    "case.assigned": _l("指派责任社工"),
    "case.linked": _l("关联个案"),
    "case.transferred": _l("转站"),
    "case.reopened": _l("重新开案"),
    "case.conflict": _l("同时修改"),
    "case.risk": _l("风险改变"),
    "report.opened": _l("开始强制报告"),
    "report.closed": _l("办结强制报告"),
    "case.action": _l("发起一项工作"),
    "case.member_added": _l("加入个案团队"),
    "case.member_removed": _l("离开个案团队"),
    "task.opened": _l("产生任务"),
    "task.claimed": _l("认领任务"),
    "task.released": _l("释放任务"),
    "task.completed": _l("完成任务"),
    "task.cancelled": _l("任务取消"),
    "instance.passed": _l("流程前进"),
    "instance.ended": _l("流程结束"),
    "instance.incident": _l("流程停下"),
    "break_glass.opened": _l("紧急查看"),
    "break_glass.reviewed": _l("复核紧急查看"),
    "notified": _l("发出通知"),
    "person.corrected": _l("更正人员资料"),
    "person.linked": _l("认定是否同一人"),
    "person.unlinked": _l("撤销同一人认定"),
    "relation.added": _l("登记家庭成员或监护人"),
    "relation.ended": _l("家庭或监护关系终止"),
}
RISKS = {  # domain.md §3.8 L-RISK
    "red": _l("红 高风险"),
    "yellow": _l("黄 中风险"),
    "blue": _l("蓝 低风险"),
    "green": _l("绿 健康成长"),
}
CAPACITIES = {  # domain.md §2.2
    "has": _l("有名额"),
    "assessment_needed": _l("需先评估"),
    "waiting_list": _l("需候补"),
    "none": _l("已满"),
}
SERVICE_STATES = {  # domain.md §2.8
    "active": _l("提供中"),
    "temporarily_closed": _l("暂时停止"),
    "inactive": _l("不提供"),
    "defunct": _l("已取消"),
}
ENQUIRY_PURPOSES = {"service": _l("提供服务"), "assessment": _l("进一步评估")}
MATCH_REASONS = {  # workflow.records.matching.Reason
    "id_number": _l("证件号"),
    "record_number": _l("病案号"),
    "phone": _l("电话"),
    "name": _l("姓名"),
    "sound": _l("姓名读音"),
    "birth_date": _l("出生日期"),
}

AREA_LEVELS = {
    "province": _l("省"),
    "prefecture": _l("市州"),
    "county": _l("县（市、区）"),
    "township": _l("乡镇（街道）"),
    "village": _l("村（社区）"),
    "grid": _l("网格"),
}
ORGANISATION_KINDS = {
    "hospital": _l("医院"),
    "department": _l("科室"),
    "station": _l("社工站"),
    "agency": _l("社会工作机构"),
    "community": _l("社区组织"),
    "authority": _l("主管部门"),
}
AGREEMENT_STATES = {
    "running": _l("有效"),
    "ending": _l("即将到期"),
    "coming": _l("尚未开始"),
    "over": _l("已到期"),
    "ended": _l("已提前终止"),
}
PARTIES = {"ward": _l("科室"), "station": _l("社工站"), "agency": _l("合作机构"), "hospital": _l("医院")}
CHANGES = {
    "admin.account": _l("账号"),
    "admin.membership": _l("岗位"),
    "admin.organisation": _l("机构"),
    "admin.agreement": _l("院社协作协议"),
    "admin.area": _l("区域"),
    "admin.list": _l("选项列表"),
    "admin.setting": _l("参数设置"),
}

_TABLES = {
    "capacity": CAPACITIES,
    "service_state": SERVICE_STATES,
    "enquiry_purpose": ENQUIRY_PURPOSES,
    "area_level": AREA_LEVELS,
    "organisation_kind": ORGANISATION_KINDS,
    "agreement_state": AGREEMENT_STATES,
    "party": PARTIES,
    "change": CHANGES,
    "match_reason": MATCH_REASONS,
    "risk": RISKS,
    "class": CLASSES,
    "looked_at": LOOKED_AT,
    "purpose": PURPOSES,
    "verdict": VERDICTS,
    "event": EVENTS,
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
