"""Steps: that what they name exists, that who does them is said, that repetition is complete (D17)."""

import re

from lxml import etree

from workflow.engine.parser import events, extensions
from workflow.engine.parser.extensions import Extensions
from workflow.engine.refusals import clocks
from workflow.engine.refusals.sheet import Sheet, decision_ids
from workflow.engine.xml import BPMN, local

NAME = re.compile(r"[^\W\d]\w*")
PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """All steps of a file."""
    decisions = {
        identifier
        for name, text in sheet.bundle.named(".dmn").items()
        if name in sheet.tables
        for identifier in decision_ids(text)
    }
    processes = {
        process.get("id"): process
        for diagram in sheet.diagrams.values()
        for process in diagram.iterfind(f"{{{BPMN}}}process")
        if process.get("isExecutable") == "true"
    }
    for node in sheet.nodes(root):
        found = extensions.read(node)
        kind = local(node)
        throws_message = kind in {"endEvent", "intermediateThrowEvent"} and any(
            local(element) == "messageEventDefinition" for element in events.elements(node)
        )
        if kind in {"serviceTask", "sendTask"} or throws_message:
            _operation(sheet, file, node, found)
        elif kind == "userTask":
            _human(sheet, file, node, found)
        elif kind == "scriptTask":
            _script(sheet, file, node, found)
        elif kind == "businessRuleTask":
            _rule(sheet, file, node, found, decisions)
        elif kind == "callActivity":
            _called(sheet, file, node, processes.get(found.get("calledElement", "processId") or ""))
        for mapped in (*found.inputs, *found.outputs):
            _path(sheet, file, node, mapped.target)
        _repetition(sheet, file, node)


def _operation(sheet: Sheet, file: str, node: etree._Element, found: Extensions) -> None:
    operation = found.get("taskDefinition", "type")
    if operation is None:
        sheet.at(file, node, "operation-missing")
    elif operation.startswith("="):
        _computed(sheet, file, node)
    elif operation not in sheet.operations:
        sheet.at(file, node, "operation-unknown", operation=operation)


def _human(sheet: Sheet, file: str, node: etree._Element, found: Extensions) -> None:
    role, form = found.get("assignmentDefinition", "candidateGroups"), found.get("formDefinition", "formId")
    if role is None:
        sheet.at(file, node, "task-without-role")
    elif not role.startswith("=") and role not in sheet.roles:
        sheet.at(file, node, "role-unknown", role=role)
    if form is None:
        sheet.at(file, node, "task-without-form")
    elif form.startswith("="):
        _computed(sheet, file, node)
    elif f"{form}.form.json" not in sheet.bundle.files:
        sheet.at(file, node, "form-missing", form=form)
    for attribute in ("dueDate", "followUpDate"):
        day = found.get("taskSchedule", attribute)
        if day is not None and not day.startswith("=") and not clocks.readable("timeDate", day):
            sheet.at(file, node, "date-unreadable", text=day)
    priority = found.get("priorityDefinition", "priority")
    if priority is not None and not priority.startswith("=") and not (priority.isdigit() and int(priority) <= 100):
        sheet.at(file, node, "priority-unreadable")


def _script(sheet: Sheet, file: str, node: etree._Element, found: Extensions) -> None:
    if node.find(f"{{{BPMN}}}script") is not None:
        sheet.at(file, node, "script-foreign")
    elif found.get("script", "expression") is None:
        sheet.at(file, node, "script-missing")
    _name(sheet, file, node, found.get("script", "resultVariable"))


def _rule(sheet: Sheet, file: str, node: etree._Element, found: Extensions, decisions: set[str]) -> None:
    if found.get("taskDefinition", "type") is not None:
        _operation(sheet, file, node, found)
        return
    decision = found.get("calledDecision", "decisionId")
    if decision is not None and decision.startswith("="):
        _computed(sheet, file, node)
    elif decision not in decisions:
        sheet.at(file, node, "decision-missing")
    _name(sheet, file, node, found.get("calledDecision", "resultVariable"))


def _called(sheet: Sheet, file: str, node: etree._Element, process: etree._Element | None) -> None:
    if process is None:
        sheet.at(file, node, "process-missing")
        return
    starts = process.findall(f"{{{BPMN}}}startEvent")
    if starts and all(events.elements(start) for start in starts):
        sheet.at(file, node, "called-without-start")


def _repetition(sheet: Sheet, file: str, node: etree._Element) -> None:
    loop = node.find(f"{{{BPMN}}}standardLoopCharacteristics")
    if loop is not None:
        maximum = loop.get("loopMaximum")
        if maximum is not None and not maximum.isdigit():
            sheet.at(file, node, "loop-count")
        if maximum is None and not (loop.findtext(f"{{{BPMN}}}loopCondition") or "").strip():
            sheet.at(file, node, "loop-endless")
    several = node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if several is not None:
        _instances(sheet, file, node, several)


def _instances(sheet: Sheet, file: str, node: etree._Element, several: etree._Element) -> None:
    found = extensions.read(several)
    if found.get("loopCharacteristics", "inputCollection") is None:
        sheet.at(file, node, "instances-without-collection")
    output, item = (found.get("loopCharacteristics", name) for name in ("outputCollection", "outputElement"))
    if (output is None) != (item is None):
        sheet.at(file, node, "instances-output")
    elif output is None and _writes(node):
        sheet.at(file, node, "instances-output:lost")
    for variable in (output, found.get("loopCharacteristics", "inputElement")):
        if variable is not None:
            _name(sheet, file, node, variable)
    if several.get("behavior", "All") != "All":
        sheet.at(file, node, "not-supported:behavior")


def _writes(node: etree._Element) -> bool:
    """Whether an instance produces data: forms, scripts, rules and mapped results do."""
    parts = [node, *node.iter()]
    return any(
        local(part) in {"scriptTask", "businessRuleTask"}
        or (local(part) == "userTask" and extensions.read(part).get("formDefinition", "formId") is not None)
        or (local(part) in {"serviceTask", "sendTask", "callActivity"} and bool(extensions.read(part).outputs))
        for part in parts
        if etree.QName(part).namespace == BPMN
    )


def _name(sheet: Sheet, file: str, node: etree._Element, name: str | None) -> None:
    if name is None or not NAME.fullmatch(name):
        sheet.at(file, node, "variable-name", variable=name or "")


def _path(sheet: Sheet, file: str, node: etree._Element, path: str) -> None:
    if not PATH.fullmatch(path):
        sheet.at(file, node, "variable-name", variable=path)


def _computed(sheet: Sheet, file: str, node: etree._Element) -> None:
    sheet.at(file, node, "name-computed")
