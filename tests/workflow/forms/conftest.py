"""The form with every component, loaded, and a way to send it."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.workflow.forms.samples import ANSWERS, CHOICES, EVERYTHING
from workflow import forms
from workflow.engine import Moment


@pytest.fixture
def everything() -> forms.Form:
    """The form with every component."""
    return forms.load(EVERYTHING.read_text(encoding="utf-8"))


@pytest.fixture
def submit(everything: forms.Form, moment: Moment) -> Callable[..., forms.Submitted]:
    """Send a complete answer to the form with every component, changed as a test says; None leaves a name out."""

    def send(changes: Mapping[str, Sequence[str] | None] | None = None) -> forms.Submitted:
        raw = {**ANSWERS, **(changes or {})}
        given = {name: list(values) for name, values in raw.items() if values is not None}
        return everything.submit(given, context={}, choices=CHOICES, moment=moment)

    return send
