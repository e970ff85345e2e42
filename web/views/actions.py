"""Setting something going in a case: the buttons that its processes offer besides the open tasks."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, local_path, needs
from web.i18n import pick
from web.services import now, work
from workflow.permissions import Permission
from workflow.records import actions, starting

blueprint = Blueprint("actions", __name__)


@blueprint.post("/cases/<uuid:case_id>/actions/<uuid:instance_id>/<element_id>")
@needs(Permission.CASE_READ)
def send(case_id: UUID, instance_id: UUID, element_id: str) -> Response:
    """Send the message, and go on with the form it opened; else back to where the button was."""
    key = request.form.get("key", "")
    with work() as session:
        done = actions.send(session, actor(), case_id, instance_id, element_id, key, now())
    return _go_on(done)


@blueprint.post("/cases/<uuid:case_id>/processes/<process_key>")
@needs(Permission.CASE_READ)
def start(case_id: UUID, process_key: str) -> Response:
    """Start a further process on the case, once: the token of the page names it."""
    with work() as session:
        done = starting.start(session, actor(), case_id, process_key, _token(), now())
    return _go_on(done)


def _go_on(done: actions.Done) -> Response:
    if done.task_id is not None:
        return redirect(url_for("tasks.show", task_id=done.task_id))
    flash(gettext("已发起：%(name)s。", name=pick(done.name)), "success")
    return redirect(local_path(request.form.get("back")) or url_for("cases.show", case_id=done.case_id))


def _token() -> UUID:
    try:
        return UUID(request.form.get("_token", ""))
    except ValueError:
        return uuid4()
