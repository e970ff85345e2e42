"""The seven hit policies and the four aggregations: which of the rows that fit make the result."""

from typing import Any

from workflow.engine.dmn.model import DmnError, Table
from workflow.engine.text import Text

Hits = list[tuple[int, Any]]


def settle(table: Table, hits: Hits, ranks: list[list[Any]]) -> tuple[Any, tuple[int, ...]]:
    """The value and the numbers of the rows behind it; `ranks` are the output values of each column, best first.

    Raises DmnError when several rows fit where only one may, or differ where they must agree.
    """
    numbers = tuple(number for number, _ in hits)
    match table.policy:
        case "COLLECT":
            return _collect(table, [value for _, value in hits]), numbers
        case "RULE ORDER":
            return [value for _, value in hits], numbers
        case "OUTPUT ORDER":
            ordered = _by_priority(table, hits, ranks)
            return [value for _, value in ordered], tuple(number for number, _ in ordered)
    if not hits:
        return None, ()
    if table.policy == "UNIQUE" and len(hits) > 1:
        raise DmnError(
            Text(
                f"只应有一条规则符合，却有 {len(hits)} 条：第 {'、'.join(map(str, numbers))} 条。",
                f"Only one rule may fit, but {len(hits)} do: rules {', '.join(map(str, numbers))}.",
            )
        )
    if table.policy == "ANY" and any(value != hits[0][1] for _, value in hits):
        raise DmnError(
            Text(
                f"符合的规则结果不同：第 {'、'.join(map(str, numbers))} 条。",
                f"The rules that fit do not agree: rules {', '.join(map(str, numbers))}.",
            )
        )
    if table.policy == "PRIORITY":
        number, value = _by_priority(table, hits, ranks)[0]
        return value, (number,)
    return hits[0][1], numbers[:1] if table.policy == "FIRST" else numbers


def _collect(table: Table, values: list[Any]) -> Any:
    if table.aggregation is None:
        return values
    if table.aggregation == "COUNT":
        return len(values)
    if not values:
        return None
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        raise DmnError(Text("只有数字可以汇总。", "Only numbers can be summed up."))
    match table.aggregation:
        case "SUM":
            return sum(values)
        case "MIN":
            return min(values)
        case _:
            return max(values)


def _by_priority(table: Table, hits: Hits, ranks: list[list[Any]]) -> Hits:
    def key(hit: tuple[int, Any]) -> list[int]:
        value = hit[1]
        parts = [value[column.name] for column in table.outputs] if len(table.outputs) > 1 else [value]
        for part, listed in zip(parts, ranks, strict=True):
            if part not in listed:
                raise DmnError(
                    Text(
                        f"第 {hit[0]} 条的结果不在可选值里。",
                        f"The result of rule {hit[0]} is not among the output values.",
                    )
                )
        return [listed.index(part) for part, listed in zip(parts, ranks, strict=True)]

    return sorted(hits, key=key)
