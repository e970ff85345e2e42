"""Every FEEL text of a diagram: it can be read, calls only known functions, and is not too long."""

from collections.abc import Iterator

from lxml import etree

from workflow.engine import feel
from workflow.engine.expressions import MAX_LENGTH
from workflow.engine.reads import ALWAYS_FEEL, FEEL_ATTRIBUTES
from workflow.engine.refusals.sheet import Sheet
from workflow.engine.xml import BPMN, ZEEBE, local

TIMES = frozenset({"timeDate", "timeDuration", "timeCycle"})


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """One finding for each formula that cannot be used."""
    for element, source in formulas(root):
        if len(source) > MAX_LENGTH:
            sheet.at(file, element, "expression-too-long", most=str(MAX_LENGTH))
            continue
        if "${" in source or "#{" in source:
            sheet.at(file, element, "expression-unreadable:old")
            continue
        try:
            feel.check(source)
        except feel.FeelError as error:
            sheet.at(file, element, "expression-unreadable", source=source, reason=error.message)


def formulas(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """All FEEL texts of a diagram with the element they stand in."""
    for element in root.iter():
        text = (element.text or "").strip()
        kind, namespace = local(element), etree.QName(element).namespace
        if namespace == BPMN and text and kind in ALWAYS_FEEL:
            yield element, text.removeprefix("=").strip()
        elif namespace == BPMN and kind in TIMES and text.startswith("="):
            yield element, text[1:].strip()
        if namespace != ZEEBE or kind == "property":
            continue
        for name, value in element.attrib.items():
            source = str(value).strip()
            if source.startswith("=") or "${" in source or (name in FEEL_ATTRIBUTES and source):
                yield element, source.removeprefix("=").strip()
