"""What the bundle is about, unique ids, and calls between its processes."""

from collections import Counter

from lxml import etree

from workflow.engine.refusals.sheet import Sheet, main_process
from workflow.engine.xml import BPMN, ZEEBE, local


def check(sheet: Sheet) -> None:
    """Executable processes, one of them the main one, ids unique over the bundle, no calls in a circle."""
    processes: dict[str, tuple[str, etree._Element]] = {}
    drawn: list[tuple[str, etree._Element]] = []
    for file, root in sheet.diagrams.items():
        for process in root.iterfind(f"{{{BPMN}}}process"):
            if process.get("isExecutable") == "true":
                processes[process.get("id", "")] = (file, process)
            elif len(process):
                drawn.append((file, process))
    called = {
        entry.get("processId") for root in sheet.diagrams.values() for entry in root.iter(f"{{{ZEEBE}}}calledElement")
    }
    for file, process in drawn:
        # The pool of a partner, say: beside a process that runs it may be a mere drawing, unless that calls it.
        is_drawing = bool(processes) and process.get("id") not in called
        sheet.at(file, process, "process-not-executable:drawn" if is_drawing else "process-not-executable")
    _unique_ids(sheet)
    if not processes:
        if not sheet.findings:
            sheet.add(next(iter(sheet.diagrams)), None, "process-not-executable:none")
    elif not main_process(sheet.diagrams):
        sheet.add(next(iter(sheet.diagrams)), None, "main-process-unclear")
    _calls(sheet, processes)


def _unique_ids(sheet: Sheet) -> None:
    counts: Counter[str] = Counter()
    for root in sheet.diagrams.values():
        counts.update(identifier for element in root.iter() if _in_model(element) and (identifier := element.get("id")))
    for file, root in sheet.diagrams.items():
        for element in root.iter():
            if _in_model(element) and counts[element.get("id") or ""] > 1:
                sheet.at(file, element, "id-twice", id=element.get("id") or "")


def _in_model(element: etree._Element) -> bool:
    return etree.QName(element).namespace == BPMN and local(element) not in {
        "definitions",
        "collaboration",
        "participant",
    }


def _calls(sheet: Sheet, processes: dict[str, tuple[str, etree._Element]]) -> None:
    calls = {
        identifier: {entry.get("processId", "") for entry in process.iter(f"{{{ZEEBE}}}calledElement")}
        for identifier, (_, process) in processes.items()
    }
    for identifier, (file, process) in processes.items():
        reached, open_ends = set(), set(calls[identifier])
        while open_ends:
            called = open_ends.pop()
            if called not in reached:
                reached.add(called)
                open_ends |= calls.get(called, set())
        if identifier in reached:
            sheet.at(file, process, "process-calls-itself")
