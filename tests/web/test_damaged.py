"""A case whose stored state cannot be read: told plainly, marked as an incident, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models import Draft, Entry, Event, Instance, InstanceState, Task, TaskState

DAMAGES = {
    "empty": "'{}'::jsonb",
    "no scopes": "snapshot || '{\"scopes\": []}'",
    "newer": "snapshot || '{\"format\": 999}'",
    "not an object": "'[1]'::jsonb",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_case_is_an_incident_and_its_pages_still_open(
    send: Callable[..., Any],
    as_person: Callable[[str], Any],
    find_task: Callable[[str], Task],
    answers: dict[str, Any],
    session: Session,
    damage: str,
) -> None:
    send()
    task = find_task("accept_referral")
    session.execute(text(f"UPDATE instance SET snapshot = {damage}"))
    session.commit()
    browser = as_person("coordinator")
    for address in (f"/tasks/{task.id}", f"/cases/{task.case_id}", f"/instances/{task.instance_id}"):
        assert browser.get(address).status_code == 200, address

    browser.get(f"/tasks/{task.id}")
    for _ in range(2):
        answer = browser.post(f"/tasks/{task.id}/complete", answers["accept_referral"])
        assert answer.status_code == 409
        assert "读不出来" in answer.text
        browser.get(f"/tasks/{task.id}")
    session.expire_all()
    instance = session.scalars(select(Instance)).one()
    assert (instance.state, instance.wake_at) == (InstanceState.INCIDENT, None)
    kinds = session.scalars(select(Event.kind).where(Event.instance_id == instance.id)).all()
    assert kinds.count("instance.incident") == 1
    assert session.get_one(Task, task.id).state is TaskState.OPEN
    assert session.scalar(select(func.count()).select_from(Entry).where(Entry.task_id == task.id)) == 0
    kept = session.scalars(select(Draft.values).where(Draft.task_id == task.id)).one()
    assert kept["intake"]["decision"] == "accept"
    for address in (f"/tasks/{task.id}", f"/cases/{task.case_id}", f"/instances/{task.instance_id}"):
        assert browser.get(address).status_code == 200, address
