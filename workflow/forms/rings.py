"""Finds fields whose conditions or formulas wait for each other: nobody could say which is decided first."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from workflow.engine import feel
from workflow.forms.definition import Field


def ring(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """The keys of a ring, in order; empty when there is none. A column of a table is called `table.column`."""
    reads = dict(_reads(fields))
    graph = {key: {other for name in names for other in reads if _meets(name, other)} for key, names in reads.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        return tuple(dict.fromkeys(map(str, circle.args[1])))
    return ()


def _reads(fields: tuple[Field, ...], around: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """Each key with the names that decide it: its own formulas, and the conditions of the groups around it."""
    for field in fields:
        names = around | _names(field)
        if field.kind == "group":
            yield from _reads(field.children, names)
        elif field.holds_value:
            yield field.key, names
        if field.is_table:
            columns = {column.key for column in field.children}
            for column in field.children:
                if column.holds_value:
                    yield (
                        f"{field.key}.{column.key}",
                        frozenset(_from_row(name, field.key, columns) for name in _names(column)),
                    )


def _names(field: Field) -> frozenset[str]:
    found: set[str] = set()
    for source in (field.hide, field.formula):
        if source:
            try:
                names = feel.names(source)
            except feel.FeelError:
                continue  # the reader has said so
            found |= names.required | names.optional | names.maybe
    return frozenset(found)


def _from_row(name: str, table: str, columns: set[str]) -> str:
    """A name as a row sees it, said from outside the table."""
    if name.startswith("parent."):
        return name.removeprefix("parent.")
    inner = name.removeprefix("this.")
    return f"{table}.{inner}" if inner.partition(".")[0] in columns else name


def _meets(name: str, key: str) -> bool:
    """Whether reading `name` needs `key`: the same value, a part of it, or what it is part of."""
    return name == key or name.startswith(f"{key}.") or key.startswith(f"{name}.")
