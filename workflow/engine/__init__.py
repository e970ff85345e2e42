"""The engine: compiles process versions and runs cases, without database, HTTP or anything else of ours.

The one place that imports SpiffWorkflow, whose parser and specification classes, tasks and workflows are subclassed
here, and QuickJS, which evaluates FEEL.
"""

from workflow.engine.bundle import Bundle
from workflow.engine.checking import check
from workflow.engine.errors import (
    BundleRefused,
    BusinessError,
    EngineError,
    RunDamaged,
    RunStopped,
    SnapshotUnreadable,
    StepFailed,
    TaskNotOpen,
)
from workflow.engine.findings import Finding, Severity
from workflow.engine.moment import Moment, World
from workflow.engine.passages import FieldConflict, Passage, Sent
from workflow.engine.process import Process, Step, compile
from workflow.engine.run import Awaited, Incident, OpenTask, Run, RunState
from workflow.engine.text import Text

__all__ = [
    "Awaited",
    "Bundle",
    "BundleRefused",
    "BusinessError",
    "EngineError",
    "FieldConflict",
    "Finding",
    "Incident",
    "Moment",
    "OpenTask",
    "Passage",
    "Process",
    "Run",
    "RunDamaged",
    "RunState",
    "RunStopped",
    "Sent",
    "Severity",
    "SnapshotUnreadable",
    "Step",
    "StepFailed",
    "TaskNotOpen",
    "Text",
    "World",
    "check",
    "compile",
]
