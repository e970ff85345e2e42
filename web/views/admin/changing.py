"""One form page of administration: shown, sent, drawn again with what was typed; and one question with a button."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import abort, flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web import formdata
from web.i18n import pick
from web.services import now, work
from workflow.administration.editing import Editing, Refused
from workflow.errors import InvalidForm
from workflow.forms import FieldError

Answer = Response | str | tuple[str, int]
Load = Callable[[Session], Editing]
T = TypeVar("T")


@dataclass(frozen=True)
class Frame:
    """What stands around a form: heading, sentences, the words of its button, and the page to go back to."""

    title: str
    submit: str
    back: str
    sentences: Sequence[str] = ()


def show(load: Load, frame: Frame) -> Answer:
    """Show the form with what stands."""
    try:
        with work() as session:
            editing = load(session)
    except Refused as refused:
        return refuse(refused, frame.back)
    return _drawn(editing, frame, None, ())


def save(load: Load, send: Callable[[Session, formdata.Raw], T], frame: Frame, done: Callable[[T], Answer]) -> Answer:
    """Send the form; what is refused is drawn again as typed. The language buttons only draw it again."""
    raw = formdata.sent()
    if request.form.get("_language"):
        return _again(load, frame, raw, ())
    try:
        with work() as session:
            result = send(session, raw)
    except InvalidForm as refused:
        page = _again(load, frame, raw, refused.submitted.errors)
        return (page, 422) if isinstance(page, str) else page
    except Refused as refused:
        return refuse(refused, frame.back)
    return done(result)


def press(act: Callable[[Session], T], back: str, done: Callable[[T], str]) -> Response:
    """Do something that a button asks for and say so; what is refused is said on the page it came from."""
    try:
        with work() as session:
            result = act(session)
    except Refused as refused:
        return refuse(refused, back)
    if words := done(result):
        flash(words, "done")
    return redirect(back)


def refuse(refused: Refused, back: str) -> Response:
    """Say why, on the page to go back to."""
    flash(pick(refused.message), "danger")
    return redirect(back)


def asked_id(name: str) -> UUID | None:
    """An id in the address; None when there is none. Anything else is no page."""
    given = request.args.get(name, "")
    try:
        return UUID(given) if given else None
    except ValueError:
        abort(404)


def _again(load: Load, frame: Frame, raw: formdata.Raw, errors: Sequence[FieldError]) -> Response | str:
    try:
        with work() as session:
            editing = load(session)
    except Refused as refused:
        return refuse(refused, frame.back)
    return _drawn(editing, frame, editing.form.typed(raw), errors)


def _drawn(editing: Editing, frame: Frame, typed: Mapping[str, Any] | None, errors: Sequence[FieldError]) -> str:
    bound = editing.drawn(now(), typed, errors)
    return render_template("admin/edit.html", bound=bound, frame=frame, about=editing.about, stamp=editing.stamp)
