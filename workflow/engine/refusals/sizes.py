"""Bounds on what is looked at further: beyond them a file is nobody's drawing, and checking it would take long."""

from lxml import etree

from workflow.engine.expressions import MAX_LENGTH
from workflow.engine.refusals import forms
from workflow.engine.refusals.formulas import formulas
from workflow.engine.refusals.sheet import NODES, Sheet
from workflow.engine.xml import BPMN, MAX_BYTES, local

MAX_NODES = 2_000
MAX_FORMULAS = 1_500
MAX_FORMULA_TEXT = 60_000
"""Characters of all formulas and cells of a bundle: some of them may each run into a limit, which takes long."""

MAX_CHILDREN = 5_000
"""In one element: the schema looks for the place of each fault by counting what stands before it."""

MAX_FORM_DEPTH = 50
MAX_CELLS = 5_000
MAX_FILES = 300
MAX_CHARACTERS = 10_000_000
MAX_TAGS = 70_000
"""Over all diagrams and tables of a bundle; 2,000 steps with their settings and shapes have some 66,000."""

TOO_LARGE = frozenset({"file-too-large", "bundle-too-large", "diagram-too-large", "table-too-large", "form-too-large"})
"""Rules after whose findings nothing else is looked at."""


def fits(sheet: Sheet) -> bool:
    """Whether the files are few and small enough to be read at all; a finding if not."""
    readable = [text for text in sheet.bundle.files.values() if len(text) <= MAX_BYTES]
    tags = sum(text.count("<") for name, text in sheet.bundle.files.items() if name.endswith((".bpmn", ".dmn")))
    if len(sheet.bundle.files) > MAX_FILES or sum(map(len, readable)) > MAX_CHARACTERS or tags > MAX_TAGS:
        sheet.add("", None, "bundle-too-large", files=str(MAX_FILES), tags=str(MAX_TAGS))
        return False
    return True


def check(sheet: Sheet) -> bool:
    """Whether all files are within bounds; a finding for each that is not."""
    fits = True
    for file, root in sheet.diagrams.items():
        nodes = sum(1 for element in root.iter(f"{{{BPMN}}}*") if local(element) in NODES)
        children = max(len(element) for element in root.iter())
        sources = len({source for _, source in formulas(root)})
        if nodes > MAX_NODES or children > MAX_CHILDREN or sources > MAX_FORMULAS:
            sheet.add(file, None, "diagram-too-large", most=str(MAX_NODES), formulas=str(MAX_FORMULAS))
            fits = False
    for file, root in sheet.tables.items():
        if _cells(root) > MAX_CELLS:
            sheet.add(file, None, "table-too-large", most=str(MAX_CELLS))
            fits = False
    return fits and _formulas_fit(sheet)


def _formulas_fit(sheet: Sheet) -> bool:
    sources = {source for root in sheet.diagrams.values() for _, source in formulas(root)}
    for file, form in forms.read_all(sheet).items():
        found = forms.formulas(form, MAX_FORM_DEPTH)
        if found is None:
            sheet.add(file, None, "form-too-large", most=str(MAX_FORM_DEPTH))
            return False
        sources |= found
    # A formula that is too long is refused for itself and never read.
    length = sum(len(source) for source in sources if len(source) <= MAX_LENGTH)
    length += sum(len(text) for root in sheet.tables.values() for text in _texts(root) if len(text) <= MAX_LENGTH)
    if len(sources) > MAX_FORMULAS or length > MAX_FORMULA_TEXT:
        sheet.add("", None, "bundle-too-large:formulas", formulas=str(MAX_FORMULAS), most=str(MAX_FORMULA_TEXT))
        return False
    return True


def _texts(root: etree._Element) -> list[str]:
    return [element.text or "" for element in root.iter() if local(element) == "text"]


def _cells(root: etree._Element) -> int:
    return len(_texts(root))
