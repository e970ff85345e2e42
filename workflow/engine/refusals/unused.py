"""What is kept but has no effect: said once, so that nobody relies on it."""

from lxml import etree

from workflow.engine.parser import extensions
from workflow.engine.reads import ALWAYS_FEEL
from workflow.engine.refusals.formulas import TIMES
from workflow.engine.refusals.sheet import Sheet
from workflow.engine.xml import BPMN, MODELER, ZEEBE, local

OWN = "carerelay:"
PROPERTIES = frozenset(
    {
        extensions.NAME_EN,
        "carerelay:party",
        "carerelay:organisation",
        "carerelay:not_by",
        "carerelay:shared_with",
        "carerelay:answers",
        "carerelay:no_match",
        "carerelay:sent_by",
        "carerelay:confirm",
        "carerelay:confirm_en",
        "carerelay:group",
        "carerelay:starts_on_case",
        "carerelay:starts_on_closed_case",
        "carerelay:given",
        "carerelay:again",
        "carerelay:secret",
    }
)
"""The properties that something reads; every other one beginning with `carerelay:` is a slip."""

DRAWING = "http://www.omg.org/spec/"
"""Everything of OMG's own: the diagram, and its colours."""

HARMLESS = frozenset(
    {
        ZEEBE,
        MODELER,
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://camunda.org/schema/1.0/bpmn",  # refused by name
        "http://www.w3.org/2001/XMLSchema-instance",
        "http://www.w3.org/XML/1998/namespace",
    }
)
ATTRIBUTES = frozenset({"implementation", "operationRef"})
ELEMENTS = frozenset({"operationRef", "rendering"})


def check(sheet: Sheet, file: str, root: etree._Element) -> None:
    """All elements of a file."""
    namespaces: set[str] = set()
    for element in root.iter():
        name = etree.QName(element)
        if name.namespace == BPMN:
            _bpmn_element(sheet, file, element)
        elif name.namespace == ZEEBE:
            _zeebe_element(sheet, file, element)
        namespaces |= {etree.QName(attribute).namespace or "" for attribute in element.attrib} | {name.namespace or ""}
    for namespace in sorted(namespaces - HARMLESS - {""}):
        if not namespace.startswith(DRAWING):
            sheet.add(file, None, "foreign-kept", namespace=namespace)


def _bpmn_element(sheet: Sheet, file: str, element: etree._Element) -> None:
    kind = local(element)
    for attribute in sorted(ATTRIBUTES & set(element.attrib)):
        sheet.at(file, element, "no-effect", what=attribute)
    if kind in ELEMENTS:
        sheet.at(file, element, "no-effect", what=kind)
    if kind == "callActivity":
        called, drawn = extensions.read(element).get("calledElement", "processId"), element.get("calledElement")
        if called and drawn and called != drawn:
            sheet.at(file, element, "no-effect", what=f"calledElement={drawn}")
    language = element.get("language") if kind in ALWAYS_FEEL | TIMES else None
    if language and "feel" not in language.lower():
        sheet.at(file, element, "expression-language", language=language)


def _zeebe_element(sheet: Sheet, file: str, element: etree._Element) -> None:
    if element.get("retries") is not None:
        sheet.at(file, element, "no-effect", what="retries")
    name = element.get("name", "")
    if local(element) == "property" and name.startswith(OWN) and name not in PROPERTIES:
        sheet.at(file, element, "property-unknown", property=name, known=", ".join(sorted(PROPERTIES)))
