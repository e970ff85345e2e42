"""Instances: publishing, task rows as a projection, waking, incidents, and what the diagram page shows."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from models import Case, Event, Instance, InstanceState, ProcessVersion, Task, TaskState
from workflow import engine, instances, operations, studio
from workflow.engine import Bundle, BundleRefused, Run, StepFailed, Text
from workflow.errors import Forbidden, NotFound, StepRefused
from workflow.instances import versions

FOLDER = Path(__file__).resolve().parents[2] / "data" / "msw_referral"


def as_seen(task: Task) -> tuple[Any, ...]:
    """What an inbox knows of a task."""
    return (
        task.engine_id, task.element_id, task.name_zh, task.name_en, task.role, task.party, task.organisation_id,
        task.assignee_id, task.form_key, tuple(task.shared_with), task.due_at, task.follow_up_at, task.priority,
    )  # fmt: skip


def test_publishing_the_same_files_again_changes_nothing(session: Session, people: Any) -> None:
    first = studio.publish(session, None, Bundle.from_folder(FOLDER))
    assert (first.number, first.is_current) == (1, True)
    assert studio.publish(session, None, Bundle.from_folder(FOLDER)).id == first.id
    assert session.scalar(select(func.count()).select_from(ProcessVersion)) == 1


def test_a_changed_bundle_is_a_new_version_and_running_cases_stay_on_theirs(ward: Any, session: Session) -> None:
    ward.send()
    files = dict(Bundle.from_folder(FOLDER).files)
    files["msw_referral.bpmn"] = files["msw_referral.bpmn"].replace('name="接收分派"', 'name="接收并分派"')
    second = studio.publish(session, None, Bundle.from_texts(files))
    assert second.number == 2
    assert instances.current(session, "msw_referral").id == second.id
    assert ward.open("accept_referral").name_zh == "接收分派"
    ward.do("accept_referral", "coordinator")
    ward.send()
    assert ward.open("accept_referral").name_zh == "接收并分派"


def test_an_operation_given_up_later_does_not_strand_running_cases(
    ward: Any, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.send()
    versions._cache.clear()  # as after a restart with a newer release
    monkeypatch.setattr(operations, "NAMES", operations.NAMES - {"transfer_case"})
    monkeypatch.setattr(versions, "ROLES", versions.ROLES - {"supervisor"})
    with pytest.raises(BundleRefused):
        engine.compile(Bundle.from_folder(FOLDER), operations=operations.NAMES, roles=versions.ROLES)
    ward.do("accept_referral", "coordinator")
    assert ward.open("first_contact").state is TaskState.OPEN


def test_a_faulty_bundle_is_refused_with_its_faults(session: Session, people: Any) -> None:
    files = dict(Bundle.from_folder(FOLDER).files)
    files["msw_referral.bpmn"] = files["msw_referral.bpmn"].replace('type="assign_case"', 'type="rm_rf"')
    with pytest.raises(BundleRefused) as refused:
        studio.publish(session, None, Bundle.from_texts(files))
    assert "assign_case" in {finding.element_id for finding in refused.value.findings}
    with pytest.raises(Forbidden):
        studio.publish(session, people["worker"], Bundle.from_folder(FOLDER))


def test_task_rows_can_be_rebuilt_from_the_snapshots(ward: Any, session: Session) -> None:
    ward.until("first_contact")
    ward.send()
    before = [
        as_seen(task) for task in session.scalars(select(Task).where(Task.state == TaskState.OPEN).order_by(Task.id))
    ]
    assert len(before) == 2
    session.execute(
        delete(Task).where(
            Task.state == TaskState.OPEN, ~Task.id.in_(select(Event.task_id).where(Event.task_id.isnot(None)))
        )
    )
    for task in session.scalars(select(Task).where(Task.state == TaskState.OPEN)):
        # Events point to these rows: instead of going, they forget what they knew.
        task.due_at, task.priority, task.shared_with, task.party = None, 1, [], "agency"
    session.flush()
    for instance_id in session.scalars(select(Instance.id)).all():
        instances.rebuild(session, instance_id, ward.now)
    session.expire_all()
    after = [
        as_seen(task) for task in session.scalars(select(Task).where(Task.state == TaskState.OPEN).order_by(Task.id))
    ]
    assert [row[:7] + row[8:] for row in after] == [row[:7] + row[8:] for row in before]


def test_missing_and_superfluous_rows_are_put_right(ward: Any, session: Session) -> None:
    ward.send()
    task = ward.open("accept_referral")
    expected = as_seen(task)
    instance_id = task.instance_id
    task.engine_id = "gone"
    session.flush()
    assert instances.rebuild(session, instance_id, ward.now) == 1
    session.expire_all()
    assert session.get_one(Task, task.id).state is TaskState.CANCELLED
    assert as_seen(ward.open("accept_referral")) == expected


def test_waking_before_the_time_does_nothing(ward: Any, session: Session) -> None:
    ward.send()
    instance = session.scalars(select(Instance)).one()
    assert instance.wake_at
    before = instance.snapshot
    assert not instances.wake(session, instance.id, instance.wake_at - timedelta(seconds=1))
    assert instance.snapshot == before


def test_a_due_timer_fires_once(ward: Any, session: Session) -> None:
    ward.send()
    instance = session.scalars(select(Instance)).one()
    due = instance.wake_at
    assert instances.wake(session, instance.id, due)
    assert not instances.wake(session, instance.id, due)
    notices = session.scalars(select(Event).where(Event.kind == "notified")).all()
    assert [(event.details["about"], event.actor_id) for event in notices] == [("intake_overdue", None)]
    assert ward.open("accept_referral").state is TaskState.OPEN


def test_after_a_long_stop_everything_due_is_caught_up(ward: Any, session: Session) -> None:
    ward.send()
    ward.do("accept_referral", "coordinator", **{
        "intake.decision": "ask_info", "intake.worker": "", "intake.info_needed": "请补充预计出院日期。",
    })  # fmt: skip
    instance = session.scalars(select(Instance)).one()
    late = ward.now + timedelta(days=60)
    turns = 0
    while instance.wake_at is not None and turns < 5:
        assert instances.wake(session, instance.id, late)
        late += timedelta(days=60)
        turns += 1
    case = session.scalars(select(Case)).one()
    assert (case.state, case.state_reason) == ("rejected", "insufficient_info")
    assert (
        session.scalars(select(Task).where(Task.element_id == "supply_information")).one().state is TaskState.CANCELLED
    )
    assert instance.state == "completed"


def test_a_failing_wake_up_is_an_incident_and_the_case_stays_as_it_was(
    ward: Any, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward.send()
    instance = session.scalars(select(Instance)).one()

    def fails(self: Run) -> None:
        raise StepFailed(Text("计时器算不出来。", "The timer cannot be evaluated."), "intake_overdue")

    monkeypatch.setattr(Run, "wake", fails)
    assert instances.wake(session, instance.id, instance.wake_at)
    monkeypatch.undo()
    assert instance.state == "incident"
    assert instance.incident
    assert (instance.incident["element_id"], instance.incident["en"]) == (
        "intake_overdue",
        "The timer cannot be evaluated.",
    )
    assert instance.wake_at is None
    assert session.scalars(select(Case)).one().state == "requested"
    with pytest.raises(StepRefused):
        ward.do("accept_referral", "coordinator")


def test_the_diagram_page_shows_where_it_stands_without_the_person(ward: Any, session: Session) -> None:
    ward.until("assess")
    instance = session.scalars(select(Instance)).one()
    view = instances.open_instance(session, ward.people["worker"], instance.id, ward.now)
    assert view.active == ["assess"]
    assert view.done["first_contact"] == 1
    assert [step.element_id for step in view.steps if step.active] == ["assess"]
    assert view.xml.startswith("<?xml")
    assert "王小明" not in str(view)
    ward.do("assess", "worker")
    for element_id, who in (
        ("evaluate_closure", "worker"),
        ("write_feedback", "worker"),
        ("acknowledge_feedback", "nurse"),
    ):
        ward.do(element_id, who)
    view = instances.open_instance(session, ward.people["worker"], instance.id, ward.now)
    assert (view.active, view.state, view.done["end_completed"]) == ([], "completed", 1)


@pytest.mark.parametrize("who", ["worker2", "nurse2", "outsider", "agency", "admin"])
def test_strangers_do_not_find_the_instance(ward: Any, session: Session, who: str) -> None:
    ward.send()
    instance_id = session.scalars(select(Instance.id)).one()
    with pytest.raises(NotFound):
        instances.open_instance(session, ward.people[who], instance_id, ward.now)


def test_unknown_instances_are_not_found(ward: Any, session: Session) -> None:
    with pytest.raises(NotFound):
        instances.open_instance(session, ward.people["worker"], uuid4(), ward.now)
    with pytest.raises(NotFound):
        instances.wake(session, uuid4(), ward.now)


def test_waking_a_damaged_case_marks_it_once_and_is_not_tried_again(ward: Any, session: Session) -> None:
    ward.send()
    instance = session.scalars(select(Instance)).one()
    assert instance.wake_at is not None
    later = instance.wake_at + timedelta(minutes=1)
    session.execute(text("UPDATE instance SET snapshot = snapshot || '{\"scopes\": []}'"))
    session.expire_all()
    damaged = dict(instance.snapshot)
    assert instances.wake(session, instance.id, later)
    assert (instance.state, instance.wake_at, instance.snapshot) == (InstanceState.INCIDENT, None, damaged)
    assert instance.incident is not None
    assert "损坏" in instance.incident["zh"]
    assert not instances.wake(session, instance.id, later)
    kinds = session.scalars(select(Event.kind).where(Event.instance_id == instance.id)).all()
    assert kinds.count("instance.incident") == 1
    assert ward.open("accept_referral").state is TaskState.OPEN
