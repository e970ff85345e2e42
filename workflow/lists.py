"""The lookup lists of domain.md §3.8 as the service comes with them: codes, which never change, and their words.

A form offers one with the choices source `list:L-NAME`. What administrators changed or added stands in LookupItem rows
(workflow.records.lookups lays them over these).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflow.engine.text import Text

SOURCE = "list:"


@dataclass(frozen=True)
class Lookup:
    """A list: what it is for, and its answers by code, in order."""

    title: Text
    items: Mapping[str, Text]


def _list(zh: str, en: str, *items: tuple[str, str, str]) -> Lookup:
    return Lookup(Text(zh, en), {code: Text(item_zh, item_en) for code, item_zh, item_en in items})


_OTHER = ("other", "其他", "Other")
_OUTCOMES = (
    ("met", "目标达成", "Goals met"),
    ("partly", "部分达成", "Partly met"),
    ("not_met", "未达成", "Not met"),
    ("referred_on", "已转介", "Referred on"),
    ("withdrew", "本人退出", "Withdrew"),
    ("lost", "失联", "Lost contact"),
    ("died", "去世", "Died"),
    ("moved", "迁出", "Moved away"),
    ("not_needed", "不再需要", "No longer needed"),
)

FIXED = frozenset({"L-PRIO", "L-TRIAGE", "L-RISK", "L-SAT", "L-SOLVED"})
"""Lists whose codes the service or its diagrams know by name: words and order may change, nothing more."""

LISTS: Mapping[str, Lookup] = {
    "L-PRIO": _list(
        "优先级", "Priority",
        ("urgent", "紧急", "Urgent"), ("routine", "常规", "Routine"),
    ),
    "L-TRIAGE": _list(
        "转介分级", "Triage level",
        ("emergency", "危急", "Emergency"), ("urgent", "紧急", "Urgent"), ("routine", "常规", "Routine"),
        ("info", "咨询", "Information"),
    ),
    "L-RISK": _list(
        "风险等级", "Risk level",
        ("red", "红 高风险", "Red, high risk"), ("yellow", "黄 中风险", "Yellow, medium risk"),
        ("blue", "蓝 低风险", "Blue, low risk"), ("green", "绿 健康成长", "Green, doing well"),
    ),
    "L-REFREASON": _list(
        "转介原因（医院）", "Reasons for referral (hospital)",
        ("emotional", "情绪心理困扰", "Emotional distress"),
        ("adjust", "疾病适应", "Adjustment to illness"),
        ("finance", "经济困难/医疗费用", "Financial difficulty, medical costs"),
        ("family", "家庭关系与照顾", "Family relations and care"),
        ("discharge", "出院安置与康复衔接", "Discharge and rehabilitation"),
        ("noncompliance", "拒绝/不依从治疗", "Refuses or does not follow treatment"),
        ("relation", "医患沟通", "Communication with staff"),
        ("abuse", "疑似侵害或家暴", "Suspected abuse or domestic violence"),
        ("self_harm", "自杀自伤风险", "Risk of suicide or self-harm"),
        ("unaccompanied", "无陪护/身份不明", "Unaccompanied or unidentified"),
        ("minor", "未成年人保护", "Protection of a minor"),
        ("end_of_life", "安宁疗护与哀伤", "End of life and grief"),
        ("frequent", "反复就诊住院", "Frequent visits or admissions"),
        ("substance", "物质使用", "Substance use"),
        ("resource", "政策与资源咨询", "Policies and resources"),
        _OTHER,
    ),
    "L-DECLINE": _list(
        "不接收的原因", "Reasons for declining",
        ("no_capacity", "服务能力已满", "No capacity"),
        ("waitlist", "需候补", "Waiting list"),
        ("not_eligible", "不符合服务对象", "Not eligible"),
        ("out_of_area", "超出区域", "Out of area"),
        ("out_of_scope", "超出服务范围", "Out of scope"),
        ("insufficient_info", "信息不足", "Not enough information"),
        ("consent_missing", "缺少同意", "Consent missing"),
        ("unreachable", "无法联系", "Unreachable"),
        ("person_declined", "本人拒绝", "Declined by the person"),
        ("duplicate", "已有服务", "Already served"),
        ("safety", "安全原因", "Safety"),
        _OTHER,
    ),
    "L-OUTCOME": _list("服务结果", "Outcome", *_OUTCOMES),
    "L-CLOSE": _list("结案原因", "Reason for closing", *_OUTCOMES, ("error", "录入错误", "Entered in error")),
    "L-FIELD": _list(
        "服务领域", "Field of service",
        ("relief", "社会救助", "Social assistance"), ("elderly", "养老服务", "Services for older people"),
        ("child", "儿童福利", "Child welfare"), ("affairs", "社会事务", "Social affairs"),
        ("health", "健康医疗", "Health"), ("psych", "心理支持", "Psychological support"),
        ("environment", "环境整治", "Environment"), ("antifraud", "反诈宣传", "Fraud prevention"),
        ("traffic", "文明交通", "Road safety"), ("mediation", "矛盾调解", "Mediation"),
        ("culture", "文体", "Culture and sports"), _OTHER,
    ),
    "L-APPEAL": _list(
        "诉求类别", "Kind of appeal",
        ("education", "教育", "Education"), ("medical", "医疗", "Medical care"), ("pension", "养老", "Pensions"),
        ("land", "土地", "Land"), ("housing", "住房", "Housing"), ("demolition", "征迁", "Demolition"),
        ("relief", "社会救助", "Social assistance"), ("child", "儿童福利", "Child welfare"),
        ("affairs", "社会事务", "Social affairs"), ("neighbour", "邻里纠纷", "Quarrels between neighbours"),
        ("env", "环境卫生", "Environment and hygiene"), ("safety", "安全隐患", "Safety hazards"), _OTHER,
    ),
    "L-APPEALKIND": _list(
        "诉求性质", "Nature of appeal",
        ("consult", "咨询", "Question"), ("help", "求助", "Request for help"), ("suggest", "建议", "Suggestion"),
        ("complaint", "投诉", "Complaint"), ("dispute", "纠纷", "Dispute"),
    ),
    "L-VISIT": _list(
        "访视方式", "Way of visiting",
        ("home", "入户", "At home"), ("school", "到校", "At school"), ("phone", "电话", "By telephone"),
        ("online", "线上", "Online"), ("hospital", "院内", "In hospital"), ("activity", "活动中", "During an activity"),
    ),
    "L-SAT": _list(
        "满意度", "Satisfaction",
        ("1", "很不满意", "Very dissatisfied"), ("2", "不满意", "Dissatisfied"), ("3", "一般", "Neither"),
        ("4", "满意", "Satisfied"), ("5", "很满意", "Very satisfied"),
    ),
    "L-SOLVED": _list(
        "是否解决", "Whether solved",
        ("yes", "已解决", "Solved"), ("partly", "部分解决", "Partly solved"), ("no", "未解决", "Not solved"),
        ("unreached", "未联系上", "Not reached"),
    ),
    "L-CERT": _list(
        "社会工作者职业资格", "Professional certificate",
        ("assistant", "助理社会工作师（初级）", "Assistant social worker (junior)"),
        ("middle", "社会工作师（中级）", "Social worker (intermediate)"),
        ("senior", "高级社会工作师（高级）", "Senior social worker"),
    ),
    "L-LEVEL": _list(
        "层级", "Level",
        ("village", "村（社区）", "Village (community)"), ("township", "乡镇（街道）", "Township (subdistrict)"),
        ("county", "县（市、区）", "County (city, district)"),
    ),
}  # fmt: skip


def name_of(source: str) -> str | None:
    """The list that a choices source names; None when it is a source of another kind."""
    name = source.removeprefix(SOURCE)
    return name if source.startswith(SOURCE) and name in LISTS else None
