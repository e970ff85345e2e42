"""What a case surely knows at each step, and which conditions surely hold there: one pass over the arrows.

At a merge only what every branch brings is sure; behind a join of parallel branches, what any of them brings.
"""

from dataclasses import dataclass, field

from workflow.engine.checker.context import Context
from workflow.engine.checker.diagram import Diagram, Node
from workflow.engine.checker.fields import Field
from workflow.engine.checker.graph import Graph, link_catches

Fact = tuple[str, bool]
BRANCHES_REMEMBERED = 30
"""A gateway with more branches than that is not remembered branch by branch: the work would grow with their square."""


@dataclass(frozen=True)
class Knowledge:
    """The dotted paths that are set, and conditions (FEEL text, whether true) that hold."""

    paths: frozenset[str] = frozenset()
    facts: frozenset[Fact] = frozenset()

    def without(self, changed: frozenset[str], reads: dict[str, frozenset[str]]) -> "Knowledge":
        """What still holds after `changed` paths got new values."""
        facts = frozenset(
            fact
            for fact in self.facts
            if not any(touches(path, name) for path in changed for name in reads.get(fact[0], frozenset()))
        )
        return Knowledge(self.paths, facts)

    def plus(self, paths: frozenset[str]) -> "Knowledge":
        """The same with more paths set."""
        return Knowledge(self.paths | paths, self.facts)


@dataclass
class Flowing:
    """The result for one process: knowledge before each node, on each arrow, and at the end."""

    before: dict[str, Knowledge] = field(default_factory=dict)
    along: dict[str, Knowledge] = field(default_factory=dict)
    at_end: Knowledge = Knowledge()


class DataFlow:
    """Computes Flowing for one process that begins with `entry` known."""

    def __init__(
        self,
        context: Context,
        diagram: Diagram,
        graph: Graph,
        reads: dict[str, frozenset[str]],
        gains: dict[str, frozenset[str]],
    ) -> None:
        self.context, self.diagram, self.graph = context, diagram, graph
        self.reads, self.gains = reads, gains
        self.order = sorted(diagram.nodes.values(), key=lambda node: graph.rank[node.id])
        self.changed = {node.id: self._changes(node) for node in diagram.nodes.values()}
        self.entering: dict[str, list[tuple[str, str]]] = {}

    def run(self, entry: frozenset[str]) -> Flowing:
        """Repeat until nothing changes; every turn only takes away, so it ends."""
        flowing = Flowing()
        leaving: dict[str, Knowledge] = {}
        changed = True
        while changed:
            changed = False
            for node in self.order:
                before = self._before(flowing, leaving, node, entry)
                if before is None:
                    continue
                flowing.before[node.id] = before
                after = self._after(leaving, node, before)
                if after is None:
                    continue
                along = self._split(node, after)
                if leaving.get(node.id) != after:
                    leaving[node.id] = after
                    flowing.along.update(along)
                    changed = True
        flowing.at_end = _common(self._ends(leaving, self.diagram.id)) or Knowledge(entry)
        return flowing

    def _before(
        self,
        flowing: Flowing,
        leaving: dict[str, Knowledge],
        node: Node,
        entry: frozenset[str],
    ) -> Knowledge | None:
        sources = [flowing.along[flow] for flow in node.incoming if flow in flowing.along]
        if node.kind == "intermediateCatchEvent" and node.event("link"):
            sources += [
                leaving[throw.id]
                for throw in self.diagram.inside(node.scope)
                if throw.id in leaving and node in link_catches(self.diagram, throw)
            ]
        if node.attached_to:
            host = flowing.before.get(node.attached_to)
            if host is None:
                return None
            sources.append(host.without(self.changed[node.attached_to], self.reads))
        if node.triggered_by_event or node in self.diagram.starts(node.scope):
            outer = self._outside(flowing, node, entry)
            if outer is None:
                return None
            sources.append(Knowledge(outer.paths) if node.triggered_by_event else outer)
        if node.kind == "parallelGateway" and sources:
            return Knowledge(
                frozenset().union(*(each.paths for each in sources)),
                frozenset().union(*(each.facts for each in sources)),
            )
        return _common(sources)

    def _outside(self, flowing: Flowing, node: Node, entry: frozenset[str]) -> Knowledge | None:
        if node.scope == self.diagram.id:
            return Knowledge(entry)
        host = self.diagram.nodes[node.scope]
        outer = flowing.before.get(host.id)
        return outer and outer.plus(_paths(self.context.locals_of(host)))

    def _after(self, leaving: dict[str, Knowledge], node: Node, before: Knowledge) -> Knowledge | None:
        gained = _paths(self.context.sets(node))
        if node.is_scope:
            inner = _common(self._ends(leaving, node.id))
            if inner is None and self.diagram.inside(node.id):
                return None
            if inner is not None and not node.outputs and not node.instances and node.kind != "adHocSubProcess":
                gained |= inner.paths - _paths(self.context.locals_of(node))
        if node.kind == "callActivity" and node.shares_all_out and not node.outputs and not node.instances:
            gained |= self.gains.get(node.calls or "", frozenset())
        return before.without(self.changed[node.id], self.reads).plus(gained)

    def _split(self, node: Node, after: Knowledge) -> dict[str, Knowledge]:
        flows = [self.diagram.flows[flow] for flow in node.outgoing]
        decides = node.kind in {"exclusiveGateway", "inclusiveGateway"} and 2 <= len(flows) <= BRANCHES_REMEMBERED
        if not decides:
            return {flow.id: after for flow in flows}
        found = {}
        conditions = [flow.condition for flow in flows if flow.condition and flow.id != node.default]
        for flow in flows:
            facts: set[Fact] = set()
            if flow.id == node.default:
                facts = {(condition, False) for condition in conditions}
            elif flow.condition:
                facts = {(flow.condition, True)}
                if node.kind == "exclusiveGateway":
                    earlier = conditions[: conditions.index(flow.condition)]
                    facts |= {(condition, False) for condition in earlier}
            found[flow.id] = Knowledge(after.paths, after.facts | facts)
        return found

    def _changes(self, node: Node) -> frozenset[str]:
        paths = _paths(self.context.sets(node))
        if node.is_scope:
            for each in self.diagram.inside(node.id):
                paths |= self._changes(each)
        return paths

    def _ends(self, leaving: dict[str, Knowledge], scope: str) -> list[Knowledge]:
        """What is known at each place where a path of the scope stops."""
        return [
            leaving[node.id]
            for node in self.diagram.inside(scope)
            if not node.outgoing
            and not node.triggered_by_event
            and not node.event("error")
            and node.id in leaving
            and not (node.kind == "intermediateThrowEvent" and node.event("link"))
        ]


def touches(path: str, name: str) -> bool:
    """True if one of two dotted paths is the other or a part of it."""
    return path == name or path.startswith(name + ".") or name.startswith(path + ".")


def _paths(fields: list[Field]) -> frozenset[str]:
    return frozenset(each.path for each in fields if each.path)


def _common(sources: list[Knowledge]) -> Knowledge | None:
    if not sources:
        return None
    if len(sources) == 1:
        return sources[0]
    return Knowledge(
        frozenset.intersection(*(each.paths for each in sources)),
        frozenset.intersection(*(each.facts for each in sources)),
    )
