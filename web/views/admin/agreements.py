"""Agreements of stations with agencies: the list, new ones, changes, and an early end."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from web.views.admin import changing
from web.views.admin.changing import Answer, Frame
from workflow.administration import agreements
from workflow.permissions import Permission

blueprint = Blueprint("agreements", __name__, url_prefix="/agreements")


@blueprint.get("")
@needs(Permission.ORGANISATION_ADMINISTER)
def index() -> str:
    """List the agreements, those about to end first."""
    with work() as session:
        rows = agreements.index(session, actor(), now())
    return render_template("admin/agreements.html", rows=rows)


@blueprint.get("/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def new() -> Answer:
    """Ask for a new agreement."""
    return changing.show(lambda session: agreements.adding(session, actor()), _adding())


@blueprint.post("/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def add() -> Answer:
    """Record a new agreement."""
    return changing.save(
        lambda session: agreements.adding(session, actor()),
        lambda session, raw: agreements.add(session, actor(), raw, now()),
        _adding(),
        lambda _: _done(gettext("已添加。")),
    )


@blueprint.get("/<uuid:agreement_id>/change")
@needs(Permission.ORGANISATION_ADMINISTER)
def change(agreement_id: UUID) -> Answer:
    """Show the form with what stands."""
    return changing.show(lambda session: agreements.changing(session, actor(), agreement_id), _changing())


@blueprint.post("/<uuid:agreement_id>/change")
@needs(Permission.ORGANISATION_ADMINISTER)
def save(agreement_id: UUID) -> Answer:
    """Save what was changed."""
    return changing.save(
        lambda session: agreements.changing(session, actor(), agreement_id),
        lambda session, raw: agreements.change(session, actor(), agreement_id, raw, now()),
        _changing(),
        lambda _: _done(gettext("已保存。")),
    )


@blueprint.get("/<uuid:agreement_id>/end")
@needs(Permission.ORGANISATION_ADMINISTER)
def end(agreement_id: UUID) -> Answer:
    """Ask why it ends before its time."""
    return changing.show(lambda session: agreements.ending(session, actor(), agreement_id), _ending())


@blueprint.post("/<uuid:agreement_id>/end")
@needs(Permission.ORGANISATION_ADMINISTER)
def finish(agreement_id: UUID) -> Answer:
    """End it."""
    return changing.save(
        lambda session: agreements.ending(session, actor(), agreement_id),
        lambda session, raw: agreements.end(session, actor(), agreement_id, raw, now()),
        _ending(),
        lambda _: _done(gettext("协议已终止，不能再向这家机构转出新的个案。")),
    )


def _adding() -> Frame:
    return Frame(gettext("添加院社协作协议"), gettext("添加"), url_for("admin.agreements.index"))


def _changing() -> Frame:
    return Frame(gettext("修改院社协作协议"), gettext("保存"), url_for("admin.agreements.index"))


def _ending() -> Frame:
    sentences = [gettext("已经转出的个案照常办理；只是不能再转出新的。")]
    return Frame(gettext("提前终止协议"), gettext("终止协议"), url_for("admin.agreements.index"), sentences)


def _done(words: str) -> Response:
    flash(words, "done")
    return redirect(url_for("admin.agreements.index"))
