"""A form with its values, ready to be drawn: visible components only, each with its answer, options and error."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from workflow.engine import Moment, feel
from workflow.forms.definition import RADIOS_UP_TO, Definition, Field
from workflow.forms.errors import FieldError
from workflow.forms.figures import figures
from workflow.forms.options import Choice, Choices, offered
from workflow.forms.paths import get
from workflow.forms.schema import TEXT_AT_MOST, text_at_most
from workflow.forms.settling import Settled, SettledRow

RowSettler = Callable[[Field, Mapping[str, Any], Settled], SettledRow]
"""What the conditions make of a row as typed."""


@dataclass(frozen=True)
class Component:
    """A visible part of a form."""

    field: Field
    name: str
    """The name in HTML; "" for parts without a value."""
    widget: str
    """Which macro draws it."""
    value: Any = None
    """Text, a list of texts, or a bool; as typed, even if it cannot be read."""
    options: tuple[Choice, ...] = ()
    error: FieldError | None = None
    controls: bool = False
    """Whether other fields depend on it."""
    children: tuple["Component", ...] = ()
    rows: tuple[tuple["Component", ...], ...] = ()

    @property
    def element_id(self) -> str:
        """The id in HTML."""
        return f"f-{self.name.replace('.', '-')}" if self.name else f"f-{self.field.element_id}"

    @property
    def max_length(self) -> int | None:
        """The most characters that a text may have."""
        return text_at_most(self.field) if self.field.kind in TEXT_AT_MOST else None


@dataclass(frozen=True)
class BoundForm:
    """What the macros draw."""

    components: tuple[Component, ...]
    errors: tuple[FieldError, ...] = ()

    @property
    def has_files(self) -> bool:
        """Whether files can be uploaded."""
        return any(part.field.kind == "filepicker" for part in _each(self.components))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to fill in."""
        return not any(part.field.holds_value for part in _each(self.components))

    def with_errors(self, errors: Sequence[FieldError]) -> "BoundForm":
        """The same form with errors at its fields."""
        by_path = {error.path: error for error in reversed(errors)}
        return BoundForm(tuple(_marked(part, by_path) for part in self.components), tuple(errors))


def bind(
    definition: Definition,
    settled: Settled,
    values: Mapping[str, Any],
    choices: Choices,
    moment: Moment,
    errors: Sequence[FieldError],
    settle_row: RowSettler,
) -> BoundForm:
    """Bind values; `settled` says what is shown, `settle_row` the same for a row."""
    binder = _Binder(settled, values, choices, moment, _controlling(definition.fields), settle_row)
    return BoundForm(tuple(binder.components(definition.fields))).with_errors(errors)


class _Binder:
    def __init__(
        self,
        settled: Settled,
        values: Mapping[str, Any],
        choices: Choices,
        moment: Moment,
        controlling: frozenset[str],
        settle_row: RowSettler,
    ) -> None:
        self.settled, self.values, self.choices, self.moment = settled, values, choices, moment
        self.controlling, self.settle_row = controlling, settle_row

    def components(self, fields: tuple[Field, ...]) -> Iterator[Component]:
        for field in fields:
            if field.element_id in self.settled.hidden:
                continue
            if field.kind == "group":
                children = tuple(self.components(field.children))
                if children:
                    yield Component(field, "", "group", children=children)
            elif not field.holds_value:
                yield Component(field, "", field.kind)
            elif field.is_table:
                yield self._table(field)
            elif field.kind == "expression":
                yield Component(field, field.key, "expression", _text(get(self.settled.scope, field.key), self.moment))
            else:
                yield self._single(field, field.key, self._given(field, get(self.values, field.key, _MISSING)))

    def _given(self, field: Field, value: Any) -> Any:
        """What was typed, or the field's default when it is drawn for the first time.

        A required field that was not sent at all was hidden until now: an answer chosen there cannot be taken back.
        """
        if field.default and (value is _MISSING or (value is None and field.required)):
            now = self.moment.now.astimezone(self.moment.zone)
            return {"today": now.date(), "now": now}.get(field.default, field.default)
        return None if value is _MISSING else value

    def _single(self, field: Field, name: str, value: Any) -> Component:
        options = tuple(offered(field, self.choices)) if field.kind in _OFFERING else ()
        widget = field.kind
        if field.kind == "select" and len(options) <= RADIOS_UP_TO and field.choices is None:
            widget = "radio"
        drawn: Any = _text(value, self.moment)
        if field.kind in ("checklist", "filepicker"):
            kept = value if isinstance(value, list | tuple) else []
            drawn = [str(item["id"]) if isinstance(item, Mapping) else str(item) for item in kept]
        elif field.kind == "checkbox":
            drawn = value is True or value == "true"
        controls = any(key == field.key or key.startswith(f"{field.key}.") for key in self.controlling)
        return Component(field, name, widget, drawn, options, controls=controls)

    def _table(self, table: Field) -> Component:
        given = get(self.values, table.key)
        rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
        drawn = []
        for number, row in enumerate(rows or [{}]):
            seen = self.settle_row(table, row, self.settled)
            drawn.append(tuple(
                self._single(
                    child, f"{table.key}.{number}.{child.key}",
                    seen.values[child.key] if child.kind == "expression" else row.get(child.key),
                )
                for child in table.children if child.holds_value and child.element_id not in seen.hidden
            ))  # fmt: skip
        return Component(table, table.key, "table", rows=tuple(drawn))


_MISSING = object()
_OFFERING = frozenset({"select", "radio", "checklist", "filepicker"})


def _text(value: Any, moment: Moment) -> str:
    """A value as an input shows it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(moment.zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return figures(value) if isinstance(value, float) else str(value)


def _controlling(fields: tuple[Field, ...]) -> frozenset[str]:
    """The dotted paths that some condition or formula of the form reads."""
    found: set[str] = set()
    for field in fields:
        for source in (field.hide, field.formula):
            if source is not None:
                names = feel.names(source)
                found |= names.required | names.optional | names.maybe
        found |= _controlling(field.children)
    return frozenset(found)


def _each(components: tuple[Component, ...]) -> Iterator[Component]:
    for part in components:
        yield part
        yield from _each(part.children)
        for row in part.rows:
            yield from row


def _marked(part: Component, errors: Mapping[str, FieldError]) -> Component:
    return replace(
        part,
        error=errors.get(part.name) if part.name else None,
        children=tuple(_marked(child, errors) for child in part.children),
        rows=tuple(tuple(_marked(cell, errors) for cell in row) for row in part.rows),
    )
