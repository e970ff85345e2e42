"""Lookup lists: all of them, one with its answers, and changes."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from web.views.admin import changing
from web.views.admin.changing import Answer, Frame
from workflow.administration import lookups
from workflow.permissions import Permission

blueprint = Blueprint("lookups", __name__, url_prefix="/lists")


@blueprint.get("")
@needs(Permission.ADMIN_OPEN)
def index() -> str:
    """Show all lists."""
    with work() as session:
        rows = lookups.index(session, actor())
    return render_template("admin/lists.html", rows=rows)


@blueprint.get("/<name>")
@needs(Permission.ADMIN_OPEN)
def show(name: str) -> str:
    """Show one list."""
    with work() as session:
        page = lookups.show(session, actor(), name)
    return render_template("admin/list.html", page=page)


@blueprint.get("/<name>/new")
@needs(Permission.ADMIN_ALL)
def new(name: str) -> Answer:
    """Ask for a new answer."""
    return changing.show(lambda session: lookups.adding(session, actor(), name), _frame(gettext("添加选项"), name))


@blueprint.post("/<name>/new")
@needs(Permission.ADMIN_ALL)
def add(name: str) -> Answer:
    """Add an answer."""
    return changing.save(
        lambda session: lookups.adding(session, actor(), name),
        lambda session, raw: lookups.add(session, actor(), name, raw, now()),
        _frame(gettext("添加选项"), name),
        lambda _: _done(gettext("已添加。"), name),
    )


@blueprint.get("/<name>/<code>/change")
@needs(Permission.ADMIN_ALL)
def change(name: str, code: str) -> Answer:
    """Show the words of an answer."""
    return changing.show(
        lambda session: lookups.changing(session, actor(), name, code), _frame(gettext("修改选项"), name)
    )


@blueprint.post("/<name>/<code>/change")
@needs(Permission.ADMIN_ALL)
def save(name: str, code: str) -> Answer:
    """Save the words of an answer."""
    return changing.save(
        lambda session: lookups.changing(session, actor(), name, code),
        lambda session, raw: lookups.change(session, actor(), name, code, raw, now()),
        _frame(gettext("修改选项"), name),
        lambda _: _done(gettext("已保存。"), name),
    )


@blueprint.post("/<name>/<code>/retire")
@needs(Permission.ADMIN_ALL)
def retire(name: str, code: str) -> Response:
    """Offer an answer no longer."""
    return _set_active(name, code, active=False, words=gettext("已停用；旧记录里仍然看得到。"))


@blueprint.post("/<name>/<code>/restore")
@needs(Permission.ADMIN_ALL)
def restore(name: str, code: str) -> Response:
    """Offer an answer again."""
    return _set_active(name, code, active=True, words=gettext("已恢复。"))


@blueprint.post("/<name>/<code>/move")
@needs(Permission.ADMIN_ALL)
def move(name: str, code: str) -> Response:
    """Move an answer up or down by one."""
    direction = lookups.UP if request.form.get("direction") == lookups.UP else lookups.DOWN
    return changing.press(
        lambda session: lookups.move(session, actor(), name, code, direction, now()), _address(name), lambda _: ""
    )


def _set_active(name: str, code: str, *, active: bool, words: str) -> Response:
    return changing.press(
        lambda session: lookups.set_active(session, actor(), name, code, active=active, now=now()),
        _address(name),
        lambda _: words,
    )


def _frame(title: str, name: str) -> Frame:
    return Frame(title, gettext("保存"), _address(name))


def _done(words: str, name: str) -> Response:
    flash(words, "done")
    return redirect(_address(name))


def _address(name: str) -> str:
    return url_for("admin.lookups.show", name=name)
