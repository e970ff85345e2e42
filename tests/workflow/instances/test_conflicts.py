"""Two people change the same field at the same time: the case says so, and never what they wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Task, TaskState
from tests.workflow.engine.build import element, end, gateway, process, script, start
from workflow import studio
from workflow.engine import Bundle
from workflow.inbox import Completed
from workflow.records import cases

FOLDER = Path(__file__).resolve().parents[2] / "data" / "msw_referral"
FORM = {
    "type": "default", "id": "ask", "schemaVersion": 18,
    "components": [{
        "type": "select", "id": "answer", "key": "plan.answer", "label": "是否同意",
        "properties": {"label_en": "Agreed?"},
        "values": [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}],
    }],
}  # fmt: skip


def task(name: str, form: str, role: str) -> str:
    return element(
        "userTask",
        name,
        f'<zeebe:userTask /><zeebe:formDefinition formId="{form}" />'
        f'<zeebe:assignmentDefinition candidateGroups="{role}" />',
    )


@pytest.fixture
def two_at_once(ward: Any, session: Session) -> Any:
    """A case in which two social workers have the same question to answer; a third branch answers it by itself."""
    worker = "medical_social_worker"
    drawn = process(
        "msw_referral", start("s"), task("open_referral", "open_referral", "hospital_referrer"),
        gateway("parallel", "g"), task("one", "ask", worker), task("two", "ask", worker), task("three", "ask", worker),
        script("automatic", "plan", '{answer: "no"}'), gateway("parallel", "j"), gateway("exclusive", "x", "x_e"),
        end("e"), end("f"),
        flows="s > open_referral > g > one > j > x > e; g > two > j; g > three > automatic > j;"
              'x > f : plan.answer = "yes"')  # fmt: skip
    real = Bundle.from_folder(FOLDER).files
    files = {"msw_referral.bpmn": drawn, "ask.form.json": json.dumps(FORM)}
    first = "open_referral.form.json"
    studio.publish(session, None, Bundle.from_texts({**files, first: real[first]}))
    ward.send()
    return ward


def answer(ward: Any, element_id: str, who: str, given: str) -> Completed:
    return ward.do(element_id, who, **{"plan.answer": given})


def told(session: Session) -> list[dict[str, Any]]:
    return [event.details for event in session.scalars(select(Event).where(Event.kind == "case.conflict"))]


def lines(session: Session, ward: Any) -> list[tuple[str, str]]:
    case_id = session.scalars(select(Task.case_id)).first()
    timeline = cases.open_case(session, ward.people["coordinator"], case_id, ward.now).timeline
    return [(item.text.zh, item.text.en) for item in timeline if item.kind == "case.conflict"]


def test_the_later_answer_counts_and_the_case_and_the_person_are_told(two_at_once: Any, session: Session) -> None:
    assert answer(two_at_once, "one", "worker", "yes").overwritten == []
    done = answer(two_at_once, "two", "worker2", "no")
    assert [name.zh for name in done.overwritten] == ["是否同意"]
    (details,) = told(session)
    assert (details["element"], details["earlier"], details["paths"]) == ("two", "one", ["plan.answer"])
    assert "yes" not in str(details)
    (event,) = session.scalars(select(Event).where(Event.kind == "case.conflict"))
    assert event.actor_id == two_at_once.people["worker2"].user_id
    assert lines(session, two_at_once) == [(
        "两个人同时改了“是否同意”：后提交的一份生效，两份都在记录里",
        "Two people changed “Agreed?” at the same time: what was sent later counts, both are on record",
    )]  # fmt: skip


def test_a_step_without_a_person_is_told_of_as_one(two_at_once: Any, session: Session) -> None:
    assert answer(two_at_once, "three", "worker2", "yes").overwritten == []
    assert [name.zh for name in answer(two_at_once, "one", "worker", "yes").overwritten] == ["是否同意"]
    assert [(details["element"], details["earlier"]) for details in told(session)] == [("one", "automatic")]
    assert lines(session, two_at_once)[0][0] == "两个步骤同时改了“是否同意”：后写入的一份生效"


def test_equal_answers_and_answers_one_after_the_other_are_nothing_to_tell(two_at_once: Any, session: Session) -> None:
    answer(two_at_once, "one", "worker", "no")
    answer(two_at_once, "two", "worker2", "no")
    answer(two_at_once, "three", "worker", "no")
    assert told(session) == []
    assert session.scalars(select(Task).where(Task.state == TaskState.OPEN)).all() == []
