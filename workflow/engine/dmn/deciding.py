"""Takes a decision: inputs to their types, cells by FEEL, then the hit policy."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow.engine import feel
from workflow.engine.dmn.model import Decision, DmnError, Row, Table
from workflow.engine.dmn.policies import settle
from workflow.engine.dmn.types import convert
from workflow.engine.moment import Moment
from workflow.engine.text import Text


@dataclass(frozen=True)
class DecisionResult:
    """What was decided, and by which rows (counted from 1, in order of the table), for the record."""

    value: Any
    rows: tuple[int, ...] = ()


class Decisions:
    """The decisions of one file."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self.decisions = dict(decisions)

    def decide(self, decision_id: str, data: Mapping[str, Any], moment: Moment) -> DecisionResult:
        """Take a decision, those that it needs first. No row that fits gives None (a list for multi-hit policies).

        One output column gives its value, several a dict, as in Camunda 8. Raises DmnError, with the place.
        """
        if decision_id not in self.decisions:
            raise DmnError(Text(f"没有决策“{decision_id}”。", f"There is no decision “{decision_id}”."), decision_id)
        known: dict[str, Any] = {}
        scope = ChainMap(known, data)  # type: ignore[arg-type]  # the data below is only read
        result = DecisionResult(None)
        for decision in self._in_order(decision_id):
            result = _take(decision, scope, moment)
            known[decision.variable] = known[decision.element_id] = result.value
        return result

    def _in_order(self, decision_id: str) -> list[Decision]:
        """A decision behind those that it needs; the reader has refused circles."""
        order: dict[str, Decision] = {}
        stack = [decision_id]
        while stack:
            missing = [need for need in self.decisions[stack[-1]].requires if need not in order]
            if missing:
                stack.extend(missing)
            else:
                done = stack.pop()
                order.setdefault(done, self.decisions[done])
        return list(order.values())


def _take(decision: Decision, scope: Mapping[str, Any], moment: Moment) -> DecisionResult:
    try:
        if decision.table is None:
            value = feel.evaluate(decision.source or "", scope, moment)
            return DecisionResult(convert(value, decision.kind, moment))
        return _look_up(decision.table, scope, moment)
    except feel.FeelError as error:
        raise DmnError(error.message, decision.element_id) from error
    except DmnError as error:
        raise DmnError(error.message, error.element_id or decision.element_id) from error


def _look_up(table: Table, scope: Mapping[str, Any], moment: Moment) -> DecisionResult:
    values = [_ask(column.source, column.kind, column.element_id, scope, moment) for column in table.inputs]
    hits: list[tuple[int, Any]] = []
    for number, row in enumerate(table.rows, 1):
        if _fits(row, values, scope, moment):
            hits.append((number, _result(table, row, scope, moment)))
            if table.policy == "FIRST":
                break
    ranks = [[feel.evaluate(text, {}, moment) for text in column.values] for column in table.outputs]
    value, rows = settle(table, hits, ranks)
    return DecisionResult(value, rows)


def _ask(source: str, kind: str, element_id: str, scope: Mapping[str, Any], moment: Moment) -> Any:
    try:
        return convert(feel.evaluate(source, scope, moment), kind, moment)
    except (feel.FeelError, DmnError) as error:
        raise DmnError(error.message, element_id) from error


def _fits(row: Row, values: list[Any], scope: Mapping[str, Any], moment: Moment) -> bool:
    for cell, value in zip(row.inputs, values, strict=True):
        try:
            if not cell.accepts_all and not feel.test(cell.source, value, scope, moment):
                return False
        except feel.FeelError as error:
            raise DmnError(error.message, cell.element_id or row.element_id) from error
    return True


def _result(table: Table, row: Row, scope: Mapping[str, Any], moment: Moment) -> Any:
    found = {}
    for column, cell in zip(table.outputs, row.outputs, strict=True):
        try:
            found[column.name] = convert(feel.evaluate(cell.source, scope, moment), column.kind, moment)
        except (feel.FeelError, DmnError) as error:
            raise DmnError(error.message, cell.element_id or row.element_id) from error
    return found if len(table.outputs) > 1 else next(iter(found.values()))
