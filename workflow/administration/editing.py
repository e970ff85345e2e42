"""What an administrator changes, as a form: drawn, checked, and compared with what the page showed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import clock, forms
from workflow.engine.text import Text
from workflow.errors import Conflict, InvalidForm
from workflow.forms import BoundForm, Choice, FieldError, Form, Submitted

Raw = Mapping[str, Sequence[str]]
SHOWN = "_shown"
"""The hidden field with the stamp of the values that the page showed."""


class Refused(Conflict):
    """It cannot be done as things stand; `message` says why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__("refused")
        self.message = Text(zh, en)


@cache
def form(name: str) -> Form:
    """One of the forms beside this module."""
    folder = resources.files("workflow.administration")
    return forms.load(folder.joinpath(f"{name}.form.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Editing:
    """A form with what stands now, and the choices that it offers."""

    form: Form
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    about: Text = Text("", "")
    """What is being changed, for the heading."""
    is_new: bool = False

    @property
    def stamp(self) -> str:
        """A mark of the values as they stand: whoever sends another one has not seen them."""
        stored = json.dumps(self.form.to_json(self.values), sort_keys=True, default=str)
        return hashlib.sha256(stored.encode()).hexdigest()[:16]

    def drawn(
        self, now: datetime, typed: Mapping[str, Any] | None = None, errors: Sequence[FieldError] = ()
    ) -> BoundForm:
        """The form with what was typed, else with what stands."""
        given = self.values if typed is None else typed
        return self.form.bind(given, context={}, choices=self.choices, moment=clock.moment(now), errors=errors)

    def read(self, raw: Raw, now: datetime) -> Submitted:
        """Check what was sent; that somebody else was faster is an error at the first field."""
        sent = self.form.submit(raw, context={}, choices=self.choices, moment=clock.moment(now))
        if not self.is_new and next(iter(raw.get(SHOWN, ())), "") != self.stamp:
            return replace(sent, errors=[self._stale(), *sent.errors])
        return sent

    def error(self, path: str, zh: str, en: str, code: str = "refused") -> FieldError:
        """An error at a field."""
        label = next(each.label for each in self.form.fields if each.key == path)
        return FieldError(path, label, code, Text(zh, en))

    def accept(self, sent: Submitted, errors: Iterable[FieldError | None] = ()) -> dict[str, Any]:
        """The values, when nothing is wrong. Raises InvalidForm."""
        found = [*sent.errors, *(each for each in errors if each is not None)]
        if found:
            raise InvalidForm(replace(sent, errors=found))
        return sent.values

    def changed(self, values: Mapping[str, Any]) -> list[str]:
        """The names of the fields that have other values now."""
        return [key for key, value in values.items() if (value or None) != (self.values.get(key) or None)]

    def _stale(self) -> FieldError:
        return self.error(
            self.form.fields[0].key,
            "您打开页面之后，其他人改过这里。请核对下面的内容，确认后再保存。",
            "Somebody else has changed this since you opened the page. Look it over, then save again.",
            "changed_meanwhile",
        )


def alone(session: Session, what: str) -> None:
    """Wait until nobody else does this, until the end of the transaction: for what has no row yet to lock."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"administration:{what}"))))
