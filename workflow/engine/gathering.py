"""Puts a process together with the processes it calls: a published version is complete in itself."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from workflow.engine import xml
from workflow.engine.findings import Finding, Severity
from workflow.engine.text import Text

SUFFIXES = (".bpmn", ".dmn", ".form.json")
"""The files that make a process."""


def gather(folder: Path, own: Mapping[str, str] | None = None) -> tuple[dict[str, str], list[Finding]]:
    """The files of a process folder and of every process that it calls, whose folders lie beside it.

    `own`: the folder's texts, if they have been read already. A file name that stands in two of the folders with
    different texts is a finding: one of the two would be lost.
    """
    texts = dict(own if own is not None else _texts(folder))
    found: list[Finding] = []
    waiting, seen = sorted(called(texts)), {folder.name}
    while waiting:
        name = waiting.pop(0)
        beside = folder.parent / name
        if name in seen or f"{name}.bpmn" in texts or not (beside / f"{name}.bpmn").is_file():
            continue  # what is nowhere to be found is told by the check, with the element that calls it
        seen.add(name)
        for file, text in _texts(beside).items():
            if texts.setdefault(file, text) != text:
                found.append(_twice(file, folder.name, name))
        waiting += sorted(called(texts) - seen)
    return texts, found


def called(texts: Mapping[str, str]) -> set[str]:
    """The ids of the processes that the diagrams among these texts call."""
    names: set[str] = set()
    for file, text in texts.items():
        if file.endswith(".bpmn"):
            names |= set(_called(text))
    return names


def _called(text: str) -> Iterator[str]:
    try:
        root = xml.read(text)
    except xml.XmlRefused:
        return  # told by the check
    for element in root.iter(f"{{{xml.ZEEBE}}}calledElement"):
        if element.get("processId"):
            yield str(element.get("processId"))


def _texts(folder: Path) -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name.endswith(SUFFIXES)
    }


def _twice(file: str, one: str, other: str) -> Finding:
    return Finding(
        file,
        None,
        Severity.ERROR,
        "file-twice",
        Text(
            f"流程“{one}”和它调用的“{other}”各有一个“{file}”，内容不同。",
            f'"{one}" and "{other}", which it calls, each have a "{file}", and they differ.',
        ),
        Text(
            "给其中一个换名，任务里的表单编号也要改。", "Give one of them another name, in the task that shows it too."
        ),
    )
