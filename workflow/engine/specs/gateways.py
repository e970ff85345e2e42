"""Gateways: splits by condition, and joins that count tokens instead of looking at history (D1, D3, D14)."""

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway, ParallelGateway
from SpiffWorkflow.util.task import TaskState

from workflow.engine import marks
from workflow.engine.specs.node import Flow, Node
from workflow.engine.token import Token


class Exclusive(Node, ExclusiveGateway):  # type: ignore[misc]
    """Every token that arrives leaves by the first flow whose condition is true, in the order of the file."""

    def choose(self, token: Token) -> list[Flow]:
        """One flow. Raises StepFailed if no condition is true and there is no default."""
        conditional = [flow for flow in self.flows if not flow.is_default]
        if len(self.flows) == 1 and self.flows[0].condition is None:
            return self.flows
        for flow in conditional:
            if flow.condition is None or token.holds(flow.condition):
                return [flow]
        return [flow for flow in self.flows if flow.is_default] or self.no_way_out(token)


class Join(Node):
    """A node that merges tokens: those waiting here, by the flow they came on."""

    is_join = True
    memories = Node.memories | {"flow"}

    def waiting(self, token: Token) -> list[Token]:
        """The tokens waiting at this join in this scope, oldest first."""
        return list(token.workflow.at_join.get(self.name, {}).values())

    def stay(self, token: Token) -> bool:
        """Wait here for the others; returns False, as `enter` does for a token that waits."""
        token.workflow.hold(token)
        return self.wait(token)

    def resume(self, token: Token) -> None:
        """Restored: stand among the waiting again."""
        token.workflow.hold(token)

    def stands(self, token: Token) -> bool:
        """Waiting, on one of the flows that are joined."""
        is_waiting = bool(token.has_state(TaskState.WAITING)) and len(self.arrivals) > 1
        return is_waiting and token.internal_data.get("flow") in self.arrivals

    def merge(self, token: Token) -> None:
        """Take one waiting token from every flow that has one; `token` is left and goes on.

        A second token on the same flow (the next round of a loop that overtook this one) stays for the next time.
        """
        merged: dict[str | None, Token] = {}
        for other in self.waiting(token):
            merged.setdefault(other.internal_data.get("flow"), other)
        unknown = marks.joined(merged.values())
        token.internal_data.pop(marks.MEMO, None)
        if unknown:
            token.internal_data[marks.MEMO] = unknown
        token.workflow.release(token)
        for other in merged.values():
            if other is not token:
                token.workflow.drop(other)


class Parallel(Join, ParallelGateway):  # type: ignore[misc]
    """Opens when a token waits on every incoming flow; then takes all outgoing flows."""

    def enter(self, token: Token) -> bool:
        """Wait until every flow has a token."""
        if len(self.arrivals) < 2:
            return True
        self.stay(token)
        if {other.internal_data.get("flow") for other in self.waiting(token)} < set(self.arrivals):
            return False
        # It was an empty flow that this token filled, so it is the only one on its flow.
        self.merge(token)
        return True

    def choose(self, token: Token) -> list[Flow]:
        """All flows, unconditionally."""
        return self.flows


class Inclusive(Join, InclusiveGateway):  # type: ignore[misc]
    """Opens when no token that is still under way can reach an incoming flow that has none.

    The rule of BPMN 2.0, table 13.3: wait for every token that can reach an empty incoming flow without passing this
    gateway, unless it can also reach a filled one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[frozenset[str], frozenset[str]] = {}
        """Answers of `_before`: the drawing does not change, so each is worked out once."""

    def enter(self, token: Token) -> bool:
        """Wait until the rest of the scope has been looked at, which happens when nothing else is ready."""
        if len(self.arrivals) < 2:
            return True
        return self.stay(token)

    def may_open(self, token: Token) -> bool:
        """Whether nothing that is still to be waited for is under way."""
        filled = frozenset(other.internal_data["flow"] for other in self.waiting(token))
        empty = frozenset(self.arrivals) - filled
        waited_for = self._before(empty) - self._before(filled)
        return not any(
            other.task_spec.name in waited_for
            for other in token.workflow.task_tree.children
            if other.task_spec is not self and not other.is_armed
        )

    def open(self, token: Token) -> None:
        """Merge and go on."""
        self.merge(token)
        token._ready()

    def _before(self, flows: frozenset[str]) -> frozenset[str]:
        """The nodes from which one of these incoming flows can be reached without passing this gateway."""
        if flows not in self._known:
            sources = [name for name, flow in self._scope_flows() if flow.id in flows and flow.target == self.name]
            self._known[flows] = frozenset(self._backwards(sources))
        return self._known[flows]

    def _backwards(self, sources: list[str]) -> set[str]:
        before: dict[str, list[str]] = {}
        for name, flow in self._scope_flows():
            before.setdefault(flow.target, []).append(name)
        for name, spec in self._wf_spec.task_specs.items():
            # A boundary event can happen as long as its activity is open.
            for boundary in getattr(spec, "boundaries", ()):
                before.setdefault(boundary, []).append(name)
        seen: set[str] = set()
        while sources:
            name = sources.pop()
            if name not in seen and name != self.name:
                seen.add(name)
                sources.extend(before.get(name, ()))
        return seen

    def _scope_flows(self) -> Iterator[tuple[str, Flow]]:
        for name, spec in self._wf_spec.task_specs.items():
            for flow in getattr(spec, "flows", ()):
                yield name, flow
