"""Steps whose existence, or whose doer, is not for everybody in the case (domain.md §3.2): how they are marked.

A diagram marks a step with `carerelay:secret`. "P3": only those who read restricted values know of it. "P4": nor do
they know who does it; that is for the data-protection owner alone. Task rows and events carry the same mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models import Task

PROPERTY = "carerelay:secret"
RESTRICTED, REPORTER = "P3", "P4"


def of(properties: Mapping[str, str]) -> str | None:
    """The mark of a step; None when everybody may know of it."""
    return properties.get(PROPERTY)


def details(task: Task) -> dict[str, Any]:
    """What an event says of a task: its element and names, and its mark if it has one."""
    about = {"element": task.element_id, "zh": task.name_zh, "en": task.name_en}
    return about | ({"secret": task.secrecy} if task.secrecy else {})


def hides_actor(event_details: Mapping[str, Any]) -> bool:
    """Whether who did it is for the data-protection owner alone."""
    return event_details.get("secret") == REPORTER


def is_hidden(secret: str | None, classes: frozenset[str]) -> bool:
    """Whether somebody who reads these classes may not even know of it."""
    return secret is not None and RESTRICTED not in classes
