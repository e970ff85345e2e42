"""Timers: exactly one time, that can be read, and repeated only where it can fire again (D16)."""

from datetime import UTC

from lxml import etree

from workflow.engine import timers
from workflow.engine.refusals.sheet import Sheet
from workflow.engine.xml import BPMN, local

TIMES = ("timeDate", "timeDuration", "timeCycle")


def check(sheet: Sheet, file: str, node: etree._Element, element: etree._Element) -> None:
    """One timer definition of an event."""
    times = [(name, (element.findtext(f"{{{BPMN}}}{name}") or "").strip()) for name in TIMES]
    given = [(name, text) for name, text in times if text]
    if len(given) != 1:
        sheet.at(file, node, "timer-missing")
        return
    [(name, text)] = given
    is_start = local(node) == "startEvent" and local(node.getparent()) == "process"  # type: ignore[arg-type]
    if name == "timeCycle" and not (_may_repeat(node) or is_start):
        sheet.at(file, node, "timer-repeats")
    if not text.startswith("=") and not readable(name, text):
        sheet.at(file, node, "timer-unreadable", text=text)


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


def _may_repeat(node: etree._Element) -> bool:
    return (local(node) == "boundaryEvent" and node.get("cancelActivity") == "false") or (
        local(node) == "startEvent" and node.get("isInterrupting") == "false"
    )
