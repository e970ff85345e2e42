"""What the demo people write: invented stories, told step by step. No real persons."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from workflow.clock.calendar import TIMEZONE
from workflow.demo_service_texts import SERVICE

CONTACT = timedelta(minutes=40)
"""How long before writing it down a first contact took place."""


@dataclass(frozen=True)
class Step:
    """A task done in a story: by whom, with which answers besides the usual ones, how many minutes after the last.

    "press:" and the id of an event is a button of the case page.
    """

    task: str
    who: str
    minutes: int
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """A referral and what was done about it so far."""

    key: str
    hours_ago: float
    nurse: str
    department: str
    referral: Mapping[str, Any]
    steps: tuple[Step, ...] = ()


def answers(task: str, given: Mapping[str, Any], at: datetime, **known: str) -> dict[str, Any]:
    """The usual answers of a task with those of the story laid over them, as of `at`; `known` fills in ids.

    "@3" stands for the day three days later, "@now" for the moment a little before.
    """
    values = _overlay(deepcopy({**USUAL, **SERVICE}.get(task, {})), given)
    if task == "open_referral":
        values["referral"]["department"] = known["department"]
    if task == "accept_referral" and values["intake"]["decision"] == "accept":
        values["intake"]["worker"] = known["worker"]
    filled: dict[str, Any] = _in_time(values, at)
    return filled


def _in_time(value: Any, at: datetime) -> Any:
    if isinstance(value, dict):
        return {key: _in_time(each, at) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_time(each, at) for each in value]
    if value == "@now":
        return (at - CONTACT).isoformat()
    if isinstance(value, str) and value.startswith("@"):
        return (at.astimezone(ZoneInfo(TIMEZONE)) + timedelta(days=int(value[1:]))).date().isoformat()
    return value


def _overlay(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(below.get(key), dict):
            _overlay(below[key], value)
        elif value is None:
            below.pop(key, None)
        else:
            below[key] = deepcopy(value) if not isinstance(value, Mapping) else _overlay({}, value)
    return below


NO_RISK = {"self_harm": "no", "violence": "no", "suspected_abuse": "no", "unaccompanied": "no"}
USUAL: dict[str, dict[str, Any]] = {
    "open_referral": {
        "referral": {"source": "ward", "bed_no": "12", "reasons": ["finance"]},
        "contact_person": "王护士 分机 8012",
        "subject": {"kind": "patient", "sex": "female", "birth_date": "1961-05-04", "mrn": "D0012345"},
        "flag": NO_RISK,
        "priority_asked": "routine",
        "person_knows": "yes",
    },
    "accept_referral": {"intake": {"decision": "accept", "level_final": "routine"}},
    "supply_information": {"supply": {"text": "家属明天下午到院，可以一起谈。"}},
    "read_reply": {"reply": {"ack": True}},
    "first_contact": {
        "contact": {
            "met": "yes", "date": "@now", "place": "病区会谈室", "duration": 40,
            "expectation": "想早点回家，又怕拖累家里人。", "presenting": "夜里睡不着，反复算还欠多少钱。",
            "safety_now": "safe", "wants_service": "yes",
        },
    },
    "assess": {
        "pa": {
            "medical_understanding": {"score": "3", "note": "知道要做康复，不清楚怎样安排。", "need": "yes"},
            "emotional": {"score": "2", "note": "情绪低落，夜间易醒。", "need": "yes"},
            "risk": {"level": "low", "note": "没有自伤想法。"},
            "family": {"score": "3", "note": "女儿白天上班，夜间陪护。", "need": "no"},
            "social_support": {"score": "3", "note": "邻居常来往。", "need": "no"},
            "economy": {"score": "2", "note": "自付部分尚欠八千元。", "need": "yes"},
            "housing_transport": {"score": "4", "note": "住一楼，进出方便。", "need": "no"},
            "minor_in_household": "no",
            "strengths": "本人表达清楚，女儿愿意配合。",
            "needs_ranked": [
                {"domain": "economy", "need": "申请医疗救助", "person_priority": 1},
                {"domain": "emotional", "need": "有人定期谈心", "person_priority": 2},
            ],
            "summary": "以费用压力和情绪困扰为主，家庭支持尚好。",
        }
    },
    "write_feedback": {
        "fb": {"items": ["needs", "services", "outcome"],
               "text": "已协助申请医疗救助，情绪好转；请在出院前再确认一次复诊时间。"}
    },
    "acknowledge_feedback": {"fb": {"ack": True, "usefulness": "4"}},
}  # fmt: skip

ACCEPT = Step("accept_referral", "coordinator", 50)
MEET = (Step("first_contact", "worker", 300), Step("sign_consent", "worker", 10))
ASSESS = Step("assess", "worker", 900)
PLAN = Step("make_plan", "worker", 600)
APPROVE = Step("approve_item", "supervisor", 240)
CONTACT_RECORD = (Step("press:start_intervention", "worker", 900), Step("record_intervention", "worker", 20))
CLOSE = (
    Step("press:close_now", "worker", 1_200), Step("evaluate_closure", "worker", 60), APPROVE,
    Step("write_feedback", "worker", 60),
)  # fmt: skip
SERVED = (ACCEPT, *MEET, ASSESS, PLAN, APPROVE, *CONTACT_RECORD)

STORIES = (
    Story(
        "new", 0.4, "nurse", "tongxin-ortho",
        {"referral": {"reasons": ["emotional", "family"],
                      "summary": "术后第三天不愿进食，整夜未睡，家属不知道怎么办。"},
         "subject": {"name": "田桂芳"}, "distress_score": 5},
    ),
    Story(
        "child-alone", 2.5, "nurse2", "tongxin-paed",
        {"referral": {"bed_no": "3", "reasons": ["unaccompanied", "minor"],
                      "summary": "患儿由邻居送来后独自住院，两天没有家人到院，电话无人接听。"},
         "subject": {"name": "小石", "name_is_alias": True, "sex": "male", "birth_date": "2016-09-12"},
         "flag": {"unaccompanied": "yes", "identity": "known"}, "priority_asked": "urgent",
         "contact_person": "李护士 分机 8033"},
    ),
    Story(
        "asked", 20, "nurse", "tongxin-ortho",
        {"referral": {"bed_no": "7", "summary": "患者说出院后没有地方住，希望社工了解情况。", "reasons": ["discharge"]},
         "subject": {"name": "龙正国", "sex": "male", "birth_date": "1955-02-20"}},
        (Step("accept_referral", "coordinator", 60, {"intake": {
            "decision": "ask_info", "level_final": "routine",
            "info_needed": "请问预计哪天出院？家里还有什么人可以联系？"}}),),
    ),
    Story(
        "to-meet", 26, "nurse", "tongxin-ortho",
        {"referral": {"bed_no": "21", "summary": "车祸后双下肢骨折，家里欠费较多，妻子提出放弃后续手术。"},
         "subject": {"name": "邓小军", "sex": "male", "birth_date": "1988-07-15"}},
        (ACCEPT,),
    ),
    Story(
        "to-assess", 52, "nurse2", "tongxin-paed",
        {"referral": {"bed_no": "9", "reasons": ["adjust", "finance"],
                      "summary": "孩子确诊慢性病，母亲反复哭泣，担心今后的费用和上学。"},
         "subject": {"kind": "family", "name": "杨家", "name_is_alias": True, "birth_date": None, "looks_minor": "no"},
         "contact_person": "李护士 分机 8033"},
        (ACCEPT, *MEET),
    ),
    Story(
        "plan-to-approve", 74, "nurse", "tongxin-ortho",
        {"referral": {"bed_no": "5", "reasons": ["emotional", "finance"],
                      "summary": "截肢术后，整日不说话，担心再也不能下地干活。"},
         "subject": {"name": "蒋德才", "sex": "male", "birth_date": "1979-06-21"}},
        (ACCEPT, *MEET, ASSESS, PLAN),
    ),
    Story(
        "in-service", 96, "nurse", "tongxin-ortho",
        {"referral": {"bed_no": "30", "reasons": ["finance", "discharge"],
                      "summary": "髋关节置换术后，老伴行动不便，子女在外地，担心出院后无人照顾。"},
         "subject": {"name": "罗秀英", "birth_date": "1951-04-17"}},
        SERVED,
    ),
    Story(
        "feedback", 120, "nurse", "tongxin-ortho",
        {"referral": {"bed_no": "15", "summary": "股骨骨折术后，独居，欠费八千元，担心出院后无人照顾。"},
         "subject": {"name": "周玉兰", "birth_date": "1949-11-03"}},
        (*SERVED, *CLOSE),
    ),
    Story(
        "closed", 260, "nurse", "tongxin-ortho",
        {"referral": {"bed_no": "2", "reasons": ["resource", "finance"],
                      "summary": "患者询问临时救助怎样申请，材料不会准备。"},
         "subject": {"name": "陆大海", "sex": "male", "birth_date": "1970-01-30"}},
        (*SERVED, *CLOSE, Step("acknowledge_feedback", "nurse", 600), Step("call_person", "coordinator", 900),
         Step("prepare_closure", "worker", 120)),
    ),
    Story(
        "declined", 30, "nurse2", "tongxin-paed",
        {"referral": {"bed_no": "11", "reasons": ["resource"], "summary": "家长想了解异地医保报销比例和需要的材料。"},
         "subject": {"name": "汪小雨", "birth_date": "2019-03-08"}, "contact_person": "李护士 分机 8033"},
        (Step("accept_referral", "coordinator", 90, {"intake": {
            "decision": "decline", "level_final": "info", "decline_reason": "out_of_scope",
            "advice": "报销政策请到一楼医保窗口咨询，材料清单已放在护士站；家属有其他困难时欢迎再转介。"}}),),
    ),
    Story(
        "overdue", 98, "nurse", "tongxin-ortho",
        {"referral": {"bed_no": "18", "reasons": ["noncompliance"],
                      "summary": "多次拒绝换药，和同病房病人争吵，劝说无效。"},
         "subject": {"name": "谢勇", "sex": "male", "birth_date": "1995-12-01"}},
    ),
)  # fmt: skip
