"""Settings: all numbers as they hold in a place, one with its history, changes, and the way back."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.i18n import pick
from web.services import now, work
from web.views.admin import changing
from web.views.admin.changing import Answer, Frame
from workflow.administration import memberships, numbers
from workflow.administration.reach import of as reach_of
from workflow.permissions import Permission
from workflow.settings import SETTINGS

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
@needs(Permission.ADMIN_OPEN)
def index() -> str:
    """Show every setting as it holds everywhere, or in one organisation."""
    with work() as session:
        place, lines = numbers.index(session, actor(), changing.asked_id("organisation"))
        places = memberships.choices(session, reach_of(session, actor()))["organisations"]
    return render_template("admin/settings.html", place=place, lines=lines, places=places, written=numbers.written)


@blueprint.get("/<key>")
@needs(Permission.ADMIN_OPEN)
def show(key: str) -> str:
    """Show one setting with its history there."""
    with work() as session:
        place, line, past = numbers.show(session, actor(), key, changing.asked_id("organisation"))
    return render_template("admin/setting.html", place=place, line=line, past=past, written=numbers.written)


@blueprint.get("/<key>/change")
@needs(Permission.ADMIN_OPEN)
def change(key: str) -> Answer:
    """Ask for a new value and the reason."""
    place = changing.asked_id("organisation")
    return changing.show(lambda session: numbers.changing(session, actor(), key, place), _frame(key, place))


@blueprint.post("/<key>/change")
@needs(Permission.ADMIN_OPEN)
def save(key: str) -> Answer:
    """Set the new value."""
    place = changing.asked_id("organisation")
    return changing.save(
        lambda session: numbers.changing(session, actor(), key, place),
        lambda session, raw: numbers.change(session, actor(), key, place, raw, now()),
        _frame(key, place),
        lambda _: _done(key, place),
    )


@blueprint.post("/<key>/<uuid:setting_id>/back")
@needs(Permission.ADMIN_OPEN)
def set_back(key: str, setting_id: UUID) -> Response:
    """Undo the newest change."""
    place = changing.asked_id("organisation")
    return changing.press(
        lambda session: numbers.set_back(session, actor(), key, setting_id, gettext("撤销上一次修改"), now()),
        _address(key, place),
        lambda _: gettext("已恢复为上一次修改之前的数值。"),
    )


def _frame(key: str, place: UUID | None) -> Frame:
    sentences = []
    if known := SETTINGS.get(key):
        unit, least, most = pick(known.unit), known.least, known.most
        sentences.append(gettext("单位：%(unit)s；从 %(least)s 到 %(most)s。", unit=unit, least=least, most=most))
    return Frame(gettext("修改数值"), gettext("保存"), _address(key, place), sentences)


def _done(key: str, place: UUID | None) -> Response:
    flash(gettext("已保存；从下一次读取起生效。"), "done")
    return redirect(_address(key, place))


def _address(key: str, place: UUID | None) -> str:
    return url_for("admin.settings.show", key=key, organisation=place)
