"""Typed values as JSON can hold them, and back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflow.forms.definition import Field
from workflow.forms.paths import get, put


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Dates and instants as ISO texts, all else as it is."""
    return {key: _plain(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return to_json(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def from_json(fields: tuple[Field, ...], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values again, dates and instants by the kind of their field; what no field names is left out."""
    values: dict[str, Any] = {}
    missing = object()
    for field in fields:
        value = get(stored, field.key, missing)
        if value is missing:
            continue
        if field.is_table:
            value = [from_json(tuple(c for c in field.children if c.holds_value), row) for row in value or []]
        put(values, field.key, _typed(field, value))
    return values


def _typed(field: Field, value: Any) -> Any:
    if isinstance(value, str) and field.kind == "date":
        return date.fromisoformat(value)
    if isinstance(value, str) and field.kind == "datetime":
        return datetime.fromisoformat(value)
    return value
