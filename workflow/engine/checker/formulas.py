"""All formulas of a bundle: read once, with the names they use.

Formulas of diagrams and tables that cannot be read are level 1's to report; those of forms are reported here.
"""

from dataclasses import dataclass

from workflow.engine import feel
from workflow.engine.checker.context import Context
from workflow.engine.checker.report import Report


@dataclass(frozen=True)
class Names:
    """The variables a formula reads: must be there, may be missing."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


class Formulas:
    """The names of every formula of the bundle that can be read."""

    def __init__(self, context: Context, report: Report) -> None:
        self._names: dict[str, Names | None] = {}
        for diagram in context.diagrams.values():
            for node in diagram.nodes.values():
                for each in node.expressions:
                    self._read(each.source)
            for flow in diagram.flows.values():
                self._read(flow.condition or "")
        for decision in context.decisions.values():
            for source in [column.source for column in decision.inputs] + [decision.formula or ""]:
                self._read(source)
        for form in context.forms.values():
            for key, source, _ in form.formulas:
                error = self._read(source)
                if error is not None:
                    report.add("expression-unreadable", form.file, key, field=key, source=source, reason=error.message)

    def of(self, source: str) -> Names | None:
        """The names in a formula, or None if it cannot be read."""
        return self._names.get(source)

    @property
    def reads(self) -> dict[str, frozenset[str]]:
        """Formula to all names it reads."""
        return {source: each.required | each.optional for source, each in self._names.items() if each}

    def _read(self, source: str) -> feel.FeelError | None:
        if not source:
            return None
        try:
            feel.check(source)
            names = feel.names(source)
        except feel.FeelError as error:
            self._names[source] = None
            return error
        self._names[source] = Names(frozenset(names.required), frozenset(names.optional))
        return None
