"""The answers that a field offers: fixed ones of the definition, or choices that the caller looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow.engine import Text
from workflow.forms.definition import Field


@dataclass(frozen=True)
class Choice:
    """An answer that only the caller knows, such as a colleague; `note` is shown behind the label."""

    value: str
    label: Text
    note: Text | None = None


Choices = Mapping[str, Sequence[Choice]]
ATTACHMENTS = "attachments"


def offered(field: Field, choices: Choices) -> list[Choice]:
    """The answers of a select, radio or checklist, or the files that a file field may keep.

    Raises LookupError when the caller did not bring a source that the form names.
    """
    if field.kind == "filepicker":
        return list(choices.get(ATTACHMENTS, ()))
    if field.choices is not None:
        return list(choices[field.choices])
    return [Choice(option.value, option.label) for option in field.options]
