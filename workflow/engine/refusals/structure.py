"""Flows and scopes: arrows that connect, starts and ends where they belong, nothing that would be passed over."""

from collections import Counter

from lxml import etree

from workflow.engine.refusals.sheet import ACTIVITIES, SCOPES, Sheet, flows_of, is_node, nodes_of
from workflow.engine.xml import BPMN, local

MAX_NESTED = 20
CONDITION = f"{{{BPMN}}}conditionExpression"


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """All scopes of a file."""
    for scope in sheet.scopes(root):
        if sum(1 for outer in scope.iterancestors() if local(outer) in SCOPES) >= MAX_NESTED:
            sheet.at(file, scope, "nested-too-deep")
            continue
        nodes = {node.get("id", ""): node for node in nodes_of(scope)}
        if not nodes:
            sheet.at(file, scope, "scope-empty")
            continue
        if "" in nodes:
            sheet.at(file, nodes[""], "id-missing")
        _flows(sheet, file, scope, nodes)
        _starts(sheet, file, scope, list(nodes.values()))
        for node in nodes.values():
            if local(node) == "boundaryEvent":
                host = nodes.get(node.get("attachedToRef", ""))
                if host is None or local(host) not in ACTIVITIES or host.get("triggeredByEvent") == "true":
                    sheet.at(file, node, "boundary-detached")


def _flows(sheet: Sheet, file: str, scope: etree._Element, nodes: dict[str, etree._Element]) -> None:
    arriving: Counter[str] = Counter()
    leaving: dict[str, list[etree._Element]] = {}
    for flow in flows_of(scope):
        source, target = nodes.get(flow.get("sourceRef", "")), nodes.get(flow.get("targetRef", ""))
        if source is None or target is None:
            if not _ends_at_refused(scope, flow):
                sheet.at(file, flow, "flow-dangling")
            continue
        arriving[target.get("id", "")] += 1
        leaving.setdefault(source.get("id", ""), []).append(flow)
    for identifier, node in nodes.items():
        kind, out = local(node), leaving.get(identifier, [])
        if arriving[identifier] and (kind in {"startEvent", "boundaryEvent"} or node.get("triggeredByEvent") == "true"):
            sheet.at(file, node, "flow-into-start")
        if out and (kind == "endEvent" or node.get("triggeredByEvent") == "true"):
            sheet.at(file, node, "flow-out-of-end")
        _conditions(sheet, file, node, out)


def _ends_at_refused(scope: etree._Element, flow: etree._Element) -> bool:
    """Whether an arrow connects steps of this level, one of which is refused by name already."""
    ids = {child.get("id") for child in scope if is_node(child)}
    return flow.get("sourceRef") in ids and flow.get("targetRef") in ids


def _conditions(sheet: Sheet, file: str, node: etree._Element, out: list[etree._Element]) -> None:
    kind, default = local(node), node.get("default")
    if default is not None and default not in {flow.get("id") for flow in out}:
        sheet.at(file, node, "default-dangling")
    for flow in out:
        condition = flow.find(CONDITION)
        has_condition = condition is not None and bool((condition.text or "").strip())
        if has_condition and kind in {"parallelGateway", "eventBasedGateway", "startEvent"}:
            sheet.at(file, flow, "condition-ignored")
        if has_condition and flow.get("id") == default:
            sheet.at(file, flow, "condition-ignored:default")
        if (
            not has_condition
            and flow.get("id") != default
            and len(out) > 1
            and kind in {"exclusiveGateway", "inclusiveGateway"}
        ):
            sheet.at(file, flow, "condition-missing")


def _starts(sheet: Sheet, file: str, scope: etree._Element, nodes: list[etree._Element]) -> None:
    starts = [node for node in nodes if local(node) == "startEvent"]
    plain = [
        node
        for node in starts
        if not any(local(child).endswith(("EventDefinition", "DefinitionRef")) for child in node)
    ]
    is_handler = scope.get("triggeredByEvent") == "true"
    if local(scope) == "adHocSubProcess":
        if any(local(node) in {"startEvent", "endEvent"} for node in nodes):
            sheet.at(file, scope, "adhoc-events")
        return
    if is_handler and (len(starts) != 1 or plain):
        sheet.at(file, scope, "handler-start")
    elif local(scope) == "subProcess" and not is_handler and (len(starts) > 1 or len(plain) != len(starts)):
        sheet.at(file, scope, "subprocess-start")
    elif len(plain) > 1:
        sheet.at(file, scope, "several-starts")
    if starts:
        _orphans(sheet, file, scope, nodes)


def _orphans(sheet: Sheet, file: str, scope: etree._Element, nodes: list[etree._Element]) -> None:
    targets = {flow.get("targetRef") for flow in flows_of(scope)}
    for node in nodes:
        is_link = (
            any(local(child) == "linkEventDefinition" for child in node)
            or node.find(f"{{{BPMN}}}eventDefinitionRef") is not None
        )
        if (
            node.get("id") not in targets
            and local(node) not in {"startEvent", "boundaryEvent"}
            and not is_link
            and node.get("triggeredByEvent") != "true"
            and node.get("instantiate") != "true"
        ):
            sheet.at(file, node, "step-unreachable")
