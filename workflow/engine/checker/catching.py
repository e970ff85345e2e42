"""Who catches an error or an escalation, and whether an event on the edge of a step can fire at all."""

from collections.abc import Mapping

from workflow.engine.checker.diagram import Diagram, EventDefinition, Node

# Steps behind which an operation or a called process runs, which may raise an error of any code.
MAY_RAISE = frozenset({"serviceTask", "sendTask", "businessRuleTask", "scriptTask", "callActivity"})


def catcher(diagram: Diagram, node: Node, kind: str, code: str | None) -> tuple[Node | None, list[str]]:
    """The boundary event or event subprocess that catches what `node` throws, and the subprocesses left on the way."""
    scope, left = node.scope, list[str]()
    while True:
        for handler in diagram.event_subprocesses(scope):
            starts = diagram.starts(handler.id)
            if handler.id not in left and any(_catches(start, kind, code) for start in starts):
                return handler, left
        if scope == diagram.id:
            return None, left
        left.append(scope)
        for boundary in diagram.boundaries(scope):
            if _catches(boundary, kind, code):
                return boundary, left
        scope = diagram.nodes[scope].scope


def is_caught_outside(
    diagrams: Mapping[str, Diagram], process: str, code: str | None, seen: frozenset[str] = frozenset()
) -> bool:
    """Whether wherever a process is called something handles the error that leaves it; False if nobody calls it."""
    callers = [(each, node) for each in diagrams.values() for node in each.nodes.values() if node.calls == process]
    if process in seen or not callers:
        return False
    return all(
        any(_catches(boundary, "error", code) for boundary in diagram.boundaries(node.id))
        or catcher(diagram, node, "error", code)[0] is not None
        or is_caught_outside(diagrams, diagram.id, code, seen | {process})
        for diagram, node in callers
    )


def boundary_may_fire(diagram: Diagram, boundary: Node) -> bool:
    """False for an error or escalation that only a throwing end inside could cause: that end moves its token itself."""
    host = diagram.nodes.get(boundary.attached_to or "")
    if host is None:
        return False
    if boundary.event("error"):
        return any(node.kind in MAY_RAISE for node in within(diagram, host))
    if boundary.event("escalation"):
        return any(node.kind == "callActivity" for node in within(diagram, host))
    return True


def is_ever_thrown(diagram: Diagram, boundary: Node) -> bool:
    """True if something inside the boundary's step can cause it."""
    if boundary_may_fire(diagram, boundary):
        return True
    host = diagram.nodes.get(boundary.attached_to or "")
    return host is not None and any(
        catcher(diagram, node, event.kind, event.name)[0] is boundary
        for node in within(diagram, host)
        for event in _thrown_by(node)
    )


def within(diagram: Diagram, host: Node) -> list[Node]:
    """A step and, if it is a subprocess, everything inside it at any depth."""
    found, waiting = [host], [host]
    while waiting:
        node = waiting.pop()
        if node.is_scope:
            inside = diagram.inside(node.id)
            found += inside
            waiting += inside
    return found


def _thrown_by(node: Node) -> list[EventDefinition]:
    if node.kind not in {"endEvent", "intermediateThrowEvent"}:
        return []
    return [event for event in node.events if event.kind in {"error", "escalation"}]


def _catches(node: Node, kind: str, code: str | None) -> bool:
    event = node.event(kind)
    return event is not None and (event.name is None or event.name == code)


def is_interrupting(diagram: Diagram, handler: Node) -> bool:
    """True if the event subprocess ends the rest of its scope when it begins."""
    return all(start.interrupting for start in diagram.starts(handler.id))


def handler_catches_errors(diagram: Diagram, handler: Node) -> bool:
    """True if the event subprocess begins with an error or escalation, which only a throwing step can cause."""
    return any(start.event("error") or start.event("escalation") for start in diagram.starts(handler.id))
