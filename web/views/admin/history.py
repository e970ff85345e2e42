"""The record of administration: everything, one account, one organisation."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from web.access import actor, needs
from web.services import now, work
from web.views.admin import changing
from workflow.administration import history
from workflow.permissions import Permission

blueprint = Blueprint("history", __name__)


@blueprint.get("/history")
@needs(Permission.ADMIN_OPEN)
def index() -> str:
    """Show what was changed, the newest first."""
    kind = request.args.get("kind", "")
    with work() as session:
        found = history.read(session, actor(), kind=kind, before=changing.asked_id("before"))
    more = url_for(".index", kind=kind or None, before=found.more) if found.more else None
    return render_template("admin/history.html", found=found, more=more, kind=kind, back=url_for("admin.home.show"))


@blueprint.get("/accounts/<uuid:user_id>/history")
@needs(Permission.ORGANISATION_ADMINISTER)
def of_account(user_id: UUID) -> str:
    """Show what was done to one account."""
    with work() as session:
        found = history.of_account(session, actor(), user_id, now(), changing.asked_id("before"))
    more = url_for(".of_account", user_id=user_id, before=found.more) if found.more else None
    back = url_for("admin.accounts.show", user_id=user_id)
    return render_template("admin/history.html", found=found, more=more, kind=None, back=back)


@blueprint.get("/organisations/<uuid:organisation_id>/history")
@needs(Permission.ORGANISATION_ADMINISTER)
def of_organisation(organisation_id: UUID) -> str:
    """Show what was done to one organisation and the roles in it."""
    with work() as session:
        found = history.of_organisation(session, actor(), organisation_id, changing.asked_id("before"))
    more = url_for(".of_organisation", organisation_id=organisation_id, before=found.more) if found.more else None
    back = url_for("admin.organisations.show", organisation_id=organisation_id)
    return render_template("admin/history.html", found=found, more=more, kind=None, back=back)
