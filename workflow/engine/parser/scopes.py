"""Parser of one scope: all its nodes, then the flows between them, then what starts it."""

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser

from workflow.engine.expressions import Formula
from workflow.engine.parser import events, extensions
from workflow.engine.specs.node import Flow, Node
from workflow.engine.specs.scope import AdHoc, ScopeSpec
from workflow.engine.specs.waiting import EventGateway, Start
from workflow.engine.xml import BPMN, local


class ScopeParser(ProcessParser):  # type: ignore[misc]
    """Builds the specification of a process or of the inside of a subprocess."""

    spec: ScopeSpec

    def _index_process_nodes(self) -> None:
        # The stock method indexes everything below, for each level of nesting again; we read direct children only.
        return

    def _parse(self) -> None:
        self.spec = ScopeSpec(self.bpmn_id, extensions.title(self.node), self.filename)
        self.spec.is_handler = self.node.get("triggeredByEvent") == "true"
        nodes = [child for child in self.node if child.tag in self.parser.PARSER_CLASSES]
        for child in nodes:
            self.parse_node(child)
        defaults = {child.get("default") for child in nodes}
        for flow in self.node.iterfind(f"{{{BPMN}}}sequenceFlow"):
            self._connect(flow, is_default=flow.get("id") in defaults)
        self._link(nodes)
        for child in nodes:
            if local(child) == "boundaryEvent":
                self._attach(child)
            elif local(child) == "eventBasedGateway":
                self._offer(self.spec.task_specs[child.get("id")])
        if local(self.node) == "adHocSubProcess":
            self.spec.adhoc = self._adhoc()
        self._find_starts(nodes)

    def _connect(self, element: etree._Element, *, is_default: bool) -> None:
        source = self.spec.task_specs[element.get("sourceRef")]
        target = self.spec.task_specs[element.get("targetRef")]
        condition = Formula.read(element.findtext(f"{{{BPMN}}}conditionExpression"), always=True)
        self._join(source, target, Flow(element.get("id", ""), target.name, condition, is_default))

    @staticmethod
    def _join(source: Node, target: Node, flow: Flow) -> None:
        source.connect(target)
        source.flows.append(flow)
        target.arrivals.append(flow.id)

    def _link(self, nodes: list[etree._Element]) -> None:
        """A throwing link goes on behind the catching one of the same name in this scope (D6)."""
        catches: dict[str, str] = {}
        throws: list[tuple[str, str]] = []
        for child in nodes:
            for element in events.elements(child):
                if local(element) == "linkEventDefinition":
                    name, identifier = element.get("name", ""), child.get("id", "")
                    if local(child) == "intermediateCatchEvent":
                        catches[name] = identifier
                    else:
                        throws.append((name, identifier))
        for name, identifier in throws:
            target = self.spec.task_specs[catches[name]]
            self._join(self.spec.task_specs[identifier], target, Flow(f"#link {identifier}", target.name))

    def _attach(self, element: etree._Element) -> None:
        host = self.spec.task_specs[element.get("attachedToRef")]
        event = self.spec.task_specs[element.get("id")]
        host.boundaries.append(event.name)
        host.connect(event)

    def _offer(self, gateway: EventGateway) -> None:
        gateway.options = [
            (flow.target, definition)
            for flow in gateway.flows
            for definition in self.spec.task_specs[flow.target].definitions
        ]

    def _adhoc(self) -> AdHoc:
        condition = Formula.read(self.node.findtext(f"{{{BPMN}}}completionCondition"), always=True)
        return AdHoc(
            condition,
            self.node.get("ordering") == "Sequential",
            self.node.get("cancelRemainingInstances", "true") != "false",
        )

    def _find_starts(self, nodes: list[etree._Element]) -> None:
        spec = self.spec
        specs = [spec.task_specs[child.get("id")] for child in nodes]
        starts = [node for node in specs if isinstance(node, Start)]
        is_process = local(self.node) == "process"
        if starts:
            spec.triggers = [node.name for node in starts if node.definitions and is_process]
            spec.starts = [node.name for node in starts if node.name not in spec.triggers]
        for child, node in zip(nodes, specs, strict=True):
            if child.get("triggeredByEvent") == "true":
                spec.handlers.append(node.name)
            elif child.get("instantiate") == "true" and not node.arrivals:
                spec.triggers.append(node.name)
            elif not starts and not node.arrivals and local(child) != "boundaryEvent" and not is_link_catch(child):
                # A scope without a start event starts everywhere nothing leads to (D5).
                spec.starts.append(node.name)


def is_link_catch(element: etree._Element) -> bool:
    """True for the catching side of a link: it is reached by a jump, not by an arrow."""
    return local(element) == "intermediateCatchEvent" and any(
        local(child) == "linkEventDefinition" for child in events.elements(element)
    )


def scope_of(parser: Any, identifier: str) -> ScopeSpec:
    """The parsed scope with this id."""
    spec: ScopeSpec = parser.process_parsers[identifier].get_spec()
    return spec
