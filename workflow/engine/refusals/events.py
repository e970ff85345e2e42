"""Events: which definitions may stand where, and that messages, timers, codes and links are complete (D6, D16, D23)."""

from lxml import etree

from workflow.engine.parser import events, extensions
from workflow.engine.parser.events import unprefixed
from workflow.engine.refusals import clocks
from workflow.engine.refusals.sheet import EVENTS, Sheet, flows_of, nodes_of
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, local

ALLOWED: dict[str, frozenset[str]] = {
    "process": frozenset({"message", "signal", "timer"}),
    "handler": frozenset({"message", "signal", "timer", "error", "escalation", "conditional"}),
    "boundaryEvent": frozenset({"message", "signal", "timer", "error", "escalation", "conditional"}),
    "intermediateCatchEvent": frozenset({"message", "signal", "timer", "conditional", "link"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "link"}),
    "endEvent": frozenset({"message", "signal", "error", "escalation", "terminate"}),
}
THROWN = frozenset({"intermediateThrowEvent", "endEvent"})
NEEDS_ONE = frozenset({"boundaryEvent", "intermediateCatchEvent"})
WORDS = {
    "signal": Text("信号", "a signal"),
    "error": Text("错误", "an error"),
    "escalation": Text("升级", "an escalation"),
}
DECLARED = {"signal": "name", "error": "errorCode", "escalation": "escalationCode"}


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """All events, receive tasks, event-based gateways and links of a file."""
    for scope in sheet.scopes(root):
        for node in nodes_of(scope):
            kind = local(node)
            if kind in EVENTS:
                _event(sheet, file, scope, node)
            elif kind == "receiveTask":
                is_start = node.get("instantiate") == "true"
                _complete_message(sheet, file, node, node.get("messageRef"), needs_key=not is_start)
            elif kind == "eventBasedGateway":
                _gateway(sheet, file, scope, node)
        _links(sheet, file, scope)


def _event(sheet: Sheet, file: str, scope: etree._Element, node: etree._Element) -> None:
    kind, found = local(node), events.elements(node)
    place = kind
    if kind == "startEvent":
        place = "handler" if scope.get("triggeredByEvent") == "true" else "process"
    _number(sheet, file, node, found)
    for reference in node.iterfind(f"{{{BPMN}}}eventDefinitionRef"):
        if not any(element.get("id") == unprefixed(reference.text) for element in found):
            _dangling(sheet, file, node)
    for element in found:
        what = local(element).removesuffix("EventDefinition")
        if what in {"compensate", "cancel"}:
            continue  # refused by name already
        if what not in ALLOWED[place]:
            sheet.at(file, node, "event-misplaced", what=what)
        else:
            _definition(sheet, file, node, element, what, place)
        if place == "process" and what in {"timer", "signal"}:
            sheet.at(file, node, "start-from-outside")


def _number(sheet: Sheet, file: str, node: etree._Element, found: list[etree._Element]) -> None:
    kind = local(node)
    if kind == "startEvent" and node.get("parallelMultiple") == "true" and len(found) > 1:
        sheet.at(file, node, "not-supported:parallel-start")
    if kind in NEEDS_ONE and not found:
        sheet.at(file, node, "event-empty")
    if len(found) > 1 and any(local(element) in {"linkEventDefinition", "errorEventDefinition"} for element in found):
        sheet.at(file, node, "event-mixed")


def _definition(
    sheet: Sheet,
    file: str,
    node: etree._Element,
    element: etree._Element,
    what: str,
    place: str,
) -> None:
    if what == "timer":
        clocks.check(sheet, file, node, element)
    elif what == "message" and place in THROWN:
        _complete_message(sheet, file, node, element.get("messageRef"), needs_key=False)
    elif what == "message":
        _complete_message(sheet, file, node, element.get("messageRef"), needs_key=place != "process")
    elif what == "conditional":
        if not (element.findtext(f"{{{BPMN}}}condition") or "").strip():
            sheet.at(file, node, "event-incomplete:condition")
    elif what == "error" and "false" in (node.get("cancelActivity"), node.get("isInterrupting")):
        sheet.at(file, node, "event-misplaced:error")
    elif what in DECLARED:
        _declared(sheet, file, node, element, what)


def _declared(sheet: Sheet, file: str, node: etree._Element, element: etree._Element, what: str) -> None:
    reference = element.get(f"{what}Ref")
    if not reference:
        if what == "signal" or local(node) in THROWN:
            sheet.at(file, node, "event-incomplete", what=WORDS[what])
        return
    declaration = _declaration(node, what, reference)
    value = declaration.get(DECLARED[what]) if declaration is not None else None
    if declaration is None:
        _dangling(sheet, file, node)
    elif not value and (what == "signal" or local(node) in THROWN):
        sheet.at(file, node, "event-incomplete:code", what=WORDS[what])
    elif value and value.startswith("="):
        _computed(sheet, file, node)


def _complete_message(
    sheet: Sheet,
    file: str,
    node: etree._Element,
    reference: str | None,
    *,
    needs_key: bool,
) -> None:
    if not reference:
        sheet.at(file, node, "message-missing")
        return
    declaration = _declaration(node, "message", reference)
    if declaration is None or not declaration.get("name"):
        _dangling(sheet, file, node)
        return
    if declaration.get("name", "").startswith("="):
        _computed(sheet, file, node)
    if needs_key and extensions.read(declaration).formula("subscription", "correlationKey") is None:
        sheet.at(file, node, "message-without-key")


def _gateway(sheet: Sheet, file: str, scope: etree._Element, node: etree._Element) -> None:
    if node.get("instantiate") == "true" or node.get("eventGatewayType", "Exclusive") != "Exclusive":
        sheet.at(file, node, "not-supported:event-gateway")
    targets = {flow.get("targetRef") for flow in flows_of(scope) if flow.get("sourceRef") == node.get("id")}
    chosen = [other for other in nodes_of(scope) if other.get("id") in targets]
    for other in chosen:
        is_single = local(other) == "receiveTask" or len(events.elements(other)) == 1
        if local(other) not in {"intermediateCatchEvent", "receiveTask"} or not is_single:
            sheet.at(file, other, "gateway-option")
    if len(chosen) < 2:
        sheet.at(file, node, "gateway-option:few")


def _links(sheet: Sheet, file: str, scope: etree._Element) -> None:
    catches: dict[str, list[etree._Element]] = {}
    throws: list[tuple[str, etree._Element]] = []
    for node in nodes_of(scope):
        for element in events.elements(node):
            if local(element) == "linkEventDefinition":
                if local(node) == "intermediateCatchEvent":
                    catches.setdefault(element.get("name") or "", []).append(node)
                else:
                    throws.append((element.get("name") or "", node))
    for name, node in throws:
        if len(catches.get(name, [])) != 1 or not name:
            sheet.at(file, node, "link-unmatched")
    for name, nodes in catches.items():
        if name not in {thrown for thrown, _ in throws}:
            sheet.at(file, nodes[0], "link-unmatched:catch")


def _declaration(node: etree._Element, what: str, reference: str) -> etree._Element | None:
    root = node.getroottree().getroot()
    wanted = unprefixed(reference)
    return next((child for child in root.iterfind(f"{{{BPMN}}}{what}") if child.get("id") == wanted), None)


def _dangling(sheet: Sheet, file: str, node: etree._Element) -> None:
    sheet.at(file, node, "reference-missing")


def _computed(sheet: Sheet, file: str, node: etree._Element) -> None:
    sheet.at(file, node, "name-computed")
