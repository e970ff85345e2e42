"""Consent: what the person of a case agreed to, taking it back, and the review of what was shared without it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from workflow.permissions import Permission
from workflow.records import consent_pages, withdrawing

blueprint = Blueprint("consents", __name__)


@blueprint.get("/cases/<uuid:case_id>/consents")
@needs(Permission.CONSENT_READ)
def index(case_id: UUID) -> str:
    """Show where the person stands and every consent with what it allows."""
    with work() as session:
        page = consent_pages.of_case(session, actor(), case_id, now())
    return render_template("consents.html", page=page)


@blueprint.get("/consents/<uuid:consent_id>/withdraw")
@needs(Permission.CONSENT_WITHDRAW)
def ask(consent_id: UUID) -> str:
    """Say what withdrawing will do, and ask."""
    with work() as session:
        page, row = consent_pages.one(session, actor(), consent_id, now())
    return render_template("consent_withdraw.html", page=page, row=row)


@blueprint.post("/consents/<uuid:consent_id>/withdraw")
@needs(Permission.CONSENT_WITHDRAW)
def withdraw(consent_id: UUID) -> Response:
    """Withdraw; sharing has stopped when the page comes back."""
    with work() as session:
        ended = withdrawing.withdraw(session, actor(), consent_id, now())
    flash(gettext("同意已撤回，共享已经停止。"), "done")
    if ended.cancelled:
        flash(ngettext("撤销了 %(num)d 个转介。", "撤销了 %(num)d 个转介。", ended.cancelled), "warning")
    return redirect(url_for(".index", case_id=ended.case_id))


@blueprint.get("/overrides")
@needs(Permission.OVERRIDE_REVIEW)
def overrides() -> str:
    """List what was shared without consent and waits for its review."""
    with work() as session:
        rows = withdrawing.overrides(session, actor(), now())
    return render_template("overrides.html", rows=rows)


@blueprint.post("/overrides/<uuid:consent_id>")
@needs(Permission.OVERRIDE_REVIEW)
def review(consent_id: UUID) -> Response:
    """Uphold an override, or end it."""
    with work() as session:
        withdrawing.review(session, actor(), consent_id, request.form.get("verdict", ""), now())
    flash(gettext("复核已登记。"), "done")
    return redirect(url_for(".overrides"))
