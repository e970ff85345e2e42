"""What all nodes of a diagram share: entering, boundary events, conditional flows, leaving."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from workflow.engine import marks, values
from workflow.engine.errors import StepFailed
from workflow.engine.expressions import Formula, Mapped
from workflow.engine.text import Text
from workflow.engine.token import Token


@dataclass(frozen=True)
class Flow:
    """A sequence flow: the node it leads to and the condition it carries."""

    id: str
    target: str
    condition: Formula | None = None
    is_default: bool = False


class Node(BpmnSpecMixin):  # type: ignore[misc]
    """A node of the diagram, mixed in before SpiffWorkflow's class of the same kind.

    A node is shared by all runs of its process version: what a run needs to remember stands in the token.
    """

    kind = ""
    """BPMN's name of the element, e.g. "userTask"."""
    title = Text("", "")
    is_activity = False
    is_join = False
    """True if a token may wait here for other tokens of the same scope."""

    shares_turns = False
    """True for a looped activity: what a turn of it writes, it writes into the data outside."""
    memories = frozenset({marks.MEMO, "turn", "fence"})
    """The names under which a token that stands here may remember something."""
    records_itself = False
    """True if the node tells the case by itself that it was passed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flows: list[Flow] = []
        self.arrivals: list[str] = []
        """Ids of the flows that lead here."""
        self.boundaries: list[str] = []
        """Names of the boundary events attached to this activity."""
        self.properties: Mapping[str, str] = {}
        self.inputs_mapped: list[Mapped] = []
        self.outputs_mapped: list[Mapped] = []

    @property
    def shows_all(self) -> bool:
        """True if all that stood in the data when the step began was shown to it."""
        return False

    # -- SpiffWorkflow's life cycle of a task ----------------------------------------------------------------------

    def test(self) -> None:
        """Structure is checked when a bundle is checked, not each time a token becomes ready."""

    def _predict(self, my_task: Token, *args: Any, **kwargs: Any) -> None:
        # Predicted tasks are for display; they cost time and memory with every step, and nobody reads them here.
        return

    def _update_hook(self, my_task: Token) -> bool:
        if "boundary" not in my_task.internal_data:
            for mapped in self.inputs_mapped:
                _set_local(my_task, mapped)
        for name in self.boundaries:
            my_task.workflow.spawn(name, my_task, boundary=True)
        ready = self.enter(my_task)
        # Only a node that waits for events asks whether its event has happened already.
        my_task.internal_data.pop("fired", None)
        return ready

    def _on_ready(self, my_task: Token) -> None:
        if not self.manual:
            my_task.workflow.top_workflow.ready.append(my_task)

    def _run_hook(self, my_task: Token) -> bool | None:
        return self.perform(my_task)

    def _on_complete(self, my_task: Token) -> None:
        workflow = my_task.workflow
        for child in my_task.children:
            workflow.drop(child)
        if not self.records_itself:
            workflow.top_workflow.pass_through(my_task)
        if my_task.is_instance:
            my_task.parent.task_spec.instance_finished(my_task.parent, my_task)
        else:
            self.leave(my_task)
        workflow._task_completed_notify(my_task)

    # -- what kinds of nodes override ------------------------------------------------------------------------------

    def enter(self, token: Token) -> bool:
        """A token has arrived: True if the step can be done now, False if it waits for something."""
        return True

    def perform(self, token: Token) -> bool | None:
        """Do the step. True: go on behind it; None: it goes on later, or not at all."""
        return True

    def choose(self, token: Token) -> list[Flow]:
        """The flows to take: those without condition always, the others when true, the default when none is (D2)."""
        if not any(flow.condition or flow.is_default for flow in self.flows):
            return self.flows
        taken = [
            flow
            for flow in self.flows
            if not flow.is_default and (flow.condition is None or token.holds(flow.condition))
        ]
        return taken or [flow for flow in self.flows if flow.is_default] or self.no_way_out(token)

    def remembers(self, memo: dict[str, Any]) -> bool:
        """Whether a restored token's memory is what this node left there."""
        return True

    def stands(self, token: Token) -> bool:
        """Whether a token can stand here between two inputs, and this one does so rightly: most nodes are passed."""
        return False

    def resume(self, token: Token) -> None:
        """A waiting token has been restored: take note of it where the case keeps lists of such tokens."""

    # -- help for the kinds ----------------------------------------------------------------------------------------

    def leave(self, token: Token) -> None:
        """Put tokens on the flows to take."""
        workflow = token.workflow
        for flow in self.choose(token):
            target = workflow.spec.task_specs[flow.target]
            workflow.spawn(flow.target, **({"flow": flow.id} if target.is_join else {}), **marks.inherited(token))

    def no_way_out(self, token: Token) -> list[Flow]:
        """Raise StepFailed: no condition is true and there is no default."""
        name = token.name
        raise StepFailed(
            Text(
                f"“{name.zh}”之后没有一个条件成立，也没有默认分支，案例走不下去。",
                f"Behind “{name.en}” no condition is true and there is no default branch.",
            ),
            token.element_id,
        )

    def wait(self, token: Token) -> bool:
        """Mark a token as waiting; returns False, as `enter` does for a token that waits."""
        token._set_state(TaskState.WAITING)
        return False


def _set_local(token: Token, mapped: Mapped) -> None:
    """Set a local variable, perhaps one field of it, from an input mapping."""
    value = values.keep(token.evaluate(mapped.source))
    name, *rest = mapped.target.split(".")
    place = token.data
    for key in [name, *rest][:-1]:
        inner = place.get(key)
        if not isinstance(inner, dict):
            inner = place[key] = {}
        place = inner
    place[[name, *rest][-1]] = value
