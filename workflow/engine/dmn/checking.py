"""Everything wrong with a decision file before it is published: structure, and every formula in every cell."""

from workflow.engine import feel
from workflow.engine.dmn.model import Decision
from workflow.engine.dmn.reader import read_decisions
from workflow.engine.findings import Finding, Severity
from workflow.engine.xml import XmlRefused


def check(text: str, file_name: str) -> list[Finding]:
    """The findings of a file; an empty list when every decision of it can be taken."""
    found: list[Finding] = []
    try:
        decisions = read_decisions(text, found, file_name)
    except XmlRefused as refused:
        return [Finding(file_name, None, Severity.ERROR, refused.rule, refused.message)]
    for decision in decisions.values():
        for element_id, source, unary in _formulas(decision):
            try:
                feel.check(source, unary)
            except feel.FeelError as error:
                found.append(Finding(file_name, element_id, Severity.ERROR, f"feel-{error.kind}", error.message))
    return found


def _formulas(decision: Decision) -> list[tuple[str, str, bool]]:
    """(element id, source, whether it is a unary test) of every formula of a decision."""
    if decision.table is None:
        return [(decision.element_id, decision.source, False)] if decision.source else []
    table = decision.table
    asked = [(column.element_id, column.source, False) for column in table.inputs if column.source]
    listed = [(column.element_id, text, False) for column in table.outputs for text in column.values]
    cells = [
        (cell.element_id or row.element_id, cell.source, True)
        for row in table.rows for cell in row.inputs if not cell.accepts_all
    ]  # fmt: skip
    results = [
        (cell.element_id or row.element_id, cell.source, False)
        for row in table.rows
        for cell in row.outputs
        if cell.source
    ]
    return asked + listed + cells + results
