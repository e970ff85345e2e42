"""Reads and checks files from a disk, which may be anything: each diagram together with what lies beside it."""

from collections.abc import Iterable
from pathlib import Path

from workflow.engine import Bundle, BundleRefused, Finding, Process, Severity, Text
from workflow.engine.bundle import SUFFIXES
from workflow.engine.gathering import gather
from workflow.engine.xml import MAX_BYTES
from workflow.instances import versions


def check_files(paths: Iterable[Path]) -> list[Finding]:
    """The findings on files and folders, in the order given.

    A diagram is checked with the tables and forms of its folder; findings on files that nobody named are left out.
    """
    found: list[Finding] = []
    folders: dict[Path, set[str] | None] = {}
    for path in paths:
        if path.is_dir():
            folders[path] = None
        elif path.name.endswith(SUFFIXES):
            names = folders.setdefault(path.parent, set())
            if names is not None:
                names.add(path.name)
        else:
            found.append(
                _not_taken(
                    path,
                    "只检查流程图（.bpmn）、决策表（.dmn）和表单（.form.json）。",
                    "Only diagrams (.bpmn), decision tables (.dmn) and forms (.form.json) are checked.",
                )
            )
    for folder, asked in folders.items():
        found += [each for each in _open_folder(folder)[1] if asked is None or each.file in asked]
    return found


def open_process(path: Path) -> tuple[Bundle, Process]:
    """The files and the process of a folder, or of a diagram with what lies beside it.

    Raises BundleRefused with everything that was found when something is wrong.
    """
    if path.is_dir() or path.suffix == ".bpmn":
        bundle, found = _open_folder(path if path.is_dir() else path.parent)
    else:
        wanted = ("要给出流程图（.bpmn）或流程文件夹。", "A diagram (.bpmn) or a process folder is needed.")
        bundle, found = Bundle({}), [_not_taken(path, *wanted)]
    if any(finding.severity is Severity.ERROR for finding in found):
        raise BundleRefused(found)
    return bundle, versions.build(bundle).process


def _open_folder(folder: Path) -> tuple[Bundle, list[Finding]]:
    texts: dict[str, str] = {}
    found: list[Finding] = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.endswith(SUFFIXES):
            text = _read(path, found)
            if text is not None:
                texts[path.name] = text
    if not texts and not found:
        found.append(
            _finding(folder.name, "folder-empty", Text("文件夹里没有流程图。", "The folder holds no diagram."))
        )
    texts, twice = gather(folder, texts)
    bundle = Bundle.from_texts(texts)
    return bundle, found + twice + (versions.check(bundle) if texts else [])


def _read(path: Path, found: list[Finding]) -> str | None:
    if path.stat().st_size > MAX_BYTES:
        found.append(
            _finding(
                path.name,
                "file-too-large",
                Text("文件超过 5 MB，不能读取。", "The file is larger than 5 MB and is not read."),
            )
        )
        return None
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        found.append(_finding(path.name, "file-not-text", Text("文件不是 UTF-8 文本。", "The file is not UTF-8 text.")))
    except OSError:
        found.append(_finding(path.name, "file-unreadable", Text("文件不能读取。", "The file cannot be read.")))
    return None


def _not_taken(path: Path, zh: str, en: str) -> Finding:
    return _finding(path.name, "file-kind", Text(zh, en))


def _finding(file: str, rule: str, message: Text) -> Finding:
    return Finding(file, None, Severity.ERROR, rule, message)
