"""What may have been set when a step is reached: by something before it, or by something beside it."""

from functools import cached_property

from workflow.engine.checker.context import Context
from workflow.engine.checker.diagram import Diagram, Node
from workflow.engine.checker.fields import Field
from workflow.engine.checker.graph import Graph, reach

ANYTHING = "*"


class Maybe:
    """Answers, for each node of a process, the fields that some step may have set before it is done."""

    def __init__(self, context: Context, diagram: Diagram, graph: Graph) -> None:
        self._diagram = diagram
        self._next = {node.id: self._following(node, graph) for node in diagram.nodes.values()}
        self._sets = {node.id: possible_results(context, node) for node in diagram.nodes.values()}

    def before(self, node: Node) -> dict[str, Field]:
        """The fields by path; `ANYTHING` is among them if an operation or message may have set what it likes."""
        found: dict[str, Field] = {}
        leading_here = reach(self._previous, [node.id])
        for other, results in self._sets.items():
            if results and (self._leads(other, leading_here) or self._are_beside(other, node.id)):
                found.update((each.path, each) for each in results)
        return found

    def everywhere(self) -> dict[str, Field]:
        """Whatever any step of the process sets."""
        return {each.path: each for results in self._sets.values() for each in results}

    def _leads(self, node_id: str, leading_here: set[str]) -> bool:
        """True if a step may be done before; an event that cuts it short comes before it is done."""
        cut_short = {event.id for event in self._diagram.boundaries(node_id) if event.interrupting}
        return any(each in leading_here and each not in cut_short for each in self._next[node_id])

    @cached_property
    def _previous(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {node: [] for node in self._next}
        for source, targets in self._next.items():
            for target in targets:
                found[target].append(source)
        return found

    def _following(self, node: Node, graph: Graph) -> list[str]:
        following = list(graph.next[node.id])
        if node.is_scope:
            following += [each.id for each in self._diagram.starts(node.id)]
            following += [each.id for each in self._diagram.event_subprocesses(node.id)]
        for scope in self._diagram.around(node.id):
            following += graph.next[scope]
        return following

    def set_beside(self, node: Node) -> set[str]:
        """The paths that a step on another branch may set at any time while the case is at `node`."""
        return {
            each.path
            for other, results in self._sets.items()
            if results and self._are_beside(other, node.id)
            for each in results
            if each.path != ANYTHING
        }

    @cached_property
    def _beside(self) -> list[list[set[str]]]:
        """For each place where branches part, what lies on each before it is reached again."""
        found = []
        for node in self._diagram.nodes.values():
            events = {event.id for event in self._diagram.boundaries(node.id) if not event.interrupting}
            if events:
                rest = [each for each in self._next[node.id] if each not in events]
                found.append(
                    [
                        self._reach(rest, {node.id, *events}) | {node.id},
                        *(self._reach([event], {node.id}) for event in events),
                    ]
                )
            if node.kind not in {"exclusiveGateway", "eventBasedGateway"} and len(node.outgoing) > 1:
                found.append([self._reach([each.id], {node.id}) for each in self._diagram.next_nodes(node)])
        for scope in self._diagram.scopes():
            handlers = {handler.id for handler in self._diagram.event_subprocesses(scope)}
            if handlers:
                starts = [each.id for each in self._diagram.starts(scope)]
                found.append([self._reach(starts, handlers), *(self._reach([handler], set()) for handler in handlers)])
        return found

    def _reach(self, sources: list[str], without: set[str]) -> set[str]:
        following = {node: [each for each in ahead if each not in without] for node, ahead in self._next.items()}
        return reach(following, sources)

    def _are_beside(self, one: str, other: str) -> bool:
        """True if the two lie on branches that part, and neither behind the place where these meet again."""
        return any(
            one in mine and one not in theirs and other in theirs and other not in mine
            for branches in self._beside
            for mine in branches
            for theirs in branches
        )


def possible_results(context: Context, node: Node) -> list[Field]:
    """What a node may set, what a called process of the bundle may set included."""
    found = list(context.sets(node))
    if context.sets_anything(node):
        found.append(Field(ANYTHING))
    if node.kind == "callActivity" and node.shares_all_out and not node.outputs and not node.instances:
        found += called_results(context, node.calls or "", set())
    return found


def called_results(context: Context, process_id: str, seen: set[str]) -> list[Field]:
    """Everything a called process and those it calls may set."""
    diagram = context.diagrams.get(process_id)
    if diagram is None or process_id in seen:
        return []
    seen.add(process_id)
    found = []
    for node in diagram.nodes.values():
        found += context.sets(node) + ([Field(ANYTHING)] if context.sets_anything(node) else [])
        if node.kind == "callActivity" and node.shares_all_out:
            found += called_results(context, node.calls or "", seen)
    return found
