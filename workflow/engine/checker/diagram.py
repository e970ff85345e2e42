"""The checker's picture of a diagram: nodes, flows, scopes and the expressions on them, without behaviour."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from workflow.engine.text import Text

ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "adHocSubProcess",
        "transaction",
    }
)
SCOPES = frozenset({"subProcess", "adHocSubProcess", "transaction"})


@dataclass(frozen=True)
class Expression:
    """A FEEL text and where it stands: `role` names the attribute, `after` is true if it reads the step's results."""

    source: str
    role: str
    after: bool = False


@dataclass(frozen=True)
class Mapping:
    """One line of an ioMapping: `target` is set to the value of `source`."""

    source: str
    target: str


@dataclass(frozen=True)
class EventDefinition:
    """What an event waits for or throws: `kind` is timer, message, error, ...; `reference` the id it points to.

    `name` is the message's, signal's or link's name or the error's or escalation's code; None means "any".
    """

    kind: str
    reference: str | None = None
    name: str | None = None
    timer: tuple[str, str] | None = None


@dataclass(frozen=True)
class MultiInstance:
    """A step done once for each item of a collection."""

    collection: str | None
    item: str | None
    output: str | None
    output_item: str | None
    until: str | None
    sequential: bool


@dataclass
class Flow:
    """An arrow; `condition` is FEEL without the leading "="."""

    id: str
    source: str
    target: str
    name: Text
    condition: str | None = None


@dataclass
class Node:
    """A step, event or gateway of the diagram."""

    id: str
    kind: str
    scope: str
    name: Text
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)
    default: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    triggered_by_event: bool = False
    events: list[EventDefinition] = field(default_factory=list)
    form: str | None = None
    decision: str | None = None
    calls: str | None = None
    shares_all_in: bool = True
    shares_all_out: bool = True
    result: str | None = None
    inputs: list[Mapping] = field(default_factory=list)
    outputs: list[Mapping] = field(default_factory=list)
    instances: MultiInstance | None = None
    is_looped: bool = False
    expressions: list[Expression] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def is_activity(self) -> bool:
        """True for tasks, called processes and subprocesses."""
        return self.kind in ACTIVITIES

    @property
    def is_scope(self) -> bool:
        """True for an embedded subprocess of any sort."""
        return self.kind in SCOPES

    def event(self, kind: str) -> EventDefinition | None:
        """The first event definition of that kind."""
        return next((event for event in self.events if event.kind == kind), None)


@dataclass
class Diagram:
    """One process of one file; `nodes` and `flows` of all its subprocesses lie in the same dictionaries.

    The questions below are asked once the diagram is complete: their answers are kept.
    """

    file: str
    id: str
    name: Text
    executable: bool
    given: frozenset[str] = frozenset()
    """What a caller may hand in (property `carerelay:given`); nothing of it is sure."""
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: dict[str, Text] = field(default_factory=dict)

    def inside(self, scope: str) -> list[Node]:
        """The nodes that lie directly in the process or subprocess `scope`."""
        return self._inside.get(scope, [])

    def scopes(self) -> Iterator[str]:
        """The process and all its subprocesses, outer before inner."""
        yield self.id
        for node in self.nodes.values():
            if node.is_scope:
                yield node.id

    def boundaries(self, node_id: str) -> list[Node]:
        """The boundary events on the edge of a step."""
        return self._boundaries.get(node_id, [])

    def starts(self, scope: str) -> list[Node]:
        """Where a scope begins: its start events or, if it has none, every node that nothing leads to."""
        return self._starts.get(scope, [])

    def event_subprocesses(self, scope: str) -> list[Node]:
        """The event subprocesses drawn directly in a scope."""
        return [node for node in self.inside(scope) if node.triggered_by_event]

    def next_nodes(self, node: Node) -> list[Node]:
        """The nodes its arrows lead to."""
        return [self.nodes[self.flows[flow].target] for flow in node.outgoing]

    def around(self, node_id: str) -> list[str]:
        """The subprocesses that a node lies in, from the inside out."""
        found, scope = [], self.nodes[node_id].scope
        while scope != self.id:
            found.append(scope)
            scope = self.nodes[scope].scope
        return found

    @cached_property
    def _inside(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            found.setdefault(node.scope, []).append(node)
        return found

    @cached_property
    def _boundaries(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.attached_to:
                found.setdefault(node.attached_to, []).append(node)
        return found

    @cached_property
    def _starts(self) -> dict[str, list[Node]]:
        return {
            scope: [node for node in inside if node.kind == "startEvent"]
            or [
                node
                for node in inside
                if not node.incoming
                and not node.triggered_by_event
                and node.kind != "boundaryEvent"
                and not (node.kind == "intermediateCatchEvent" and node.event("link"))
            ]
            for scope, inside in self._inside.items()
        }
