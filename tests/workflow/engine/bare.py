"""Runs a drawing on the parser and the engine of SpiffWorkflow as they come, without anything of ours."""

from typing import Any, Self

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from tests.workflow.engine.build import element
from workflow.engine import Bundle

_FEEL_MARKS = ("conditionExpression>", "<condition>", "completionCondition>", "loopCondition>")


def script(id: str, code: str) -> str:
    """A script task in the only language the bare engine has, Python."""
    return element("scriptTask", id, content=f"<script>{code}</script>")


def repeated(count: str, *, sequential: bool = False, until: str = "") -> str:
    """Multi-instance characteristics as the bare engine reads them."""
    condition = f"<completionCondition>{until}</completionCondition>" if until else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<loopCardinality>{count}</loopCardinality>{condition}</multiInstanceLoopCharacteristics>"
    )


class Bare:
    """A case on the bare engine, driven by element ids like `build.Play`.

    Raises what the library raises: a refusal of the drawing when it is read, anything else when it runs.
    """

    def __init__(self, of: Bundle, **variables: Any) -> None:
        parser = BpmnParser()
        text = of.files["p.bpmn"]
        # The builder writes FEEL, "=x"; without the sign the conditions of these drawings are Python as well.
        for mark in _FEEL_MARKS:
            text = text.replace(f"{mark}=", mark)
        parser.add_bpmn_str(text.encode())
        self.workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        for task in self.workflow.get_tasks(state=TaskState.READY):
            task.data.update(variables)
        self.workflow.do_engine_steps()

    def tasks(self) -> list[Task]:
        """The open tasks of people."""
        return [task for task in self.workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]

    def open(self) -> list[str]:
        """The element ids of the open tasks of people, without the engine's own suffix for repeated ones."""
        return sorted(task.task_spec.name.removesuffix(" [child]") for task in self.tasks())

    def do(self, name: str, **values: Any) -> Self:
        """Complete the first open task of that element and run on."""
        task = next(task for task in self.tasks() if task.task_spec.name.removesuffix(" [child]") == name)
        task.data.update(values)
        task.run()
        self.workflow.do_engine_steps()
        return self

    def passed(self, name: str) -> int:
        """How often that element was completed."""
        return len(self.workflow.get_tasks(state=TaskState.COMPLETED, spec_name=name))

    def send(self, name: str) -> bool:
        """Deliver a message; False if nobody waits for it."""
        return self._deliver(MessageEventDefinition(name))

    def signal(self, name: str) -> bool:
        """Deliver a signal; False if nobody waits for it."""
        return self._deliver(SignalEventDefinition(name))

    def _deliver(self, definition: Any) -> bool:
        try:
            self.workflow.send_event(BpmnEvent(definition, payload={}))
        except WorkflowException:
            return False
        self.workflow.do_engine_steps()
        return True

    def wake(self) -> Self:
        """Look at the timers, as somebody has to."""
        self.workflow.refresh_timers()
        self.workflow.do_engine_steps()
        return self

    @property
    def completed(self) -> bool:
        return bool(self.workflow.is_completed())
