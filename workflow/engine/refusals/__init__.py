"""What cannot run, or would silently be ignored, is refused by name before it runs (feel-zeebe.md §6, level 1).

`check` answers one finding for each fault. Whether a drawing that can run also makes sense is the checker's question.
"""

from collections.abc import Collection

from workflow.engine import dmn
from workflow.engine.bundle import SUFFIXES, Bundle
from workflow.engine.findings import Finding
from workflow.engine.refusals import (
    activities,
    elements,
    events,
    forms,
    formulas,
    places,
    references,
    schema,
    sizes,
    structure,
    unused,
)
from workflow.engine.refusals.sheet import Sheet, decision_ids, main_process

__all__ = ["check", "decision_ids", "main_process"]


def check(bundle: Bundle, *, operations: Collection[str], roles: Collection[str]) -> list[Finding]:
    """All findings of level 1; none of severity ERROR means that the bundle can be compiled and run."""
    sheet = Sheet(bundle, frozenset(operations), frozenset(roles))
    if not sizes.fits(sheet):
        return sheet.findings
    _name_unknown_files(sheet)
    sheet.read()
    if not sizes.check(sheet):
        return sheet.findings
    for name, text in bundle.named(".dmn").items():
        if name in sheet.tables:
            sheet.findings.extend(dmn.check(text, name))
    forms.check(sheet)
    if not sheet.diagrams:
        if not sheet.findings:
            sheet.add("", None, "no-diagram")
        return sheet.findings
    for file, root in sheet.diagrams.items():
        schema.check(sheet, file, root)
        elements.check(sheet, file, root)
        places.check(sheet, file, root)
        unused.check(sheet, file, root)
    references.check(sheet)
    for file, root in sheet.diagrams.items():
        structure.check(sheet, file, root)
        events.check(sheet, file, root)
        activities.check(sheet, file, root)
        formulas.check(sheet, file, root)
    return sheet.findings


def _name_unknown_files(sheet: Sheet) -> None:
    for name in sheet.bundle.files:
        if not name.endswith(SUFFIXES):
            sheet.add(name, None, "file-unknown", given=name)
