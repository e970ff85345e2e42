"""Everything a bundle holds, read once: diagrams, forms, decisions, and what each step sets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from workflow.engine import xml
from workflow.engine.checker import decisions, reading
from workflow.engine.checker.decisions import Decision
from workflow.engine.checker.diagram import Diagram, Node
from workflow.engine.checker.fields import Field, Form, merged, read_form
from workflow.engine.checker.shapes import Call, Literal
from workflow.engine.checker.syntax import read

INSTANCE_COUNTS = (
    "loopCounter",
    "numberOfInstances",
    "numberOfActiveInstances",
    "numberOfCompletedInstances",
    "numberOfTerminatedInstances",
)
FUNCTION_KINDS = {
    "date": "date",
    "today": "date",
    "date and time": "date_time",
    "now": "date_time",
    "time": "time",
    "duration": "duration",
    "years and months duration": "duration",
    "count": "number",
    "days between": "number",
    "age in years": "number",
    "number": "number",
    "string length": "number",
    "string": "text",
    "upper case": "text",
    "lower case": "text",
    "is defined": "yes_no",
    "list contains": "yes_no",
    "contains": "yes_no",
    "starts with": "yes_no",
    "ends with": "yes_no",
    "matches": "yes_no",
    "not": "yes_no",
    "floor": "number",
    "ceiling": "number",
    "abs": "number",
    "modulo": "number",
}


@dataclass
class Context:
    """The bundle as the checker sees it; files that cannot be read are left to level 1."""

    diagrams: dict[str, Diagram]
    forms: dict[str, Form]
    decisions: dict[str, Decision]
    variables: frozenset[str]

    @classmethod
    def of(cls, files: Mapping[str, str], variables: frozenset[str]) -> "Context":
        """Read all files."""
        context = cls({}, {}, {}, variables)
        for name, text in sorted(files.items()):
            try:
                if name.endswith(".bpmn"):
                    context.diagrams.update(
                        (diagram.id, diagram) for diagram in reading.read(name, text) if diagram.executable
                    )
                elif name.endswith(".dmn"):
                    context.decisions.update((each.id, each) for each in decisions.read(name, text))
                elif name.endswith(".form.json") and (form := read_form(name, text)):
                    context.forms[name.removesuffix(".form.json")] = form
            except xml.XmlRefused:
                continue
        return context

    def raw_results(self, node: Node) -> list[Field]:
        """What a step produces before its output mappings: form fields, a script's or a decision's result."""
        if node.kind == "userTask" and node.form in self.forms:
            return list(self.forms[node.form].fields.values())
        if node.kind == "scriptTask" and node.result:
            script = next((each.source for each in node.expressions if each.role == "script"), "")
            return [replace(self.kind_of(script), path=node.result)]
        if node.kind == "businessRuleTask" and node.result:
            decision = self.decisions.get(node.decision or "")
            return decision.result(node.result) if decision else [Field(node.result)]
        return []

    def sets(self, node: Node) -> list[Field]:
        """What the case knows more once the step is done; inner steps of a subprocess are asked themselves."""
        if node.instances:
            return [Field(node.instances.output, "list")] if node.instances.output else []
        if node.outputs:
            raw = {each.path: each for each in self.raw_results(node)}
            return [
                replace(raw.get(line.source.removeprefix("=").strip(), Field("")), path=line.target)
                for line in node.outputs
            ]
        return self.raw_results(node)

    def sets_anything(self, node: Node) -> bool:
        """True for steps whose results cannot be known from the drawing: an operation's or a message's data."""
        if node.outputs or node.instances:
            return False
        if node.kind == "callActivity":
            return node.shares_all_out and node.calls not in self.diagrams
        if node.kind == "userTask":
            return node.form not in self.forms
        receives = node.event("message") is not None and node.kind not in {"endEvent", "intermediateThrowEvent"}
        return receives or node.kind == "serviceTask"

    def locals_of(self, node: Node) -> list[Field]:
        """What only the step itself and its inside know: mapped inputs, the item of a list, counters."""
        found = [Field(line.target) for line in node.inputs]
        if node.is_looped:
            found.append(Field("loopCounter", "number"))
        if node.instances:
            found += [Field(name, "number") for name in INSTANCE_COUNTS]
            found += [Field(node.instances.item)] if node.instances.item else []
        return found

    def kind_of(self, source: str) -> Field:
        """What can be told about the value of a formula without knowing any data."""
        match read(source):
            case Literal(kind=kind) if kind != "null":
                return Field("", kind)
            case Call(function=name) if name in FUNCTION_KINDS:
                return Field("", FUNCTION_KINDS[name])
        return Field("")

    @cached_property
    def known(self) -> dict[str, Field]:
        """Every value that any step of the bundle sets, with what is certain about it wherever it is set."""
        found: dict[str, Field] = {}
        shadowed: set[str] = set()
        for diagram in self.diagrams.values():
            for node in diagram.nodes.values():
                own = self.sets(node) + (self.raw_results(node) if node.instances else [])
                for each in own:
                    found[each.path] = merged(found[each.path], each) if each.path in found else each
                shadowed |= {each.path for each in self.locals_of(node)}
        return {path: each for path, each in found.items() if path not in shadowed and path not in self.variables}
