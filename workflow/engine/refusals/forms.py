"""Form files: readable JSON whose id is the name of the file. Their fields are checked where forms are compiled."""

import json
from typing import Any

from workflow.engine.refusals.sheet import Sheet
from workflow.engine.xml import MAX_BYTES

SUFFIX = ".form.json"


def read_all(sheet: Sheet) -> dict[str, Any]:
    """The form files that can be read, as far as JSON goes."""
    found = {}
    for file, text in sheet.bundle.named(SUFFIX).items():
        try:
            found[file] = json.loads(text) if len(text) <= MAX_BYTES else None
        except (ValueError, RecursionError):
            continue
    return found


def formulas(form: Any, most: int) -> set[str] | None:
    """Every text of a form that may be a formula; None if it is nested deeper than `most`."""
    found: set[str] = set()
    level, depth = [form], 0
    while level:
        if depth > most:
            return None
        below: list[Any] = []
        for part in level:
            below += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
            if isinstance(part, dict):
                found |= {value for value in (part.get("hide"), part.get("expression")) if isinstance(value, str)}
            elif isinstance(part, str) and part.startswith("="):
                found.add(part)
        level, depth = below, depth + 1
    return {source.strip().removeprefix("=").strip() for source in found}


def check(sheet: Sheet) -> None:
    """One finding for each form file that cannot be used."""
    for file, text in sheet.bundle.named(SUFFIX).items():
        if len(text) > MAX_BYTES or len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
            sheet.add(file, None, "file-too-large")
            continue
        try:
            form = json.loads(text)
        except (ValueError, RecursionError):
            form = None
        if not isinstance(form, dict):
            sheet.add(file, None, "form-unreadable")
        elif form.get("id") != file.removesuffix(SUFFIX):
            sheet.add(file, None, "form-id-differs", form=str(form.get("id")))
