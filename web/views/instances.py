"""Where a case stands in its process: the diagram, and the same as a list."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from web.access import actor, needs
from web.drawing import in_language
from web.i18n import language_of_page
from web.services import now, work
from workflow import instances
from workflow.permissions import Permission

blueprint = Blueprint("instances", __name__, url_prefix="/instances")


@blueprint.get("/<uuid:instance_id>")
@needs(Permission.INSTANCE_READ)
def show(instance_id: UUID) -> str:
    """Show the diagram with what is done and where it stands."""
    with work() as session:
        view = instances.open_instance(session, actor(), instance_id, now())
    return render_template("instance.html", view=view)


@blueprint.get("/<uuid:instance_id>/diagram")
@needs(Permission.INSTANCE_READ)
def diagram(instance_id: UUID) -> Response:
    """Send the diagram itself, for the viewer; the version the instance runs on, which may be an old one."""
    with work() as session:
        view = instances.open_instance(session, actor(), instance_id, now())
    return Response(in_language(view.xml, language_of_page()), mimetype="application/xml")
