"""Tasks: list, count, open, claim, release, keep a draft, complete."""

from workflow.inbox.claiming import claim, release
from workflow.inbox.completing import Completed, complete
from workflow.inbox.reading import TaskInfo, TaskView, form_of, open_task, save_draft
from workflow.inbox.rows import InboxRow, count, list_tasks

__all__ = [
    "Completed", "InboxRow", "TaskInfo", "TaskView", "claim", "complete", "count", "form_of", "list_tasks", "open_task",
    "release", "save_draft",
]  # fmt: skip
