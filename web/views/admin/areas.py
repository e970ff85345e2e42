"""Areas: the tree level by level, changes, and the import of a table."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from web.views.admin import changing
from web.views.admin.changing import Answer, Frame
from workflow.administration import area_import, areas
from workflow.errors import Invalid
from workflow.permissions import Permission

blueprint = Blueprint("areas", __name__, url_prefix="/areas")


@blueprint.get("")
@needs(Permission.ADMIN_OPEN)
def index() -> str:
    """Show the top of the tree."""
    with work() as session:
        page = areas.show(session, actor(), None)
    return render_template("admin/areas.html", page=page)


@blueprint.get("/<uuid:area_id>")
@needs(Permission.ADMIN_OPEN)
def show(area_id: UUID) -> str:
    """Show an area and what lies directly below it."""
    with work() as session:
        page = areas.show(session, actor(), area_id)
    return render_template("admin/areas.html", page=page)


@blueprint.get("/new")
@needs(Permission.ADMIN_ALL)
def new() -> Answer:
    """Ask for a new area."""
    under = changing.asked_id("under")
    return changing.show(lambda session: areas.adding(session, actor(), under), _adding(under))


@blueprint.post("/new")
@needs(Permission.ADMIN_ALL)
def add() -> Answer:
    """Add an area."""
    under = changing.asked_id("under")
    return changing.save(
        lambda session: areas.adding(session, actor(), under),
        lambda session, raw: areas.add(session, actor(), under, raw, now()),
        _adding(under),
        lambda area: _done(gettext("已添加。"), under),
    )


@blueprint.get("/<uuid:area_id>/change")
@needs(Permission.ADMIN_ALL)
def change(area_id: UUID) -> Answer:
    """Show the form with what stands."""
    return changing.show(lambda session: areas.changing(session, actor(), area_id), _changing(area_id))


@blueprint.post("/<uuid:area_id>/change")
@needs(Permission.ADMIN_ALL)
def save(area_id: UUID) -> Answer:
    """Save what was changed."""
    return changing.save(
        lambda session: areas.changing(session, actor(), area_id),
        lambda session, raw: areas.change(session, actor(), area_id, raw, now()),
        _changing(area_id),
        lambda _: _done(gettext("已保存。"), area_id),
    )


@blueprint.post("/<uuid:area_id>/retire")
@needs(Permission.ADMIN_ALL)
def retire(area_id: UUID) -> Response:
    """Offer the area no longer."""
    return changing.press(
        lambda session: areas.retire(session, actor(), area_id, now()), _address(area_id), lambda _: gettext("已停用。")
    )


@blueprint.post("/<uuid:area_id>/restore")
@needs(Permission.ADMIN_ALL)
def restore(area_id: UUID) -> Response:
    """Offer the area again."""
    return changing.press(
        lambda session: areas.restore(session, actor(), area_id, now()),
        _address(area_id),
        lambda _: gettext("已恢复。"),
    )


@blueprint.get("/import")
@needs(Permission.ADMIN_ALL)
def import_form() -> str:
    """Ask for a table."""
    with work() as session:
        areas.adding(session, actor(), None)
    return render_template("admin/area_import.html", text="", preview=None)


@blueprint.post("/import")
@needs(Permission.ADMIN_ALL)
def import_table() -> Answer:
    """Show what a table would do; with the second button, do it."""
    try:
        text = _table()
    except Invalid:
        flash(gettext("这个文件不是文本表格（CSV）。"), "danger")
        return redirect(url_for(".import_form"))
    if request.form.get("apply"):
        with work() as session:
            done = area_import.apply(session, actor(), text, now())
        if not done.errors:
            count = done.count("added") + done.count("changed")
            return _done(ngettext("已导入 %(num)d 行。", "已导入 %(num)d 行。", count), None)
    with work() as session:
        preview = area_import.preview(session, actor(), text)
    page = render_template("admin/area_import.html", text=text, preview=preview)
    return (page, 422) if preview.errors else page


def _table() -> str:
    uploaded = request.files.get("file")
    if uploaded is not None and uploaded.filename:
        with uploaded.stream as stream:
            return area_import.decode(stream.read())
    return request.form.get("text", "")


def _adding(under: UUID | None) -> Frame:
    return Frame(gettext("添加区域"), gettext("添加"), _address(under))


def _changing(area_id: UUID) -> Frame:
    return Frame(gettext("修改区域"), gettext("保存"), _address(area_id))


def _done(words: str, area_id: UUID | None) -> Response:
    flash(words, "done")
    return redirect(_address(area_id))


def _address(area_id: UUID | None) -> str:
    return url_for("admin.areas.show", area_id=area_id) if area_id else url_for("admin.areas.index")
