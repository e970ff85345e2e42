"""Organisations, departments and stations: the tree, one of them, and changes."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web import labels
from web.access import actor, needs
from web.services import now, work
from web.views.admin import changing
from web.views.admin.changing import Answer, Frame
from workflow.administration import organisations
from workflow.administration.editing import Refused
from workflow.clock.calendar import local_day
from workflow.permissions import Permission

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")


@blueprint.get("")
@needs(Permission.ORGANISATION_ADMINISTER)
def index() -> str:
    """Show the tree as far as the reader administers it."""
    with work() as session:
        rows, may_add = organisations.index(session, actor(), now())
    return render_template("admin/organisations.html", rows=rows, may_add=may_add)


@blueprint.get("/<uuid:organisation_id>")
@needs(Permission.ORGANISATION_ADMINISTER)
def show(organisation_id: UUID) -> str:
    """Show one organisation with its parts and its people."""
    with work() as session:
        page = organisations.show(session, actor(), organisation_id, now())
    is_own = actor().holds("admin", organisation_id)
    return render_template("admin/organisation.html", page=page, today=local_day(now()), is_own=is_own)


@blueprint.get("/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def new() -> Answer:
    """Ask for a new organisation of a kind."""
    kind, under = request.args.get("kind", ""), changing.asked_id("under")
    return changing.show(lambda session: organisations.adding(session, actor(), kind, under), _adding(kind, under))


@blueprint.post("/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def add() -> Answer:
    """Add an organisation."""
    kind, under = request.args.get("kind", ""), changing.asked_id("under")
    return changing.save(
        lambda session: organisations.adding(session, actor(), kind, under),
        lambda session, raw: organisations.add(session, actor(), kind, under, raw, now()),
        _adding(kind, under),
        lambda place: _done(gettext("已添加。"), place.id),
    )


@blueprint.get("/<uuid:organisation_id>/change")
@needs(Permission.ORGANISATION_ADMINISTER)
def change(organisation_id: UUID) -> Answer:
    """Show the form with what stands."""
    return changing.show(
        lambda session: organisations.changing(session, actor(), organisation_id), _changing(organisation_id)
    )


@blueprint.post("/<uuid:organisation_id>/change")
@needs(Permission.ORGANISATION_ADMINISTER)
def save(organisation_id: UUID) -> Answer:
    """Save what was changed."""
    return changing.save(
        lambda session: organisations.changing(session, actor(), organisation_id),
        lambda session, raw: organisations.change(session, actor(), organisation_id, raw, now()),
        _changing(organisation_id),
        lambda _: _done(gettext("已保存。"), organisation_id),
    )


@blueprint.post("/<uuid:organisation_id>/retire")
@needs(Permission.ORGANISATION_ADMINISTER)
def retire(organisation_id: UUID) -> Response:
    """Let nobody act for it any more."""
    try:
        with work() as session:
            organisations.retire(session, actor(), organisation_id, now())
    except Refused:
        flash(gettext("还不能停用，原因见下。"), "danger")  # the page names them; a message could turn up elsewhere
        return redirect(_address(organisation_id))
    return _done(gettext("已停用。"), organisation_id)


@blueprint.post("/<uuid:organisation_id>/restore")
@needs(Permission.ORGANISATION_ADMINISTER)
def restore(organisation_id: UUID) -> Response:
    """Use it again."""
    return changing.press(
        lambda session: organisations.restore(session, actor(), organisation_id, now()),
        _address(organisation_id),
        lambda _: gettext("已恢复。"),
    )


def _adding(kind: str, under: UUID | None) -> Frame:
    title = gettext("添加%(kind)s", kind=labels.label("organisation_kind", kind))
    return Frame(title, gettext("添加"), _address(under) if under else url_for("admin.organisations.index"))


def _changing(organisation_id: UUID) -> Frame:
    return Frame(gettext("修改机构资料"), gettext("保存"), _address(organisation_id))


def _done(words: str, organisation_id: UUID) -> Response:
    flash(words, "done")
    return redirect(_address(organisation_id))


def _address(organisation_id: UUID) -> str:
    return url_for("admin.organisations.show", organisation_id=organisation_id)
