"""The files of a bundle as read for the check, what they declare, and the findings so far."""

from collections.abc import Iterator

from lxml import etree

from workflow.engine import xml
from workflow.engine.bundle import Bundle
from workflow.engine.findings import Finding, Severity
from workflow.engine.parser import extensions
from workflow.engine.refusals.sentences import SENTENCES
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, local

ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "adHocSubProcess",
    }
)
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
NODES = ACTIVITIES | GATEWAYS | EVENTS
NODE_ENDINGS = ("Task", "task", "Event", "Gateway", "Process", "Activity", "transaction")
SCOPES = frozenset({"process", "subProcess", "adHocSubProcess"})


class Sheet:
    """Reads the files; collects findings, each once."""

    def __init__(self, bundle: Bundle, operations: frozenset[str], roles: frozenset[str]) -> None:
        self.bundle, self.operations, self.roles = bundle, operations, roles
        self.findings: list[Finding] = []
        self.diagrams: dict[str, etree._Element] = {}
        self.tables: dict[str, etree._Element] = {}

    def add(self, file: str, element_id: str | None, key: str, **places: Text | str) -> None:
        """Record what SENTENCES says under `key` (rule or rule:variant) about an element, or about the whole file."""
        sentence = SENTENCES[key]
        texts = {name: place if isinstance(place, Text) else Text(place, place) for name, place in places.items()}
        message, hint = sentence.filled(texts)
        finding = Finding(file, element_id, sentence.severity, key.partition(":")[0], message, hint)
        if finding not in self.findings:
            self.findings.append(finding)

    def at(self, file: str, element: etree._Element, key: str, **places: Text | str) -> None:
        """Record a finding at the nearest element that people can find in the diagram; {name} is what they call it."""
        known = owner(element)
        title = extensions.title(known)
        identifier = known.get("id")
        name = Text(title.zh or identifier or local(known), title.en or title.zh or identifier or local(known))
        self.add(file, identifier, key, name=name, **places)

    def read(self) -> None:
        """Parse all diagrams and tables; a text that is not read is a finding."""
        for name, text in self.bundle.files.items():
            if not name.endswith((".bpmn", ".dmn")):
                continue
            try:
                root = xml.read(text)
            except xml.XmlRefused as error:
                self.findings.append(Finding(name, None, Severity.ERROR, error.rule, error.message))
                continue
            if name.endswith(".dmn"):
                self.tables[name] = root
            elif root.tag != f"{{{BPMN}}}definitions":
                self.add(name, None, "not-bpmn")
            else:
                self.diagrams[name] = root

    def scopes(self, root: etree._Element) -> Iterator[etree._Element]:
        """The processes of a file that run, and their subprocesses at every depth."""
        for process in root.iterfind(f"{{{BPMN}}}process"):
            if process.get("isExecutable") == "true":
                yield process
                yield from (element for element in process.iter() if local(element) in SCOPES - {"process"})

    def nodes(self, root: etree._Element) -> Iterator[etree._Element]:
        """The nodes of all scopes that run."""
        for scope in self.scopes(root):
            yield from nodes_of(scope)


def nodes_of(scope: etree._Element) -> list[etree._Element]:
    """The nodes directly in a scope."""
    return [child for child in scope if etree.QName(child).namespace == BPMN and local(child) in NODES]


def is_node(element: etree._Element) -> bool:
    """Whether an element is a step, event or gateway, be it one that runs here or not."""
    return etree.QName(element).namespace == BPMN and (local(element) in NODES or local(element).endswith(NODE_ENDINGS))


def flows_of(scope: etree._Element) -> list[etree._Element]:
    """The sequence flows directly in a scope."""
    return scope.findall(f"{{{BPMN}}}sequenceFlow")


def owner(element: etree._Element) -> etree._Element:
    """The element itself or the nearest around it that has an id people can find in the diagram."""
    current: etree._Element | None = element
    while current is not None:
        is_part = local(current).endswith(("EventDefinition", "Characteristics"))
        if current.get("id") and etree.QName(current).namespace == BPMN and not is_part:
            return current
        current = current.getparent()
    return element


def main_process(diagrams: dict[str, etree._Element]) -> str:
    """The id of the process that the bundle is about; "" if that is not clear.

    It is the only executable process, else the one that no other calls.
    """
    executable, called = [], set()
    for root in diagrams.values():
        for process in root.iterfind(f"{{{BPMN}}}process"):
            if process.get("isExecutable") == "true":
                executable.append(process.get("id", ""))
                called |= {entry.get("processId") for entry in process.iter(f"{{{xml.ZEEBE}}}calledElement")}
    if len(executable) == 1:
        return executable[0]
    free = [identifier for identifier in executable if identifier not in called]
    return free[0] if len(free) == 1 else ""


def decision_ids(text: str) -> list[str]:
    """The ids of the decisions in a DMN file. Raises XmlRefused."""
    return [
        element.get("id", "")
        for element in xml.read(text)
        if isinstance(element.tag, str) and local(element) == "decision"
    ]
