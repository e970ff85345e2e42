"""What can go wrong in the engine, each with a sentence in both languages and the element it happened at."""

from collections.abc import Sequence

from workflow.engine.findings import Finding, Severity
from workflow.engine.text import Text


class EngineError(Exception):
    """Base of all engine errors; `message` is fit to be shown to the person at the screen."""

    def __init__(self, message: Text, element_id: str | None = None) -> None:
        super().__init__(f"{message.en or message.zh}" + (f" [{element_id}]" if element_id else ""))
        self.message = message
        self.element_id = element_id


class BundleRefused(EngineError):
    """A bundle that must not run; `findings` says why, errors first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)
        first = self.findings[0]
        super().__init__(first.message, first.element_id)


class TaskNotOpen(EngineError):
    """The task to be completed is not open: done, cancelled, or never there."""


class StepFailed(EngineError):
    """An expression, decision or operation failed while running; the run object must be thrown away.

    The snapshot that the run was restored from is still right: nothing of the failed step has happened.
    """


class RunDamaged(StepFailed):
    """The engine itself could not go on: the state is damaged in a way that restoring does not see, or a fault of ours.

    Trying again would fail again; somebody has to look after the case.
    """


class RunStopped(StepFailed):
    """The run stands in an incident: it takes no more input until somebody has looked after it."""


class SnapshotUnreadable(EngineError):
    """A stored state that cannot be restored: damaged, of another version, or newer than this program."""


class BusinessError(Exception):
    """Raised by an operation for a foreseen failure; a BPMN error boundary event with the same code catches it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
