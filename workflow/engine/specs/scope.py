"""The specification of one scope: a process, the inside of a subprocess, or of an event subprocess."""

from dataclasses import dataclass

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.specs import StartTask, WorkflowSpec

from workflow.engine.expressions import Formula
from workflow.engine.text import Text

ROOT = "#root"
"""Name of the node that stands for the scope itself: no XML id can begin with #, so none can collide (D21)."""


@dataclass(frozen=True)
class AdHoc:
    """How an ad-hoc subprocess offers its steps and when it has had enough; no condition: when all are done (D22)."""

    condition: Formula | None
    sequential: bool
    cancel_remaining: bool


class Root(BpmnTaskSpec, StartTask):  # type: ignore[misc]
    """The node that stands for the scope."""

    is_join = is_activity = False
    kind = "scope"
    title = Text("", "")


class ScopeSpec(BpmnProcessSpec):  # type: ignore[misc]
    """The nodes of a scope by element id, and where it starts."""

    def __init__(self, name: str, title: Text, filename: str) -> None:
        # BpmnProcessSpec would add internal nodes named Start and End among the diagram's own ids.
        WorkflowSpec.__init__(self, name=name, filename=filename)
        self.start = Root(self, ROOT)
        self.title = title
        self.description = title.zh
        self.svg = self.io_specification = self.end = None
        self.data_objects: dict[str, object] = {}
        self.data_stores: dict[str, object] = {}
        self.correlation_keys: dict[str, object] = {}
        self.bpmn_start_events: list[object] = []
        self.starts: list[str] = []
        """Where a token is put when the scope begins."""
        self.triggers: list[str] = []
        """Start events of a process that something outside must trigger (D19)."""
        self.handlers: list[str] = []
        """Event subprocesses, armed when the scope begins."""
        self.adhoc: AdHoc | None = None
        self._repeated: frozenset[str] | None = None
        self.is_handler = False
        """The inside of an event subprocess."""

    @property
    def repeated(self) -> frozenset[str]:
        """The names of nodes that stand for one instance of a multi-instance or looped activity."""
        if self._repeated is None:
            self._repeated = frozenset(filter(None, (getattr(spec, "inner", "") for spec in self.task_specs.values())))
        return self._repeated
