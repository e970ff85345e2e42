"""Whether a formula gives what its place asks for (yes or no, a list), and calculates only with what can be."""

from collections.abc import Iterator

from workflow.engine.checker import syntax
from workflow.engine.checker.context import FUNCTION_KINDS, Context
from workflow.engine.checker.diagram import Diagram
from workflow.engine.checker.fields import KIND_NAMES
from workflow.engine.checker.report import Report, name_of
from workflow.engine.checker.shapes import (
    Among,
    Arithmetic,
    Call,
    Compare,
    ListOf,
    Literal,
    Logic,
    Node,
    Path,
    walk,
)
from workflow.engine.text import Text

ASKED = {
    "condition": "yes_no",
    "completionCondition": "yes_no",
    "loopCondition": "yes_no",
    "inputCollection": "list",
}
"""What a place asks for, by the role of its formula."""

NEVER_CALCULATED = frozenset({"yes_no", "list"})


def check(context: Context, report: Report) -> None:
    """Report formulas of diagrams that give the wrong kind of value, or that can only fail."""
    for diagram in context.diagrams.values():
        for element, step, source, asked in _formulas(diagram):
            node = syntax.read(source)
            if node is None:
                continue
            given = _wrong(context, node, asked)
            if given:
                report.add(
                    "value-kind",
                    diagram.file,
                    element,
                    step=step,
                    source=source,
                    kind=KIND_NAMES[given],
                    other=KIND_NAMES[asked],
                )
            for part in walk(node):
                kind = _not_calculated(context, part) if isinstance(part, Arithmetic) else ""
                if kind:
                    report.add(
                        "kind-calculated", diagram.file, element, step=step, source=source, kind=KIND_NAMES[kind]
                    )


def _formulas(diagram: Diagram) -> Iterator[tuple[str, Text, str, str]]:
    for node in diagram.nodes.values():
        for each in node.expressions:
            yield node.id, name_of(node), each.source, ASKED.get(each.role, "")
    for flow in diagram.flows.values():
        if flow.condition:
            yield flow.id, name_of(diagram.nodes[flow.source]), flow.condition, "yes_no"


def _wrong(context: Context, node: Node, asked: str) -> str:
    """The kind that a formula certainly gives instead of what is asked for; "" if it may be right."""
    if not asked:
        return ""
    if isinstance(node, Logic):
        # What stands beside "and", "or" and "not" is asked for yes or no as well.
        inside = next(filter(None, (_wrong(context, part, "yes_no") for part in node.parts)), "")
        return inside or ("yes_no" if asked != "yes_no" else "")
    kind = _kind(context, node)
    return kind if kind in KIND_NAMES and kind != asked else ""


def _kind(context: Context, node: Node) -> str:
    match node:
        case Literal(kind=kind):
            return "" if kind == "null" else kind
        case Path(name=name):
            return context.known[name].kind if name in context.known else ""
        case Call(function=function):
            return FUNCTION_KINDS.get(function, "")
        case Compare() | Among() | Logic():
            return "yes_no"
        case ListOf():
            return "list"
        case Arithmetic(parts=parts):
            kinds = {_kind(context, part) for part in parts}
            return next(iter(kinds)) if kinds in ({"number"}, {"text"}) else ""
    return ""


def _not_calculated(context: Context, node: Arithmetic) -> str:
    """The kind in a calculation that makes it fail; texts can be put together, and nothing else."""
    kinds = [_kind(context, part) for part in node.parts]
    for kind in kinds:
        if kind in NEVER_CALCULATED:
            return kind
    joins = set(node.signs) == {"+"} and set(kinds) <= {"text", ""}
    return "text" if "text" in kinds and not joins else ""
