"""Emergency access: asking for it, and the page of those who watch over it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from workflow.errors import Forbidden, Invalid, NotFound
from workflow.permissions import Permission
from workflow.records import break_glass, readings

blueprint = Blueprint("oversight", __name__)


@blueprint.get("/oversight")
@needs(Permission.OVERSIGHT)
def index() -> Response | str | tuple[str, int]:
    """List emergency accesses to review; with a case number, go to who looked at that file."""
    number = request.args.get("number", "").strip()
    missing = False
    with work() as session:
        if number:
            try:
                case_id = readings.watched_by_number(session, actor(), number, now())
                return redirect(url_for("readings.show", case_id=case_id))
            except (NotFound, Forbidden):
                missing = True
        rows = break_glass.to_review(session, actor(), now())
    page = render_template("readings/oversight.html", rows=rows, number=number, missing=missing)
    return (page, 404) if missing else page


@blueprint.post("/oversight/<uuid:glass_id>/review")
@needs(Permission.BREAK_GLASS_REVIEW)
def review(glass_id: UUID) -> Response:
    """Say whether an emergency access was justified."""
    with work() as session:
        break_glass.review(session, actor(), glass_id, request.form.get("verdict", ""), now())
    flash(gettext("复核意见已记录。"), "done")
    return redirect(url_for(".index"))


@blueprint.get("/emergency-access")
@needs(Permission.BREAK_GLASS)
def ask() -> str:
    """Show the form, and what the reader has open."""
    return _form()


@blueprint.post("/emergency-access")
@needs(Permission.BREAK_GLASS)
def open_file() -> Response | tuple[str, int]:
    """Open the file for a day, and go there."""
    try:
        with work() as session:
            case_id = break_glass.ask(
                session, actor(), request.form.get("number", ""), request.form.get("reason", ""), now()
            )
    except NotFound:
        return _form(gettext("没有找到这个个案号，请核对。")), 404
    except Invalid as refused:
        least = int(refused.details.get("least", 0))
        return _form(gettext("请用至少 %(least)d 个字写明原因，最多一千字。", least=least)), 422
    return redirect(url_for("cases.show", case_id=case_id))


def _form(problem: str = "") -> str:
    with work() as session:
        rows = break_glass.mine(session, actor(), now())
    return render_template("readings/emergency_access.html", rows=rows, problem=problem, typed=request.form)
