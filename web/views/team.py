"""The case team: let a colleague share in a case, or end that."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from workflow.permissions import Permission
from workflow.records import team

blueprint = Blueprint("team", __name__, url_prefix="/cases/<uuid:case_id>/team")


@blueprint.post("")
@needs(Permission.CASE_TEAM)
def add(case_id: UUID) -> Response:
    """Add the colleague chosen."""
    try:
        colleague = UUID(request.form.get("user", ""))
    except ValueError:
        abort(422)
    with work() as session:
        team.add(session, actor(), case_id, colleague, now())
    flash(gettext("已加入个案团队，现在可以查看这份档案。"), "done")
    return redirect(url_for("cases.show", case_id=case_id) + "#team")


@blueprint.post("/<uuid:user_id>/remove")
@needs(Permission.CASE_TEAM)
def remove(case_id: UUID, user_id: UUID) -> Response:
    """Take a colleague off the team."""
    with work() as session:
        team.remove(session, actor(), case_id, user_id, now())
    flash(gettext("已移出个案团队。"), "done")
    return redirect(url_for("cases.show", case_id=case_id) + "#team")
