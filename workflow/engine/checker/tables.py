"""Decision tables without gaps and overlaps, each shown with an example.

Every input is cut into pieces that no cell can tell apart; a piece becomes the set of rows it satisfies (a bit mask).
A choice of pieces whose masks have no bit in common is a gap; two rows that share a piece in every input overlap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workflow.engine import feel
from workflow.engine.checker import syntax
from workflow.engine.checker.compare import input_field
from workflow.engine.checker.context import Context
from workflow.engine.checker.decisions import MANY_ROWS, Decision
from workflow.engine.checker.fields import Field
from workflow.engine.checker.gateways import MOMENT
from workflow.engine.checker.report import Report
from workflow.engine.checker.samples import Mentions, mentions, samples, spoken
from workflow.engine.checker.shapes import INPUT
from workflow.engine.text import Text

COMBINATIONS_AT_MOST = 200_000
EVALUATIONS_AT_MOST = 40_000
OVERLAPS_AT_MOST = 20
TOO_MANY = Text("情况太多", "there are too many cases")


@dataclass
class Axis:
    """One input: what it asks, and for each distinguishable value the rows whose cells accept it."""

    field: Field
    pieces: dict[int, Any]


class TooMany(Exception):
    """A table with more combinations than are tried."""


def check(context: Context, report: Report) -> None:
    """Report gaps, overlaps and rows that are never used, for every table."""
    for decision in context.decisions.values():
        if decision.formula is None and decision.rows:
            _check_table(context, decision, report)


def _check_table(context: Context, decision: Decision, report: Report) -> None:
    name = Text(f"“{decision.name.zh}”", f"“{decision.name.en}”")
    try:
        axes, unknown = _axes(context, decision)
        _overlaps(decision, axes, unknown, name, report)
        _gaps(decision, axes, unknown, name, report)
    except TooMany:
        report.add("table-not-checked", decision.file, decision.id, table=name, reason=TOO_MANY)


def _gaps(decision: Decision, axes: list[Axis], unknown: list[str], name: Text, report: Report) -> None:
    rows = (1 << len(decision.rows)) - 1
    catches_all = any(all(cell in {"", "-"} for cell in row.inputs) for row in decision.rows)
    if decision.policy in MANY_ROWS:
        return  # no row at all is an answer too: the empty list
    if unknown and not catches_all:
        labels = Text("、".join(unknown), ", ".join(unknown))
        report.add(
            "table-not-checked",
            decision.file,
            decision.id,
            table=name,
            reason=Text(
                f"“{labels.zh}”一列的条件不只是与固定值比较",
                f"the cells of “{labels.en}” do more than compare with fixed values",
            ),
        )
        return
    gap = None if catches_all else _gap(axes, rows)
    if gap is not None:
        report.add("table-gap", decision.file, decision.id, table=name, example=_spoken(axes, gap))
    if decision.policy == "FIRST" and not unknown:
        used = _used_first(axes, rows)
        for index, row in enumerate(decision.rows):
            if not used >> index & 1:
                report.add("table-row-unreachable", decision.file, row.id or decision.id, table=name, row=index + 1)


def _axes(context: Context, decision: Decision) -> tuple[list[Axis], list[str]]:
    """The inputs that can be cut into pieces (columns with the same formula together), and labels of the rest."""
    axes: list[Axis] = []
    unknown: list[str] = []
    sources = list(dict.fromkeys(column.source for column in decision.inputs))
    for source in sources:
        columns = [index for index, column in enumerate(decision.inputs) if column.source == source]
        column = decision.inputs[columns[0]]
        field = input_field(context, source, column.kind)
        label = Text(column.label, column.label) if column.label and not field.label.zh else field.label
        field = Field(
            source,
            field.kind,
            field.options,
            field.optional,
            field.hides,
            field.whole or column.whole,
            field.minimum,
            field.maximum,
            label,
        )
        nodes = [syntax.read_cell(row.inputs[index]) for row in decision.rows for index in columns]
        asked = mentions([node for node in nodes if node is not None])
        about = asked.pop(INPUT.name, Mentions())
        values = samples(about, field) if None not in nodes and not asked else None
        if values is None and not all(row.inputs[index] in {"", "-"} for row in decision.rows for index in columns):
            unknown.append(column.label or source)
            continue
        if len(values or []) * len(decision.rows) * len(columns) > EVALUATIONS_AT_MOST:
            raise TooMany
        pieces: dict[int, Any] = {}
        for value in values or [None]:
            mask = 0
            for number, row in enumerate(decision.rows):
                if all(_accepts(row.inputs[index], value) for index in columns):
                    mask |= 1 << number
            pieces.setdefault(mask, value)
        axes.append(Axis(field, pieces))
    return axes, unknown


def _accepts(cell: str, value: Any) -> bool:
    if cell in {"", "-"}:
        return True
    try:
        return feel.test(cell, value, {}, MOMENT)
    except feel.FeelError:
        return False


def _gap(axes: list[Axis], rows: int) -> list[Any] | None:
    """A choice of values that no row accepts; equal sets of rows with the same inputs left are tried once."""
    reached: dict[int, list[Any]] = {rows: []}
    for axis in axes:
        following: dict[int, list[Any]] = {}
        for mask, values in reached.items():
            for piece, value in axis.pieces.items():
                following.setdefault(mask & piece, [*values, value])
        if len(following) > COMBINATIONS_AT_MOST:
            raise TooMany
        reached = following
    return reached.get(0)


def _used_first(axes: list[Axis], rows: int) -> int:
    """The rows (bits) that are the first to accept some choice of values."""
    reached = {rows}
    for axis in axes:
        reached = {mask & piece for mask in reached for piece in axis.pieces}
        if len(reached) > COMBINATIONS_AT_MOST:
            raise TooMany
    used = 0
    for mask in reached:
        used |= mask & -mask
    return used


def _overlaps(decision: Decision, axes: list[Axis], unknown: list[str], name: Text, report: Report) -> None:
    if decision.policy not in {"UNIQUE", "ANY"}:
        return
    told = 0
    for first, row in enumerate(decision.rows):
        for second in _sharing(axes, first, len(decision.rows)):
            other = decision.rows[second]
            same_answer = decision.policy == "ANY" and row.outputs == other.outputs
            if same_answer or (unknown and not _same_elsewhere(decision, axes, row.inputs, other.inputs)):
                continue
            both = 1 << first | 1 << second
            shared = [next(value for mask, value in axis.pieces.items() if mask & both == both) for axis in axes]
            report.add(
                "table-overlap",
                decision.file,
                other.id or decision.id,
                table=name,
                first=first + 1,
                second=second + 1,
                example=_spoken(axes, shared),
            )
            told += 1
            if told == OVERLAPS_AT_MOST:
                return


def _sharing(axes: list[Axis], row: int, rows: int) -> Iterator[int]:
    """The later rows that accept some value in every input that `row` accepts too."""
    together = (1 << rows) - 1
    for axis in axes:
        shared = 0
        for mask in axis.pieces:
            if mask >> row & 1:
                shared |= mask
        together &= shared
    together >>= row + 1
    position = row + 1
    while together:
        step = (together & -together).bit_length()
        position += step
        together >>= step
        yield position - 1


def _same_elsewhere(decision: Decision, axes: list[Axis], one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """True if two rows agree in the inputs that could not be cut: same text, or one of them takes anything."""
    known = {axis.field.path for axis in axes}
    return all(
        one[index] == other[index] or "-" in {one[index] or "-", other[index] or "-"}
        for index, column in enumerate(decision.inputs)
        if column.source not in known
    )


def _spoken(axes: list[Axis], values: list[Any]) -> Text:
    told = {axis.field.path: value for axis, value in zip(axes, values, strict=True) if len(axis.pieces) > 1}
    everything = {axis.field.path: value for axis, value in zip(axes, values, strict=True)}
    return spoken(told or everything, {axis.field.path: axis.field for axis in axes})
