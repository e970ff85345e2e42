"""A case whose mandatory report people start and work on, for tests; and what they fill in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import BreakGlass, Case, Instance, Role, Task, TaskState
from tests.workflow.conftest import ROOT, raw
from tests.workflow.records.test_watching import hire
from workflow import inbox, instances, studio
from workflow.engine import Bundle
from workflow.identity import Actor
from workflow.records import cases, starting

ANSWERS: dict[str, dict[str, Any]] = {
    "check_signs": {
        "report.immediate_danger": "no", "report.any": "yes", "report.minor": "yes", "report.signs": ["injury"],
        "report.facts": "双侧前臂骨折，新旧不一，家长说法前后不同。", "report.protective_action": ["accompanied"],
        "report.reporter_kind": "colleague", "report.reporter": "马护士 13800001111",
    },
    "make_report": {
        "report.decision": "reported", "report.police_time": "2026-03-09T09:00", "report.receipt": "110-0317",
    },
    "plan_safety": {
        "safety.plan.0.action": "专人陪护", "safety.plan.0.who": "护士", "safety.plan.0.until": "2026-03-20T10:00",
        "safety.contacts": "只由外婆探视。", "safety.status": "watched",
    },
    "explain_early_end": {
        "early.reason": "taken_over", "early.explanation": "民政已把孩子接到未保中心，已电话核实过。",
    },
}  # fmt: skip
NOT_REPORTED = {
    "report.decision": "not_reported",
    "report.not_reported_reason": "复查旧片和监控，损伤是坠床造成，主任已确认。",
}
NAME, CONTACT = "赵护士长", "马护士"
"""Who fills in the checklist, and whom they name."""


class Reporting:
    """One case under assessment; people do the steps of its report."""

    def __init__(self, session: Session, ward: Any, now: datetime) -> None:
        self.session, self.people, self.now = session, ward.people, now
        ward.until("assess")
        studio.publish(session, None, Bundle.from_folder(ROOT / "bpmn" / "mandatory_report"))
        self.case = session.scalars(select(Case)).one()
        here = self.people["admin"].memberships[0].organisation_id
        self.owner = hire(session, "owner", Role.DATA_PROTECTION_OWNER, here)
        self.auditor = hire(session, "auditor", Role.AUDITOR, here)

    def start(self, who: str) -> Task:
        done = starting.start(self.session, self.people[who], self.case.id, "mandatory_report", uuid4(), self.now)
        return self.session.get_one(Task, done.task_id)

    def task(self, element_id: str) -> Task:
        return self.session.scalars(
            select(Task).where(Task.element_id == element_id, Task.state == TaskState.OPEN)
        ).one()

    def do(self, element_id: str, who: str | Actor, **changed: Any) -> inbox.Completed:
        actor = self.people[who] if isinstance(who, str) else who
        answers = raw(changed or ANSWERS[element_id])
        inbox.open_task(self.session, actor, self.task(element_id).id, self.now)
        return inbox.complete(self.session, actor, self.task(element_id).id, answers, self.now)

    def reported(self, who: str = "lead") -> Task:
        task = self.start(who)
        self.do("check_signs", who)
        return task

    def see(self, who: str | Actor) -> cases.CaseView:
        actor = self.people[who] if isinstance(who, str) else who
        return cases.open_case(self.session, actor, self.case.id, self.now)

    def wake(self, hours: float) -> None:
        instance = self.session.scalars(select(Instance).where(Instance.started_by_id != self.case.opened_by_id)).one()
        instances.wake(self.session, instance.id, self.now + timedelta(hours=hours))

    def lines(self, who: str) -> list[str]:
        return [item.text.zh for item in self.see(who).timeline]

    def break_glass(self, who: str) -> Actor:
        """Somebody of the station with emergency access."""
        reader = self.people[who]
        self.session.add(
            BreakGlass(
                case_id=self.case.id,
                user_id=reader.user_id,
                reason="夜间紧急",
                opened_at=self.now,
                ends_at=self.now + timedelta(hours=24),
            )
        )
        self.session.flush()
        return reader
