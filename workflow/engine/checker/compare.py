"""Whether what is compared fits: numbers with numbers, and a choice only with one of its options."""

from collections.abc import Callable, Mapping

from workflow.engine.checker import syntax
from workflow.engine.checker.context import FUNCTION_KINDS, Context
from workflow.engine.checker.decisions import Decision
from workflow.engine.checker.diagram import Diagram
from workflow.engine.checker.fields import KIND_NAMES, Field
from workflow.engine.checker.report import Report, name_of
from workflow.engine.checker.shapes import INPUT, Among, Call, Compare, Literal, Node, Path, Range, walk
from workflow.engine.text import Text

Tell = Callable[..., None]
NOT_KNOWN = Field("")


def check(context: Context, report: Report) -> None:
    """Report comparisons that can never work, in diagrams, forms and decision tables."""
    for diagram in context.diagrams.values():
        _diagram(context, report, diagram)
    for form in context.forms.values():
        for key, source, row in form.formulas:
            if not row:
                step = Text(f"表单字段“{key}”", f"the field “{key}”")
                _formula(context, report, form.file, key, step, source)
    for decision in context.decisions.values():
        _decision(context, report, decision)


def input_field(context: Context, source: str, kind: str) -> Field:
    """What is known about the input of a table: the field it names, or else just the kind the column states."""
    if source in context.known:
        return context.known[source]
    if kind:
        return Field(source, kind)
    node = syntax.read(source)
    return Field(source, FUNCTION_KINDS.get(node.function, "")) if isinstance(node, Call) else Field(source)


def _diagram(context: Context, report: Report, diagram: Diagram) -> None:
    for node in diagram.nodes.values():
        for each in node.expressions:
            _formula(context, report, diagram.file, node.id, name_of(node), each.source)
    for flow in diagram.flows.values():
        if flow.condition:
            step = name_of(diagram.nodes[flow.source])
            _formula(context, report, diagram.file, flow.id, step, flow.condition)


def _decision(context: Context, report: Report, decision: Decision) -> None:
    step = Text(f"决策表“{decision.name.zh}”", f"the decision table “{decision.name.en}”")
    for index, column in enumerate(decision.inputs):
        field = input_field(context, column.source, column.kind)
        real = context.known.get(column.source)
        if real and real.kind != "list" and _differ(column.kind, real.kind):
            report.add(
                "type-mismatch",
                decision.file,
                decision.id,
                step=step,
                source=column.source,
                kind=KIND_NAMES[real.kind],
                other=KIND_NAMES[column.kind],
            )
        for row in decision.rows:
            if index < len(row.inputs):
                _cell(context, report, decision.file, row.id or decision.id, step, row.inputs[index], field)


def _formula(context: Context, report: Report, file: str, element: str, step: Text, source: str) -> None:
    node = syntax.read(source)
    if node is not None:
        _judge(context, node, NOT_KNOWN, report, file, element, step, source)


def _cell(context: Context, report: Report, file: str, element: str, step: Text, source: str, field: Field) -> None:
    node = syntax.read_cell(source)
    if node is not None and not isinstance(node, Literal):
        _judge(context, node, field, report, file, element, step, source)


def _judge(
    context: Context, node: Node, asked: Field, report: Report, file: str, element: str, step: Text, source: str
) -> None:
    def tell(left: Field, right: Field, value: Node) -> None:
        if _differ(left.kind, right.kind):
            report.add(
                "type-mismatch",
                file,
                element,
                step=step,
                source=source,
                kind=KIND_NAMES[left.kind],
                other=KIND_NAMES[right.kind],
            )
        elif left.options and isinstance(value, Literal) and value.kind == "text" and value.value not in left.options:
            report.add(
                "option-unknown",
                file,
                element,
                step=step,
                source=source,
                value=str(value.value),
                field=left.title,
                options=_options(left.options),
            )

    for part in walk(node):
        match part:
            case Compare(left=left, right=right) if Literal("null", None) not in (left, right):
                one, other = _field(context, left, asked), _field(context, right, asked)
                if one.options or not other.options:
                    tell(one, other, right)
                else:
                    tell(other, one, left)
            case Among(value=value, tests=tests):
                for test in tests:
                    _judge_test(context, _field(context, value, asked), test, asked, tell)
            case Call(function="list contains", arguments=(Path() as items, Literal() as item)):
                _judge_member(_field(context, items, asked), item, tell)


def _judge_member(held: Field, item: Literal, tell: Tell) -> None:
    tell(Field(held.path, held.kind), Field("", "list"), item)
    if held.kind == "list":
        tell(Field(held.path, item.kind, held.options, label=held.label), Field("", item.kind), item)


def _judge_test(context: Context, value: Field, test: Node, asked: Field, tell: Tell) -> None:
    if isinstance(test, Range):
        for end in (test.low, test.high):
            if end is not None:
                tell(value, _field(context, end, asked), test)
    elif isinstance(test, Literal) and test.kind != "null":
        tell(value, Field("", test.kind), test)


def _field(context: Context, node: Node, asked: Field) -> Field:
    if node == INPUT:
        return asked
    match node:
        case Path(name=name):
            return context.known.get(name, NOT_KNOWN)
        case Literal(kind=kind):
            return Field("", "" if kind == "null" else kind)
        case Call(function=name):
            return Field("", FUNCTION_KINDS.get(name, ""))
    return NOT_KNOWN


def _options(options: Mapping[str, Text]) -> Text:
    zh = [f"{key}({text.zh})" if text.zh not in {"", key} else key for key, text in options.items()]
    en = [f"{key} ({text.en})" if text.en not in {"", key} else key for key, text in options.items()]
    return Text("、".join(zh), ", ".join(en))


def _differ(one: str, other: str) -> bool:
    return one != other and one in KIND_NAMES and other in KIND_NAMES
