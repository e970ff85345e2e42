"""Information classes P0 to P4 (domain.md §3.2): which exist, which people see, and those of a person's fields.

The class of a form's field stands in the form; a file has the class of the field it was handed in with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflow.engine import Text
from workflow.forms import Form
from workflow.forms.paths import get

ORDER = ("P0", "P1", "P2", "P3", "P4")
ORDINARY = frozenset({"P0", "P1", "P2"})
"""What everybody reads who reads a case at all, of the entries addressed to their party."""
NAMED = ORDINARY | {"P3"}
"""What named people read; P4, the identity of who reported, only its writer and the data-protection owner."""
REPORTER = "P4"

WORDS = {
    "P0": Text("一般", "operational"),
    "P1": Text("身份", "identity"),
    "P2": Text("敏感", "sensitive"),
    "P3": Text("受限", "restricted"),
    "P4": Text("报告人身份", "reporter's identity"),
}

PERSON: Mapping[str, str] = {
    "name": "P1",
    "sex": "P1",
    "birth_date": "P1",
    "phone": "P1",
    "id_type": "P1",
    "id_number": "P1",
    "address": "P1",
    "area_id": "P1",
    "contact_forbidden": "P1",
    "safe_contact": "P1",
    "record_number": "P2",
    "hardship": "P2",
    "safety_flags": "P2",
}
"""Class of each field of a person."""

RELATION: Mapping[str, str] = {
    "name": "P1",
    "phone": "P1",
    "relation": "P2",
    "guardianship": "P2",
    "in_household": "P2",
    "ability": "P2",
    "note": "P2",
}
"""Class of each field of somebody around a person."""


def highest(found: Iterable[str | None]) -> str | None:
    """The highest of these classes; None when there is none."""
    return max((each for each in found if each in ORDER), key=ORDER.index, default=None)


def shown(form: Form, values: Mapping[str, Any], visible: frozenset[str] | None) -> str | None:
    """The highest class among the answers of a form that somebody sees who may read `visible` (None: all)."""
    seen = []
    for field in form.fields:
        if get(values, field.key) not in (None, "", []):
            seen += [
                each.info_class for each in (field, *field.children) if visible is None or each.info_class in visible
            ]
    return highest(seen)
