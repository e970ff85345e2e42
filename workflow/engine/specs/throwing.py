"""Events that are thrown, and the ends of a path (D6, D9)."""

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EndEvent, IntermediateThrowEvent

from workflow.engine.errors import BusinessError
from workflow.engine.specs.activities import call
from workflow.engine.specs.node import Node
from workflow.engine.token import Token


class Throwing(Node):
    """A node that throws its definitions when a token passes; a message is sent by an operation."""

    records_itself = True
    definitions: list[Any] = []
    operation = ""
    headers: dict[str, str] = {}

    def perform(self, token: Token) -> bool | None:
        """Throw; the token goes on unless what it threw took it away."""
        case = token.workflow.top_workflow
        if any(definition.kind == "message" for definition in self.definitions) and not self._send(token):
            return None
        # Now, not when it is left: what it throws may take the token away, and yet it was reached.
        case.pass_through(token)
        events = case.events
        for definition in self.definitions:
            if not token.is_alive:
                return None
            if definition.kind == "signal":
                events.throw_signal(definition.name)
            elif definition.kind == "escalation":
                events.escalate(token, definition.code)
            elif definition.kind == "error":
                events.raise_error(token, definition.code)
                return None
            elif definition.kind == "terminate":
                token.workflow.clear(keep=token)
        return True

    def _send(self, token: Token) -> bool:
        try:
            result = call(token, self.operation, self.headers)
        except BusinessError as error:
            token.workflow.top_workflow.events.raise_error(token, error.code, str(error))
            return False
        token.conclude(result, self.outputs_mapped)
        return True


class Throw(Throwing, IntermediateThrowEvent):  # type: ignore[misc]
    """An intermediate throwing event; a link leads to its other side by an ordinary flow."""


class End(Throwing, EndEvent):  # type: ignore[misc]
    """The end of a path, and perhaps the outcome of the case."""

    def perform(self, token: Token) -> bool | None:
        """Throw, and remember which end was reached last."""
        if not super().perform(token) or not token.is_alive:
            return None
        workflow = token.workflow
        while workflow.spec.is_handler:
            workflow = workflow.host.workflow
        if workflow is workflow.top_workflow:
            workflow.outcome = self.bpmn_id
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        # The stock end event searches the whole tree for what a terminate event ends; ours did it in `perform`.
        return
