"""Reads event definitions, the referenced ones too: what an event holds is understood or was refused (D6)."""

from typing import Any

from lxml import etree

from workflow.engine import definitions
from workflow.engine.expressions import Formula
from workflow.engine.parser import extensions
from workflow.engine.xml import BPMN, local

TIMES = {"timeDate": definitions.TimeDate, "timeDuration": definitions.Wait, "timeCycle": definitions.Repeat}


def elements(node: etree._Element) -> list[etree._Element]:
    """The event definitions of an element: those inside it and those it refers to."""
    found = [child for child in node if local(child).endswith("EventDefinition")]
    root = node.getroottree().getroot()
    for reference in node.iterfind(f"{{{BPMN}}}eventDefinitionRef"):
        wanted = unprefixed(reference.text)
        found.extend(child for child in root if child.get("id") == wanted and local(child).endswith("EventDefinition"))
    return found


def read(node: etree._Element, catalogue: Any) -> list[Any]:
    """The definitions of an event element; `catalogue` is the parser that knows messages, signals and codes."""
    found = [definition(element, catalogue) for element in elements(node)]
    if local(node) == "receiveTask" and node.get("messageRef"):
        found.append(message(node.get("messageRef"), catalogue))
    return found


def definition(element: etree._Element, catalogue: Any) -> Any:
    """One definition."""
    kind = local(element).removesuffix("EventDefinition")
    if kind == "message":
        return message(element.get("messageRef"), catalogue)
    if kind == "signal":
        return definitions.Signal(catalogue.signals.get(unprefixed(element.get("signalRef"))))
    if kind == "error":
        known = catalogue.errors.get(unprefixed(element.get("errorRef")), {})
        return definitions.Error(known.get("name"), known.get("error_code") or None)
    if kind == "escalation":
        known = catalogue.escalations.get(unprefixed(element.get("escalationRef")), {})
        return definitions.Escalation(known.get("name"), known.get("escalation_code") or None)
    if kind == "conditional":
        text = element.findtext(f"{{{BPMN}}}condition")
        return definitions.Condition(Formula.read(text, always=True))
    if kind == "timer":
        return timer(element)
    if kind == "terminate":
        return definitions.Terminate()
    if kind == "link":
        return definitions.Link(element.get("name"))
    raise ValueError(f"unknown event definition {kind}")


def timer(element: etree._Element) -> Any:
    """A timer from its one time element."""
    for name, kind in TIMES.items():
        text = element.findtext(f"{{{BPMN}}}{name}")
        formula = Formula.read(text)
        if formula is not None:
            return kind(name, formula)
    raise ValueError("timer without a time")


def message(reference: str | None, catalogue: Any) -> definitions.Message:
    """A message by the id of its declaration, with the correlation key that stands there."""
    identifier = unprefixed(reference)
    declaration = catalogue.declarations.get(identifier)
    key = extensions.read(declaration).formula("subscription", "correlationKey") if declaration is not None else None
    return definitions.Message(catalogue.messages.get(identifier), key)


def unprefixed(reference: str | None) -> str:
    """A reference without its namespace prefix."""
    return (reference or "").strip().rpartition(":")[2]
