"""The forms in which station staff write about a person, and the checks that a form by itself cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from models import Person, Relation
from workflow import forms
from workflow.engine import Moment, Text
from workflow.errors import InvalidForm
from workflow.forms import FieldError, Form, Submitted
from workflow.records import identity_numbers

Raw = Mapping[str, Any]
ID_NUMBER = Text("证件号码", "Number of the document")
SAFE_CONTACT = Text("安全联系方式与时间", "Safe contact and times")


@cache
def form(name: str) -> Form:
    """The form "person" or "relation"."""
    return forms.load(resources.files("workflow.records").joinpath(f"{name}.form.json").read_text(encoding="utf-8"))


def values_of(row: Person | Relation) -> dict[str, Any]:
    """What stands in a row, by the fields of its form."""
    name = "person" if isinstance(row, Person) else "relation"
    return {field.key: getattr(row, field.key) for field in form(name).fields}


def submit(name: str, raw: Raw, moment: Moment) -> dict[str, Any]:
    """Check what was sent. Raises InvalidForm with everything that is wrong."""
    sent = form(name).submit(raw, context={}, choices={}, moment=moment)
    errors = [*sent.errors]
    if name == "person":
        errors += number_errors(sent.values, moment)
        if sent.values.get("contact_forbidden") and not sent.values.get("safe_contact"):
            zh, en = "禁止联系本人时，请写明安全联系方式。", "When contact is forbidden, say how contact is safe."
            errors.append(FieldError("safe_contact", SAFE_CONTACT, "required", Text(zh, en)))
    return refuse(sent, errors)


def refuse(sent: Submitted, errors: list[FieldError]) -> dict[str, Any]:
    """The values, when nothing is wrong. Raises InvalidForm."""
    if errors:
        raise InvalidForm(replace(sent, errors=errors))
    return sent.values


def number_errors(about: Mapping[str, Any], moment: Moment, path: str = "id_number") -> list[FieldError]:
    """What is wrong with the document's number in these values; for forms that hold one under another path too."""
    today = moment.now.astimezone(moment.zone).date()
    wrong = identity_numbers.problem(about.get("id_type"), about.get("id_number"), today)
    return [FieldError(path, ID_NUMBER, "document_number", wrong)] if wrong else []
