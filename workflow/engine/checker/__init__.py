"""The checker: whether formulas find what they read and compare what fits, and whether processes work on every way.

It judges the drawing, never runs it, and presumes nothing about what level 1 (safe XML, supported elements) found:
a file that cannot be read is left out here.
"""

from collections.abc import Collection

from workflow.engine.bundle import Bundle
from workflow.engine.checker import collisions, compare, expected, gateways, reads, soundness, steps, tables
from workflow.engine.checker.context import Context
from workflow.engine.checker.formulas import Formulas
from workflow.engine.checker.report import Report
from workflow.engine.checker.rule import Rule
from workflow.engine.checker.rules import RULES
from workflow.engine.findings import Finding

__all__ = ["RULES", "Rule", "analyse"]


def analyse(
    bundle: Bundle,
    *,
    variables: Collection[str] = frozenset(),
) -> list[Finding]:
    """Every fault of a bundle on levels 2 (fields and types) and 3 (it can work), errors and warnings.

    `variables` are the dotted paths that every new instance is started with. That forms, roles, operations and the
    like exist is level 1's (workflow.engine.refusals). An empty list means: whatever people answer, the process
    gets to an end.
    """
    context, report = Context.of(bundle.files, frozenset(variables)), Report()
    collisions.check(context, report)
    steps.check(context, report)
    formulas = Formulas(context, report)
    known = reads.check(context, formulas, report)
    compare.check(context, report)
    expected.check(context, report)
    for diagram in context.diagrams.values():
        soundness.check(diagram, report, bundle=context.diagrams)
    gateways.check(context, formulas, known, report)
    tables.check(context, report)
    return report.findings
