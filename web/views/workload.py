"""Who has how much to do at the station, and handing cases from one social worker to another."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from workflow.errors import Invalid
from workflow.inbox import handing_over
from workflow.permissions import Permission

blueprint = Blueprint("workload", __name__, url_prefix="/workload")


@blueprint.get("")
@needs(Permission.CASE_ASSIGN)
def index() -> str:
    """Every social worker of the reader's stations with their open cases and tasks."""
    with work() as session:
        rows = handing_over.loads(session, actor(), now())
    return render_template("workload.html", rows=rows)


@blueprint.get("/<uuid:station_id>/<uuid:user_id>")
@needs(Permission.CASE_ASSIGN)
def show(station_id: UUID, user_id: UUID) -> str:
    """What one of them has, to choose what is handed over."""
    return _page(station_id, user_id)


@blueprint.post("/<uuid:station_id>/<uuid:user_id>")
@needs(Permission.CASE_ASSIGN)
def hand_over(station_id: UUID, user_id: UUID) -> Response | tuple[str, int]:
    """Hand the cases chosen to the colleague chosen."""
    cases = [found for text in request.form.getlist("cases") if (found := _id(text)) is not None]
    taker, returns = _id(request.form.get("to", "")), request.form.get("return") == "yes"
    if taker is None or not (cases or returns):
        return _page(station_id, user_id, gettext("请选择个案和接手的同事。")), 422
    try:
        with work() as session:
            done = handing_over.hand_over(
                session, actor(), station_id, user_id, taker, cases, now(), return_others=returns
            )
    except Invalid:
        return _page(station_id, user_id, gettext("选中的人现在不是本站的医务社工，请重新选择。")), 422
    flash(ngettext("已移交 %(num)d 个个案。", "已移交 %(num)d 个个案。", done.cases), "done")
    if done.tasks:
        flash(ngettext("%(num)d 个在办任务一起移交。", "%(num)d 个在办任务一起移交。", done.tasks), "done")
    if done.returned:
        flash(ngettext("%(num)d 个任务退回待认领。", "%(num)d 个任务退回待认领。", done.returned), "done")
    if done.cases < len(cases):
        left = len(cases) - done.cases
        flash(
            ngettext(
                "%(num)d 个个案已由别人改派或结案，没有移交。", "%(num)d 个个案已由别人改派或结案，没有移交。", left
            ),
            "warning",
        )
    return redirect(url_for(".index"))


def _page(station_id: UUID, user_id: UUID, refused: str | None = None) -> str:
    with work() as session:
        holding = handing_over.holding(session, actor(), station_id, user_id, now())
    return render_template("workload_person.html", holding=holding, refused=refused, typed=request.form)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
