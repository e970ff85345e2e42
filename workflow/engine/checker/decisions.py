"""Reads decision tables as tables: columns, cells and what they answer, for the checker's questions."""

from dataclasses import dataclass, replace

from lxml import etree

from workflow.engine import xml
from workflow.engine.checker import syntax
from workflow.engine.checker.fields import Field
from workflow.engine.checker.shapes import Literal
from workflow.engine.text import Text

TYPES = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "boolean": "yes_no",
    "date": "date",
    "dateTime": "date_time",
    "time": "time",
}
MANY_ROWS = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})


@dataclass(frozen=True)
class Column:
    """An input or output column: its label, expression (or output name) and kind; `kind` is "" if not known."""

    label: str
    source: str
    kind: str
    whole: bool


@dataclass(frozen=True)
class Row:
    """One rule of a table: the texts of its cells."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A decision: a table, or a literal expression (`formula`) with no rows."""

    file: str
    id: str
    name: Text
    policy: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]
    requires: tuple[str, ...]
    formula: str | None
    variable: str

    def result(self, variable: str) -> list[Field]:
        """The fields that the decision's answer sets when it is stored as `variable`."""
        if self.formula is not None or self.policy in MANY_ROWS or not self.outputs:
            kind = "list" if self.policy in MANY_ROWS and self.formula is None else ""
            return [Field(variable, kind)]
        fields = [_output(self, index) for index in range(len(self.outputs))]
        if len(fields) == 1:
            return [replace(fields[0], path=variable)]
        return [replace(each, path=f"{variable}.{each.path}") for each in fields]


def read(file: str, text: str) -> list[Decision]:
    """The decisions of a DMN file. Raises xml.XmlRefused."""
    return [_decision(file, element) for element in xml.read(text).iter("{*}decision")]


def _decision(file: str, element: etree._Element) -> Decision:
    table, literal = element.find("{*}decisionTable"), element.find("{*}literalExpression")
    requires = tuple(reference.get("href", "").removeprefix("#") for reference in element.iter("{*}requiredDecision"))
    variable = element.find("{*}variable")
    name = element.get("name", "")
    return Decision(
        file,
        element.get("id", ""),
        Text(name, name),
        policy=table.get("hitPolicy", "UNIQUE") if table is not None else "UNIQUE",
        inputs=tuple(_input(each) for each in table.iterfind("{*}input")) if table is not None else (),
        outputs=tuple(
            Column(each.get("label", ""), each.get("name") or "", *_kind(each.get("typeRef")))
            for each in table.iterfind("{*}output")
        )
        if table is not None
        else (),
        rows=tuple(_row(each, table) for each in table.iterfind("{*}rule")) if table is not None else (),
        requires=requires,
        formula=_content(literal) if literal is not None else None,
        variable=(variable.get("name") if variable is not None else None) or name,
    )


def _input(element: etree._Element) -> Column:
    expression = element.find("{*}inputExpression")
    source = _content(expression) if expression is not None else ""
    type_ref = expression.get("typeRef") if expression is not None else None
    return Column(element.get("label", ""), source, *_kind(type_ref))


def _row(element: etree._Element, table: etree._Element) -> Row:
    """A rule; cells that a damaged file lacks are read as empty."""
    inputs, outputs = (
        tuple(cells + [""] * (len(table.findall(f"{{*}}{column}")) - len(cells)))
        for column in ("input", "output")
        for cells in [[_content(each) for each in element.iterfind(f"{{*}}{column}Entry")]]
    )
    return Row(element.get("id", ""), inputs, outputs)


def _kind(type_ref: str | None) -> tuple[str, bool]:
    return TYPES.get(type_ref or "", ""), type_ref in {"integer", "long"}


def _content(element: etree._Element) -> str:
    text = element.find("{*}text")
    return (text.text or "").strip() if text is not None else ""


def _output(decision: Decision, index: int) -> Field:
    column = decision.outputs[index]
    values = [syntax.read(row.outputs[index]) for row in decision.rows if index < len(row.outputs)]
    texts = [each.value for each in values if isinstance(each, Literal) and each.kind == "text"]
    options = {str(each): Text(str(each), str(each)) for each in texts} if texts and len(texts) == len(values) else None
    kind = column.kind or ("text" if options else "")
    return Field(
        column.source,
        kind,
        options if kind == "text" else None,
        whole=column.whole,
        label=Text(column.label, column.label),
    )
