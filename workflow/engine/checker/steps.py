"""What each single element needs: names in both languages, and timers whose formulas give a time."""

from zoneinfo import ZoneInfo

from workflow.engine import timers
from workflow.engine.checker import syntax
from workflow.engine.checker.context import FUNCTION_KINDS, Context
from workflow.engine.checker.diagram import Diagram, Node
from workflow.engine.checker.report import Report, flow_name, name_of
from workflow.engine.checker.shapes import Call, Literal, Path
from workflow.engine.text import Text

CHINESE, ENGLISH = Text("中文", "Chinese"), Text("英文", "English")
READ_AS = {
    "timeDuration": ("duration", "text", ""),
    "timeDate": ("date", "date_time", "text", ""),
    "timeCycle": ("text", ""),
}
ZONE = ZoneInfo("Asia/Shanghai")


def check(context: Context, report: Report) -> None:
    """Report what lacks something: processes, lanes and steps, and whatever else has a name in one language."""
    for diagram in context.diagrams.values():
        title = diagram.name.zh or diagram.id
        _check_names(diagram, diagram.id, diagram.name, Text(f"流程“{title}”", f"the process “{title}”"), report)
        for lane, name in diagram.lanes.items():
            step = Text(f"泳道“{name.zh or lane}”", f"the lane “{name.en or name.zh or lane}”")
            _check_names(diagram, lane, name, step, report)
        for node in diagram.nodes.values():
            if node.is_activity or node.name.zh or node.name.en:
                _check_names(diagram, node.id, node.name, name_of(node), report)
            _check_timer(context, diagram, node, report)
            _check_dates(context, diagram, node, report)
        for flow in diagram.flows.values():
            if flow.name.zh or flow.name.en:
                _check_names(diagram, flow.id, flow.name, flow_name(diagram, flow), report)


def _check_names(diagram: Diagram, element: str, name: Text, step: Text, report: Report) -> None:
    for text, language in ((name.zh, CHINESE), (name.en, ENGLISH)):
        if not text:
            report.add("name-missing", diagram.file, element, step=step, language=language)


def _check_timer(context: Context, diagram: Diagram, node: Node, report: Report) -> None:
    for event in node.events:
        if event.kind != "timer":
            continue
        form, text = event.timer or ("timeDuration", "")
        if text.startswith("=") and _kind(context, text.removeprefix("=").strip()) not in READ_AS[form]:
            report.at("timer-unreadable", diagram, node, timer=text)


def _check_dates(context: Context, diagram: Diagram, node: Node, report: Report) -> None:
    for each in node.expressions:
        if each.role in {"dueDate", "followUpDate"} and _kind(context, each.source) not in READ_AS["timeDate"]:
            report.at("timer-unreadable", diagram, node, timer="=" + each.source)


def _is_readable(form: str, text: str) -> bool:
    try:
        if form == "timeDuration":
            timers.duration(text)
        elif form == "timeCycle":
            timers.cycle(text)
        else:
            timers.instant(text, ZONE)
    except timers.TimerUnreadable:
        return False
    return True


def _kind(context: Context, source: str) -> str:
    """The kind of a timer's formula, "" if it cannot be told; a text given as a constant is read like a literal."""
    match syntax.read(source):
        case Call(function="duration" | "date" | "date and time" as name, arguments=(Literal(value=str() as text),)):
            form = "timeDuration" if name == "duration" else "timeDate"
            return FUNCTION_KINDS[name] if _is_readable(form, text) else "unreadable"
        case Call(function=name):
            return FUNCTION_KINDS.get(name, "")
        case Path(name=name):
            return context.known[name].kind if name in context.known else ""
        case Literal(kind=kind):
            return kind
    return ""
