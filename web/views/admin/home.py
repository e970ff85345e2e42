"""The way into administration, with what asks for attention."""

from flask import Blueprint, render_template

from web.access import actor, needs
from web.services import now, work
from workflow.administration import agreements, bindings
from workflow.permissions import Permission

blueprint = Blueprint("home", __name__)


@blueprint.get("")
@needs(Permission.ADMIN_OPEN)
def show() -> str:
    """List the subjects; say how many roles nobody holds and how many agreements are about to end."""
    with work() as session:
        checked = bindings.show(session, actor(), None, now())
        rows = agreements.index(session, actor(), now())
    missing = sum(process.missing for process in checked.processes)
    ending = sum(row.state == "ending" for row in rows)
    return render_template("admin/home.html", missing=missing, ending=ending)
