"""Collects findings: fills a rule's sentences in, names steps as people know them, says nothing twice."""

from collections.abc import Iterable

from workflow.engine.checker.diagram import Diagram, Flow, Node
from workflow.engine.checker.rules import RULES
from workflow.engine.findings import Finding, Severity
from workflow.engine.text import Text

KINDS: dict[str, tuple[str, str]] = {
    "startEvent": ("开始", "start"),
    "endEvent": ("结束", "end"),
    "boundaryEvent": ("边界事件", "boundary event"),
    "intermediateCatchEvent": ("等待", "wait"),
    "intermediateThrowEvent": ("事件", "event"),
    "exclusiveGateway": ("排他网关", "exclusive gateway"),
    "parallelGateway": ("并行网关", "parallel gateway"),
    "inclusiveGateway": ("包容网关", "inclusive gateway"),
    "eventBasedGateway": ("事件网关", "event gateway"),
    "complexGateway": ("复杂网关", "complex gateway"),
    "subProcess": ("子流程", "subprocess"),
    "adHocSubProcess": ("自由子流程", "ad-hoc subprocess"),
    "transaction": ("事务", "transaction"),
    "callActivity": ("调用流程", "called process"),
}


def name_of(node: Node) -> Text:
    """How a sentence speaks of a node: its kind and its name, or its id where it has none."""
    zh, en = KINDS.get(node.kind, ("步骤", "step"))
    return Text(f"{zh}“{node.name.zh or node.id}”", f"the {en} “{node.name.en or node.name.zh or node.id}”")


def flow_name(diagram: Diagram, flow: Flow) -> Text:
    """How a sentence speaks of an arrow: its label, or where it leads."""
    if flow.name.zh:
        return Text(f"“{flow.name.zh}”", f"“{flow.name.en or flow.name.zh}”")
    target = name_of(diagram.nodes[flow.target])
    return Text(f"(通往{target.zh})", f"(to {target.en})")


class Report:
    """The findings so far."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}

    def add(self, rule_id: str, file: str, element_id: str | None, **places: Text | str | int) -> None:
        """Record a finding; `places` fill the rule's sentences (a Text in its own language, the rest as it is)."""
        rule = RULES[rule_id]
        zh = {key: value.zh if isinstance(value, Text) else value for key, value in places.items()}
        en = {key: value.en if isinstance(value, Text) else value for key, value in places.items()}
        message = Text(rule.message.zh.format(**zh).strip(), _sentence(rule.message.en.format(**en)))
        hint = Text(rule.hint.zh.format(**zh), rule.hint.en.format(**en))
        finding = Finding(file, element_id, rule.severity, rule.id, message, hint)
        self._findings[finding] = None

    def at(self, rule_id: str, diagram: Diagram, node: Node, **places: Text | str | int) -> None:
        """Record a finding about a node; {step} is its name."""
        self.add(rule_id, diagram.file, node.id, step=name_of(node), **places)

    def blames(self, elements: Iterable[str]) -> bool:
        """True if one of these elements has an error already; what follows from it need not be told too."""
        wanted = set(elements)
        return any(each.element_id in wanted and each.severity is Severity.ERROR for each in self._findings)

    @property
    def findings(self) -> list[Finding]:
        """In the order of their discovery."""
        return list(self._findings)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]
