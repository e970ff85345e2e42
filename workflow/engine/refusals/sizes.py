"""Bounds on what is looked at further: beyond them a file is nobody's drawing, and checking it would take long."""

from lxml import etree

from workflow.engine.refusals.formulas import formulas
from workflow.engine.refusals.sheet import NODES, Sheet
from workflow.engine.xml import BPMN, local

MAX_NODES = 2_000
MAX_FORMULAS = 3_000
MAX_CELLS = 5_000
TOO_LARGE = frozenset({"file-too-large", "diagram-too-large", "table-too-large"})
"""Rules after whose findings nothing else is looked at."""


def check(sheet: Sheet) -> bool:
    """Whether all files are within bounds; a finding for each that is not."""
    fits = True
    for file, root in sheet.diagrams.items():
        nodes = sum(1 for element in root.iter(f"{{{BPMN}}}*") if local(element) in NODES)
        if nodes > MAX_NODES or len({source for _, source in formulas(root)}) > MAX_FORMULAS:
            sheet.add(file, None, "diagram-too-large", most=str(MAX_NODES), formulas=str(MAX_FORMULAS))
            fits = False
    for file, root in sheet.tables.items():
        if _cells(root) > MAX_CELLS:
            sheet.add(file, None, "table-too-large", most=str(MAX_CELLS))
            fits = False
    return fits


def _cells(root: etree._Element) -> int:
    return sum(1 for element in root.iter() if local(element) == "text")
