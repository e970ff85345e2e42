"""The plain graph of a diagram: what follows what, which steps lie in a circle, and in which order they come."""

from collections.abc import Iterable, Mapping

from workflow.engine.checker.diagram import Diagram, Node


class Graph:
    """Successors of every node, boundary events and link events included; subprocesses count as one node each.

    `rank` orders all nodes, inner ones between their subprocess and what follows it: circles as a whole before
    what lies behind them, ends where tokens meet last. `circle` gives nodes of one circle the same number. `aside` are
    those that only a non-interrupting event or an event subprocess leads to: they may well run several times at once.
    """

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.next: dict[str, list[str]] = {node.id: self._next(node) for node in diagram.nodes.values()}
        self._previous: dict[str, list[str]] = {node: [] for node in self.next}
        for source, targets in self.next.items():
            for target in targets:
                self._previous[target].append(source)
        self.rank: dict[str, int] = {}
        self.circle: dict[str, tuple[str, int]] = {}
        self._rank_scope(diagram.id)
        self.aside: set[str] = set()
        for scope in diagram.scopes():
            self._find_aside(scope)

    def reachable(self, sources: Iterable[str], *, without: str | None = None) -> set[str]:
        """The nodes that arrows lead to from `sources` (included) without passing `without`."""
        return reach(self.next, sources, without=without)

    def leading_to(self, goal: str, *, without: str | None = None) -> set[str]:
        """The nodes from which arrows lead to `goal` (included) without passing `without`."""
        return reach(self._previous, [goal], without=without)

    def in_circle(self, node_id: str) -> bool:
        """True if arrows lead from the node back to itself."""
        own = self.circle[node_id]
        return any(self.circle[other] == own for other in self.next[node_id])

    def _find_aside(self, scope: str) -> None:
        inside = self.diagram.inside(scope)
        if scope in self.aside:
            self.aside |= {node.id for node in inside}
            return
        beside = [node.id for node in inside if node.triggered_by_event or (node.attached_to and not node.interrupting)]
        starts = [node.id for node in self.diagram.starts(scope)]
        main = reach({node.id: [each for each in self.next[node.id] if each not in beside] for node in inside}, starts)
        self.aside |= self.reachable(beside) - main

    def _next(self, node: Node) -> list[str]:
        diagram = self.diagram
        following = [target.id for target in diagram.next_nodes(node)]
        following += [boundary.id for boundary in diagram.boundaries(node.id)]
        link = node.event("link")
        if link and node.kind == "intermediateThrowEvent":
            following += [catch.id for catch in link_catches(diagram, node)]
        return following

    def _comes_last(self, node: Node) -> bool:
        """True for ends that several arrows lead to, so that tokens meet there, and for event subprocesses."""
        return node.triggered_by_event or (not self.next[node.id] and len(node.incoming) > 1)

    def _rank_scope(self, scope: str) -> None:
        inside = [node.id for node in self.diagram.inside(scope)]
        starts = [node.id for node in self.diagram.starts(scope)]
        roots = [*starts, *(node for node in inside if node not in starts)]
        group = {node: number for number, nodes in enumerate(circles(self.next, roots)) for node in nodes}
        step = {node: number for number, node in enumerate(forward_order(self.next, roots))}
        late = {node for node in inside if self._comes_last(self.diagram.nodes[node])}
        for node in sorted(inside, key=lambda node: (node in late, group[node], step[node])):
            self.circle[node] = (scope, group[node])
            self.rank[node] = len(self.rank)
            if self.diagram.nodes[node].is_scope:
                self._rank_scope(node)


def link_catches(diagram: Diagram, throw: Node) -> list[Node]:
    """The link catches that a link throw jumps to: same name, same scope."""
    link = throw.event("link")
    return [
        node
        for node in diagram.inside(throw.scope)
        if node.kind == "intermediateCatchEvent" and (own := node.event("link")) and link and own.name == link.name
    ]


def reach(following: Mapping[str, Iterable[str]], sources: Iterable[str], *, without: str | None = None) -> set[str]:
    """Everything that can be reached, the sources included."""
    waiting = [source for source in sources if source != without]
    seen = set(waiting)
    while waiting:
        for target in following[waiting.pop()]:
            if target not in seen and target != without:
                seen.add(target)
                waiting.append(target)
    return seen


def circles(following: Mapping[str, list[str]], nodes: list[str]) -> list[list[str]]:
    """Strongly connected groups in the order of the arrows (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    groups: list[list[str]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter(following[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(following[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = stack[stack.index(node) :]
                    del stack[-len(group) :]
                    on_stack.difference_update(group)
                    groups.append(group)
    groups.reverse()
    return groups


def forward_order(following: Mapping[str, list[str]], roots: list[str]) -> list[str]:
    """All nodes so that, arrows that close a circle apart, each comes after those that lead to it."""
    seen: set[str] = set()
    finished: list[str] = []
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        work = [(root, iter(following[root]))]
        while work:
            node, targets = work[-1]
            target = next((target for target in targets if target not in seen), None)
            if target is None:
                work.pop()
                finished.append(node)
            else:
                seen.add(target)
                work.append((target, iter(following[target])))
    finished.reverse()
    return finished
