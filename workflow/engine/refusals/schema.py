"""The file against the BPMN 2.0 schema that SpiffWorkflow brings along."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import XSD_PATH

from workflow.engine.refusals.sheet import Sheet, owner

SHOWN = 20


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD_PATH))


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """One finding for each place that the schema does not allow, the first 20."""
    schema = _schema()
    if schema.validate(root):
        return
    log: Iterable[Any] = schema.error_log  # type: ignore[assignment]  # iterable, but its stub does not say so
    for entry in islice(log, SHOWN):
        element = _place(root, entry.path)
        detail = re.sub(r"\{[^}]*\}", "", entry.message)
        sheet.add(file, owner(element).get("id"), "bpmn-schema", line=str(entry.line), detail=detail)


def _place(root: etree._Element, path: str | None) -> etree._Element:
    """The element that an entry of the log is about; the root if its path leads nowhere."""
    # The path has the file's own prefixes, which XPath does not know.
    steps = re.sub(r"(?<=/)[^/:]+:([^/\[]+)", r"*[local-name()='\1']", path or "")
    found = root.xpath(steps) if steps else []
    return found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else root
