"""Settings where they have an effect: on the kinds of step that read them, once, and complete."""

from lxml import etree

from workflow.engine.parser import events
from workflow.engine.refusals.sheet import ACTIVITIES, Sheet
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, ZEEBE, local

SENDS = frozenset({"serviceTask", "sendTask", "businessRuleTask"})
THROWS = frozenset({"endEvent", "intermediateThrowEvent"})
CATCHES = frozenset({"intermediateCatchEvent", "boundaryEvent"})
PASSED = frozenset({"task", "manualTask"})
"""Steps that are passed at once: nothing reads what is mapped into them, and they give nothing out."""

PLACES: dict[str, frozenset[str]] = {
    "userTask": frozenset({"userTask"}),
    "formDefinition": frozenset({"userTask"}),
    "assignmentDefinition": frozenset({"userTask"}),
    "taskSchedule": frozenset({"userTask"}),
    "priorityDefinition": frozenset({"userTask"}),
    "taskDefinition": SENDS | THROWS,
    "taskHeaders": SENDS | THROWS,
    "script": frozenset({"scriptTask"}),
    "calledDecision": frozenset({"businessRuleTask"}),
    "calledElement": frozenset({"callActivity"}),
    "loopCharacteristics": frozenset({"multiInstanceLoopCharacteristics"}),
    "subscription": frozenset({"message"}),
    "versionTag": frozenset({"process"}),
    "ioMapping": (ACTIVITIES - PASSED) | CATCHES | THROWS,
}
"""zeebe element -> the BPMN elements that read it; one that is not listed is read everywhere."""

WORDS: dict[str, Text] = {
    "userTask": Text("用户任务", "user task"),
    "formDefinition": Text("表单", "form"),
    "assignmentDefinition": Text("办理角色", "assignment"),
    "taskSchedule": Text("期限", "due date"),
    "priorityDefinition": Text("优先级", "priority"),
    "taskDefinition": Text("操作", "operation"),
    "taskHeaders": Text("操作的附加项", "headers"),
    "script": Text("公式", "formula"),
    "calledDecision": Text("决策", "decision"),
    "calledElement": Text("被调用的流程", "called process"),
    "loopCharacteristics": Text("多实例", "multi-instance"),
    "subscription": Text("消息的关联键", "correlation key"),
    "versionTag": Text("版本标记", "version tag"),
    "ioMapping": Text("变量传递", "input and output mapping"),
    "properties": Text("属性", "properties"),
}
"""What the settings are called."""

PARTS = {"input": "ioMapping", "output": "ioMapping", "property": "properties", "header": "taskHeaders"}
"""zeebe element -> the zeebe element around it; all others stand directly in the extensions of an element."""


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """Every accepted zeebe element of a file."""
    for element in root.iter(f"{{{ZEEBE}}}*"):
        kind, around = local(element), element.getparent()
        if around is None:
            continue
        if kind in PARTS:
            if around.tag != f"{{{ZEEBE}}}{PARTS[kind]}":
                sheet.at(file, element, "extension-misplaced", what=kind)
        elif kind in WORDS:
            _setting(sheet, file, element, around)


def _setting(sheet: Sheet, file: str, element: etree._Element, around: etree._Element) -> None:
    kind, holder = local(element), around.getparent()
    if around.tag != f"{{{BPMN}}}extensionElements" or holder is None or not _is_read(kind, holder):
        sheet.at(file, element, "extension-misplaced", what=WORDS[kind])
        return
    if next(around.iterchildren(element.tag)) is not element:
        sheet.at(file, element, "extension-twice", what=WORDS[kind])
    names_operation = around.find(f"{{{ZEEBE}}}taskDefinition") is not None
    if kind == "calledDecision" and names_operation:
        sheet.at(file, element, "extension-misplaced:both")
    elif kind == "taskHeaders" and not names_operation:
        sheet.at(file, element, "extension-misplaced", what=WORDS[kind])
    elif kind == "ioMapping":
        _mapping(sheet, file, element, holder)


def _is_read(kind: str, holder: etree._Element) -> bool:
    """Whether an element reads a setting. Of what is thrown only a message is sent by an operation."""
    if kind not in PLACES:
        return True
    if local(holder) in THROWS and not any(local(each) == "messageEventDefinition" for each in events.elements(holder)):
        return False
    return local(holder) in PLACES[kind]


def _mapping(sheet: Sheet, file: str, element: etree._Element, holder: etree._Element) -> None:
    for line in element.iterchildren(f"{{{ZEEBE}}}input", f"{{{ZEEBE}}}output"):
        if local(line) == "input" and local(holder) == "boundaryEvent":
            sheet.at(file, line, "extension-misplaced", what="input")
        elif not (line.get("source") or "").strip():
            sheet.at(file, line, "mapping-empty", variable=line.get("target", ""))
