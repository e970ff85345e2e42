"""Draws small BPMN diagrams from a few lines of text, so that a test shows the drawing and nothing else.

    start begin
    user ask form=ask role=nurse
    xor good default=good_stop
    begin -> ask -> good
    good -> stop
    good -> ask : answer.again = "yes"
    sub inner
      start i ...
    end sub

A node is `kind id key=value ...` (values with spaces in quotes); an arrow's id is `source_target`.
"""

import json
import shlex
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from workflow.engine.bundle import Bundle

KINDS = {
    "start": "startEvent",
    "stop": "endEvent",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "either": "eventBasedGateway",
    "user": "userTask",
    "task": "task",
    "service": "serviceTask",
    "script": "scriptTask",
    "rule": "businessRuleTask",
    "call": "callActivity",
    "sub": "subProcess",
    "receive": "receiveTask",
    "adhoc": "adHocSubProcess",
}
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Cloud" '
    'id="definitions" targetNamespace="http://carerelay.test">'
)


def draw(text: str, *, process: str = "drawing", extra: str = "") -> str:
    """BPMN XML of a drawing; `extra` goes in beside the process (messages, errors)."""
    lines = iter([line.strip() for line in text.strip().splitlines() if line.strip()])
    body, declared = _scope(lines)
    return (
        f'{HEAD}{declared}{extra}<process id="{process}" name="{process}" isExecutable="true">'
        f"<extensionElements>{_english(process)}</extensionElements>{body}</process></definitions>"
    )


def bundle(
    text: str,
    *,
    forms: dict[str, dict[str, object]] | None = None,
    process: str = "drawing",
    extra: str = "",
    **files: str,
) -> Bundle:
    """A bundle of one drawing, its forms (id -> fields, see `form`) and other files (name with __ for a dot)."""
    texts = {f"{process}.bpmn": draw(text, process=process, extra=extra)}
    for form_id in {"plain", *(forms or {})}:
        texts[f"{form_id}.form.json"] = form(form_id, (forms or {}).get(form_id, {"note": {"type": "textfield"}}))
    texts.update({name.replace("__", "."): content for name, content in files.items()})
    return Bundle.from_texts(texts)


def form(form_id: str, fields: dict[str, object]) -> str:
    """A form-js form; each field is `{"type": ..., ...}` or a list of options of a select."""
    components = []
    for key, field in fields.items():
        if isinstance(field, list):
            field = {
                "type": "select",
                "values": [{"label": each, "value": each} for each in field],
                "validate": {"required": True},
            }
        assert isinstance(field, dict)
        components.append({"key": key, "label": key, "properties": {"label_en": key}, **field})
    return json.dumps({"type": "default", "id": form_id, "schemaVersion": 18, "components": components})


def _scope(lines: Iterator[str]) -> tuple[str, str]:
    body, declared, seen = [], [], set()
    for line in lines:
        if line == "end sub":
            break
        if "->" in line:
            path, _, condition = line.partition(" : ")
            names = [name.strip() for name in path.split("->")]
            for source, target in zip(names, names[1:], strict=False):
                flow = f"{source}_{target}"
                while flow in seen:
                    flow += "x"
                seen.add(flow)
                inside = f"<conditionExpression>={_escape(condition)}</conditionExpression>"
                body.append(
                    f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">'
                    f"{inside if condition else ''}</sequenceFlow>"
                )
            continue
        kind, node_id, *words = shlex.split(line)
        values = dict(word.split("=", 1) if "=" in word else (word, "yes") for word in words)
        inner = ""
        if kind in {"sub", "adhoc"}:
            inner, more = _scope(lines)
            declared.append(more)
        element, beside = _node(kind, node_id, values, inner)
        body.append(element)
        declared.append(beside)
    return "".join(body), "".join(declared)


def _node(kind: str, node_id: str, values: dict[str, str], inner: str) -> tuple[str, str]:
    attributes = f' id="{node_id}" name={quoteattr(values.get("name", node_id))}'
    if "default" in values:
        attributes += f' default="{values["default"]}"'
    if "on" in values:
        attributes += f' attachedToRef="{values["on"]}"'
        attributes += ' cancelActivity="false"' if "beside" in values else ""
    elif "beside" in values:
        attributes += ' isInterrupting="false"'
    if "handler" in values:
        attributes += ' triggeredByEvent="true"'
    extensions = _extensions(kind, node_id, values)
    definitions, declared = _definitions(node_id, values)
    if kind == "receive":
        attributes += f' messageRef="{node_id}_message"'
        declared += _message(node_id, node_id, values.get("key", '="one"'))
    loop = _loop(values)
    name = KINDS[kind]
    return (
        f"<{name}{attributes}><extensionElements>{extensions}</extensionElements>{loop}{inner}{definitions}</{name}>"
    ), declared


def _extensions(kind: str, node_id: str, values: dict[str, str]) -> str:
    parts = [] if "no_english" in values else [_english(values.get("english", node_id))]
    if kind == "user":
        parts.append("<zeebe:userTask/>")
        if values.get("form", "plain") != "none":
            parts.append(f'<zeebe:formDefinition formId="{values.get("form", "plain")}"/>')
        group = "" if values.get("role") == "none" else f' candidateGroups="{values.get("role", "nurse")}"'
        assignee = f" assignee={quoteattr(values['assignee'])}" if "assignee" in values else ""
        parts.append(f"<zeebe:assignmentDefinition{group}{assignee}/>")
        if "due" in values:
            parts.append(f"<zeebe:taskSchedule dueDate={quoteattr(values['due'])}/>")
    if kind == "service":
        parts.append(f'<zeebe:taskDefinition type="{values.get("does", "notify")}"/>')
    if kind == "script":
        parts.append(f'<zeebe:script expression={quoteattr(values["is"])} resultVariable="{values["sets"]}"/>')
    if kind == "rule":
        parts.append(f'<zeebe:calledDecision decisionId="{values["decides"]}" resultVariable="{values["sets"]}"/>')
    if kind == "call":
        parts.append(f'<zeebe:calledElement processId="{values["calls"]}"/>')
    maps = "".join(
        f'<zeebe:{side} source={quoteattr(source)} target="{target}"/>'
        for side in ("input", "output")
        for pair in values.get(side, "").split(";")
        if pair
        for target, source in [pair.split(":", 1)]
    )
    return "".join(parts) + (f"<zeebe:ioMapping>{maps}</zeebe:ioMapping>" if maps else "")


def _definitions(node_id: str, values: dict[str, str]) -> tuple[str, str]:
    if "timer" in values:
        form = values.get("as", "timeDuration")
        return f"<timerEventDefinition><{form}>{_escape(values['timer'])}</{form}></timerEventDefinition>", ""
    if "message" in values:
        reference = values.get("reference", f"{node_id}_message")
        declared = "" if "undeclared" in values else _message(node_id, values["message"], values.get("key", '="one"'))
        return f'<messageEventDefinition messageRef="{reference}"/>', declared
    if "error" in values:
        code = "" if values["error"] == "any" else f' errorRef="{node_id}_error"'
        declared = f'<error id="{node_id}_error" errorCode="{values["error"]}"/>' if code else ""
        return f"<errorEventDefinition{code}/>", declared
    if "escalation" in values:
        return (
            f'<escalationEventDefinition escalationRef="{node_id}_escalation"/>',
            f'<escalation id="{node_id}_escalation" escalationCode="{values["escalation"]}"/>',
        )
    if "when" in values:
        return (
            "<conditionalEventDefinition><condition>="
            f"{_escape(values['when'])}</condition></conditionalEventDefinition>"
        ), ""
    if "link" in values:
        return f'<linkEventDefinition name="{values["link"]}"/>', ""
    return ("<terminateEventDefinition/>", "") if "terminate" in values else ("", "")


def _message(node_id: str, name: str, key: str) -> str:
    subscription = f"<zeebe:subscription correlationKey={quoteattr(key)}/>"
    return (
        f'<message id="{node_id}_message" name="{name}"><extensionElements>{subscription}</extensionElements></message>'
    )


def _loop(values: dict[str, str]) -> str:
    if "each" not in values:
        return ""
    item, _, collection = values["each"].partition(":")
    result = values.get("gives", item)
    output = f' outputCollection="{values["collect"]}" outputElement="={result}"' if "collect" in values else ""
    sequential = ' isSequential="true"' if "sequential" in values else ""
    return (
        f"<multiInstanceLoopCharacteristics{sequential}><extensionElements><zeebe:loopCharacteristics "
        f'inputCollection={quoteattr("=" + collection)} inputElement="{item}"{output}/></extensionElements>'
        f"</multiInstanceLoopCharacteristics>"
    )


def _english(name: str) -> str:
    return f'<zeebe:properties><zeebe:property name="carerelay:name_en" value={quoteattr(name)}/></zeebe:properties>'


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
