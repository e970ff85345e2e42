"""The parser of a bundle's diagrams: SpiffWorkflow's BpmnParser with our node parsers and specifications."""

from collections.abc import Collection, Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.util import full_tag

from workflow.engine.parser import nodes
from workflow.engine.parser.scopes import ScopeParser
from workflow.engine.specs import activities, gateways, inner, throwing, waiting
from workflow.engine.specs.scope import ScopeSpec
from workflow.engine.xml import NAMESPACES


class Reader(BpmnParser):  # type: ignore[misc]
    """Reads the files of one bundle, which must have passed the check."""

    PROCESS_PARSER_CLASS = ScopeParser
    PARSER_CLASSES = {
        full_tag(name): pair
        for name, pair in {
            "startEvent": (nodes.StartParser, waiting.Start),
            "endEvent": (nodes.EventParser, throwing.End),
            "intermediateCatchEvent": (nodes.EventParser, waiting.Catch),
            "intermediateThrowEvent": (nodes.EventParser, throwing.Throw),
            "boundaryEvent": (nodes.EventParser, waiting.Boundary),
            "receiveTask": (nodes.EventParser, waiting.Receive),
            "eventBasedGateway": (nodes.EventGatewayParser, waiting.EventGateway),
            "task": (nodes.NodeParser, activities.Plain),
            "manualTask": (nodes.NodeParser, activities.Manual),
            "userTask": (nodes.HumanParser, activities.Human),
            "serviceTask": (nodes.ServiceParser, activities.Service),
            "sendTask": (nodes.ServiceParser, activities.Service),
            "scriptTask": (nodes.ScriptParser, activities.Script),
            "businessRuleTask": (nodes.RuleParser, activities.Rule),
            "callActivity": (nodes.CallParser, inner.Call),
            "subProcess": (nodes.SubprocessParser, inner.Subprocess),
            "adHocSubProcess": (nodes.SubprocessParser, inner.AdHocSteps),
            "exclusiveGateway": (nodes.NodeParser, gateways.Exclusive),
            "parallelGateway": (nodes.NodeParser, gateways.Parallel),
            "inclusiveGateway": (nodes.NodeParser, gateways.Inclusive),
        }.items()
    }

    def __init__(self, roles: Collection[str], decisions: Mapping[str, Any]) -> None:
        super().__init__(namespaces={**NAMESPACES, **_DIAGRAM})
        self.roles = frozenset(roles)
        self.decisions = decisions
        """Decision id -> the decisions of the file it stands in."""
        self.declarations: dict[str, etree._Element] = {}
        """Message id -> its declaration, where the correlation key stands."""

    def add(self, root: etree._Element, file: str) -> None:
        """Take in one file."""
        self.declarations.update(
            {element.get("id", ""): element for element in root.iterfind(f"{{{NAMESPACES['bpmn']}}}message")}
        )
        for process in root.findall(f"{{{NAMESPACES['bpmn']}}}process"):
            if process.get("isExecutable") != "true":
                # A mere drawing, which the check has not looked into.
                root.remove(process)
        # Messages and codes first: nodes refer to them while they are parsed.
        self.add_bpmn_xml(root, file)

    def scopes(self) -> dict[str, ScopeSpec]:
        """All scopes by id: processes, and the insides of their subprocesses at every depth."""
        found: dict[str, ScopeSpec] = {}
        # Parsing a scope adds parsers for the scopes inside it, so look again until there is nothing new.
        while len(found) < len(self.process_parsers):
            for identifier, parser in list(self.process_parsers.items()):
                if identifier not in found:
                    found[identifier] = parser.get_spec()
        return found

    def _add_data_stores(self, bpmn: etree._Element) -> None:
        # Data stores and data objects are drawings; the stock parser wants a Python class for each (D4).
        return

    def _add_correlations(self, bpmn: etree._Element) -> None:
        # Correlation is by the key of the subscription; BPMN's own correlation properties are refused by the check.
        return

    def _find_dependencies(self, process: etree._Element) -> None:
        # Called processes stand in extensions and come with the bundle.
        return


_DIAGRAM = {
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
}
