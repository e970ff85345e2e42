"""Turns what use cases answer into what the schemas of the interface take."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from workflow.engine import Text
from workflow.errors import Invalid
from workflow.forms import BoundForm, Component, Field, Form, Row


def shown(value: Any) -> Any:
    """A value of an entry: texts in both languages, dates as ISO texts, tables as lists of rows."""
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en or value.zh}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Row):
        return shown(value.display)
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: shown(getattr(value, field.name)) for field in fields(value)}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def rows(found: Iterable[Row]) -> list[dict[str, Any]]:
    """The lines of an entry."""
    return [{"label": asdict(row.label), "kind": row.kind, "value": shown(row.display)} for row in found]


def form(bound: BoundForm) -> list[dict[str, Any]]:
    """A form as a program fills it in."""
    return [_part(part) for part in _flat(bound.components)]


def raw(of: Form, values: dict[str, Any]) -> dict[str, list[str]]:
    """Values as a browser would send them. Raises Invalid for names the form does not have, and for other shapes.

    A page can only send what its form has; a program that slips must be told, or what it meant to say would be lost.
    """
    strays = list(_strays({field.key: field for field in of.fields}, values, ""))
    if strays:
        raise Invalid("unknown_fields", names=strays)
    return of.to_raw(values)


def _strays(known: Mapping[str, Field], given: Any, path: str) -> Iterator[str]:
    """The paths of what the form cannot take."""
    if path in known:
        field = known[path]
        if field.is_table:
            if given is not None and not isinstance(given, list):
                yield path
            columns = {child.key: child for child in field.children}
            for number, row in enumerate(given if isinstance(given, list) else ()):
                yield from (f"{path}.{number}.{stray}" for stray in _strays(columns, row, ""))
        elif not _is_plain(given):
            yield path
    elif isinstance(given, dict) and (not path or any(key.startswith(f"{path}.") for key in known)):
        for name, inner in given.items():
            yield from _strays(known, inner, f"{path}.{name}" if path else str(name))
    else:
        yield path


def _is_plain(given: Any) -> bool:
    """A text, number, yes or no, nothing, or a list of these or of files."""
    if isinstance(given, list):
        return all(isinstance(each, str | int | float) or (isinstance(each, dict) and "id" in each) for each in given)
    return isinstance(given, str | int | float | bool | None)


def _flat(parts: Iterable[Component]) -> Iterable[Component]:
    for part in parts:
        if part.field.kind == "group":
            yield from _flat(part.children)
        elif part.field.holds_value:
            yield part


def _part(part: Component) -> dict[str, Any]:
    field = part.field
    return {
        "name": part.name or field.key,
        "kind": field.kind,
        "label": asdict(field.label),
        "hint": asdict(field.hint) if field.hint else None,
        "required": field.required,
        "information_class": field.info_class,
        "value": [[shown(cell.value) for cell in row] for row in part.rows] if field.is_table else shown(part.value),
        "options": [{"value": option.value, "label": asdict(option.label)} for option in part.options],
        "columns": [_column(child) for child in field.children if child.holds_value] if field.is_table else [],
    }


def _column(field: Any) -> dict[str, Any]:
    return {
        "name": field.key,
        "kind": field.kind,
        "label": asdict(field.label),
        "hint": None,
        "required": field.required,
        "information_class": field.info_class,
        "options": [{"value": option.value, "label": asdict(option.label)} for option in field.options],
        "columns": [],
    }
