"""Parsers of single nodes: SpiffWorkflow's TaskParser, one for each kind of specification we build."""

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser

from workflow.engine.expressions import Formula
from workflow.engine.parser import events, extensions
from workflow.engine.parser.extensions import Extensions
from workflow.engine.specs import activities, inner, loops, waiting
from workflow.engine.specs.node import Node
from workflow.engine.xml import BPMN, local


class NodeParser(TaskParser):  # type: ignore[misc]
    """Builds the specification of one element; flows are connected later, for the whole scope at once.

    The stock parser follows the flows by recursion, so a long process would exhaust the stack, and it leaves out
    what no flow leads to.
    """

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        """What every specification gets; data associations and ioSpecification are drawings only (D4)."""
        return {"bpmn_name": self.node.get("name"), "lane": self.lane, "description": local(self.node)}

    @property
    def catalogue(self) -> Any:
        """The parser of the whole bundle."""
        return self.process_parser.parser

    def parse_node(self) -> Node:
        """The specification, wrapped if the activity is repeated."""
        found = extensions.read(self.node)
        spec: Node = self.create_task()
        spec.kind = local(self.node)
        spec.title = extensions.title(self.node)
        spec.properties = found.properties
        spec.inputs_mapped, spec.outputs_mapped = found.inputs, found.outputs
        self.fill(spec, found)
        return self._repeated(spec)

    def fill(self, spec: Any, found: Extensions) -> None:
        """Set what this kind of element says beyond the common."""

    def _repeated(self, spec: Node) -> Node:
        several = self.node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
        loop = self.node.find(f"{{{BPMN}}}standardLoopCharacteristics")
        if several is None and loop is None:
            return spec
        del self.spec.task_specs[spec.name]
        inner_name = f"{spec.name}#each"
        if several is not None:
            kind = loops.SequentialInstances if several.get("isSequential") == "true" else loops.ParallelInstances
            wrapper = kind(self.spec, self.bpmn_id, inner_name, **self.bpmn_attributes)
            self._fill_instances(wrapper, several)
        else:
            wrapper = loops.Loop(self.spec, self.bpmn_id, inner_name, None, None, False, **self.bpmn_attributes)
            self._fill_loop(wrapper, loop)
        spec.name = inner_name
        self.spec.task_specs[inner_name] = spec
        wrapper.inner, wrapper.kind = inner_name, spec.kind
        wrapper.title, wrapper.properties = spec.title, spec.properties
        return wrapper

    @staticmethod
    def _fill_instances(wrapper: Any, several: etree._Element) -> None:
        found = extensions.read(several)
        wrapper.collection = found.formula("loopCharacteristics", "inputCollection", always=True)
        wrapper.item = found.get("loopCharacteristics", "inputElement")
        wrapper.output = found.get("loopCharacteristics", "outputCollection")
        wrapper.output_item = found.formula("loopCharacteristics", "outputElement", always=True)
        wrapper.until = Formula.read(several.findtext(f"{{{BPMN}}}completionCondition"), always=True)

    @staticmethod
    def _fill_loop(wrapper: Any, loop: etree._Element) -> None:
        wrapper.again = Formula.read(loop.findtext(f"{{{BPMN}}}loopCondition"), always=True)
        maximum = loop.get("loopMaximum")
        wrapper.at_most = int(maximum) if maximum else None
        wrapper.tests_first = loop.get("testBefore") == "true"


class HumanParser(NodeParser):
    """User tasks."""

    def fill(self, spec: activities.Human, found: Extensions) -> None:
        """Form, role, person, dates, priority."""
        spec.form_key = found.get("formDefinition", "formId")
        spec.role = found.formula("assignmentDefinition", "candidateGroups")
        spec.assignee = found.formula("assignmentDefinition", "assignee")
        spec.due = found.formula("taskSchedule", "dueDate")
        spec.follow_up = found.formula("taskSchedule", "followUpDate")
        spec.priority = found.formula("priorityDefinition", "priority")
        spec.roles = self.catalogue.roles


class ServiceParser(NodeParser):
    """Service and send tasks, and whatever else calls an operation."""

    def fill(self, spec: Any, found: Extensions) -> None:
        """Operation and headers."""
        spec.operation = found.get("taskDefinition", "type") or ""
        spec.headers = found.headers


class ScriptParser(NodeParser):
    """Script tasks with a FEEL expression."""

    def create_task(self) -> Node:
        """The stock specification wants the script's text; ours has a formula."""
        spec: Node = self.spec_class(self.spec, self.bpmn_id, script="", **self.bpmn_attributes)
        return spec

    def fill(self, spec: activities.Script, found: Extensions) -> None:
        """Expression and variable."""
        formula = found.formula("script", "expression", always=True)
        spec.formula = formula or Formula("null")
        spec.result = found.get("script", "resultVariable") or ""


class RuleParser(NodeParser):
    """Business rule tasks: a decision, or an operation."""

    def create_task(self) -> Node:
        """With a `taskDefinition` it is a service task by another name."""
        found = extensions.read(self.node)
        kind = activities.Service if found.get("taskDefinition", "type") else activities.Rule
        spec: Node = kind(self.spec, self.bpmn_id, **self.bpmn_attributes)
        return spec

    def fill(self, spec: Any, found: Extensions) -> None:
        """Decision and variable, or operation and headers."""
        if isinstance(spec, activities.Rule):
            spec.decision = found.get("calledDecision", "decisionId") or ""
            spec.result = found.get("calledDecision", "resultVariable") or ""
            spec.decisions = self.catalogue.decisions.get(spec.decision)
        else:
            spec.operation = found.get("taskDefinition", "type") or ""
            spec.headers = found.headers


class SubprocessParser(NodeParser):
    """Subprocesses of all kinds; their inside is parsed as a scope of its own."""

    def create_task(self) -> Node:
        """An event subprocess is told by `triggeredByEvent` (the stock parser looks in the wrong namespace, D7)."""
        self.catalogue.create_parser(self.node, filename=self.filename, lane=self.lane)
        kind = inner.Handler if self.node.get("triggeredByEvent") == "true" else self.spec_class
        spec: Node = kind(self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id, **self.bpmn_attributes)
        return spec

    def fill(self, spec: Any, found: Extensions) -> None:
        """An event subprocess waits for what its start event holds."""
        if not isinstance(spec, inner.Handler):
            return
        start = self.node.find(f"{{{BPMN}}}startEvent")
        if start is not None:
            spec.start = start.get("id")
            spec.definitions = events.read(start, self.catalogue)
            spec.interrupting = start.get("isInterrupting", "true") != "false"


class CallParser(NodeParser):
    """Call activities."""

    def create_task(self) -> Node:
        """The called process stands in an extension."""
        called = extensions.read(self.node).get("calledElement", "processId")
        spec: Node = self.spec_class(self.spec, self.bpmn_id, subworkflow_spec=called, **self.bpmn_attributes)
        return spec

    def fill(self, spec: inner.Call, found: Extensions) -> None:
        """What goes in and out."""
        spec.takes_all = found.flag("calledElement", "propagateAllParentVariables")
        spec.gives_all = found.flag("calledElement", "propagateAllChildVariables")


class EventParser(NodeParser):
    """Events that wait or throw, and receive tasks."""

    def create_task(self) -> Node:
        """Our specifications keep their definitions in a list of their own; the stock field stays empty."""
        is_boundary = local(self.node) == "boundaryEvent"
        extra = {"cancel_activity": self.node.get("cancelActivity") != "false"} if is_boundary else {}
        spec: Node = self.spec_class(self.spec, self.bpmn_id, event_definition=None, **extra, **self.bpmn_attributes)
        return spec

    def fill(self, spec: Any, found: Extensions) -> None:
        """Definitions; a thrown message is sent by an operation."""
        spec.definitions = [entry for entry in events.read(self.node, self.catalogue) if entry.kind != "link"]
        spec.needs_all = self.node.get("parallelMultiple") == "true"
        spec.operation = found.get("taskDefinition", "type") or ""
        spec.headers = found.headers


class StartParser(EventParser):
    """Start events."""

    def fill(self, spec: waiting.Start, found: Extensions) -> None:
        """Their definitions say what triggers them from outside; inside, they are passed."""
        spec.definitions = events.read(self.node, self.catalogue)


class EventGatewayParser(NodeParser):
    """Event-based gateways."""

    def create_task(self) -> Node:
        """The options are set when the flows are connected."""
        spec: Node = self.spec_class(self.spec, self.bpmn_id, event_definition=None, **self.bpmn_attributes)
        return spec
