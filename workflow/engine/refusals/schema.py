"""The file against the BPMN 2.0 schema that SpiffWorkflow brings along."""

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
        found = root.xpath(entry.path) if entry.path else []
        element = found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else root
        detail = entry.message.replace("{http://www.omg.org/spec/BPMN/20100524/MODEL}", "")
        sheet.add(file, owner(element).get("id"), "bpmn-schema", line=str(entry.line), detail=detail)
