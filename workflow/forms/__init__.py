"""Forms: one form-js definition is drawn, checked, stored and read back; nothing else describes a field.

`load` gives the Form of a definition; `check` says what is wrong with one.
"""

from functools import lru_cache

from workflow.engine import Finding, Severity
from workflow.forms.binding import BoundForm, Component
from workflow.forms.definition import Field, Option
from workflow.forms.errors import FieldError
from workflow.forms.form import Form, Submitted
from workflow.forms.options import Choice
from workflow.forms.raw import Raw, row_action, wants_row
from workflow.forms.reader import FormInvalid, read
from workflow.forms.reading import Row

__all__ = [
    "BoundForm", "Choice", "Component", "Field", "FieldError", "Form", "FormInvalid", "Option", "Raw", "Row",
    "Submitted", "check", "load", "row_action", "wants_row",
]  # fmt: skip


@lru_cache(maxsize=1_000)
def load(text: str) -> Form:
    """The form of a form-js JSON text; the same object for the same text. Raises FormInvalid."""
    found: list[Finding] = []
    definition = read(text, "", found)
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if definition is None or errors:
        raise FormInvalid(errors)
    return Form(definition, text)


def check(file_name: str, text: str) -> list[Finding]:
    """Everything that is wrong with a form-js JSON text; warnings, such as missing English, do not forbid its use."""
    found: list[Finding] = []
    read(text, file_name, found)
    return found
