"""People of the register: the search (sent by POST, so that no name stands in an address), and a person's page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from workflow.errors import Conflict, Invalid, InvalidForm
from workflow.forms import FieldError
from workflow.permissions import Permission
from workflow.records import matching, people, person_editing, person_reading, relations

blueprint = Blueprint("people", __name__, url_prefix="/people")
Answer = Response | str | tuple[str, int]
LONGEST = 100


@blueprint.get("")
@needs(Permission.PERSON_SEARCH)
def index() -> str:
    """Show the search box."""
    return render_template("people/index.html", typed="", found=None)


@blueprint.post("")
@needs(Permission.PERSON_SEARCH)
def search() -> str:
    """Show whom the text may mean, masked."""
    typed = request.form.get("text", "")[:LONGEST]
    with work() as session:
        found = person_reading.search(session, actor(), typed, now(), after=_id("after"))
    return render_template("people/index.html", typed=typed, found=found)


@blueprint.get("/<uuid:person_id>")
@needs(Permission.PERSON_READ)
def show(person_id: UUID) -> str:
    """Show a person as far as the reader may; the use case writes down who looked."""
    with work() as session:
        page = person_reading.open_person(session, actor(), person_id, now())
    return render_template("people/person.html", page=page)


@blueprint.get("/<uuid:person_id>/edit")
@needs(Permission.PERSON_CORRECT)
def edit(person_id: UUID) -> Answer:
    """Show the form with what stands there."""
    return _form(person_id, "person", url_for(".correct", person_id=person_id))


@blueprint.post("/<uuid:person_id>/edit")
@needs(Permission.PERSON_CORRECT)
def correct(person_id: UUID) -> Answer:
    """Correct what stands about a person; when somebody was faster, both versions stay before one's eyes."""

    def save(session: Any) -> None:
        people.correct(session, actor(), person_id, _raw(), request.form.get("_version", 0, int), now())

    return _save(person_id, "person", save, gettext("资料已更正。"))


@blueprint.get("/<uuid:person_id>/relations/new")
@needs(Permission.PERSON_CORRECT)
def new_relation(person_id: UUID) -> Answer:
    """Show the empty form for somebody around the person."""
    return _form(person_id, "relation", url_for(".add_relation", person_id=person_id))


@blueprint.post("/<uuid:person_id>/relations/new")
@needs(Permission.PERSON_CORRECT)
def add_relation(person_id: UUID) -> Answer:
    """Add somebody around the person."""

    def save(session: Any) -> None:
        relations.add(session, actor(), person_id, _raw(), now())

    return _save(person_id, "relation", save, gettext("已登记。"))


@blueprint.post("/<uuid:person_id>/relations/<uuid:relation_id>/end")
@needs(Permission.PERSON_CORRECT)
def end_relation(person_id: UUID, relation_id: UUID) -> Response:
    """Write down that a relation no longer holds."""
    with work() as session:
        relations.end(session, actor(), person_id, relation_id, now())
    flash(gettext("已记为不再有效，记录保留。"), "done")
    return redirect(url_for(".show", person_id=person_id) + "#relations")


@blueprint.post("/<uuid:person_id>/links")
@needs(Permission.PERSON_LINK)
def decide(person_id: UUID) -> Response:
    """Note whether another record is about the same human being, or take that back."""
    other_id, decision = _id("other"), request.form.get("decision")
    if other_id is None or decision not in ("same", "different", "later", "undo"):
        raise Invalid("unknown_decision")
    try:
        with work() as session:
            if decision == "undo":
                matching.undo(session, actor(), person_id, other_id, now())
            elif decision != "later":
                matching.decide(session, actor(), person_id, other_id, same=decision == "same", now=now())
        flash(_decided(decision), "done")
    except Conflict as error:
        if error.code != "link_contradicts":
            raise
        flash(gettext("与已有的认定矛盾：其中两份档案已被认定为不同的人。请先撤销那一项。"), "warning")
    return redirect(url_for(".show", person_id=person_id) + "#alike")


def _decided(decision: str) -> str:
    words = {
        "same": gettext("已认定为同一人。两份档案仍分开保存，可以随时撤销。"),
        "different": gettext("已认定为不同的人，以后不再提示。"),
        "later": gettext("没有作出认定，以后还会提示。"),
        "undo": gettext("认定已撤销。"),
    }
    return str(words[decision])


def _save(person_id: UUID, name: str, save: Callable[[Any], None], done: str) -> Answer:
    """Save a form; one that is refused comes back with what was typed."""
    address = url_for("." + str(request.endpoint).rpartition(".")[2], person_id=person_id)
    try:
        with work() as session:
            save(session)
    except InvalidForm as refused:
        return _form(person_id, name, address, refused.submitted.errors), 422
    except Conflict as error:
        if error.code != "changed_meanwhile":
            raise
        flash(gettext("您填写期间，其他人改动了这份资料。下面是您填写的内容；请在另一个窗口核对后再保存。"), "warning")
        return _form(person_id, name, address, []), 409
    flash(done, "done")
    return redirect(url_for(".show", person_id=person_id))


def _form(person_id: UUID, name: str, address: str, errors: list[FieldError] | None = None) -> str:
    """Draw a form; with `errors`, even none, it was sent and shows what was typed."""
    sent = None if errors is None else _raw()
    with work() as session:
        editing = person_editing.begin(session, actor(), person_id, name, now(), raw=sent)
    bound = editing.bound.with_errors(errors) if errors else editing.bound
    return render_template("people/form.html", editing=editing, bound=bound, address=address, form_name=name)


def _raw() -> dict[str, list[str]]:
    return request.form.to_dict(flat=False)


def _id(name: str) -> UUID | None:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None
