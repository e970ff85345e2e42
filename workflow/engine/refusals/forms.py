"""Form files: readable JSON whose id is the name of the file. Their fields are checked where forms are compiled."""

import json

from workflow.engine.refusals.sheet import Sheet
from workflow.engine.text import Text
from workflow.engine.xml import MAX_BYTES

SUFFIX = ".form.json"


def check(sheet: Sheet) -> None:
    """One finding for each form file that cannot be used."""
    for file, text in sheet.bundle.named(SUFFIX).items():
        if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
            sheet.add(file, None, "file-too-large", Text("文件超过 5 MB,不能读取。", "The file is larger than 5 MB."))
            continue
        try:
            form = json.loads(text)
        except (ValueError, RecursionError):
            form = None
        if not isinstance(form, dict):
            sheet.add(file, None, "form-unreadable", Text("表单文件不是有效的 JSON。", "The form is not valid JSON."))
        elif form.get("id") != file.removesuffix(SUFFIX):
            sheet.add(file, None, "form-id-differs", Text(
                f"表单编号“{form.get('id')}”与文件名不一致。",
                f"The id “{form.get('id')}” of the form is not the name of its file."),
                Text("请把两者改成一样。", "Make both the same."))
