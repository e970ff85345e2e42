"""Flows and scopes: arrows that connect, starts and ends where they belong, nothing that would be passed over."""

from collections import Counter

from lxml import etree

from workflow.engine.refusals.sheet import ACTIVITIES, SCOPES, Sheet, flows_of, nodes_of
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, local

MAX_NESTED = 20
CONDITION = f"{{{BPMN}}}conditionExpression"


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """All scopes of a file."""
    for scope in sheet.scopes(root):
        if sum(1 for outer in scope.iterancestors() if local(outer) in SCOPES) >= MAX_NESTED:
            sheet.at(file, scope, "nested-too-deep", "“{name}”嵌套太深。", "“{name}” is nested too deeply.")
            continue
        nodes = {node.get("id", ""): node for node in nodes_of(scope)}
        if not nodes:
            sheet.at(file, scope, "scope-empty", "“{name}”里面没有任何步骤。", "There is no step in “{name}”.")
            continue
        if "" in nodes:
            sheet.at(file, nodes[""], "id-missing", "有步骤没有编号。", "A step has no id.")
        _flows(sheet, file, scope, nodes)
        _starts(sheet, file, scope, list(nodes.values()))
        for node in nodes.values():
            if local(node) == "boundaryEvent":
                host = nodes.get(node.get("attachedToRef", ""))
                if host is None or local(host) not in ACTIVITIES or host.get("triggeredByEvent") == "true":
                    sheet.at(file, node, "boundary-detached", "边界事件“{name}”没有附着在同一层的步骤上。",
                             "The boundary event “{name}” is not attached to a step of the same level.")


def _flows(sheet: Sheet, file: str, scope: etree._Element, nodes: dict[str, etree._Element]) -> None:
    arriving: Counter[str] = Counter()
    leaving: dict[str, list[etree._Element]] = {}
    for flow in flows_of(scope):
        source, target = nodes.get(flow.get("sourceRef", "")), nodes.get(flow.get("targetRef", ""))
        if source is None or target is None:
            sheet.at(file, flow, "flow-dangling", "箭头“{name}”没有连接同一层的两个步骤。",
                     "The arrow “{name}” does not connect two steps of the same level.")
            continue
        arriving[target.get("id", "")] += 1
        leaving.setdefault(source.get("id", ""), []).append(flow)
    for identifier, node in nodes.items():
        kind, out = local(node), leaving.get(identifier, [])
        if arriving[identifier] and (kind in {"startEvent", "boundaryEvent"} or node.get("triggeredByEvent") == "true"):
            sheet.at(file, node, "flow-into-start", "“{name}”由事件触发,不能有箭头指向它。",
                     "“{name}” is started by an event, so no arrow may lead to it.")
        if out and (kind == "endEvent" or node.get("triggeredByEvent") == "true"):
            sheet.at(file, node, "flow-out-of-end", "“{name}”之后不能再有箭头。", "No arrow may leave “{name}”.")
        _conditions(sheet, file, node, out)


def _conditions(sheet: Sheet, file: str, node: etree._Element, out: list[etree._Element]) -> None:
    kind, default = local(node), node.get("default")
    if default is not None and default not in {flow.get("id") for flow in out}:
        sheet.at(file, node, "default-dangling", "“{name}”的默认分支不是从它出发的箭头。",
                 "The default of “{name}” is not an arrow that leaves it.")
    for flow in out:
        condition = flow.find(CONDITION)
        has_condition = condition is not None and bool((condition.text or "").strip())
        if has_condition and kind in {"parallelGateway", "eventBasedGateway", "startEvent"}:
            sheet.at(file, flow, "condition-ignored", "箭头“{name}”的条件在这里不起作用。",
                     "The condition of the arrow “{name}” has no effect here.")
        if has_condition and flow.get("id") == default:
            sheet.at(file, flow, "condition-ignored", "默认分支“{name}”不能再写条件。",
                     "The default branch “{name}” cannot have a condition.")
        if not has_condition and flow.get("id") != default and len(out) > 1 and kind in {
                "exclusiveGateway", "inclusiveGateway"}:
            sheet.at(file, flow, "condition-missing", "分支“{name}”没有写条件,也不是默认分支。",
                     "The branch “{name}” has no condition and is not the default.")


def _starts(sheet: Sheet, file: str, scope: etree._Element, nodes: list[etree._Element]) -> None:
    starts = [node for node in nodes if local(node) == "startEvent"]
    plain = [node for node in starts if not any(local(child).endswith(("EventDefinition",
        "DefinitionRef")) for child in node)]
    is_handler = scope.get("triggeredByEvent") == "true"
    if local(scope) == "adHocSubProcess":
        if any(local(node) in {"startEvent", "endEvent"} for node in nodes):
            sheet.at(file, scope, "adhoc-events", "自由子流程“{name}”里不能有开始或结束事件。",
                     "The ad-hoc subprocess “{name}” may not contain start or end events.")
        return
    if is_handler and (len(starts) != 1 or plain):
        sheet.at(file, scope, "handler-start", "事件子流程“{name}”需要恰好一个带事件的开始。",
                 "The event subprocess “{name}” needs exactly one start, and that needs an event.")
    elif local(scope) == "subProcess" and not is_handler and (len(starts) > 1 or len(plain) != len(starts)):
        sheet.at(file, scope, "subprocess-start", "子流程“{name}”只能有一个普通的开始。",
                 "The subprocess “{name}” may have only one start, without an event.")
    elif len(plain) > 1:
        sheet.at(file, scope, "several-starts", "流程“{name}”有几个普通的开始,看不出从哪里开始。",
                 "The process “{name}” has several plain starts; it is not clear where to begin.")
    if starts:
        _orphans(sheet, file, scope, nodes)


def _orphans(sheet: Sheet, file: str, scope: etree._Element, nodes: list[etree._Element]) -> None:
    targets = {flow.get("targetRef") for flow in flows_of(scope)}
    for node in nodes:
        is_link = any(local(child) == "linkEventDefinition" for child in node) or node.find(
            f"{{{BPMN}}}eventDefinitionRef") is not None
        if (node.get("id") not in targets and local(node) not in {"startEvent", "boundaryEvent"} and not is_link
                and node.get("triggeredByEvent") != "true" and node.get("instantiate") != "true"):
            sheet.at(file, node, "step-unreachable", "没有箭头通到“{name}”,它永远不会开始。",
                     "No arrow leads to “{name}”, so it will never begin.",
                     Text("请画一条箭头通到它,或删除它。", "Draw an arrow to it, or delete it."))


