"""Events: which definitions may stand where, and that messages, timers, codes and links are complete (D6, D16, D23)."""

from datetime import UTC

from lxml import etree

from workflow.engine import timers
from workflow.engine.findings import Severity
from workflow.engine.parser import events, extensions
from workflow.engine.parser.events import unprefixed
from workflow.engine.refusals.sheet import EVENTS, Sheet, flows_of, nodes_of
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, local

ALLOWED: dict[str, frozenset[str]] = {
    "process": frozenset({"message", "signal", "timer"}),
    "handler": frozenset({"message", "signal", "timer", "error", "escalation", "conditional"}),
    "boundaryEvent": frozenset({"message", "signal", "timer", "error", "escalation", "conditional"}),
    "intermediateCatchEvent": frozenset({"message", "signal", "timer", "conditional", "link"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "link"}),
    "endEvent": frozenset({"message", "signal", "error", "escalation", "terminate"}),
}
THROWN = frozenset({"intermediateThrowEvent", "endEvent"})
NEEDS_ONE = frozenset({"boundaryEvent", "intermediateCatchEvent"})
DECLARED = {"signal": "name", "error": "errorCode", "escalation": "escalationCode"}
TIMES = ("timeDate", "timeDuration", "timeCycle")


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """All events, receive tasks, event-based gateways and links of a file."""
    for scope in sheet.scopes(root):
        for node in nodes_of(scope):
            kind = local(node)
            if kind in EVENTS:
                _event(sheet, file, scope, node)
            elif kind == "receiveTask":
                is_start = node.get("instantiate") == "true"
                _complete_message(sheet, file, node, node.get("messageRef"), needs_key=not is_start)
            elif kind == "eventBasedGateway":
                _gateway(sheet, file, scope, node)
        _links(sheet, file, scope)


def _event(sheet: Sheet, file: str, scope: etree._Element, node: etree._Element) -> None:
    kind, found = local(node), events.elements(node)
    place = kind
    if kind == "startEvent":
        place = "handler" if scope.get("triggeredByEvent") == "true" else "process"
    if kind in NEEDS_ONE and not found:
        sheet.at(file, node, "event-empty", "事件“{name}”没有说明等待什么。",
            "The event “{name}” does not say what it waits for.")
    if len(found) > 1 and any(local(element) in {"linkEventDefinition", "errorEventDefinition"} for element in found):
        sheet.at(file, node, "event-mixed", "事件“{name}”的几种触发不能合用。",
            "The event “{name}” combines what cannot be combined.")
    for reference in node.iterfind(f"{{{BPMN}}}eventDefinitionRef"):
        if not any(element.get("id") == unprefixed(reference.text) for element in found):
            _dangling(sheet, file, node)
    for element in found:
        what = local(element).removesuffix("EventDefinition")
        if what in {"compensate", "cancel"}:
            continue  # refused by name already
        if what not in ALLOWED[place]:
            sheet.at(file, node, "event-misplaced", f"“{{name}}”处不能使用这种事件({what})。",
                     f"An event of this kind ({what}) cannot stand at “{{name}}”.")
        else:
            _definition(sheet, file, node, element, what, place)
        if place == "process" and what in {"timer", "signal"}:
            sheet.add(file, node.get("id"), "start-from-outside", Text(
                "流程不会自己从这里开始,需要由系统设置触发。",
                "The process does not start here by itself; something outside must be set up to trigger it."),
                severity=Severity.WARNING)


def _definition(
    sheet: Sheet, file: str, node: etree._Element, element: etree._Element, what: str, place: str,
) -> None:
    if what == "timer":
        _timer(sheet, file, node, element, may_repeat=_may_repeat(node))
    elif what == "message" and place in THROWN:
        _complete_message(sheet, file, node, element.get("messageRef"), needs_key=False)
    elif what == "message":
        _complete_message(sheet, file, node, element.get("messageRef"), needs_key=place != "process")
    elif what == "conditional":
        if not (element.findtext(f"{{{BPMN}}}condition") or "").strip():
            sheet.at(file, node, "event-incomplete", "条件事件“{name}”没有写条件。",
                "The conditional event “{name}” has no condition.")
    elif what == "error" and "false" in (node.get("cancelActivity"), node.get("isInterrupting")):
        sheet.at(file, node, "event-misplaced", "错误事件“{name}”必须中断所在的步骤。",
            "The error event “{name}” must interrupt its step.")
    elif what in DECLARED:
        _declared(sheet, file, node, element, what)


def _may_repeat(node: etree._Element) -> bool:
    return (local(node) == "boundaryEvent" and node.get("cancelActivity") == "false") or (
        local(node) == "startEvent" and node.get("isInterrupting") == "false")


def _declared(sheet: Sheet, file: str, node: etree._Element, element: etree._Element, what: str) -> None:
    reference = element.get(f"{what}Ref")
    if not reference:
        if what == "signal" or local(node) in THROWN:
            sheet.at(file, node, "event-incomplete", f"事件“{{name}}”没有指明{_WORDS[what][0]}。",
                     f"The event “{{name}}” does not name {_WORDS[what][1]}.")
        return
    declaration = _declaration(node, what, reference)
    value = declaration.get(DECLARED[what]) if declaration is not None else None
    if declaration is None:
        _dangling(sheet, file, node)
    elif not value and (what == "signal" or local(node) in THROWN):
        sheet.at(file, node, "event-incomplete", f"事件“{{name}}”所指的{_WORDS[what][0]}没有名称或代码。",
                 f"What the event “{{name}}” refers to has no name or code ({what}).")
    elif value and value.startswith("="):
        _computed(sheet, file, node)


def _complete_message(
    sheet: Sheet, file: str, node: etree._Element, reference: str | None, *, needs_key: bool,
) -> None:
    if not reference:
        sheet.at(file, node, "message-missing", "“{name}”没有指明消息,会直接走过去。",
                 "“{name}” does not name a message, so it would be passed at once.")
        return
    declaration = _declaration(node, "message", reference)
    if declaration is None or not declaration.get("name"):
        _dangling(sheet, file, node)
        return
    if declaration.get("name", "").startswith("="):
        _computed(sheet, file, node)
    if needs_key and extensions.read(declaration).formula("subscription", "correlationKey") is None:
        sheet.at(file, node, "message-without-key", "“{name}”等待的消息没有关联键,分不清是谁的消息。",
                 "The message that “{name}” waits for has no correlation key, so it is not clear whose message it is.")


def _timer(sheet: Sheet, file: str, node: etree._Element, element: etree._Element, *, may_repeat: bool) -> None:
    times = [(name, (element.findtext(f"{{{BPMN}}}{name}") or "").strip()) for name in TIMES]
    given = [(name, text) for name, text in times if text]
    if len(given) != 1:
        sheet.at(file, node, "timer-missing", "定时事件“{name}”需要恰好一个时间。",
            "The timer “{name}” needs exactly one time.")
        return
    [(name, text)] = given
    is_start = local(node) == "startEvent" and local(node.getparent()) == "process"  # type: ignore[arg-type]
    if name == "timeCycle" and not (may_repeat or is_start):
        sheet.at(file, node, "timer-repeats", "“{name}”只会触发一次,不能用重复的时间。",
                 "“{name}” can fire only once, so a repeated time has no meaning there.")
    if not text.startswith("=") and not readable(name, text):
        sheet.at(file, node, "timer-unreadable", f"“{{name}}”的时间“{text}”读不懂。",
            f"The time “{text}” of “{{name}}” cannot be read.",
                 Text("例如 PT1H(1 小时)、P2D(2 天)、R3/P1D(每天一次共 3 次)、2026-05-01T09:00:00+08:00。",
                      "For example PT1H (1 hour), P2D (2 days), R3/P1D (daily, 3 times), 2026-05-01T09:00:00+08:00."))


def readable(name: str, text: str) -> bool:
    """Whether a literal timer text means something."""
    try:
        if name == "timeCycle":
            timers.cycle(text)
        elif name == "timeDuration":
            timers.duration(text)
        else:
            timers.instant(text, UTC)
    except timers.TimerUnreadable:
        return False
    return True


def _gateway(sheet: Sheet, file: str, scope: etree._Element, node: etree._Element) -> None:
    if node.get("instantiate") == "true" or node.get("eventGatewayType", "Exclusive") != "Exclusive":
        sheet.at(file, node, "not-supported", "事件网关“{name}”的这种用法系统不支持。",
                 "The event-based gateway “{name}” is used in a way that is not supported.")
    targets = {flow.get("targetRef") for flow in flows_of(scope) if flow.get("sourceRef") == node.get("id")}
    chosen = [other for other in nodes_of(scope) if other.get("id") in targets]
    for other in chosen:
        is_single = local(other) == "receiveTask" or len(events.elements(other)) == 1
        if local(other) not in {"intermediateCatchEvent", "receiveTask"} or not is_single:
            sheet.at(file, other, "gateway-option", "事件网关之后只能接等待一个事件的步骤,“{name}”不是。",
                     "Behind an event-based gateway only steps that wait for one event may stand; “{name}” is none.")
    if len(chosen) < 2:
        sheet.at(file, node, "gateway-option", "事件网关“{name}”至少要有两个可等待的事件。",
                 "The event-based gateway “{name}” needs at least two events to choose from.")


def _links(sheet: Sheet, file: str, scope: etree._Element) -> None:
    catches: dict[str, list[etree._Element]] = {}
    throws: list[tuple[str, etree._Element]] = []
    for node in nodes_of(scope):
        for element in events.elements(node):
            if local(element) == "linkEventDefinition":
                if local(node) == "intermediateCatchEvent":
                    catches.setdefault(element.get("name") or "", []).append(node)
                else:
                    throws.append((element.get("name") or "", node))
    for name, node in throws:
        if len(catches.get(name, [])) != 1 or not name:
            sheet.at(file, node, "link-unmatched", "链接“{name}”需要同一层中恰好一个同名的接收端。",
                     "The link “{name}” needs exactly one receiving link of the same name on its level.")
    for name, nodes in catches.items():
        if name not in {thrown for thrown, _ in throws}:
            sheet.at(file, nodes[0], "link-unmatched", "没有链接指向“{name}”。", "No link leads to “{name}”.")


def _declaration(node: etree._Element, what: str, reference: str) -> etree._Element | None:
    root = node.getroottree().getroot()
    wanted = unprefixed(reference)
    return next((child for child in root.iterfind(f"{{{BPMN}}}{what}") if child.get("id") == wanted), None)


def _dangling(sheet: Sheet, file: str, node: etree._Element) -> None:
    sheet.at(file, node, "reference-missing", "“{name}”指向的消息、信号、错误或升级没有定义。",
             "“{name}” refers to a message, signal, error or escalation that is not defined.")


def _computed(sheet: Sheet, file: str, node: etree._Element) -> None:
    sheet.at(file, node, "name-computed", "“{name}”用公式算名称,名称必须固定。",
             "“{name}” computes a name; names must be fixed.")


_WORDS = {"signal": ("信号", "a signal"), "error": ("错误", "an error"), "escalation": ("升级", "an escalation")}
