"""Rows of an entry as plain JSON and back: what was handed over stays readable, whatever becomes of its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from workflow.engine import Text
from workflow.forms import Row

Plain = dict[str, Any]


def plain(rows: Sequence[Row]) -> list[Plain]:
    """Rows as JSON; files are left out, they are handed over one by one or not at all."""
    return [_plain(row) for row in rows if row.kind != "files"]


def rows(stored: Sequence[Mapping[str, Any]]) -> list[Row]:
    """What `plain` gave, as rows again."""
    return [_row(each) for each in stored]


def line(label: Text, value: Text | str) -> Plain:
    """One row of words."""
    return _plain(Row(label, "text", value if isinstance(value, Text) else Text(value, value)))


def _plain(row: Row) -> Plain:
    return {"label": _words(row.label), "kind": row.kind, "display": _display(row)}


def _display(row: Row) -> Any:
    match row.kind:
        case "text" | "long":
            return _words(row.display)
        case "list":
            return [_words(each) for each in row.display]
        case "table":
            columns, lines = row.display
            return [[_words(each) for each in columns], [[_plain(cell) for cell in each] for each in lines]]
        case "date" | "moment":
            return row.display.isoformat()
    return None


def _row(stored: Mapping[str, Any]) -> Row:
    kind, shown = str(stored["kind"]), stored["display"]
    label = _text(stored["label"])
    match kind:
        case "text" | "long":
            return Row(label, kind, _text(shown))
        case "list":
            return Row(label, kind, [_text(each) for each in shown])
        case "table":
            columns, lines = shown
            return Row(
                label, kind, ([_text(each) for each in columns], [[_row(cell) for cell in each] for each in lines])
            )
        case "date":
            return Row(label, kind, date.fromisoformat(shown))
        case "moment":
            return Row(label, kind, datetime.fromisoformat(shown))
    return Row(label, kind)


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _text(stored: Mapping[str, str]) -> Text:
    return Text(stored["zh"], stored["en"])
