"""Builds small diagrams as text, so that a test shows the drawing it is about."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import quoteattr

from workflow.engine import Bundle, Moment, Process, Run, World, compile

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROLES = ("worker",)
ATTRIBUTES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:modeler="http://camunda.org/schema/modeler/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'id="definitions" targetNamespace="http://carerelay.test" modeler:executionPlatform="Camunda Cloud" '
    'modeler:executionPlatformVersion="8.6.0"'
)

ERROR = '<error id="refused" name="refused" errorCode="refused" />'
SIGNAL = '<signal id="alarm" name="alarm" />'
ESCALATION = '<escalation id="rise" name="rise" escalationCode="rise" />'


def element(kind: str, id: str, extensions: str = "", content: str = "", **attributes: Any) -> str:
    """A BPMN element named after its id."""
    extended = f"<extensionElements>{extensions}</extensionElements>" if extensions else ""
    own = "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items() if value is not None)
    return f'<{kind} id="{id}" name="{id}"{own}>{extended}{content}</{kind}>'


def mapping(inputs: Mapping[str, str] | None = None, outputs: Mapping[str, str] | None = None) -> str:
    """An ioMapping: target -> FEEL source."""
    lines = [
        f"<zeebe:input source={quoteattr('=' + source)} target='{target}' />"
        for target, source in (inputs or {}).items()
    ]
    lines += [
        f"<zeebe:output source={quoteattr('=' + source)} target='{target}' />"
        for target, source in (outputs or {}).items()
    ]
    return f"<zeebe:ioMapping>{''.join(lines)}</zeebe:ioMapping>" if lines else ""


def start(id: str, content: str = "", **attributes: Any) -> str:
    """A start event."""
    return element("startEvent", id, content=content, **attributes)


def end(id: str, content: str = "", **attributes: Any) -> str:
    """An end event."""
    return element("endEvent", id, content=content, **attributes)


def user(id: str, content: str = "", extensions: str = "", role: str = "worker", default: str | None = None) -> str:
    """A user task with the form `any`."""
    return element(
        "userTask",
        id,
        '<zeebe:userTask /><zeebe:formDefinition formId="any" />'
        f"<zeebe:assignmentDefinition candidateGroups={quoteattr(role)} />{extensions}",
        content,
        default=default,
    )


def service(id: str, operation: str, extensions: str = "", content: str = "") -> str:
    """A service task."""
    return element("serviceTask", id, f'<zeebe:taskDefinition type="{operation}" />{extensions}', content)


def script(id: str, variable: str, expression: str, content: str = "") -> str:
    """A script task."""
    return element(
        "scriptTask",
        id,
        f"<zeebe:script expression={quoteattr('=' + expression)} resultVariable='{variable}' />",
        content,
    )


def gateway(kind: str, id: str, default: str | None = None) -> str:
    """A gateway: exclusive, parallel, inclusive or eventBased."""
    return element(f"{kind}Gateway", id, default=default)


def sub(id: str, *content: str, flows: str = "", extensions: str = "", repeat: str = "", **attributes: Any) -> str:
    """A subprocess."""
    return element("subProcess", id, extensions, repeat + "".join(content) + arrows(flows), **attributes)


def boundary(id: str, at: str, content: str, *, interrupting: bool = True, extensions: str = "") -> str:
    """A boundary event."""
    return element("boundaryEvent", id, extensions, content, attachedToRef=at, cancelActivity=str(interrupting).lower())


def catch(id: str, content: str, extensions: str = "") -> str:
    """An intermediate catching event."""
    return element("intermediateCatchEvent", id, extensions, content)


def throw(id: str, content: str = "") -> str:
    """An intermediate throwing event."""
    return element("intermediateThrowEvent", id, content=content)


def timer(text: str, kind: str = "timeDuration") -> str:
    """A timer definition."""
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def refer(kind: str, reference: str | None = None) -> str:
    """An event definition that refers to a declaration of the same name: message, signal, error, escalation."""
    return f'<{kind}EventDefinition {kind}Ref="{reference}" />' if reference else f"<{kind}EventDefinition />"


def conditional(expression: str) -> str:
    """A conditional event definition."""
    return f"<conditionalEventDefinition><condition>={expression}</condition></conditionalEventDefinition>"


def each(
    collection: str,
    item: str = "item",
    output: str | None = None,
    output_item: str | None = None,
    until: str | None = None,
    *,
    sequential: bool = False,
) -> str:
    """Multi-instance characteristics."""
    out = ""
    if output:
        out = f" outputCollection={quoteattr(output)} outputElement={quoteattr('=' + (output_item or 'null'))}"
    own = f"<zeebe:loopCharacteristics inputCollection={quoteattr('=' + collection)} inputElement='{item}'{out} />"
    condition = f"<completionCondition>={until}</completionCondition>" if until else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><extensionElements>{own}'
        f"</extensionElements>{condition}</multiInstanceLoopCharacteristics>"
    )


def arrows(text: str) -> str:
    """Flows, one a line: `a > b`, `a > b : condition`, with the id `a_b` (a second one `a_b_2`)."""
    made: list[str] = []
    seen: dict[str, int] = {}
    for line in text.replace(";", "\n").splitlines():
        if not line.strip():
            continue
        ends, _, condition = line.partition(":")
        steps = [step.strip() for step in ends.split(">")]
        for source, target in zip(steps, steps[1:], strict=False):
            identifier = f"{source}_{target}"
            seen[identifier] = seen.get(identifier, 0) + 1
            if seen[identifier] > 1:
                identifier += f"_{seen[identifier]}"
            text = condition.strip().replace("<", "&lt;")
            inner = f"<conditionExpression>={text}</conditionExpression>" if text else ""
            made.append(
                f'<sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
            )
    return "".join(made)


def process(id: str, *content: str, flows: str = "", declarations: str = "") -> str:
    """A BPMN file with one process."""
    return (
        f'<definitions {ATTRIBUTES}>{declarations}<process id="{id}" name="{id}" isExecutable="true">'
        f"{''.join(content)}{arrows(flows)}</process></definitions>"
    )


def message(name: str, key: str = "case_key") -> str:
    """A message declaration with a correlation key."""
    return (
        f'<message id="{name}" name="{name}"><extensionElements><zeebe:subscription correlationKey="={key}" />'
        "</extensionElements></message>"
    )


def bundle(
    *content: str, flows: str = "", declarations: str = "", files: Mapping[str, str] | None = None, id: str = "p"
) -> Bundle:
    """A bundle of one process `p` with the form `any`."""
    return Bundle.from_texts(
        {
            f"{id}.bpmn": process(id, *content, flows=flows, declarations=declarations),
            "any.form.json": '{"type": "default", "id": "any", "schemaVersion": 18, "components": []}',
            **(files or {}),
        }
    )


class Play:
    """A run driven by element ids; with `reload` it is saved and restored before every step."""

    def __init__(
        self,
        of: Bundle,
        variables: Mapping[str, Any] | None = None,
        *,
        reload: bool = False,
        operations: Mapping[str, Any] | None = None,
        start_id: str | None = None,
        now: datetime = NOW,
        timezone: str = "Asia/Shanghai",
    ) -> None:
        self.operations = dict(operations or {})
        self.process: Process = compile(of, operations=self.operations.keys(), roles=ROLES)
        self.now, self.reload, self.timezone = now, reload, timezone
        self.path: list[str] = []
        self.signals: list[str] = []
        self.run = Run.start(self.process, self.world, variables or {}, start_id=start_id)
        self._note()

    @property
    def world(self) -> World:
        return World(Moment(self.now, timezone=self.timezone), self.operations)

    def _again(self) -> None:
        self.run = Run.restore(self.process, self.world, self.run.snapshot())

    def _note(self) -> None:
        self.path += [passage.element_id for passage in self.run.take_trace()]
        self.signals += [sent.name for sent in self.run.take_sent()]
        if self.reload:
            before = self.run.snapshot()
            self._again()
            assert self.run.snapshot() == before

    def open(self) -> list[str]:
        return [task.element_id for task in self.run.open_tasks()]

    def do(self, element_id: str, values: Mapping[str, Any] | None = None, nth: int = 0) -> "Play":
        tasks = [task for task in self.run.open_tasks() if task.element_id == element_id]
        assert len(tasks) > nth, f"{element_id} is not open, but {self.open()}"
        self.run.complete(tasks[nth].id, values or {})
        self._note()
        return self

    def later(self, **span: float) -> "Play":
        self.now += timedelta(**span)
        self._again()
        self.run.wake()
        self._note()
        return self

    def send(self, name: str, key: Any = None, payload: Mapping[str, Any] | None = None) -> bool:
        taken = self.run.receive(name, key, payload or {})
        self._note()
        return taken

    def signal(self, name: str) -> int:
        woken = self.run.signal(name, {})
        self._note()
        return woken

    @property
    def state(self) -> str:
        return self.run.state.value

    @property
    def data(self) -> dict[str, Any]:
        return self.run.variables


def play(of: Bundle, reload: bool, **more: Any) -> Play:
    """A run of our engine; with `reload` saved and restored after every step."""
    return Play(of, reload=reload, **more)
