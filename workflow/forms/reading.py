"""How a stored entry is read back: labels and answers in words, and a placeholder for what the reader may not see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from workflow.engine import Text
from workflow.forms.definition import Field
from workflow.forms.figures import figures
from workflow.forms.options import Choices
from workflow.forms.paths import get

MASKED = Text("（您无权查看）", "(not for you to read)")
YES, NO = Text("是", "yes"), Text("否", "no")
LEFT_OUT = frozenset({"P3", "P4"})
"""Classes whose very existence is not shown to those who may not read them (domain.md §3.2)."""


@dataclass(frozen=True)
class Row:
    """A line of an entry; `kind` says what `display` is.

    heading: no display · text: Text · long: Text with line breaks · list: list of Text · files: list of (id, name) ·
    table: a list of headings (Text) and a list of rows of Row, one for each cell ·
    date, moment: the value itself, for the reader's language.
    """

    label: Text
    kind: str
    display: Any = None
    info_class: str | None = None
    """Of files: the class of the field they were handed in with."""


def rows(
    fields: tuple[Field, ...], values: Mapping[str, Any], visible_classes: frozenset[str] | None, choices: Choices
) -> list[Row]:
    """The lines of an entry; unanswered fields are left out.

    `visible_classes`: information classes that the reader may see (None: all). Others show a placeholder, P3 and P4
    nothing; the same holds for the columns of a table.
    """
    found: list[Row] = []
    for field in fields:
        if field.kind == "group":
            inner = rows(field.children, values, visible_classes, choices)
            if inner:
                found += [Row(field.label, "heading"), *inner] if field.label.zh else inner
        elif field.holds_value:
            value = get(values, field.key)
            if value in (None, "", []):
                continue
            if _is_masked(field, visible_classes):
                if field.info_class not in LEFT_OUT:
                    found.append(Row(field.label, "text", MASKED))
                continue
            found.append(_row(field, value, visible_classes, choices))
    return found


def _is_masked(field: Field, visible_classes: frozenset[str] | None) -> bool:
    return visible_classes is not None and field.info_class not in visible_classes


def _row(field: Field, value: Any, visible_classes: frozenset[str] | None, choices: Choices) -> Row:
    if field.is_table:
        columns = [
            child for child in field.children
            if child.holds_value and not (_is_masked(child, visible_classes) and child.info_class in LEFT_OUT)
        ]  # fmt: skip
        cells = [
            [
                Row(child.label, "text", MASKED) if _is_masked(child, visible_classes)
                else _row(child, row.get(child.key), visible_classes, choices)
                for child in columns
            ]
            for row in value
        ]  # fmt: skip
        return Row(field.label, "table", ([child.label for child in columns], cells))
    if field.kind == "filepicker":
        return Row(field.label, "files", [(str(item["id"]), str(item["name"])) for item in value], field.info_class)
    if field.kind == "checklist":
        return Row(field.label, "list", [_option(field, item, choices) for item in value])
    if field.kind == "textarea":
        return Row(field.label, "long", _words(field, value, choices))
    if isinstance(value, datetime):
        return Row(field.label, "moment", value)
    if isinstance(value, date):
        return Row(field.label, "date", value)
    return Row(field.label, "text", _words(field, value, choices))


def _words(field: Field, value: Any, choices: Choices) -> Text:
    if value is None:
        return Text("", "")
    if isinstance(value, bool):
        return YES if value else NO
    if field.kind == "expression" and value in ("yes", "no"):  # the codes of yes/no fields
        return YES if value == "yes" else NO
    if field.kind in ("select", "radio"):
        return _option(field, value, choices)
    if isinstance(value, float):
        value = figures(value)
    text = str(value)
    return Text(f"{text}{field.suffix.zh}", f"{text} {field.suffix.en}") if field.suffix else Text(text, text)


def _option(field: Field, value: Any, choices: Choices) -> Text:
    for option in field.options:
        if option.value == value:
            return option.label
    for choice in choices.get(field.choices or "", ()):
        if choice.value == value:
            return choice.label
    return Text(str(value), str(value))
