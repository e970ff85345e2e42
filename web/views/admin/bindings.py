"""The check of roles: what the published processes need, and who holds it today."""

from flask import Blueprint, render_template

from web.access import actor, needs
from web.services import now, work
from web.views.admin import changing
from workflow.administration import bindings
from workflow.permissions import Permission

blueprint = Blueprint("bindings", __name__, url_prefix="/bindings")


@blueprint.get("")
@needs(Permission.ADMIN_OPEN)
def show() -> str:
    """Show it for one hospital."""
    with work() as session:
        found = bindings.show(session, actor(), changing.asked_id("organisation"), now())
    return render_template("admin/bindings.html", found=found)
