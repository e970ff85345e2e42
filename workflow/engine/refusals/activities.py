"""Steps: that what they name exists, that who does them is said, that repetition is complete (D17)."""

import re

from lxml import etree

from workflow.engine.parser import events, extensions
from workflow.engine.parser.extensions import Extensions
from workflow.engine.refusals.sheet import Sheet, decision_ids
from workflow.engine.xml import BPMN, local

NAME = re.compile(r"[^\W\d]\w*")
PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """All steps of a file."""
    decisions = {
        identifier for name, text in sheet.bundle.named(".dmn").items() if name in sheet.tables
        for identifier in decision_ids(text)
    }
    processes = {
        process.get("id") for diagram in sheet.diagrams.values() for process in diagram.iterfind(f"{{{BPMN}}}process")
        if process.get("isExecutable") == "true"
    }
    for node in sheet.nodes(root):
        found = extensions.read(node)
        kind = local(node)
        throws_message = kind in {"endEvent", "intermediateThrowEvent"} and any(
            local(element) == "messageEventDefinition" for element in events.elements(node))
        if kind in {"serviceTask", "sendTask"} or throws_message:
            _operation(sheet, file, node, found)
        elif kind == "userTask":
            _human(sheet, file, node, found)
        elif kind == "scriptTask":
            _script(sheet, file, node, found)
        elif kind == "businessRuleTask":
            _rule(sheet, file, node, found, decisions)
        elif kind == "callActivity" and found.get("calledElement", "processId") not in processes:
            sheet.at(file, node, "process-missing", "“{name}”调用的流程不在文件中。",
                     "The process that “{name}” calls is not among the files.")
        for mapped in (*found.inputs, *found.outputs):
            _path(sheet, file, node, mapped.target)
        _repetition(sheet, file, node)


def _operation(sheet: Sheet, file: str, node: etree._Element, found: Extensions) -> None:
    operation = found.get("taskDefinition", "type")
    if operation is None:
        sheet.at(file, node, "operation-missing", "系统步骤“{name}”没有指明要做什么。",
                 "The automatic step “{name}” does not say what to do.")
    elif operation.startswith("="):
        _computed(sheet, file, node)
    elif operation not in sheet.operations:
        sheet.at(file, node, "operation-unknown", f"“{{name}}”要调用的操作“{operation}”不存在。",
                 f"The operation “{operation}” that “{{name}}” calls does not exist.")


def _human(sheet: Sheet, file: str, node: etree._Element, found: Extensions) -> None:
    role, form = found.get("assignmentDefinition", "candidateGroups"), found.get("formDefinition", "formId")
    if role is None:
        sheet.at(file, node, "task-without-role", "任务“{name}”没有指明由哪个角色来做。",
                 "The task “{name}” does not say which role does it.")
    elif not role.startswith("=") and role not in sheet.roles:
        sheet.at(file, node, "role-unknown", f"任务“{{name}}”的角色“{role}”不存在。",
                 f"The role “{role}” of the task “{{name}}” does not exist.")
    if form is None:
        sheet.at(file, node, "task-without-form", "任务“{name}”没有表单。", "The task “{name}” has no form.")
    elif form.startswith("="):
        _computed(sheet, file, node)
    elif f"{form}.form.json" not in sheet.bundle.files:
        sheet.at(file, node, "form-missing", f"任务“{{name}}”的表单“{form}”不在文件中。",
                 f"The form “{form}” of the task “{{name}}” is not among the files.")
    priority = found.get("priorityDefinition", "priority")
    if priority is not None and not priority.startswith("=") and not (priority.isdigit() and int(priority) <= 100):
        sheet.at(file, node, "priority-unreadable", "任务“{name}”的优先级应是 0 到 100 的整数。",
                 "The priority of the task “{name}” must be a whole number from 0 to 100.")


def _script(sheet: Sheet, file: str, node: etree._Element, found: Extensions) -> None:
    if node.find(f"{{{BPMN}}}script") is not None:
        sheet.at(file, node, "script-foreign", "“{name}”带有程序代码;这里只接受公式(FEEL)。",
                 "“{name}” carries program code; only formulas (FEEL) are accepted.")
    elif found.get("script", "expression") is None:
        sheet.at(file, node, "script-missing", "计算步骤“{name}”没有公式。", "The script step “{name}” has no formula.")
    _name(sheet, file, node, found.get("script", "resultVariable"))


def _rule(sheet: Sheet, file: str, node: etree._Element, found: Extensions, decisions: set[str]) -> None:
    if found.get("taskDefinition", "type") is not None:
        _operation(sheet, file, node, found)
        return
    decision = found.get("calledDecision", "decisionId")
    if decision is not None and decision.startswith("="):
        _computed(sheet, file, node)
    elif decision not in decisions:
        sheet.at(file, node, "decision-missing", "“{name}”使用的决策不在文件中。",
                 "The decision that “{name}” uses is not among the files.")
    _name(sheet, file, node, found.get("calledDecision", "resultVariable"))


def _repetition(sheet: Sheet, file: str, node: etree._Element) -> None:
    loop = node.find(f"{{{BPMN}}}standardLoopCharacteristics")
    if loop is not None:
        maximum = loop.get("loopMaximum")
        if maximum is not None and not maximum.isdigit():
            sheet.at(file, node, "loop-count", "“{name}”的循环次数应是不小于 0 的整数。",
                     "The number of turns of “{name}” must be a whole number, 0 or more.")
        if maximum is None and not (loop.findtext(f"{{{BPMN}}}loopCondition") or "").strip():
            sheet.at(file, node, "loop-endless", "循环“{name}”既没有条件也没有次数。",
                     "The loop “{name}” has neither a condition nor a number of turns.")
    several = node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if several is not None:
        _instances(sheet, file, node, several)


def _instances(sheet: Sheet, file: str, node: etree._Element, several: etree._Element) -> None:
    found = extensions.read(several)
    if found.get("loopCharacteristics", "inputCollection") is None:
        sheet.at(file, node, "instances-without-collection", "多实例“{name}”没有说明为谁逐一办理(缺少列表)。",
                 "The multi-instance step “{name}” does not say for which list it is done.")
    output, item = (found.get("loopCharacteristics", name) for name in ("outputCollection", "outputElement"))
    if (output is None) != (item is None):
        sheet.at(file, node, "instances-output", "多实例“{name}”的结果列表和结果项要一起填写。",
                 "The multi-instance step “{name}” needs both an output collection and an output element.")
    elif output is None and _writes(node):
        sheet.at(file, node, "instances-output", "多实例“{name}”会产生数据,但没有结果列表,数据会丢失。",
                 "The multi-instance step “{name}” produces data but has no output collection, so it would be lost.")
    for variable in (output, found.get("loopCharacteristics", "inputElement")):
        if variable is not None:
            _name(sheet, file, node, variable)
    if several.get("behavior", "All") != "All":
        sheet.at(file, node, "not-supported", "“{name}”的多实例事件设置(behavior)系统不支持。",
                 "The instance events (behavior) of “{name}” are not supported.")


def _writes(node: etree._Element) -> bool:
    """Whether an instance produces data: forms, scripts, rules and mapped results do."""
    parts = [node, *node.iter()]
    return any(
        local(part) in {"scriptTask", "businessRuleTask"}
        or (local(part) == "userTask" and extensions.read(part).get("formDefinition", "formId") is not None)
        or (local(part) in {"serviceTask", "sendTask", "callActivity"} and bool(extensions.read(part).outputs))
        for part in parts if etree.QName(part).namespace == BPMN
    )


def _name(sheet: Sheet, file: str, node: etree._Element, name: str | None) -> None:
    if name is None or not NAME.fullmatch(name):
        sheet.at(file, node, "variable-name", f"“{{name}}”的变量名“{name or ''}”无效。",
                 f"The variable name “{name or ''}” at “{{name}}” is not valid.")


def _path(sheet: Sheet, file: str, node: etree._Element, path: str) -> None:
    if not PATH.fullmatch(path):
        sheet.at(file, node, "variable-name", f"“{{name}}”的变量名“{path}”无效。",
                 f"The variable name “{path}” at “{{name}}” is not valid.")


def _computed(sheet: Sheet, file: str, node: etree._Element) -> None:
    sheet.at(file, node, "name-computed", "“{name}”用公式算名称,名称必须固定。",
             "“{name}” computes a name; names must be fixed.")
