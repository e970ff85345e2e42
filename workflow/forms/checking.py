"""Checks a form that was sent: which fields count, then types and limits, then what needs today's date or a look-up."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from marshmallow import Schema, ValidationError

from workflow.engine import Moment
from workflow.forms.definition import LISTS, Definition, Field, flat
from workflow.forms.errors import FieldError, Place, field_error
from workflow.forms.options import Choices, offered
from workflow.forms.paths import get, put
from workflow.forms.schema import ROWS_AT_MOST, Problem, blank_to_none, label_of, problems
from workflow.forms.settling import Settled, SettledRow, settle, settle_row


class Checker:
    """One check of one form."""

    def __init__(
        self,
        definition: Definition,
        schema: Schema,
        row_schemas: Mapping[str, Schema],
        context: Mapping[str, Any],
        choices: Choices,
        moment: Moment,
    ) -> None:
        self.definition, self.schema, self.row_schemas = definition, schema, row_schemas
        self.context, self.choices, self.moment = context, choices, moment
        self.fields = list(flat(definition.fields))
        self.errors: list[FieldError] = []

    def run(self, typed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], list[FieldError]]:
        """(values of the visible fields, the same with hidden ones as None, errors in the order of the form)."""
        settled = self.lenient(typed)
        visible = self.visible(settled)
        flat_values = self._load(self.schema, [field for field in visible if not field.is_table], typed, "", None)
        values: dict[str, Any] = {}
        variables: dict[str, Any] = {}
        for field in self.fields:
            put(variables, field.key, [] if field.kind in LISTS else None)
        for field in visible:
            if field.is_table:
                value: Any = self._rows(field, get(typed, field.key) or [], settled)
            elif field.kind == "expression":
                value = get(settled.scope, field.key)
                if field.element_id in settled.failed:
                    self._complain(field, field.key, Problem("not_computed", {}), None)
            else:
                value = flat_values.get(field.key)
            value = [] if value is None and field.kind in LISTS else value
            put(values, field.key, value)
            put(variables, field.key, value)
        order = {field.key: number for number, field in enumerate(self.fields)}
        self.errors.sort(key=lambda error: next((order[key] for key in order if _belongs(error.path, key)), 0))
        return values, variables, self.errors

    def lenient(self, typed: Mapping[str, Any]) -> Settled:
        """What the conditions make of the answers; an answer that cannot be read counts as empty."""
        values: dict[str, Any] = {}
        for field in self.fields:
            put(values, field.key, self._lenient(field, get(typed, field.key)))
        return settle(self.definition.fields, values, self.context, self.moment)

    def row(self, table: Field, typed: Mapping[str, Any], settled: Settled) -> SettledRow:
        """What the conditions and formulas make of one row as typed: the same for drawing and for checking."""
        return settle_row(table.children, self._lenient_row(table, typed), settled.scope, self.moment)

    def visible(self, settled: Settled) -> list[Field]:
        """The fields that hold a value and are shown."""
        return _visible(self.definition.fields, settled)

    def _lenient(self, field: Field, typed: Any) -> Any:
        if field.is_table:
            rows = typed if isinstance(typed, list) else []
            return [
                self._lenient_row(field, row) for row in rows if isinstance(row, Mapping) and not _is_blank(field, row)
            ]
        return self._read(self.schema, field, typed)

    def _lenient_row(self, table: Field, typed: Mapping[str, Any]) -> dict[str, Any]:
        schema = self.row_schemas[table.element_id]
        return {
            child.key: self._read(schema, child, typed.get(child.key)) for child in table.children if child.holds_value
        }

    def _read(self, schema: Schema, field: Field, typed: Any) -> Any:
        if field.kind == "expression" or field.key not in schema.fields:
            return None
        try:
            value = blank_to_none(field, typed)
            value = schema.fields[field.key].deserialize(value) if value is not None else None
        except ValidationError:
            return None
        return self._local(value)

    def _local(self, value: Any) -> Any:
        """A date-time without an offset is local time."""
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=self.moment.zone)
        return value

    def _load(
        self, schema: Schema, fields: list[Field], typed: Mapping[str, Any], prefix: str, row: Place | None
    ) -> dict[str, Any]:
        """Read the fields; complaints are added with `prefix` before the path."""
        data, by_key = {}, {field.key: field for field in fields if field.key in schema.fields}
        for key, field in by_key.items():
            try:
                data[key] = blank_to_none(field, get(typed, key))
            except ValidationError as error:
                self._complain(field, prefix + key, problems_of(error), row)
        try:
            loaded = schema.load(data, partial=True)
        except ValidationError as error:
            loaded = error.valid_data if isinstance(error.valid_data, dict) else {}
            for key, found in problems(error).items():
                self._complain(by_key[key], prefix + key, found, row)
        result = {}
        for key, field in by_key.items():
            value = self._local(get(loaded, key))
            result[key] = self._looked_up(field, value, prefix + key, row)
            self._dated(field, value, prefix + key, row)
        return result

    def _looked_up(self, field: Field, value: Any, path: str, row: Place | None) -> Any:
        """Refuse an answer that is not among the choices looked up; a kept file becomes its id and name."""
        if value is None or (field.choices is None and field.kind != "filepicker"):
            return value
        known = {choice.value: choice for choice in offered(field, self.choices)}
        given = value if isinstance(value, list) else [value]
        if any(item not in known for item in given):
            self._complain(field, path, Problem("not_an_option", {}), row)
            return None
        return [{"id": item, "name": known[item].label.zh} for item in given] if field.kind == "filepicker" else value

    def _dated(self, field: Field, value: Any, path: str, row: Place | None) -> None:
        if not isinstance(value, date):
            return
        today = self.moment.now.astimezone(self.moment.zone).date()
        day = value.astimezone(self.moment.zone).date() if isinstance(value, datetime) else value
        if field.not_after == "today" and day > today:
            self._complain(field, path, Problem("too_late", {}), row)
        if field.not_before == "today" and day < today:
            self._complain(field, path, Problem("too_early", {}), row)

    def _rows(self, table: Field, typed: Any, settled: Settled) -> list[dict[str, Any]]:
        found = []
        rows = [row for row in typed if isinstance(row, Mapping)]
        schema = self.row_schemas[table.element_id]
        for number, row in enumerate(rows):
            if _is_blank(table, row):
                continue
            place = (label_of(table), number)
            seen = self.row(table, row, settled)
            shown = [child for child in table.children if child.holds_value and child.element_id not in seen.hidden]
            prefix = f"{table.key}.{number}."
            values = self._load(schema, shown, row, prefix, place)
            for child in shown:
                if child.kind == "expression":
                    values[child.key] = seen.values[child.key]
                    if child.element_id in seen.failed:
                        self._complain(child, prefix + child.key, Problem("not_computed", {}), place)
            found.append({child.key: values.get(child.key) for child in shown})
        if table.required and not found:
            self._complain(table, table.key, Problem("required_rows", {}), None)
        most = min(table.max_items or ROWS_AT_MOST, ROWS_AT_MOST)
        if len(found) > most:
            self._complain(table, table.key, Problem("too_many_rows", {"limit": most}), None)
        if table.min_items and 0 < len(found) < table.min_items:
            self._complain(table, table.key, Problem("too_few_rows", {"limit": table.min_items}), None)
        return found

    def _complain(self, field: Field, path: str, found: Problem, row: Place | None) -> None:
        self.errors.append(field_error(path, label_of(field), found.code, row, **found.values))


def problems_of(error: ValidationError) -> Problem:
    """The problem that a field's own code raised."""
    first = error.messages[0] if isinstance(error.messages, list) else None
    return first if isinstance(first, Problem) else Problem("bad_text", {})


def _visible(fields: tuple[Field, ...], settled: Settled) -> list[Field]:
    found = []
    for field in fields:
        if field.element_id in settled.hidden:
            continue
        if field.kind == "group":
            found += _visible(field.children, settled)
        elif field.holds_value:
            found.append(field)
    return found


def _is_blank(table: Field, row: Mapping[str, Any]) -> bool:
    return all(row.get(child.key) in (None, "", [], False) for child in table.children if child.holds_value)


def _belongs(path: str, key: str) -> bool:
    return path == key or path.startswith(f"{key}.")
