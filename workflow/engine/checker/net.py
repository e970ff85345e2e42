"""A diagram as a game of tokens: places a token can lie on, and the moves each node makes.

A state is one integer, a bit for each place: every arrow, the start of every scope, every open subprocess, every
boundary event that has fired. A second token on a place is a fault of the drawing, so one bit a place is enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_

from workflow.engine.checker.catching import handler_catches_errors, is_interrupting
from workflow.engine.checker.diagram import Diagram, Node
from workflow.engine.checker.graph import Graph, link_catches
from workflow.engine.checker.outcomes import Outcome, outcomes

JOINS = frozenset({"parallelGateway", "inclusiveGateway"})


@dataclass
class Trigger:
    """When a node may move: all of `needs` marked, none of `forbids`; then one of `outcomes` happens.

    `consumes` goes away. A killer ends other branches and so moves last. For an inclusive join `waits_for` tells,
    for each input, the places from which a token could still come to it.
    """

    node: Node
    rank: int
    needs: int
    consumes: int
    forbids: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    waits_for: dict[int, int] | None = None

    @cached_property
    def kills(self) -> int:
        """The places from which a move may take tokens away that other nodes could have moved."""
        return reduce(or_, (outcome.kills for outcome in self.outcomes), 0)

    def enabled(self, state: int) -> bool:
        """True if the node can move now."""
        if state & self.needs != self.needs or state & self.forbids:
            return False
        return self.waits_for is None or not self._still_coming(state)

    def _still_coming(self, state: int) -> bool:
        to_empty = to_filled = everything = 0
        for place, sources in (self.waits_for or {}).items():
            everything |= place
            if state & place:
                to_filled |= sources
            else:
                to_empty |= sources
        return bool(state & ~everything & to_empty & ~to_filled)


class Net:
    """All places and triggers of one process."""

    def __init__(self, diagram: Diagram, graph: Graph) -> None:
        self.diagram, self.graph = diagram, graph
        self.bit: dict[str, int] = {}
        self.places: list[str] = []
        self.by_place: dict[int, Trigger] = {}
        self.inner: dict[str, int] = {}
        self.consumer: dict[int, Node] = {}
        self.taken: dict[str, int] = {}
        self.meeting: dict[int, int] = {}
        self._make_places()
        self._make_triggers()

    def initial(self) -> list[int]:
        """The states a new instance can begin with: one for each start event with a trigger, one for the plain ones."""
        starts = self.diagram.starts(self.diagram.id)
        plain = [node for node in starts if not node.events]
        choices = [[node] for node in starts if node.events] + ([plain] if plain else [])
        states = []
        for nodes in choices:
            state = 0
            for node in nodes:
                state |= self.bit["start:" + node.id]
            states.append(state)
            for handler in self.diagram.event_subprocesses(self.diagram.id):
                if not handler_catches_errors(self.diagram, handler):
                    begun = self.bit["start:" + handler.id]
                    states.append(begun if is_interrupting(self.diagram, handler) else state | begun)
        return states

    def marked(self, state: int) -> Iterator[int]:
        """The places (as single bits) that hold a token."""
        while state:
            lowest = state & -state
            yield lowest
            state ^= lowest

    def name(self, place: int) -> str:
        """The name of a place: the id of an arrow, or kind:id."""
        return self.places[place.bit_length() - 1]

    def inputs(self, node: Node) -> list[int]:
        """The places whose tokens the node takes."""
        names = list(node.incoming)
        if node.triggered_by_event or any(node is start for start in self.diagram.starts(node.scope)):
            names.append("start:" + node.id)
        if node.attached_to:
            names.append("boundary:" + node.id)
        if node.kind == "intermediateCatchEvent" and node.event("link"):
            names.append("link:" + node.id)
        return list(dict.fromkeys(self.bit[name] for name in names if name in self.bit))

    def _make_places(self) -> None:
        diagram = self.diagram
        beginnings = [node for scope in diagram.scopes() for node in diagram.starts(scope)]
        beginnings += [node for node in diagram.nodes.values() if node.triggered_by_event]
        names = ["start:" + node.id for node in beginnings]
        for node in diagram.nodes.values():
            names += ["open:" + node.id] if node.is_scope else []
            names += ["boundary:" + node.id] if node.attached_to else []
            names += ["link:" + node.id] if node.kind == "intermediateCatchEvent" and node.event("link") else []
        # Numbered in the order of the drawing, so that the lowest place of a state is the first that may move.
        for name in sorted([*names, *diagram.flows], key=self._order):
            self.bit[name] = 1 << len(self.places)
            self.places.append(name)
        for node in diagram.nodes.values():
            if node.kind == "endEvent" and not node.events:
                self._share_places(node)
            self.consumer.update(dict.fromkeys(self.inputs(node), node))
            self.taken[node.id] = sum(self.inputs(node))
            if node.kind not in JOINS and (node.kind != "endEvent" or node.events):
                self.meeting.update(dict.fromkeys(self.inputs(node), self.taken[node.id]))
        for scope in [*diagram.scopes()][::-1]:
            self.inner[scope] = self._mask(scope)

    def _order(self, name: str) -> int:
        """The rank of the node that takes a token from a place."""
        kind, _, node_id = name.rpartition(":")
        if name in self.diagram.flows:
            node_id = self.diagram.flows[name].target
        if kind == "open":
            return self._after(self.diagram.nodes[node_id])
        return self.graph.rank[node_id] * 2

    def _share_places(self, end: Node) -> None:
        """Tokens that only wait to be counted at a plain end need no place of their own for each arrow."""
        groups: dict[bool, int] = {}
        for flow in end.incoming:
            is_aside = self.diagram.flows[flow].source in self.graph.aside
            self.bit[flow] = groups.setdefault(is_aside, self.bit[flow])

    def _mask(self, scope: str) -> int:
        """All places in a scope; those of the subprocesses in it must be known already."""
        mask = 0
        for node in self.diagram.inside(scope):
            mask |= self.taken[node.id]
            if node.is_scope:
                mask |= self.bit["open:" + node.id] | self.inner[node.id]
        return mask

    def _make_triggers(self) -> None:
        for node in self.diagram.nodes.values():
            inputs = self.inputs(node)
            results = outcomes(self, node)
            rank = self.graph.rank[node.id] * 2
            if node.kind == "parallelGateway":
                every = sum(inputs)
                self._add(Trigger(node, rank, every, every, outcomes=results), inputs)
            elif node.kind == "inclusiveGateway" and len(inputs) > 1:
                waits = {place: self._leading_to(place, node) for place in inputs}
                for place in inputs:
                    self._add(Trigger(node, rank, place, sum(inputs), outcomes=results, waits_for=waits), [place])
            else:
                for place in inputs:
                    self._add(Trigger(node, rank, place, place, outcomes=results), [place])
            if node.is_scope:
                is_open = self.bit["open:" + node.id]
                done = Trigger(
                    node,
                    self._after(node),
                    is_open,
                    is_open,
                    forbids=self.inner[node.id],
                    outcomes=outcomes(self, node, leaving=True),
                )
                self._add(done, [is_open])

    def _add(self, trigger: Trigger, places: list[int]) -> None:
        for place in places:
            self.by_place[place] = trigger

    def _after(self, scope: Node) -> int:
        ranks = [self.graph.rank[node.id] for node in self.diagram.inside(scope.id)]
        return max(ranks, default=self.graph.rank[scope.id]) * 2 + 1

    def _leading_to(self, goal: int, join: Node) -> int:
        """The places of the join's own scope from which a token can come to `goal` without passing the join."""
        last = self.diagram.flows.get(self.name(goal))
        found = 0
        for node_id in self.graph.leading_to(last.source, without=join.id) if last else ():
            node = self.diagram.nodes[node_id]
            found |= self.taken[node.id]
            if node.is_scope:
                found |= self.bit["open:" + node.id]
        return found

    def link_places(self, throw: Node) -> int:
        """Where a link throw's token goes."""
        return sum(self.bit["link:" + catch.id] for catch in link_catches(self.diagram, throw))
