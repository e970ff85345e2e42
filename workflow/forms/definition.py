"""What a form consists of, as data: fields with their rules, groups and tables with fields inside."""

from collections.abc import Iterator
from dataclasses import dataclass

from workflow.engine import Text

LISTS = frozenset({"checklist", "filepicker", "dynamiclist"})
"""Kinds whose value is a list."""
SHOWN_ONLY = frozenset({"text", "separator"})
RADIOS_UP_TO = 5
"""A select with no more options is drawn as radio buttons: all of them seen at once, one click."""


@dataclass(frozen=True)
class Option:
    """One of the fixed answers of a select, radio or checklist."""

    value: str
    label: Text


@dataclass(frozen=True)
class Field:
    """A component of a form; `key` is its dotted path (inside a table: the path within a row)."""

    kind: str
    """textfield, textarea, number, date, time, datetime, select, radio, checkbox, checklist, filepicker, expression,
    dynamiclist, group, text or separator."""
    element_id: str
    key: str = ""
    label: Text = Text("", "")
    hint: Text | None = None
    text: Text = Text("", "")
    look: str | None = None
    """Of a text: "warning" or "danger" makes it stand out."""
    required: bool = False
    hide: str | None = None
    """FEEL; true hides the field and drops its value."""
    formula: str | None = None
    options: tuple[Option, ...] = ()
    choices: str | None = None
    """Source of options that only the caller knows, such as `people:medical_social_worker`."""
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    pattern_text: Text | None = None
    decimals: int = 0
    min_items: int | None = None
    max_items: int | None = None
    multiple: bool = False
    accept: str = ""
    suffix: Text | None = None
    default: str | None = None
    not_before: str | None = None
    not_after: str | None = None
    info_class: str = "P0"
    """P0 to P4 (domain.md §3.2)."""
    children: tuple["Field", ...] = ()

    @property
    def holds_value(self) -> bool:
        """Whether people, or a formula, give it a value."""
        return self.kind not in SHOWN_ONLY and self.kind != "group"

    @property
    def is_table(self) -> bool:
        """Whether it is a table of rows."""
        return self.kind == "dynamiclist"


@dataclass(frozen=True)
class Definition:
    """A form as read from its file."""

    form_id: str
    title: Text | None
    fields: tuple[Field, ...]


def flat(fields: tuple[Field, ...]) -> Iterator[Field]:
    """All fields that hold a value, those in groups included; a table is one field, its columns are not in it."""
    for field in fields:
        if field.kind == "group":
            yield from flat(field.children)
        elif field.holds_value:
            yield field
