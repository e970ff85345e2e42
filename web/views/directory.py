"""The directory of services: search, one service, asking whether it has room, and keeping the entries of one's own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web import formdata
from web.access import actor, needs
from web.services import now, work
from workflow.errors import Conflict, Invalid, InvalidForm, NotFound
from workflow.permissions import Permission
from workflow.registers import directory, enquiries, keeping
from workflow.registers.directory import Wanted

blueprint = Blueprint("directory", __name__, url_prefix="/directory")
Answer = Response | str | tuple[str, int]
LONGEST = 60
OLDEST = 130


@blueprint.get("")
@needs(Permission.SERVICE_READ)
def index() -> str:
    """Search the directory; nothing about a person is asked for, so that it may stand in the address."""
    wanted = Wanted(
        text=request.args.get("text", "")[:LONGEST],
        field=request.args.get("field", ""),
        area_id=_id(request.args.get("area", "")),
        age=_age(),
        capacity=request.args.get("capacity", ""),
        status=request.args.get("status", "active"),
        own="own" in request.args,
    )
    with work() as session:
        found = directory.search(session, actor(), wanted, now(), page=request.args.get("page", 1, int))
        waiting = enquiries.waiting(session, actor())
    return render_template("directory/index.html", found=found, wanted=wanted, waiting=waiting)


@blueprint.get("/<uuid:service_id>")
@needs(Permission.SERVICE_READ)
def show(service_id: UUID) -> str:
    """Show one service."""
    return _page(service_id)


@blueprint.post("/<uuid:service_id>/enquiries")
@needs(Permission.SERVICE_ASK)
def ask(service_id: UUID) -> Answer:
    """Ask whether there is room."""
    try:
        with work() as session:
            enquiries.ask(session, actor(), service_id, request.form.get("purpose", ""), now())
    except Conflict as error:
        if error.code != "service_not_offered":
            raise
        flash(gettext("这项服务现在不提供，不能询问。"), "warning")
        return _page(service_id), 409
    flash(gettext("已向机构询问。答复会显示在这里，也会写进服务目录。"), "done")
    return redirect(url_for(".show", service_id=service_id) + "#enquiries")


@blueprint.get("/enquiries")
@needs(Permission.SERVICE_ASK)
def asked() -> str:
    """List what the reader's station has asked, with the answers."""
    with work() as session:
        rows = enquiries.asked(session, actor())
    return render_template("directory/enquiries.html", rows=rows)


@blueprint.post("/enquiries/<uuid:enquiry_id>/answer")
@needs(Permission.SERVICE_ANSWER)
def answer(enquiry_id: UUID) -> Response:
    """Answer a question about room."""
    given = request.form
    try:
        with work() as session:
            enquiries.answer(session, actor(), enquiry_id, given.get("answer", ""), given.get("note", ""), now())
        flash(gettext("已答复，服务目录同时更新。"), "done")
    except Conflict as error:
        if error.code != "enquiry_answered":
            raise
        flash(gettext("同事已经答复了这个询问，您的答复没有发送。"), "warning")
    return redirect(url_for(".index", own=""))


# ---- keeping the entries -------------------------------------------------------------------------------------------


@blueprint.post("/<uuid:service_id>/capacity")
@needs(Permission.SERVICE_KEEP)
def capacity(service_id: UUID) -> Answer:
    """Say how much room there is."""
    given = request.form
    try:
        with work() as session:
            keeping.set_capacity(
                session, actor(), service_id, given.get("capacity", ""), now(), vacancy=given.get("vacancy", ""),
                note=given.get("note", ""), version=given.get("_version", 0, int),
            )  # fmt: skip
    except Invalid as refused:
        if refused.code != "not_a_count":
            raise
        flash(gettext("空余名额请写数字，最多 %(most)d。", most=refused.details["most"]), "warning")
        return _page(service_id), 422
    except Conflict as error:
        return _overtaken(error, service_id)
    flash(gettext("名额情况已更新。"), "done")
    return redirect(url_for(".show", service_id=service_id))


@blueprint.post("/<uuid:service_id>/assure")
@needs(Permission.SERVICE_KEEP)
def assure(service_id: UUID) -> Answer:
    """Say that the entry is still true."""
    try:
        with work() as session:
            keeping.assure(session, actor(), service_id, now(), version=request.form.get("_version", 0, int))
    except Conflict as error:
        return _overtaken(error, service_id)
    flash(gettext("已记下：内容今天核对无误。"), "done")
    return redirect(url_for(".show", service_id=service_id))


@blueprint.get("/new")
@needs(Permission.SERVICE_KEEP)
def new() -> Answer:
    """Show the empty form of a service."""
    return _form(lambda session: keeping.editing(session, actor(), None), url_for(".index", own=""))


@blueprint.post("/new")
@needs(Permission.SERVICE_KEEP)
def add() -> Answer:
    """Add a service."""
    return _save_service(None)


@blueprint.get("/<uuid:service_id>/edit")
@needs(Permission.SERVICE_KEEP)
def edit(service_id: UUID) -> Answer:
    """Show the form of a service with what stands."""
    back = url_for(".show", service_id=service_id)
    return _form(lambda session: keeping.editing(session, actor(), service_id), back)


@blueprint.post("/<uuid:service_id>/edit")
@needs(Permission.SERVICE_KEEP)
def save(service_id: UUID) -> Answer:
    """Write a service; when somebody was faster, what was typed comes back with a word about it."""
    return _save_service(service_id)


@blueprint.get("/own/<name>")
@needs(Permission.SERVICE_KEEP)
def parts(name: str) -> str:
    """List the programmes or places of the reader's organisation."""
    with work() as session:
        rows = keeping.parts(session, actor(), name)
    return render_template("directory/parts.html", rows=rows, name=name)


@blueprint.get("/own/<name>/new")
@needs(Permission.SERVICE_KEEP)
def new_part(name: str) -> Answer:
    """Show the empty form of a programme or place."""
    return _part_form(name, None)


@blueprint.post("/own/<name>/new")
@needs(Permission.SERVICE_KEEP)
def add_part(name: str) -> Answer:
    """Add a programme or place."""
    return _save_part(name, None)


@blueprint.get("/own/<name>/<uuid:part_id>")
@needs(Permission.SERVICE_KEEP)
def edit_part(name: str, part_id: UUID) -> Answer:
    """Show the form of a programme or place with what stands."""
    return _part_form(name, part_id)


@blueprint.post("/own/<name>/<uuid:part_id>")
@needs(Permission.SERVICE_KEEP)
def save_part(name: str, part_id: UUID) -> Answer:
    """Write a programme or place."""
    return _save_part(name, part_id)


def _part_form(name: str, part_id: UUID | None, refused: InvalidForm | None = None) -> str:
    back = url_for(".parts", name=name)
    return _form(lambda session: keeping.editing_part(session, actor(), name, part_id), back, refused)


def _save_part(name: str, part_id: UUID | None) -> Answer:
    try:
        with work() as session:
            keeping.save_part(session, actor(), name, part_id, formdata.sent(), now())
    except InvalidForm as refused:
        return _part_form(name, part_id, refused), 422
    flash(gettext("已保存。"), "done")
    return redirect(url_for(".parts", name=name))


def _save_service(service_id: UUID | None) -> Answer:
    back = url_for(".show", service_id=service_id) if service_id else url_for(".index", own="")
    if formdata.only_a_row():  # of the table of places: nothing is saved yet
        return _form(lambda session: keeping.editing(session, actor(), service_id), back, typed=True)
    try:
        with work() as session:
            service = keeping.save(session, actor(), service_id, formdata.sent(), now())
            address = url_for(".show", service_id=service.id)
    except InvalidForm as refused:
        return _form(lambda session: keeping.editing(session, actor(), service_id), back, refused), 422
    flash(gettext("已保存，核对日期改为今天。"), "done")
    return redirect(address)


def _form(load: Callable[[Any], Any], back: str, refused: InvalidForm | None = None, *, typed: bool = False) -> str:
    """Draw a form with what stands, or with what was typed."""
    with work() as session:
        page = load(session)
    if refused is not None:
        bound = page.drawn(now(), refused.submitted.typed, refused.submitted.errors)
    else:
        bound = page.drawn(now(), page.form.typed(formdata.sent()) if typed else None)
    return render_template("directory/form.html", page=page, bound=bound, back_to=back)


def _page(service_id: UUID) -> str:
    with work() as session:
        page = directory.show(session, actor(), service_id, now())
    return render_template("directory/service.html", page=page)


def _overtaken(error: Conflict, service_id: UUID) -> tuple[str, int]:
    if error.code != "changed_meanwhile":
        raise error
    flash(gettext("您看这一页的时候，同事改动了这项服务。下面是现在的内容，请核对后再按一次。"), "warning")
    return _page(service_id), 409


def _age() -> int | None:
    age = request.args.get("age", None, int)
    return age if age is not None and 0 <= age <= OLDEST else None


def _id(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("area_not_found") from None
