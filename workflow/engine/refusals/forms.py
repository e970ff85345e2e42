"""Form files: readable JSON whose id is the name of the file. Their fields are checked where forms are compiled."""

import json

from workflow.engine.refusals.sheet import Sheet
from workflow.engine.xml import MAX_BYTES

SUFFIX = ".form.json"


def check(sheet: Sheet) -> None:
    """One finding for each form file that cannot be used."""
    for file, text in sheet.bundle.named(SUFFIX).items():
        if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
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
