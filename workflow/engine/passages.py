"""What a run leaves behind for others: which elements it passed, and what it sent out."""

from dataclasses import dataclass, field
from typing import Any

from workflow.engine.text import Text


@dataclass(frozen=True)
class Passage:
    """An element of the diagram that was passed; `kind` is its BPMN name, e.g. "userTask"."""

    element_id: str
    kind: str
    name: Text


@dataclass(frozen=True)
class Sent:
    """A signal that was thrown: other cases may wait for it, so it goes to the service as well (D18)."""

    name: str
    payload: dict[str, Any] = field(default_factory=dict)
