"""A form in use: reads what was sent, checks it, binds values for drawing, and reads stored entries back."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from workflow.engine import Moment, Text
from workflow.forms import raw as sent
from workflow.forms import reading, storing
from workflow.forms.binding import BoundForm, bind
from workflow.forms.checking import Checker
from workflow.forms.definition import Definition, Field, flat
from workflow.forms.errors import FieldError
from workflow.forms.figures import figures
from workflow.forms.options import Choices
from workflow.forms.paths import get, put
from workflow.forms.reading import Row
from workflow.forms.schema import compile_schema

_ABSENT = object()


@dataclass(frozen=True)
class Submitted:
    """What came of sending a form."""

    values: dict[str, Any]
    """Typed values of the visible fields, nested; empty ones are None, or [] for lists."""
    variables: dict[str, Any]
    """The same with hidden fields as None, so that an answer of an earlier round never lives on."""
    typed: dict[str, Any]
    """As typed, to draw the form again."""
    errors: list[FieldError]

    @property
    def ok(self) -> bool:
        """Whether the form may be stored."""
        return not self.errors


class Form:
    """A form definition, ready for use; immutable and shared."""

    def __init__(self, definition: Definition, text: str) -> None:
        self.definition = definition
        self.version = hashlib.sha256(text.encode()).hexdigest()
        self.schemas = {field.element_id: compile_schema(field.children) for field in self.fields if field.is_table}
        self.schema = compile_schema(definition.fields)

    @property
    def id(self) -> str:
        """The id that a diagram names."""
        return self.definition.form_id

    @property
    def title(self) -> Text | None:
        """The heading, if the form has one of its own."""
        return self.definition.title

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All fields that hold a value, in order; the columns of a table are its children."""
        return tuple(flat(self.definition.fields))

    @cached_property
    def choice_sources(self) -> frozenset[str]:
        """The sources of choices that the caller has to look up."""
        columns = [child for field in self.fields if field.is_table for child in field.children]
        return frozenset(field.choices for field in [*self.fields, *columns] if field.choices)

    def file_paths(self, raw: sent.Raw) -> list[str]:
        """The names under which files may be uploaded."""
        return sent.file_paths(self.definition)

    def typed(self, raw: sent.Raw) -> dict[str, Any]:
        """What was typed, nested and JSON-able: for a draft, and to draw the form again."""
        typed: dict[str, Any] = {}
        for field in self.fields:
            if field.kind == "expression":
                continue
            if field.is_table:
                put(typed, field.key, [
                    {child.key: sent.typed_value(child, raw, f"{field.key}.{number}.{child.key}")
                     for child in field.children if child.holds_value and child.kind != "expression"}
                    for number in sent.row_numbers(raw, field.key)
                ])  # fmt: skip
            else:
                put(typed, field.key, sent.typed_value(field, raw, field.key))
        return typed

    def to_raw(self, values: Mapping[str, Any]) -> dict[str, list[str]]:
        """What a browser would send for nested values; for scenarios and the JSON interface."""
        raw: dict[str, list[str]] = {}
        for field in self.fields:
            value = get(values, field.key)
            if field.is_table:
                for number, row in enumerate(value or []):
                    for child in field.children:
                        _send(raw, f"{field.key}.{number}.{child.key}", child, get(row, child.key))
            else:
                _send(raw, field.key, field, value)
        return raw

    def submit(self, raw: sent.Raw, *, context: Mapping[str, Any], choices: Choices, moment: Moment) -> Submitted:
        """Check what was sent. `context` are the values that conditions know besides the form's own.

        Raises LookupError when `choices` lacks a source of the form.
        """
        return self.check(self.typed(raw), context=context, choices=choices, moment=moment)

    def check(
        self, typed: dict[str, Any], *, context: Mapping[str, Any], choices: Choices, moment: Moment
    ) -> Submitted:
        """Check values that were typed, nested."""
        checker = Checker(self.definition, self.schema, self.schemas, context, choices, moment)
        values, variables, errors = checker.run(typed)
        return Submitted(values, variables, typed, errors)

    def bind(
        self,
        values: Mapping[str, Any],
        *,
        context: Mapping[str, Any],
        choices: Choices,
        moment: Moment,
        errors: Sequence[FieldError] = (),
    ) -> BoundForm:
        """The form with values (typed or as text) for drawing; hidden fields are not in it."""
        checker = Checker(self.definition, self.schema, self.schemas, context, choices, moment)
        begun = self._begun(values)
        return bind(self.definition, checker.lenient(begun), begun, choices, moment, errors, checker.row)

    def _begun(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values with the choices that fields begin with, so that conditions on these hold from the start."""
        begun: dict[str, Any] = {}
        for field in self.fields:
            value = get(values, field.key, _ABSENT)
            is_new = value is _ABSENT or (value is None and field.required)
            if is_new and field.default and field.kind in ("select", "radio"):
                value = field.default
            if value is not _ABSENT:
                put(begun, field.key, value)
        return begun

    def to_json(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Typed values as JSON can hold them: dates and instants as ISO texts."""
        return storing.to_json(values)

    def from_json(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Typed values from what `to_json` gave, by the fields of this form."""
        return storing.from_json(self.fields, stored)

    def rows(
        self,
        values: Mapping[str, Any],
        *,
        visible_classes: frozenset[str] | None = None,
        choices: Choices | None = None,
        only: str | None = None,
    ) -> list[Row]:
        """An entry read back: a row for each answered field, answers in words; see `reading.rows`.

        `only`: the fields of this class alone, without headings.
        """
        fields = self.definition.fields
        if only is not None:
            fields = tuple(field for field in self.fields if field.info_class == only)
        return reading.rows(fields, values, visible_classes, choices or {})


def _send(raw: dict[str, list[str]], name: str, field: Field, value: Any) -> None:
    if value is None or field.kind == "expression":
        return
    if isinstance(value, list | tuple):
        raw[name] = [str(item["id"]) if isinstance(item, Mapping) else str(item) for item in value]
    elif isinstance(value, bool):
        raw[name] = ["true"] if value else []
    else:
        raw[name] = [_written(value)]


def _written(value: object) -> str:
    if isinstance(value, float):
        return figures(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
