"""Reads BPMN with the `zeebe:` vocabulary into the checker's picture; what it does not know it leaves out."""

from collections.abc import Iterable

from lxml import etree

from workflow.engine import xml
from workflow.engine.checker.diagram import (
    ACTIVITIES,
    Diagram,
    EventDefinition,
    Expression,
    Flow,
    Mapping,
    MultiInstance,
    Node,
)
from workflow.engine.text import Text

BPMN = f"{{{xml.BPMN}}}"
ZEEBE = f"{{{xml.ZEEBE}}}"
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
# Attributes that hold FEEL if they begin with "=", by the element they stand on.
FORMULA_ATTRIBUTES = {
    "assignmentDefinition": ("assignee", "candidateGroups"),
    "taskSchedule": ("dueDate", "followUpDate"),
    "priorityDefinition": ("priority",),
    "header": ("value",),
}
COMPUTED = ("carerelay:organisation", "carerelay:not_by")
"""Properties of a user task that are formulas."""
WAITING = frozenset({"intermediateCatchEvent", "boundaryEvent", "receiveTask"})
CODES = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}


def read(file: str, text: str) -> list[Diagram]:
    """Every process of a BPMN file. Raises xml.XmlRefused if it is not safe, well-formed XML."""
    root = xml.read(text)
    declared = {
        element.get("id", ""): element
        for element in root.iter(*(BPMN + kind for kind in CODES), BPMN + "timerEventDefinition")
    }
    diagrams = []
    for element in root.iter(BPMN + "process"):
        given = frozenset(_properties(element).get("carerelay:given", "").replace(",", " ").split())
        diagram = Diagram(file, element.get("id", ""), _text(element), element.get("isExecutable") == "true", given)
        diagram.lanes = {lane.get("id", ""): _text(lane) for lane in element.iter(BPMN + "lane")}
        _read_scope(diagram, element, diagram.id, declared)
        _connect(diagram)
        diagrams.append(diagram)
    return diagrams


def _read_scope(diagram: Diagram, parent: etree._Element, scope: str, declared: dict[str, etree._Element]) -> None:
    for element in parent:
        kind = _local(element)
        if kind == "sequenceFlow":
            condition = element.find(BPMN + "conditionExpression")
            source = _feel(condition.text or "") if condition is not None else None
            flow = Flow(
                element.get("id", ""),
                element.get("sourceRef", ""),
                element.get("targetRef", ""),
                _text(element),
                source or None,
            )
            diagram.flows[flow.id] = flow
        elif kind in ACTIVITIES or kind in GATEWAYS or kind in EVENTS:
            node = _node(element, kind, scope, declared)
            diagram.nodes[node.id] = node
            if node.is_scope:
                _read_scope(diagram, element, node.id, declared)


def _connect(diagram: Diagram) -> None:
    for flow in list(diagram.flows.values()):
        if flow.source not in diagram.nodes or flow.target not in diagram.nodes:
            del diagram.flows[flow.id]
            continue
        diagram.nodes[flow.source].outgoing.append(flow.id)
        diagram.nodes[flow.target].incoming.append(flow.id)


def _node(element: etree._Element, kind: str, scope: str, declared: dict[str, etree._Element]) -> Node:
    interrupting = element.get("cancelActivity", element.get("isInterrupting", "true")) != "false"
    node = Node(
        id=element.get("id", ""),
        kind=kind,
        scope=scope,
        name=_text(element),
        default=element.get("default"),
        attached_to=element.get("attachedToRef"),
        interrupting=interrupting,
        triggered_by_event=element.get("triggeredByEvent") == "true",
        properties=_properties(element),
    )
    definitions = [child for child in element if _local(child).endswith("EventDefinition")]
    references = [(each.text or "").strip().rpartition(":")[2] for each in element.findall(BPMN + "eventDefinitionRef")]
    definitions += [declared[reference] for reference in references if reference in declared]
    node.events = [_event(each, declared) for each in definitions]
    if kind in {"receiveTask", "sendTask"} and element.get("messageRef"):
        node.events.append(_resolve("message", element.get("messageRef"), declared))
    _read_extensions(node, element)
    _read_instances(node, element)
    _read_loop(node, element)
    for name in COMPUTED:
        if node.properties.get(name, "").startswith("="):
            node.expressions.append(Expression(_feel(node.properties[name]), "assignee"))
    for event in node.events:
        message = declared.get(event.reference or "")
        if event.kind == "message" and message is not None and _waits(element):
            _read_correlation(node, message)
        if event.timer and event.timer[1].startswith("="):
            node.expressions.append(Expression(_feel(event.timer[1]), "timer"))
    for definition in definitions:
        condition = definition.find(BPMN + "condition")
        if condition is not None and _local(definition) == "conditionalEventDefinition":
            node.expressions.append(Expression(_feel(condition.text or ""), "condition"))
    return node


def _waits(element: etree._Element) -> bool:
    """Whether a step waits for its message inside the running process, by a key; a start of the process has none."""
    if _local(element) == "startEvent":
        around = element.getparent()
        return around is not None and around.get("triggeredByEvent") == "true"
    return _local(element) in WAITING and element.get("instantiate") != "true"


def _event(element: etree._Element, declared: dict[str, etree._Element]) -> EventDefinition:
    kind = _local(element).removesuffix("EventDefinition")
    if kind == "timer":
        for form in ("timeDuration", "timeDate", "timeCycle"):
            value = element.find(BPMN + form)
            if value is not None and (value.text or "").strip():
                return EventDefinition("timer", timer=(form, (value.text or "").strip()))
        return EventDefinition("timer")
    if kind == "link":
        return EventDefinition("link", name=element.get("name"))
    return _resolve(kind, element.get(f"{kind}Ref"), declared)


def _resolve(kind: str, reference: str | None, declared: dict[str, etree._Element]) -> EventDefinition:
    target = declared.get((reference or "").rpartition(":")[2])
    code = target.get(CODES[kind]) if target is not None and kind in CODES else None
    return EventDefinition(kind, reference, name=code)


def _read_extensions(node: Node, element: etree._Element) -> None:
    extensions = element.find(BPMN + "extensionElements")
    for entry in extensions.iter(f"{ZEEBE}*") if extensions is not None else ():
        name = _local(entry)
        for attribute in FORMULA_ATTRIBUTES.get(name, ()):
            value = entry.get(attribute, "")
            if value.startswith("="):
                node.expressions.append(Expression(_feel(value), attribute))
        if name == "input":
            node.inputs.append(_mapping(node, entry, after=False))
        elif name == "output":
            node.outputs.append(_mapping(node, entry, after=True))
        else:
            _read_extension(node, name, entry)


def _read_extension(node: Node, name: str, entry: etree._Element) -> None:
    match name:
        case "formDefinition":
            node.form = entry.get("formId")
        case "calledDecision":
            node.decision, node.result = entry.get("decisionId"), entry.get("resultVariable")
        case "script":
            node.result = entry.get("resultVariable")
            node.expressions.append(Expression(_feel(entry.get("expression", "")), "script"))
        case "calledElement":
            node.calls = entry.get("processId")
            node.shares_all_in = entry.get("propagateAllParentVariables", "true") != "false"
            node.shares_all_out = entry.get("propagateAllChildVariables", "true") != "false"


def _mapping(node: Node, entry: etree._Element, *, after: bool) -> Mapping:
    source, target = entry.get("source", ""), entry.get("target", "")
    if source.startswith("="):
        node.expressions.append(Expression(_feel(source), "output" if after else "input", after))
    return Mapping(source, target)


def _read_instances(node: Node, element: etree._Element) -> None:
    loop = element.find(BPMN + "multiInstanceLoopCharacteristics")
    if loop is None:
        return
    own = loop.find(f"{BPMN}extensionElements/{ZEEBE}loopCharacteristics")
    values = {str(name): str(value) for name, value in own.attrib.items()} if own is not None else {}
    until = loop.find(BPMN + "completionCondition")
    node.instances = MultiInstance(
        collection=_feel(values["inputCollection"]) if "inputCollection" in values else None,
        item=values.get("inputElement"),
        output=values.get("outputCollection"),
        output_item=_feel(values["outputElement"]) if "outputElement" in values else None,
        until=_feel(until.text or "") if until is not None else None,
        sequential=loop.get("isSequential") == "true",
    )
    if node.instances.collection:
        node.expressions.append(Expression(node.instances.collection, "inputCollection"))
    for source, role in ((node.instances.output_item, "outputElement"), (node.instances.until, "completionCondition")):
        if source:
            node.expressions.append(Expression(source, role, after=True))


def _read_loop(node: Node, element: etree._Element) -> None:
    """The condition of a loop, or of an ad-hoc subprocess; both are asked when a turn is done."""
    loop = element.find(BPMN + "standardLoopCharacteristics")
    if loop is not None and (again := _feel(loop.findtext(BPMN + "loopCondition") or "")):
        node.is_looped = True
        node.expressions.append(Expression(again, "loopCondition", after=loop.get("testBefore") != "true"))
    if node.kind == "adHocSubProcess" and (done := _feel(element.findtext(BPMN + "completionCondition") or "")):
        node.expressions.append(Expression(done, "completionCondition", after=True))


def _read_correlation(node: Node, message: etree._Element) -> None:
    for subscription in message.iter(ZEEBE + "subscription"):
        key = subscription.get("correlationKey", "")
        if key.startswith("="):
            node.expressions.append(Expression(_feel(key), "correlationKey"))


def _properties(element: etree._Element) -> dict[str, str]:
    entries: Iterable[etree._Element] = element.iterfind(f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property")
    return {entry.get("name", ""): entry.get("value", "") for entry in entries}


def _text(element: etree._Element) -> Text:
    return Text(zh=(element.get("name") or "").strip(), en=_properties(element).get("carerelay:name_en", "").strip())


def _feel(text: str) -> str:
    return text.strip().removeprefix("=").strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
