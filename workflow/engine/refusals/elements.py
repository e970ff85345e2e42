"""Which elements and attributes are accepted at all (feel-zeebe.md §5); everything else would be ignored, so it is
refused by name."""

from lxml import etree

from workflow.engine.refusals.sheet import NODES, SCOPES, Sheet, is_node
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, MODELER, ZEEBE, local

ACCEPTED: dict[str, frozenset[str]] = {
    "userTask": frozenset(),
    "formDefinition": frozenset({"formId", "bindingType"}),
    "assignmentDefinition": frozenset({"candidateGroups", "assignee"}),
    "taskSchedule": frozenset({"dueDate", "followUpDate"}),
    "priorityDefinition": frozenset({"priority"}),
    "ioMapping": frozenset(),
    "input": frozenset({"source", "target"}),
    "output": frozenset({"source", "target"}),
    "properties": frozenset(),
    "property": frozenset({"name", "value"}),
    "taskDefinition": frozenset({"type", "retries"}),
    "taskHeaders": frozenset(),
    "header": frozenset({"key", "value"}),
    "script": frozenset({"expression", "resultVariable"}),
    "calledDecision": frozenset({"decisionId", "resultVariable", "bindingType"}),
    "calledElement": frozenset(
        {"processId", "bindingType", "propagateAllChildVariables", "propagateAllParentVariables"}
    ),
    "loopCharacteristics": frozenset({"inputCollection", "inputElement", "outputCollection", "outputElement"}),
    "subscription": frozenset({"correlationKey"}),
    "versionTag": frozenset({"value"}),
}
"""zeebe element -> its accepted attributes."""

TEMPLATE_ATTRIBUTES = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
BINDINGS = frozenset({"deployment", "latest"})

UNSUPPORTED: dict[str, tuple[str, str]] = {
    "complexGateway": ("复杂网关", "a complex gateway"),
    "transaction": ("事务子流程", "a transaction"),
    "compensateEventDefinition": ("补偿", "compensation"),
    "cancelEventDefinition": ("事务取消", "a transaction cancel"),
    "globalTask": ("全局任务", "a global task"),
    "globalUserTask": ("全局任务", "a global task"),
    "globalManualTask": ("全局任务", "a global task"),
    "globalScriptTask": ("全局任务", "a global task"),
    "globalBusinessRuleTask": ("全局任务", "a global task"),
    "choreography": ("编排图", "a choreography"),
    "globalConversation": ("对话图", "a conversation"),
    "correlationProperty": ("BPMN 关联属性", "a correlation property"),
    "correlationKey": ("BPMN 关联键", "a BPMN correlation key"),
    "loopCardinality": ("固定次数的多实例", "a fixed number of instances"),
    "complexBehaviorDefinition": ("多实例行为", "instance behaviour"),
    "import": ("引入的其他文件", "an imported file"),
    "performer": ("BPMN 自带的人员指定", "BPMN's own way to name people"),
    "humanPerformer": ("BPMN 自带的人员指定", "BPMN's own way to name people"),
    "potentialOwner": ("BPMN 自带的人员指定", "BPMN's own way to name people"),
    "resourceRole": ("BPMN 自带的人员指定", "BPMN's own way to name people"),
}
DRAWN_ONLY = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataStore",
        "dataStoreReference",
        "dataInputAssociation",
        "dataOutputAssociation",
        "ioSpecification",
        "dataInput",
        "dataOutput",
        "loopDataInputRef",
        "loopDataOutputRef",
        "inputDataItem",
        "outputDataItem",
        "property",
    }
)
OLD_CAMUNDA = "http://camunda.org/schema/1.0/bpmn"


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """Elements, attributes, the execution platform; a warning once if there are data objects."""
    platform = root.get(f"{{{MODELER}}}executionPlatform")
    if platform not in (None, "Camunda Cloud"):
        sheet.add(file, None, "platform-unknown", platform=platform)
    drawn = False
    for element in root.iter():
        name = etree.QName(element)
        drawn = drawn or (name.namespace == BPMN and name.localname in DRAWN_ONLY)
        if name.namespace == BPMN:
            _bpmn_element(sheet, file, element)
        elif name.namespace == ZEEBE:
            _zeebe_element(sheet, file, element)
        elif name.namespace == OLD_CAMUNDA:
            _refuse(sheet, file, element, f"camunda:{name.localname}")
        for attribute in element.attrib:
            _foreign_attribute(sheet, file, element, str(attribute))
    if drawn:
        sheet.add(file, None, "data-objects-drawn")


def _bpmn_element(sheet: Sheet, file: str, element: etree._Element) -> None:
    kind = local(element)
    parent = element.getparent()
    if kind in UNSUPPORTED:
        zh, en = UNSUPPORTED[kind]
        sheet.at(file, element, "not-supported:construct", what=Text(zh, en))
    elif parent is not None and local(parent) in SCOPES | {"transaction"} and is_node(element) and kind not in NODES:
        sheet.at(file, element, "not-supported:kind", kind=kind)
    for attribute in ("startQuantity", "completionQuantity"):
        if element.get(attribute, "1") != "1":
            sheet.at(file, element, "not-supported:quantity", what=attribute)
    if kind == "extension" and element.get("mustUnderstand") == "true":
        sheet.at(file, element, "extension-unknown", what="mustUnderstand")
    if element.get("isForCompensation") == "true":
        sheet.at(file, element, "not-supported:compensation")


def _zeebe_element(sheet: Sheet, file: str, element: etree._Element) -> None:
    kind = local(element)
    if kind not in ACCEPTED:
        _refuse(sheet, file, element, f"zeebe:{kind}")
        return
    for attribute, value in element.attrib.items():
        attribute = str(attribute)
        if attribute not in ACCEPTED[kind]:
            _refuse(sheet, file, element, f"zeebe:{kind}/{attribute}")
        elif attribute == "bindingType" and value not in BINDINGS:
            _refuse(sheet, file, element, f"bindingType={value!r}")
        elif attribute == "retries" and not str(value).isdigit():
            _refuse(sheet, file, element, f"retries={value!r}")


def _foreign_attribute(sheet: Sheet, file: str, element: etree._Element, attribute: str) -> None:
    name = etree.QName(attribute)
    if name.namespace == ZEEBE and name.localname not in TEMPLATE_ATTRIBUTES:
        _refuse(sheet, file, element, f"zeebe:{name.localname}")
    elif name.namespace == OLD_CAMUNDA:
        _refuse(sheet, file, element, f"camunda:{name.localname}")


def _refuse(sheet: Sheet, file: str, element: etree._Element, what: str) -> None:
    sheet.at(file, element, "extension-unknown", what=what)
