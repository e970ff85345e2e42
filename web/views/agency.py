"""Referrals between a station and its partner agencies: sent, received, one of them, calling it off."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from web.access import actor, needs
from web.services import now, services, work
from web.views import files
from workflow import permissions
from workflow.permissions import Permission
from workflow.records import ending, referral_lists, referral_pages, shared_files

blueprint = Blueprint("agency", __name__, url_prefix="/agency-referrals")


@blueprint.get("/sent")
@needs(Permission.OUTGOING_LIST)
def sent() -> str:
    """List what the reader's cases have sent to agencies."""
    with work() as session:
        rows = referral_lists.sent(session, actor(), now())
    return render_template("agency_sent.html", rows=rows)


@blueprint.get("/received")
@needs(Permission.INCOMING_LIST)
def received() -> str:
    """List what the reader's agency has received."""
    with work() as session:
        rows = referral_lists.received(session, actor(), now())
    return render_template("agency_received.html", rows=rows)


@blueprint.get("/<uuid:task_id>")
@needs(Permission.OUTGOING_READ)
def show(task_id: UUID) -> str:
    """Show one referral as the reader's side may see it."""
    with work() as session:
        page = referral_pages.open_page(session, actor(), task_id, now())
    return render_template("agency_referral.html", page=page, reasons=ending.reasons(page.side))


@blueprint.post("/<uuid:task_id>/end")
@needs(Permission.OUTGOING_END)
def end(task_id: UUID) -> BaseResponse:
    """Call it off, with a reason that the other side reads."""
    with work() as session:
        ending.end(session, actor(), task_id, request.form.get("reason", ""), request.form.get("text", ""), now())
    flash(gettext("转介已撤销，机构不能再查看。"), "done")
    # Whoever received it can read it no longer.
    sends = permissions.may_hold(actor(), Permission.OUTGOING_LIST)
    return redirect(url_for(".show", task_id=task_id) if sends else url_for(".received"))


@blueprint.get("/<uuid:task_id>/files/<uuid:file_id>")
@needs(Permission.OUTGOING_READ)
def download(task_id: UUID, file_id: UUID) -> Response:
    """Send a file that was handed over with the referral."""
    with work() as session:
        found = shared_files.open(session, actor(), task_id, file_id, now(), folder=services().config.attachments_dir)
    return files.sent(found)
