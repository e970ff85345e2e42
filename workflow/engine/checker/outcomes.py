"""What can come of a step, in tokens: which branches it takes, which events fire on its edge, whom its end ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from workflow.engine.checker.catching import boundary_may_fire, catcher, handler_catches_errors, is_interrupting
from workflow.engine.checker.diagram import Diagram, Node

if TYPE_CHECKING:
    from workflow.engine.checker.net import Net

# How many conditional branches are still tried in all combinations, and in pairs.
ALL_SUBSETS_UP_TO = 5
PAIRS_UP_TO = 20


@dataclass(frozen=True)
class Outcome:
    """New tokens, tokens taken from elsewhere, and the branches (ids of arrows or events) that were chosen."""

    produces: int
    kills: int = 0
    chosen: tuple[str, ...] = ()
    uncaught: bool = False


def outcomes(net: Net, node: Node, *, leaving: bool = False) -> list[Outcome]:
    """Everything that can come of a node once it moves; `leaving` means a subprocess whose inside is done."""
    if node.is_scope:
        return _branches(net, node) if leaving else _entering(net, node)
    if node.event("terminate"):
        return [Outcome(0, kills=net.inner[node.scope])]
    if node.kind == "endEvent" and node.event("error"):
        return [_thrown(net, node, "error")]
    if node.event("escalation") and node.kind in {"endEvent", "intermediateThrowEvent"}:
        thrown = _thrown(net, node, "escalation")
        return (
            [thrown]
            if thrown.kills
            else [Outcome(branch.produces | thrown.produces, chosen=branch.chosen) for branch in _branches(net, node)]
        )
    if node.kind == "intermediateThrowEvent" and node.event("link"):
        return [Outcome(net.link_places(node))]
    return _with_boundaries(net, node, _branches(net, node)) if node.is_activity else _branches(net, node)


def taken_sets(diagram: Diagram, node: Node) -> list[list[str]]:
    """The sets of outgoing arrows that can be taken together."""
    flows = node.outgoing
    if node.kind in {"exclusiveGateway", "eventBasedGateway"}:
        return [[flow] for flow in flows] or [[]]
    conditional = [flow for flow in flows if diagram.flows[flow].condition and flow != node.default]
    default = [flow for flow in flows if flow == node.default]
    if node.kind == "parallelGateway" or not (conditional or default):
        return [flows]
    always = [flow for flow in flows if flow not in conditional and flow not in default]
    every = len(conditional)
    sizes = list(range(1, every + 1))
    if every > ALL_SUBSETS_UP_TO:
        sizes = [1, 2, every] if every <= PAIRS_UP_TO else [1, every]
    taken = [always + list(some) for size in sizes for some in combinations(conditional, size)]
    if default or always:
        taken.append(always + default)
    return taken


def _branches(net: Net, node: Node) -> list[Outcome]:
    sets = taken_sets(net.diagram, node)
    chosen = len(sets) > 1
    return [Outcome(sum(net.bit[flow] for flow in flows), chosen=tuple(flows) if chosen else ()) for flows in sets]


def _with_boundaries(net: Net, node: Node, done: list[Outcome]) -> list[Outcome]:
    boundaries = [event for event in net.diagram.boundaries(node.id) if boundary_may_fire(net.diagram, event)]
    beside = [event for event in boundaries if not event.interrupting]
    sides = [Outcome(0), *(Outcome(net.bit["boundary:" + event.id], chosen=(event.id,)) for event in beside)]
    together = list(sides)
    if len(beside) > 1:
        together.append(Outcome(sum(side.produces for side in sides), chosen=tuple(event.id for event in beside)))
    found = [_both(outcome, side) for side in together for outcome in done]
    for event in boundaries:
        if event.interrupting:
            instead = Outcome(net.bit["boundary:" + event.id], chosen=(event.id,))
            found += [_both(instead, side) for side in sides]
    return found


def _both(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(one.produces | other.produces, one.kills, one.chosen + other.chosen)


def _entering(net: Net, scope: Node) -> list[Outcome]:
    is_open = net.bit["open:" + scope.id]
    starts = [net.bit["start:" + node.id] for node in net.diagram.starts(scope.id)]
    if scope.kind == "adHocSubProcess":
        entered = [Outcome(is_open), *(Outcome(is_open | start) for start in starts)]
        if len(starts) > 1:
            entered.append(Outcome(is_open | sum(starts)))
    else:
        entered = [Outcome(is_open | sum(starts))]
    for handler in net.diagram.event_subprocesses(scope.id):
        if not handler_catches_errors(net.diagram, handler):
            begun = net.bit["start:" + handler.id]
            rest = 0 if is_interrupting(net.diagram, handler) else sum(starts)
            entered.append(Outcome(is_open | rest | begun, chosen=(handler.id,)))
    return _with_boundaries(net, scope, entered)


def _thrown(net: Net, node: Node, kind: str) -> Outcome:
    """Where an error or escalation is caught: scope by scope outwards, as engine-defects.md D10 demands."""
    event = node.event(kind)
    caught, left = catcher(net.diagram, node, kind, event.name if event else None)
    if caught is None:
        everything = net.inner[net.diagram.id]
        return Outcome(0, kills=everything, uncaught=True) if kind == "error" else Outcome(0)
    place = net.bit[("boundary:" if caught.attached_to else "start:") + caught.id]
    if kind == "escalation" and not _interrupts(net.diagram, caught):
        return Outcome(place)
    kills = net.inner[caught.scope] if caught.triggered_by_event else 0
    for scope in left:
        kills |= net.inner[scope] | net.bit["open:" + scope]
    return Outcome(place, kills=kills)


def _interrupts(diagram: Diagram, caught: Node) -> bool:
    return caught.interrupting if caught.attached_to else is_interrupting(diagram, caught)
