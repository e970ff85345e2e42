"""Work over the interface: a referral from the ward to the worker, done once however often it is sent."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Case, Draft, KeptAnswer, Reading, Task


def nested(answers: dict[str, Any]) -> dict[str, Any]:
    """Dotted names as the interface takes them."""
    found: dict[str, Any] = {}
    for name, value in answers.items():
        *path, last = name.split(".")
        here = found
        for step in path:
            here = here.setdefault(step, {})
        here[last] = value
    return found


@pytest.fixture
def values(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A referral as a program sends it."""
    return {"values": nested(answers["open_referral"])}


def test_the_form_tells_what_to_send(program: Callable[..., Any], published: None) -> None:
    form = program("nurse").get("/referrals/form").json
    reasons = next(field for field in form if field["name"] == "referral.reasons")
    assert reasons["required"]
    assert reasons["label"]["en"]
    assert {"finance", "abuse"} <= {option["value"] for option in reasons["options"]}


def test_a_referral_goes_its_way(
    program: Callable[..., Any], published: None, values: dict[str, Any], answers: dict[str, Any], session: Session
) -> None:
    nurse, coordinator = program("nurse"), program("coordinator")
    opened = nurse.send("POST", "/referrals", values)
    assert opened.status_code == 201, opened.json
    case_id = opened.json["case_id"]
    assert [row["case_id"] for row in nurse.get("/referrals").json["referrals"]] == [case_id]
    assert "王小明" not in nurse.get("/referrals").text

    task = coordinator.get("/inbox?tab=claimable").json["tasks"][0]
    assert coordinator.send("POST", f"/tasks/{task['task_id']}/claim").status_code == 200
    page = coordinator.get(f"/tasks/{task['task_id']}").json
    assert page["may_complete"]
    assert "intake.decision" in [field["name"] for field in page["form"]]
    sent = {"values": nested({k: str(v) for k, v in answers["accept_referral"].items()})}
    done = coordinator.send("POST", f"/tasks/{task['task_id']}/complete", sent)
    assert done.status_code == 200, done.json
    assert done.json["opened"][0]["en"]

    case = coordinator.get(f"/cases/{case_id}").json
    assert case["case"]["subject"] == "王小明"
    assert len(case["entries"]) == 2
    assert session.scalar(select(func.count()).select_from(Reading).where(Reading.case_id == UUID(case_id)))
    status = nurse.get(f"/referrals/{case_id}").json
    assert status["case"]["state"] == "accepted"


def test_the_same_request_sent_again_is_done_once_and_answered_alike(
    program: Callable[..., Any], published: None, values: dict[str, Any], session: Session
) -> None:
    nurse = program("nurse")
    first, second = (nurse.send("POST", "/referrals", values, key="one") for _ in range(2))
    assert first.json == second.json
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_another_request_under_the_same_key_is_refused(
    program: Callable[..., Any], published: None, values: dict[str, Any]
) -> None:
    nurse = program("nurse")
    nurse.send("POST", "/referrals", values, key="one")
    changed = {"values": {**values["values"], "priority_asked": "urgent"}}
    answer = nurse.send("POST", "/referrals", changed, key="one")
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "idempotency_key_reused")


def test_two_people_may_use_the_same_key(
    program: Callable[..., Any], published: None, values: dict[str, Any], session: Session
) -> None:
    assert program("nurse").send("POST", "/referrals", values, key="one").status_code == 201
    assert program("lead").send("POST", "/referrals", values, key="one").status_code == 201
    assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_a_write_without_a_key_is_refused(
    program: Callable[..., Any], published: None, values: dict[str, Any], session: Session
) -> None:
    answer = program("nurse").send("POST", "/referrals", values, **{"Idempotency-Key": ""})
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "idempotency_key")
    assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_a_refused_form_names_each_field_and_may_be_sent_again_under_its_key(
    program: Callable[..., Any], published: None, values: dict[str, Any], session: Session
) -> None:
    nurse = program("nurse")
    wrong = {"values": {**values["values"], "referral": {**values["values"]["referral"], "summary": "短"}}}
    answer = nurse.send("POST", "/referrals", wrong, key="one")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_form")
    (field,) = answer.json["error"]["fields"]
    assert field["path"] == "referral.summary"
    assert field["message"]["en"]
    assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 0
    assert nurse.send("POST", "/referrals", values, key="one").status_code == 201


@pytest.mark.parametrize(
    "body", [None, [], "text", {}, {"values": []}, {"values": {}, "more": 1}, {"values": {"referral": 5}},
             {"values": {"referral": {"reasons": {"a": {"b": [1]}}}}}],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused_in_words(
    program: Callable[..., Any], published: None, session: Session, body: Any
) -> None:
    answer = program("nurse").send("POST", "/referrals", body)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json["error"]["title"]
    assert session.scalar(select(func.count()).select_from(Case)) == 0


def test_a_draft_is_kept_and_seen_in_the_form(
    program: Callable[..., Any], published: None, values: dict[str, Any], session: Session
) -> None:
    program("nurse").send("POST", "/referrals", values)
    coordinator = program("coordinator")
    task = coordinator.get("/inbox?tab=claimable").json["tasks"][0]["task_id"]
    sent = {"values": {"intake": {"decision": "decline", "advice": "请联系医保办。"}}}
    assert coordinator.send("PUT", f"/tasks/{task}/draft", sent).status_code == 200
    form = {field["name"]: field["value"] for field in coordinator.get(f"/tasks/{task}").json["form"]}
    assert form["intake.advice"] == "请联系医保办。"
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


def test_somebody_elses_task_and_case_do_not_exist(
    program: Callable[..., Any], published: None, values: dict[str, Any], session: Session
) -> None:
    program("nurse").send("POST", "/referrals", values)
    task, case = session.scalars(select(Task).where(Task.state == "open")).one(), session.scalars(select(Case)).one()
    outsider = program("outsider")
    for method, path, body in (
        ("GET", f"/tasks/{task.id}", None), ("POST", f"/tasks/{task.id}/claim", None),
        ("POST", f"/tasks/{task.id}/release", None), ("PUT", f"/tasks/{task.id}/draft", {"values": {}}),
        ("POST", f"/tasks/{task.id}/complete", {"values": {}}), ("GET", f"/cases/{case.id}", None),
        ("GET", f"/referrals/{case.id}", None),
    ):  # fmt: skip
        answer = outsider.send(method, path, body)
        assert answer.status_code == 404, path
        assert "王" not in answer.text
    assert outsider.get("/inbox?tab=claimable").json["tasks"] == []


def test_who_is_late_learns_who_was_faster(
    program: Callable[..., Any], published: None, values: dict[str, Any], answers: dict[str, Any]
) -> None:
    program("nurse").send("POST", "/referrals", values)
    first, second = program("coordinator"), program("coordinator")
    task = first.get("/inbox?tab=claimable").json["tasks"][0]["task_id"]
    sent = {"values": nested({k: str(v) for k, v in answers["accept_referral"].items()})}
    assert first.send("POST", f"/tasks/{task}/complete", sent).status_code == 200
    late = second.send("POST", f"/tasks/{task}/complete", sent)
    assert late.status_code == 409
    assert late.json["error"]["sentences"]


def test_names_that_the_form_does_not_have_are_told_and_no_draft_is_lost(
    program: Callable[..., Any], published: None, values: dict[str, Any], session: Session
) -> None:
    program("nurse").send("POST", "/referrals", values)
    coordinator = program("coordinator")
    task = coordinator.get("/inbox?tab=claimable").json["tasks"][0]["task_id"]
    coordinator.send(
        "PUT", f"/tasks/{task}/draft", {"values": {"intake": {"decision": "decline", "advice": "请联系医保办。"}}}
    )
    for slip, named in (
        ({"intake": {"adivce": "写错了名字"}}, "intake.adivce"), ({"intake": "text"}, "intake"),
        ({"intake": {"advice": {"zh": "x"}}}, "intake.advice"), ({"other": 1}, "other"),
    ):  # fmt: skip
        answer = coordinator.send("PUT", f"/tasks/{task}/draft", {"values": slip})
        assert (answer.status_code, answer.json["error"]["unknown"]) == (422, [named])
    form = {field["name"]: field["value"] for field in coordinator.get(f"/tasks/{task}").json["form"]}
    assert form["intake.advice"] == "请联系医保办。"
