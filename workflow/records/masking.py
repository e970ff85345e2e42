"""How identity is shown to those who may not read it, the same on pages, in lists, searches, exports, prints and logs.

Enough to tell people apart, not enough to know who it is (domain.md §3.2); what cannot be shortened is a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from models import Person
from workflow.engine import Text
from workflow.forms.reading import MASKED
from workflow.records import classes

HIDDEN = MASKED
"""What stands in place of a value that somebody may not read: visible, so that nobody believes it is missing."""

_TOWNSHIP = re.compile(r"^.*?(?:街道|镇|乡|苏木)")
_COUNTY = re.compile(r"^.*?(?:[县旗]|(?<!社)区)|^.*?市")
_ID_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])(\d{2})\d{13,14}([0-9Xx]{2})(?![0-9A-Za-z])")
_PHONE_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])(1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])")


def mask(kind: str, value: str | None) -> str:
    """A value of a person (name, phone, id_number, address or any other field) as strangers may see it."""
    return _MASKS.get(kind, _everything)(value.strip()) if value and value.strip() else ""


def mask_name(person: Person) -> str:
    """The name in a list ("李*", "欧***"); an alias names nobody and stays readable."""
    return person.name if person.name_is_alias else mask("name", person.name)


def scrub(text: str) -> str:
    """A text without the identity and mobile numbers in it, for logs: what slipped in does not stay."""
    return _PHONE_IN_TEXT.sub(r"\1****\2", _ID_IN_TEXT.sub(lambda found: f"{found[1]}{'*' * 14}{found[2]}", text))


def _name(value: str) -> str:
    return value[:1] + "*" * max(1, min(len(value) - 1, 3))


def _phone(value: str) -> str:
    """The first three and the last four of a mobile number; of shorter ones only the last two figures."""
    figures = re.sub(r"[\s\-()（）]", "", value)
    return f"{figures[:3]}****{figures[-4:]}" if len(figures) >= 10 else f"****{figures[-2:]}"


def _id_number(value: str) -> str:
    """The first two characters (the province) and the last two; all of a short one."""
    return f"{value[:2]}{'*' * (len(value) - 4)}{value[-2:]}" if len(value) >= 8 else "*" * len(value)


def _address(value: str) -> str:
    """Down to the township, else to the county; a placeholder when neither is named."""
    found = _TOWNSHIP.match(value) or _COUNTY.match(value)
    return f"{found[0]}***" if found else "***"


def _everything(value: str) -> str:
    return "***"


_MASKS: Mapping[str, Callable[[str], str]] = {
    "name": _name,
    "phone": _phone,
    "id_number": _id_number,
    "address": _address,
}


@dataclass(frozen=True)
class Fact:
    """One thing known of a person, as this reader may see it."""

    field: str
    label: Text
    value: Text


CONTACT = (
    ("phone", Text("电话", "Phone")),
    ("safe_contact", Text("安全联系方式", "Safe way to reach them")),
    ("address", Text("住址", "Address")),
    ("id_number", Text("证件号", "ID number")),
    ("record_number", Text("病案号", "Record number")),
)


def contact(person: Person, visible: frozenset[str]) -> list[Fact]:
    """How to reach somebody, for the pages of a case: what is known, with placeholders for what may not be read.

    The identity number is always masked here; whoever needs it in full opens the person's own page.
    """
    found = []
    for field, label in CONTACT:
        value = getattr(person, field)
        if value:
            text = mask(field, value) if field == "id_number" else value
            found.append(Fact(field, label, Text(text, text) if classes.PERSON[field] in visible else HIDDEN))
    return found


def age_on(birth_date: date | None, day: date) -> int | None:
    """Completed years of age on a day; None when the birth date is unknown."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
