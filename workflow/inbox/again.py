"""A step that was sent back comes back as it was sent, so that nobody types it twice (domain.md §3.5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Entry, Task
from workflow.engine import Step
from workflow.forms import Form

AGAIN = "carerelay:again"
"""Property of a user task: the steps, comma between, whose newest entry with the same form it begins with."""


def filled(session: Session, task: Task, step: Step | None, form: Form) -> dict[str, Any]:
    """What the form begins with, as typed; empty when nothing was sent before. Files stay with the earlier entry."""
    named = step.properties.get(AGAIN, "") if step else ""
    steps = [name.strip() for name in named.split(",") if name.strip()]
    if not steps:
        return {}
    earlier = _newest(session, task.instance_id, steps, form.id)
    if earlier is None:
        return {}
    raw = form.to_raw(form.from_json(earlier.values))
    files = set(form.file_paths({}))
    return form.typed({name: texts for name, texts in raw.items() if name not in files})


def _newest(session: Session, instance_id: UUID, steps: list[str], form_key: str) -> Entry | None:
    return session.scalar(
        select(Entry)
        .where(Entry.instance_id == instance_id, Entry.element_id.in_(steps), Entry.form_key == form_key)
        .order_by(Entry.submitted_at.desc(), Entry.id.desc())
        .limit(1)
    )
