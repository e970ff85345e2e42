"""What a browser sends: field names to lists of text. Rows of a table are `path.0.key`, `path.1.key` and so on."""

import re
from collections.abc import Mapping, Sequence

from workflow.forms.definition import Definition, Field, flat

Raw = Mapping[str, Sequence[str]]
ADD, REMOVE = "_add", "_remove"
ROWS_AT_MOST = 50
_NUMBER = re.compile(r"\d{1,3}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def wants_row(raw: Raw) -> bool:
    """Whether a button "add a row" or "remove this row" was pressed."""
    return ADD in raw or REMOVE in raw


def row_action(raw: Raw) -> dict[str, list[str]]:
    """A copy with the row added or removed; unchanged but for the button when it asks for nonsense."""
    changed = {name: list(values) for name, values in raw.items() if name not in (ADD, REMOVE)}
    if added := _first(raw, ADD):
        _add(changed, added)
    if removed := _first(raw, REMOVE):
        path, _, number = removed.rpartition(".")
        if path and _NUMBER.fullmatch(number):
            _remove(changed, path, int(number))
    return changed


def row_numbers(raw: Raw, path: str) -> list[int]:
    """The numbers of the rows of a table that were sent, in order."""
    prefix = f"{path}."
    found = {name[len(prefix) :].partition(".")[0] for name in raw if name.startswith(prefix)}
    return sorted(int(number) for number in found if _NUMBER.fullmatch(number))


def file_paths(definition: Definition) -> list[str]:
    """The names of the file fields of a form."""
    return [field.key for field in flat(definition.fields) if field.kind == "filepicker"]


def _first(raw: Raw, name: str) -> str:
    return next(iter(raw.get(name, ())), "")


def _add(raw: dict[str, list[str]], path: str) -> None:
    numbers = row_numbers(raw, path)
    if not re.fullmatch(r"\w+(\.\w+)*", path) or len(numbers) >= ROWS_AT_MOST:
        return
    # A form without rows shows one empty row; adding to it must give two.
    rows = numbers or [0]
    for number in [*rows, rows[-1] + 1]:
        raw.setdefault(f"{path}.{number}._row", [""])


def _remove(raw: dict[str, list[str]], path: str, number: int) -> None:
    for name in [name for name in raw if name.startswith(f"{path}.{number}.")]:
        del raw[name]
    if not row_numbers(raw, path):
        raw[f"{path}.0._row"] = [""]


def storable(text: str) -> str:
    """A text that PostgreSQL can keep as JSON: U+FFFD stands for NUL and half characters, and the check refuses it."""
    return _UNSTORABLE.sub("\ufffd", text)


def typed_value(field: Field, raw: Raw, name: str) -> object:
    """What was typed for a field, as text or list of texts; None when the field was not sent."""
    sent = [storable(value) for value in raw.get(name, ())]
    if field.kind in ("checklist", "filepicker"):
        return sent
    if field.kind == "checkbox":
        return bool(sent) and sent[-1] not in ("", "false")
    return sent[-1] if sent else None
