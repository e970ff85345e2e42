"""Finds out which fields a form shows, and what its computed fields give, for the answers so far.

A hidden field counts as empty for every other condition, so the fields are looked at again until nothing changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any

from workflow.engine import Moment, feel
from workflow.forms.definition import Field, flat
from workflow.forms.paths import get, overlay, put

ROUNDS = 12
"""Enough for a chain of conditions a dozen long; the reader refuses rings (rings.py)."""


@dataclass
class Settled:
    """What is hidden (element ids), and the values that conditions see."""

    scope: dict[str, Any]
    hidden: set[str] = member(default_factory=set)
    failed: set[str] = member(default_factory=set)
    """Element ids of computed fields whose formula failed."""


@dataclass(frozen=True)
class SettledRow:
    """A row of a table: its values with the computed ones, and the element ids of hidden and failed columns."""

    values: dict[str, Any]
    hidden: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


def settle(fields: tuple[Field, ...], values: Mapping[str, Any], context: Mapping[str, Any], moment: Moment) -> Settled:
    """Look at all fields; `values` are the answers, nested, those that cannot be read as None."""
    settled = Settled({})
    for _ in range(ROUNDS):
        scope = _scope(fields, values, context, settled.hidden)
        failed = _work_out(fields, scope, settled.hidden, moment)
        hidden = _hidden(fields, scope, moment)
        done = hidden == settled.hidden
        settled = Settled(scope, hidden, failed)
        if done:
            break
    return settled


def settle_row(
    columns: tuple[Field, ...], values: Mapping[str, Any], scope: Mapping[str, Any], moment: Moment
) -> SettledRow:
    """Look at one row; `scope` are the values of the form around it."""
    hidden: set[str] = set()
    for _ in range(ROUNDS):
        row = {
            column.key: None if column.element_id in hidden or column.kind == "expression" else values.get(column.key)
            for column in columns if column.holds_value
        }  # fmt: skip
        failed = set()
        for column in columns:
            if column.kind == "expression" and column.formula is not None and column.element_id not in hidden:
                try:
                    row[column.key] = feel.evaluate(column.formula, row_scope(row, scope), moment)
                except feel.FeelError:
                    failed.add(column.element_id)
        seen = row_scope(row, scope)
        now_hidden = {column.element_id for column in columns if is_hidden(column, seen, moment)}
        if now_hidden == hidden:
            break
        hidden = now_hidden
    return SettledRow(row, frozenset(hidden), frozenset(failed))


def _work_out(fields: tuple[Field, ...], scope: dict[str, Any], hidden: set[str], moment: Moment) -> set[str]:
    """Compute the form's fields and those of its rows in turn, as each may read the other, until all is still."""
    tables = [
        each for each in flat(fields)
        if each.is_table and get(scope, each.key) and any(column.hide or column.formula for column in each.children)
    ]  # fmt: skip
    asked = {table.key: list(get(scope, table.key)) for table in tables}
    failed = _compute(fields, scope, hidden, moment)
    for _ in range(ROUNDS if tables else 0):
        before = {table.key: get(scope, table.key) for table in tables}
        for table in tables:
            rows = [settle_row(table.children, row, scope, moment).values for row in asked[table.key]]
            put(scope, table.key, rows)
        if before == {table.key: get(scope, table.key) for table in tables}:
            break
        failed = _compute(fields, scope, hidden, moment)
    return failed


def _scope(
    fields: tuple[Field, ...], values: Mapping[str, Any], context: Mapping[str, Any], hidden: set[str]
) -> dict[str, Any]:
    own: dict[str, Any] = {}
    for each in _shown(fields, hidden):
        put(own, each[0].key, get(values, each[0].key) if each[1] else None)
    return overlay(context, own)


def _shown(fields: tuple[Field, ...], hidden: set[str], shown: bool = True) -> list[tuple[Field, bool]]:
    """All fields that hold a value, each with whether it is shown."""
    found = []
    for each in fields:
        visible = shown and each.element_id not in hidden
        if each.kind == "group":
            found += _shown(each.children, hidden, visible)
        elif each.holds_value:
            found.append((each, visible))
    return found


def _compute(fields: tuple[Field, ...], scope: dict[str, Any], hidden: set[str], moment: Moment) -> set[str]:
    failed = set()
    for each in flat(fields):
        if each.kind != "expression" or each.formula is None or each.element_id in hidden:
            continue
        try:
            put(scope, each.key, feel.evaluate(each.formula, scope, moment))
        except feel.FeelError:
            put(scope, each.key, None)
            failed.add(each.element_id)
    return failed


def _hidden(fields: tuple[Field, ...], scope: Mapping[str, Any], moment: Moment) -> set[str]:
    found = set()
    for each in fields:
        if is_hidden(each, scope, moment):
            found.add(each.element_id)
        elif each.kind == "group":
            found |= _hidden(each.children, scope, moment)
    return found


def is_hidden(field: Field, scope: Mapping[str, Any], moment: Moment) -> bool:
    """Whether the condition says so; one that has no answer shows the field, so that nothing is lost unseen."""
    if field.hide is None:
        return False
    try:
        return feel.evaluate(field.hide, scope, moment) is True
    except feel.FeelError:
        return False


def row_scope(row: Mapping[str, Any], scope: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions inside a row of a table see: the row's own keys, the form's, `this` and `parent`."""
    return {**scope, **row, "this": dict(row), "parent": dict(scope)}
