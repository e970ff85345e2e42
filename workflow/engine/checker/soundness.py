"""Turns what the exploration of a process found into findings: joins that wait, steps done twice, no way out."""

from collections.abc import Iterator, Mapping

from workflow.engine.checker.catching import is_caught_outside, is_ever_thrown
from workflow.engine.checker.diagram import Diagram, Node
from workflow.engine.checker.explore import STATES_AT_MOST, Exploration, explore
from workflow.engine.checker.graph import Graph
from workflow.engine.checker.net import Net, Trigger
from workflow.engine.checker.report import Report, flow_name, name_of
from workflow.engine.text import Text

HARMLESS_KINDS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "endEvent"})
CHOICES_SHOWN = 4


def check(
    diagram: Diagram, report: Report, *, limit: int = STATES_AT_MOST, bundle: Mapping[str, Diagram] | None = None
) -> None:
    """Report every fault in the flow of one process (level 3, tokens only); `bundle` has those that may call it."""
    if not diagram.nodes:
        return
    graph = Graph(diagram)
    unreachable = _unreachable(diagram, graph, report)
    found = explore(Net(diagram, graph), limit)
    waiting = _joins_that_wait(found, report)
    doubled = _steps_done_twice(found, graph, report)
    if not doubled:
        _branches_nobody_waits_for(found, graph, report)
        _endless(found, graph, report)
    for node_id in found.uncaught:
        node = diagram.nodes[node_id]
        event = node.event("error")
        if not is_caught_outside(bundle or {}, diagram.id, event.name if event else None):
            report.at("error-uncaught", diagram, node, code=(event and event.name) or "?")
    _boundaries(diagram, report)
    if doubled:
        # Tokens have run into each other: what more would be found only follows from that.
        return
    if not found.complete:
        report.add("not-fully-explored", diagram.file, diagram.id, process=diagram.name.zh or diagram.id, states=limit)
    else:
        _never_happening(found, graph, report, unreachable, waiting)


def _unreachable(diagram: Diagram, graph: Graph, report: Report) -> set[str]:
    """Report what no arrow leads to: the first steps of each loose piece; answer all of it."""
    reached: set[str] = set()
    scopes = [diagram.id]
    while scopes:
        scope = scopes.pop()
        starts = [node.id for node in (*diagram.starts(scope), *diagram.event_subprocesses(scope))]
        for node_id in graph.reachable(starts):
            reached.add(node_id)
            if diagram.nodes[node_id].is_scope:
                scopes.append(node_id)
    loose = set(diagram.nodes) - reached
    told: set[str] = set()
    for node_id in sorted(loose, key=lambda each: graph.rank[each]):
        node = diagram.nodes[node_id]
        if node_id not in told and node.scope not in loose:
            told |= graph.reachable([node_id])
            report.at("step-unreachable", diagram, node)
    return loose


def _joins_that_wait(found: Exploration, report: Report) -> set[str]:
    net, diagram = found.net, found.net.diagram
    told: set[str] = set()
    inclusive: list[tuple[Node, int]] = []
    for state in found.stuck:
        parallel = False
        for place in net.marked(state):
            trigger = net.by_place.get(place)
            if trigger is None or trigger.node.is_scope:
                continue
            if trigger.waits_for is not None:
                inclusive.append((trigger.node, state))
                continue
            parallel = True
            if trigger.node.id not in told:
                told.add(trigger.node.id)
                _tell_waiting(found, report, trigger.node, trigger.needs & ~state, state)
        if parallel:
            inclusive = [(node, at) for node, at in inclusive if at != state]
    for node, state in inclusive:
        if node.id not in told:
            told.add(node.id)
            missing = sum(place for place in net.inputs(node) if not state & place)
            _tell_waiting(found, report, diagram.nodes[node.id], missing, state)
    return told


def _tell_waiting(found: Exploration, report: Report, node: Node, missing: int, state: int) -> None:
    diagram = found.net.diagram
    sources = [
        name_of(diagram.nodes[diagram.flows[name].source])
        for place in found.net.marked(missing)
        if (name := found.net.name(place)) in diagram.flows
    ]
    report.at(
        "join-waits",
        diagram,
        node,
        example=_example(found, state),
        missing=Text(
            "、".join(f"从{source.zh}来的路" for source in sources) or "另一条路",
            " and ".join(f"the branch from {source.en}" for source in sources) or "another branch",
        ),
    )


def _steps_done_twice(found: Exploration, graph: Graph, report: Report) -> bool:
    """Report where branches meet without a join; True if that is at a place where it does harm."""
    diagram = found.net.diagram
    told: set[str] = set()
    harm = False
    for node_id, state in found.met_twice.items():
        told.add(node_id)
        harm |= _tell_twice(found, graph, report, diagram.nodes[node_id], state)
    for node, trigger, state in _second_tokens(found, graph):
        if trigger.node.id in told or node.id in told or _leaves_circle(graph, trigger.node, node):
            continue
        if not any(node.id in graph.reachable([each]) for each in told):
            harm |= _tell_twice(found, graph, report, node, state)
        told.add(node.id)
    return harm


def _branches_nobody_waits_for(found: Exploration, graph: Graph, report: Report) -> None:
    for node, trigger, _ in _second_tokens(found, graph):
        if _leaves_circle(graph, trigger.node, node):
            report.at("loop-doubles", found.net.diagram, node)


def _second_tokens(found: Exploration, graph: Graph) -> Iterator[tuple[Node, Trigger, int]]:
    """Where a second token came to a place, by whose move; side paths may well begin again before they are over."""
    for (place, _), (state, trigger) in found.marked_twice.items():
        node = found.net.consumer.get(place)
        if node is None or node.id in graph.aside or (node.kind == "endEvent" and trigger.node.id in graph.aside):
            continue
        yield node, trigger, state


def _leaves_circle(graph: Graph, source: Node, target: Node) -> bool:
    """True if a circle starts `target` anew in every round (an end that is reached again does no harm)."""
    return (
        graph.in_circle(source.id) and graph.circle[source.id] != graph.circle[target.id] and target.kind != "endEvent"
    )


def _tell_twice(found: Exploration, graph: Graph, report: Report, node: Node, state: int) -> bool:
    diagram = found.net.diagram
    behind = [diagram.nodes[each] for each in graph.reachable([node.id])]
    if all(each.kind in HARMLESS_KINDS and not each.events for each in behind):
        end = next((each for each in behind if each.kind == "endEvent"), node)
        report.at("end-twice", diagram, end)
        return False
    report.at("step-twice", diagram, node, example=_example(found, state))
    return True


def _endless(found: Exploration, graph: Graph, report: Report) -> None:
    diagram, net = found.net.diagram, found.net
    told: set[str] = set()
    involved: dict[str, None] = {}
    for state in found.endless:
        for place in net.marked(state):
            trigger = net.by_place.get(place)
            if trigger and trigger.enabled(state) and not _can_be_interrupted(diagram, trigger.node):
                involved[trigger.node.id] = None
    for node_id in sorted(involved, key=lambda each: graph.rank[each]):
        if node_id in told or not graph.in_circle(node_id):
            continue
        told |= graph.reachable([node_id])
        report.at("end-unreachable", diagram, diagram.nodes[node_id])


def _can_be_interrupted(diagram: Diagram, node: Node) -> bool:
    """True if the scope around the node can be ended from outside: by an event on its edge or a handler inside it."""
    scope = node.scope
    while True:
        if any(
            all(start.interrupting for start in diagram.starts(handler.id))
            for handler in diagram.event_subprocesses(scope)
        ):
            return True
        if scope == diagram.id:
            return False
        if any(event.interrupting and not event.event("error") for event in diagram.boundaries(scope)):
            return True
        scope = diagram.nodes[scope].scope


def _never_happening(
    found: Exploration,
    graph: Graph,
    report: Report,
    unreachable: set[str],
    waiting: set[str],
) -> None:
    diagram = found.net.diagram
    standing = {scope for node_id in waiting for scope in (node_id, *diagram.around(node_id))}
    explained = graph.reachable(standing) | unreachable
    silent = [node for node in diagram.nodes.values() if node.id not in found.moved and node.id not in explained]
    told: set[str] = set()
    for node in sorted(silent, key=lambda each: graph.rank[each.id]):
        if node.id in told or (node.attached_to and not is_ever_thrown(diagram, node)):
            told |= graph.reachable([node.id])
        elif node.scope in found.moved or node.scope == diagram.id:
            told |= graph.reachable([node.id])
            report.at("never-happens", diagram, node)


def _boundaries(diagram: Diagram, report: Report) -> None:
    for node in diagram.nodes.values():
        if node.attached_to in diagram.nodes and not node.outgoing:
            report.at("boundary-nowhere", diagram, node)
        if node.attached_to in diagram.nodes and not is_ever_thrown(diagram, node):
            event = node.event("error") or node.event("escalation")
            report.at("boundary-never", diagram, node, code=(event and event.name) or "*")


def _choice(diagram: Diagram, node: Node, chosen: tuple[str, ...]) -> Text:
    """What was chosen at a node: arrows by their label or where they lead, and events that happened meanwhile."""
    at = name_of(node)
    flows = [diagram.flows[each] for each in chosen if each in diagram.flows]
    labels = [flow_name(diagram, flow) for flow in flows if flow.name.zh]
    targets = [name_of(diagram.nodes[flow.target]) for flow in flows if not flow.name.zh]
    happened = [name_of(diagram.nodes[each]) for each in chosen if each not in diagram.flows]
    zh, en = list[str](), list[str]()
    if labels:
        zh.append(f"{at.zh}走{'、'.join(each.zh for each in labels)}")
        en.append(f"{at.en} takes {' and '.join(each.en for each in labels)}")
    if targets:
        zh.append(f"从{at.zh}走到{'、'.join(each.zh for each in targets)}")
        en.append(f"{at.en} leads to {' and '.join(each.en for each in targets)}")
    if happened:
        zh.append(f"办理{at.zh}时发生{'、'.join(each.zh for each in happened)}")
        en.append(f"{' and '.join(each.en for each in happened)} of {at.en} happens")
    return Text(",".join(zh), ", ".join(en))


def _example(found: Exploration, state: int) -> Text:
    """The last choices on the way to a state, as a sentence."""
    diagram = found.net.diagram
    zh: list[str] = []
    en: list[str] = []
    step = found.came_by[state]
    while step is not None:
        if step.outcome.chosen:
            told = _choice(diagram, step.trigger.node, step.outcome.chosen)
            zh.append(told.zh)
            en.append(told.en)
        step = found.came_by[step.before]
    if not zh:
        return Text("", "")
    return Text(
        "例如:" + ",".join(zh[:CHOICES_SHOWN][::-1]) + "。", "For example: " + ", ".join(en[:CHOICES_SHOWN][::-1]) + "."
    )
