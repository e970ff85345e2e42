"""Whether two steps use one name for different kinds of value."""

from workflow.engine.checker.context import Context
from workflow.engine.checker.fields import KIND_NAMES, Field
from workflow.engine.checker.report import Report


def check(context: Context, report: Report) -> None:
    """Report fields that one step fills with a text, say, and another with a number."""
    seen: dict[tuple[str, str], Field] = {}
    for diagram in context.diagrams.values():
        for node in diagram.nodes.values():
            for field in context.sets(node):
                if field.kind not in KIND_NAMES:
                    continue
                earlier = seen.setdefault((diagram.id, field.path), field)
                if earlier.kind != field.kind:
                    report.at(
                        "field-collision",
                        diagram,
                        node,
                        field=field.path,
                        kind=KIND_NAMES[field.kind],
                        other=KIND_NAMES[earlier.kind],
                    )
