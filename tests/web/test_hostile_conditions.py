"""A condition made to run Python, read a file, loop for ever or eat memory is stopped, and the case untouched."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from models import Draft, Entry, Event, ProcessVersion, Task, TaskState
from workflow import instances, studio
from workflow.engine import Bundle, BundleRefused

LIBRARY = Path(__file__).resolve().parents[1] / "data" / "msw_referral"
ATTACKS = {
    "run Python": """eval("__import__('os').system('touch proof')") = 0""",
    "read a file": 'open("/etc/passwd") != null',
    "loop for ever": "count(for i in 1..10**9 return null) > 0",
    "eat memory": 'string length(string join(for i in 1..10**7 return "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")) > 0',
}
SEEN_BEFORE = ("run Python", "read a file")
"""Those that call what is not there; the others are right FEEL, and only running shows what they do."""
CONDITION = re.compile(
    r'(<bpmn:sequenceFlow [^>]*sourceRef="decision".*?<bpmn:conditionExpression[^>]*>)(.*?)'
    r"(</bpmn:conditionExpression>)",
    re.DOTALL,
)


def hostile(attack: str) -> Bundle:
    """The referral with this condition behind the coordinator's decision."""
    files = dict(Bundle.from_folder(LIBRARY).files)
    drawing, count = CONDITION.subn(lambda found: f"{found[1]}={escape(attack)}{found[3]}", files["msw_referral.bpmn"])
    assert count >= 4
    return Bundle.from_texts({**files, "msw_referral.bpmn": drawing})


def state_of(session: Session, task: Task) -> list[Any]:
    """Everything stored of the case and its instance, and how many entries and events there are."""
    session.expire_all()
    rows = [
        session.execute(text(f"SELECT * FROM {table} WHERE {column} = :id"), {"id": key}).one()
        for table, column, key in (
            ("instance", "id", task.instance_id), ("task", "id", task.id), ('"case"', "id", task.case_id),
        )
    ]  # fmt: skip
    return [*rows, *(session.scalar(select(func.count()).select_from(model)) for model in (Entry, Event, Task))]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_hostile_condition_is_stopped_and_the_case_untouched(
    send: Callable[..., Any],
    as_person: Callable[[str], Any],
    find_task: Callable[[str], Task],
    answers: dict[str, Any],
    published: None,
    session: Session,
    attack: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    bundle = hostile(attack)
    # Past every check, as if it had been published by an earlier release that knew no better.
    session.execute(update(ProcessVersion).values(is_current=False))
    session.add(
        ProcessVersion(
            process_key="msw_referral", number=2, content_hash=bundle.content_hash, files=dict(bundle.files),
            name_zh="转介", name_en="Referral", published_at=func.now(), is_current=True,
        )
    )  # fmt: skip
    session.commit()
    send()
    task = find_task("accept_referral")
    browser = as_person("coordinator")
    browser.get(f"/tasks/{task.id}")
    browser.post(f"/tasks/{task.id}/claim")
    before = state_of(session, task)

    answer = browser.post(f"/tasks/{task.id}/complete", answers["accept_referral"])

    assert answer.status_code == 409
    assert "这一步没能办成" in answer.text
    assert "个案没有任何改动" in answer.text
    assert state_of(session, task) == before
    assert session.get_one(Task, task.id).state is TaskState.OPEN
    assert not list(tmp_path.glob("proof*"))
    kept = session.scalars(select(Draft.values).where(Draft.task_id == task.id)).one()
    assert kept["intake"]["decision"] == "accept"

    browser.switch("en")
    browser.get(f"/tasks/{task.id}")
    answer = browser.post(f"/tasks/{task.id}/complete", answers["accept_referral"])
    assert answer.status_code == 409
    assert "The case is unchanged" in answer.text


@pytest.mark.parametrize("name", SEEN_BEFORE)
def test_what_can_be_seen_before_is_never_published(session: Session, name: str) -> None:
    found = instances.check(hostile(ATTACKS[name]))
    assert {"expression-unreadable"} & {finding.rule for finding in found}
    with pytest.raises(BundleRefused):
        studio.publish(session, None, hostile(ATTACKS[name]))


@pytest.mark.parametrize(
    "attack", ["__import__('os').system('touch proof') == 0", '__import__("os").system("touch proof") = 0']
)
def test_python_itself_is_no_formula(session: Session, attack: str) -> None:
    with pytest.raises(BundleRefused):
        studio.publish(session, None, hostile(attack))
