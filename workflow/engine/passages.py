"""What a run leaves behind for others: which elements it passed, what it sent out, which fields collided."""

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


@dataclass(frozen=True)
class FieldConflict:
    """Two branches changed the same field, and the later one could not know of the earlier; no values (D1)."""

    element_id: str
    """The element that wrote later: its value counts."""
    earlier_id: str
    path: str
    """The field as a dotted path, as far as its names are words of the process version and not somebody's own."""
