"""A sent form as the use cases want it: names to lists of text, with uploads stored and replaced by their ids."""

from typing import BinaryIO, cast
from uuid import UUID

from flask import request

from web.access import actor
from web.services import now, services, work
from workflow import forms
from workflow.forms import Form
from workflow.records import attachments

Raw = dict[str, list[str]]


def sent(form: Form | None = None) -> Raw:
    """Read the fields of this request.

    With a form, files are stored first, in a transaction of their own, so that an upload survives a refused form; a
    press on "add a row" or "remove" is carried out on the values.
    """
    raw = request.form.to_dict(flat=False)
    if form is not None:
        for path in form.file_paths(raw):
            # A draft saved by script holds the words "[object File]" where a file is chosen but not yet sent.
            raw[path] = [value for value in raw.get(path, []) if _is_id(value)] + _stored(path)
    return forms.row_action(raw) if forms.wants_row(raw) else raw


def only_a_row() -> bool:
    """Tell whether the press was on "add" or "remove" of a table: that changes the draft and submits nothing."""
    return bool(forms.wants_row(request.form.to_dict(flat=False)))


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _stored(path: str) -> list[str]:
    chosen = [upload for upload in request.files.getlist(path) if upload.filename]
    if not chosen:
        return []
    folder = services().config.attachments_dir
    with work() as session:
        return [
            str(
                attachments.store(
                    session, actor(), file.filename or "", cast(BinaryIO, file.stream), now(), folder=folder
                ).id
            )
            for file in chosen
        ]
