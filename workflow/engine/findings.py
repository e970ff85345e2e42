"""What a check says about a bundle of files: one finding per fault, in words a ward supervisor understands."""

from dataclasses import dataclass
from enum import StrEnum

from workflow.engine.text import Text


class Severity(StrEnum):
    """An error forbids publishing; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """A fault in `file` at `element_id` (None: the file as a whole), the rule that found it and how to mend it."""

    file: str
    element_id: str | None
    severity: Severity
    rule: str
    message: Text
    hint: Text | None = None
