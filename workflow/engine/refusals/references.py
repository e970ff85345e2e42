"""What the bundle is about, unique ids, and calls between its processes."""

from collections import Counter

from lxml import etree

from workflow.engine.refusals.sheet import Sheet, main_process
from workflow.engine.text import Text
from workflow.engine.xml import BPMN, ZEEBE, local


def check(sheet: Sheet) -> None:
    """Executable processes, one of them the main one, ids unique over the bundle, no calls in a circle."""
    processes: dict[str, tuple[str, etree._Element]] = {}
    for file, root in sheet.diagrams.items():
        for process in root.iterfind(f"{{{BPMN}}}process"):
            if process.get("isExecutable") == "true":
                processes[process.get("id", "")] = (file, process)
            elif len(process):
                sheet.at(file, process, "process-not-executable", "流程“{name}”没有设为可执行。",
                         "The process “{name}” is not marked as executable.",
                         Text("请在属性中勾选“可执行”。", "Tick “executable” in its properties."))
    _unique_ids(sheet)
    if not processes:
        if not sheet.findings:
            sheet.add(next(iter(sheet.diagrams)), None, "process-not-executable", Text(
                "文件中没有可执行的流程。", "There is no executable process in the files."))
    elif not main_process(sheet.diagrams):
        sheet.add(next(iter(sheet.diagrams)), None, "main-process-unclear", Text(
            "文件中有几个互不调用的流程,看不出哪个是主流程。",
            "There are several processes and none of them calls the others; it is not clear which one is meant."))
    _calls(sheet, processes)


def _unique_ids(sheet: Sheet) -> None:
    counts: Counter[str] = Counter()
    for root in sheet.diagrams.values():
        counts.update(identifier for element in root.iter() if _in_model(element) and (identifier := element.get("id")))
    for file, root in sheet.diagrams.items():
        for element in root.iter():
            if _in_model(element) and counts[element.get("id") or ""] > 1:
                sheet.at(file, element, "id-twice", f"编号“{element.get('id')}”在文件中出现了不止一次。",
                         f"The id “{element.get('id')}” stands in the files more than once.")


def _in_model(element: etree._Element) -> bool:
    return etree.QName(element).namespace == BPMN and local(element) not in {"definitions", "collaboration",
        "participant"}


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
            sheet.at(file, process, "process-calls-itself", "流程“{name}”直接或间接调用了自己。",
                     "The process “{name}” calls itself, directly or through others.")
