"""Who writes over what somebody else has changed meanwhile is told on the next page, in either language."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from models import Task
from web.views import tasks as task_views
from workflow import inbox
from workflow.engine import Text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "您办理期间，有人也改了“是否同意、计划”。"),
        ("en", "While you worked on it, somebody else changed “Agreed?, Plan” too."),
    ],
)
def test_the_person_is_told_what_was_written_over(
    send: Callable[..., Any],
    as_person: Callable[[str], Any],
    find_task: Callable[[str], Task],
    answers: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    words: str,
) -> None:
    send()
    real = inbox.complete

    def complete(*arguments: Any) -> inbox.Completed:
        return replace(real(*arguments), overwritten=[Text("是否同意", "Agreed?"), Text("计划", "Plan")])

    monkeypatch.setattr(task_views.inbox, "complete", complete)
    browser = as_person("coordinator")
    browser.switch(language)
    task = find_task("accept_referral")
    browser.get(f"/tasks/{task.id}")
    page = browser.post(f"/tasks/{task.id}/complete", answers["accept_referral"])
    assert page.status_code == 200
    assert words in page.text
