"""Opening a referral, and the list of those I sent."""

from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web import drafts, formdata
from web.access import actor, needs
from web.services import now, work
from workflow.errors import InvalidForm
from workflow.forms import FieldError
from workflow.permissions import Permission
from workflow.records import cases, referrals

blueprint = Blueprint("referrals", __name__)


@blueprint.get("/referrals/new")
@needs(Permission.REFERRAL_OPEN)
def new() -> str:
    """Show the form, filled with the draft if there is one."""
    return _form()


@blueprint.post("/referrals/new")
@needs(Permission.REFERRAL_OPEN)
def create() -> Response | tuple[str, int]:
    """Send the referral once, however often the button is pressed: the token of the page names it."""
    raw = _keep_draft()
    if formdata.only_a_row():
        return redirect(url_for(".new") + "#fields")
    try:
        with work() as session:
            opened = referrals.open_referral(session, actor(), raw, _token(), now())
    except InvalidForm as refused:
        return _form(refused.submitted.errors), 422
    return redirect(url_for(".sent", case_id=opened.case_id))


@blueprint.post("/referrals/draft")
@needs(Permission.REFERRAL_OPEN)
def draft() -> Response | str:
    """Keep what was typed so far, and show the form again as it now stands."""
    _keep_draft()
    with work() as session:
        bound = referrals.start_view(session, actor(), now()).bound
    return drafts.answer(bound, url_for(".draft"), url_for(".new"))


@blueprint.get("/referrals/<uuid:case_id>/sent")
@needs(Permission.REFERRAL_OPEN)
def sent(case_id: UUID) -> str:
    """Say that it has arrived, how pressing it was judged, and what happens next."""
    with work() as session:
        case = cases.open_case(session, actor(), case_id, now())
    return render_template("referral_sent.html", case=case)


@blueprint.get("/referrals")
@needs(Permission.REFERRAL_OPEN)
def index() -> str:
    """List the referrals of the reader's wards and where each one stands."""
    with work() as session:
        rows = referrals.list_sent(session, actor(), now())
    return render_template("referrals.html", rows=rows)


def _form(errors: list[FieldError] | None = None) -> str:
    with work() as session:
        view = referrals.start_view(session, actor(), now())
    bound = view.bound.with_errors(errors) if errors else view.bound
    return render_template("referral_new.html", bound=bound, token=request.form.get("_token") or uuid4())


def _keep_draft() -> formdata.Raw:
    with work() as session:
        form = referrals.start_view(session, actor(), now()).form
    raw = formdata.sent(form)
    with work() as session:
        referrals.save_draft(session, actor(), raw)
    return raw


def _token() -> UUID:
    try:
        return UUID(request.form.get("_token", ""))
    except ValueError:
        return uuid4()
