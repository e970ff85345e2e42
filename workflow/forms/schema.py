"""Compiles a form into a marshmallow schema: types, required, limits and fixed options of every field.

Values arrive as text, keyed by dotted path, empty ones as None; marshmallow builds the nested result from the paths. An
error is a code of `errors.SENTENCES`, or a Problem when the sentence names a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from workflow.engine import Text
from workflow.forms.definition import Field, flat
from workflow.forms.figures import figures, parse
from workflow.forms.patterns import LONGEST, compile_pattern

TEXT_AT_MOST = {"textfield": 200, "textarea": 10_000}
ROWS_AT_MOST = 50
CHOSEN = frozenset({"select", "radio", "checklist"})
PLACEHOLDER = date(1900, 1, 1)
"""FEEL takes it for a time of day, and registers use it for "unknown" (feel-zeebe.md §1.3)."""
YEARS = range(1000, 9999)
"""FEEL knows no year before 1000; a year of room above, so that no offset leads out of the calendar."""
UNREADABLE = "\ufffd"
"""Stands for a character that cannot be stored; see `raw.storable`."""


@dataclass(frozen=True)
class Problem:
    """An error whose sentence names a limit."""

    code: str
    values: Mapping[str, object]


def problem(code: str, **values: object) -> ValidationError:
    """A marshmallow error that carries a Problem."""
    return ValidationError([Problem(code, values)])


class _Field(fields.Field[Any]):
    """A field that knows the form field it was made from."""

    def __init__(self, field: Field) -> None:
        code = _required_code(field)
        super().__init__(
            required=field.required, allow_none=not field.required, error_messages={"null": code, "required": code}
        )
        self.field = field


class TextField(_Field):
    """One line or several; blanks at the ends do not count, line ends become one kind."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = str(value)
        length, most = len(text), text_at_most(self.field)
        if length > most:
            raise problem("too_long", limit=most, given=length)
        if self.field.min_length and length < self.field.min_length:
            raise problem("too_short", limit=self.field.min_length)
        if self.field.pattern and not compile_pattern(self.field.pattern).fullmatch(text):
            wanted = self.field.pattern_text
            raise problem("pattern_named", wanted=wanted) if wanted else problem("pattern")
        return text


class NumberField(_Field):
    """A number with a fixed count of decimals; whole ones are int."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int | float:
        try:
            number = parse(value)
        except ValueError:
            raise problem("not_a_number") from None
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > self.field.decimals:
            raise problem("decimals", limit=self.field.decimals) if self.field.decimals else problem("not_whole")
        if self.field.minimum is not None and number < Decimal(str(self.field.minimum)):
            raise problem("too_small", limit=figures(self.field.minimum))
        if self.field.maximum is not None and number > Decimal(str(self.field.maximum)):
            raise problem("too_large", limit=figures(self.field.maximum))
        return int(number) if number == number.to_integral_value() else float(number)


class DateField(_Field):
    """A day, written year-month-day."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(str(value).strip().replace("/", "-"))
        except ValueError:
            raise problem("not_a_date") from None
        if day.year not in YEARS:
            raise problem("not_a_date")
        if day == PLACEHOLDER:
            raise problem("placeholder_date")
        return day


class MomentField(_Field):
    """A day and a time of day; without an offset it is local time, which the form adds."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value).strip().replace("/", "-"))
        except ValueError:
            raise problem("not_a_moment") from None
        if moment.year not in YEARS:
            raise problem("not_a_moment")
        return moment


class TimeField(_Field):
    """A time of day, kept as the text HH:MM."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        try:
            return time.fromisoformat(str(value).strip()).strftime("%H:%M")
        except ValueError:
            raise problem("not_a_time") from None


class OptionField(_Field):
    """One of the answers offered; those that only the caller knows are checked by the form."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if self.field.choices is None and str(value) not in {option.value for option in self.field.options}:
            raise problem("not_an_option")
        return str(value)


class TickField(_Field):
    """Yes or no; a required one must be yes."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        ticked = value is True or str(value).lower() in ("true", "on", "1", "yes")
        if self.field.required and not ticked:
            raise problem("required_tick")
        return ticked


class ListField(_Field):
    """Several answers, each once, in the order they were given."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        chosen = list(dict.fromkeys(map(str, value)))
        if self.field.kind == "checklist" and self.field.choices is None:
            known = {option.value for option in self.field.options}
            if not known.issuperset(chosen):
                raise problem("not_an_option")
        most = self.field.max_items or (10 if self.field.kind == "filepicker" else len(self.field.options) or 100)
        if self.field.kind == "filepicker" and not self.field.multiple:
            chosen = chosen[-1:]
        if len(chosen) > most:
            raise problem("too_many", limit=most)
        if self.field.min_items and len(chosen) < self.field.min_items:
            raise problem("too_few", limit=self.field.min_items)
        return chosen


FIELDS: dict[str, type[_Field]] = {
    "textfield": TextField, "textarea": TextField, "number": NumberField, "date": DateField, "time": TimeField,
    "datetime": MomentField, "select": OptionField, "radio": OptionField, "checkbox": TickField, "checklist": ListField,
    "filepicker": ListField,
}  # fmt: skip


def text_at_most(field: Field) -> int:
    """The most characters that a text may have; a pattern makes it shorter, so that matching stays quick."""
    most = field.max_length or TEXT_AT_MOST[field.kind]
    return min(most, LONGEST) if field.pattern else most


def compile_schema(definition_fields: tuple[Field, ...]) -> Schema:
    """The schema of all fields that people fill in; tables are checked row by row with a schema of their own."""
    made: dict[str, Any] = {
        field.key: FIELDS[field.kind](field) for field in flat(definition_fields) if field.kind in FIELDS
    }
    return Schema.from_dict(made, name="Form")(unknown=EXCLUDE)


def blank_to_none(field: Field, typed: Any) -> Any:
    """What was typed, with "nothing" as None, ends trimmed, and line ends of one kind.

    Raises ValidationError for a character that cannot be stored.
    """
    if isinstance(typed, str):
        text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
        if UNREADABLE in text or "\x00" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
            raise problem("bad_text")
        return text or None
    if isinstance(typed, list | tuple):
        kept = [item["id"] if isinstance(item, Mapping) and "id" in item else item for item in typed]
        return [item for item in kept if item not in ("", None)] or None
    if field.kind == "checkbox":
        return bool(typed)
    return typed


def _required_code(field: Field) -> str:
    if field.kind in CHOSEN:
        return "required_choice"
    return {"checkbox": "required_tick", "filepicker": "required_file"}.get(field.kind, "required")


def problems(error: ValidationError) -> dict[str, Problem]:
    """The first problem of each field of a marshmallow error."""
    found = {}
    messages = error.messages if isinstance(error.messages, dict) else {}
    for path, listed in messages.items():
        first = listed[0] if isinstance(listed, list) else "required"
        found[path] = first if isinstance(first, Problem) else Problem(str(first), {})
    return found


def label_of(field: Field) -> Text:
    """The label of a field; a bare key when it has none."""
    return field.label if field.label.zh else Text(field.key, field.key)
