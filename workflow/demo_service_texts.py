"""What the demo people write from consent to the archive; "@3" is the day three days later, "@now" a while ago."""

from __future__ import annotations

from typing import Any

SERVICE: dict[str, dict[str, Any]] = {
    "sign_consent": {
        "consent": {
            "decision": "granted", "signed_on": "@0", "signer_type": "self", "method": "verbal", "witness": "王护士",
            "scope_service": "yes", "photo": "no", "statistics": "yes", "valid_until": "@180",
            "contact_forbidden": "no",
        }
    },
    "make_plan": {
        "plan": {
            "goals": [{
                "intent": "solve", "statement": "两周内落实医疗费用来源", "indicator": "救助申请获批",
                "baseline": "欠费八千元", "target_date": "@14",
            }],
            "interventions": [{
                "method": "casework", "content": "协助准备材料并递交救助申请", "frequency": "每周两次", "who": "林社工",
            }],
            "discharge_aim": "回家休养，社区卫生服务中心上门康复。",
            "person_agrees": "person",
        }
    },
    "approve_item": {"approval": {"decision": "approve", "remark": "目标清楚，注意家属的情绪。"}},
    "record_intervention": {
        "note": {
            "date": "@now", "mode": "meeting", "place": "病区会谈室", "minutes": 35, "people": "本人、女儿",
            "method": "interview", "goals": ["1"], "class": "P2",
            "process": "一起整理费用清单，说明医疗救助的条件和材料。", "response": "愿意自己去开证明，心里踏实了一些。",
            "risk_change": "same", "next": "陪同递交材料", "next_due": "@5",
        }
    },
    "evaluate_closure": {
        "eval": {
            "score": {"medical_understanding": "4", "emotional": "3", "family": "3", "social_support": "3",
                      "economy": "3", "housing_transport": "4"},
            "goals": "met", "outcome": "met", "reason": "目标达成，本人同意结案。", "hours": 6.5,
            "lesson": "先解决费用问题，情绪随之缓解。", "remaining_risk": "出院后一个月内仍需有人陪同复诊。",
        }
    },
    "call_person": {
        "satisfaction": {"reached": "yes", "date": "@now", "mode": "phone", "score": "5", "solved": "yes",
                         "text": "社工来得快，话也听得懂。", "new_need": "no"}
    },
    "prepare_closure": {
        "closure": {"reason": "met", "goals": [{"goal": "落实医疗费用来源", "result": "met"}],
                    "remaining_risk": "一个月内复诊需家人陪同。"}
    },
}  # fmt: skip
