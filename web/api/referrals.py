"""Referrals over the interface: the form, opening one, those sent, and what has become of one."""

from typing import Any
from uuid import UUID, uuid5

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from web.api import PREFIX, schemas, showing
from web.api.cases import page
from web.api.gate import KEY_HEADER, actor, scope, write
from web.services import now, work
from workflow.once import Answer
from workflow.records import cases, referrals

blueprint = Blueprint("api_referrals", __name__, url_prefix=f"{PREFIX}/referrals", description="转介 · Referrals")
NAMESPACE = UUID("3b2f0a3c-6f0a-4d7e-9c7a-0c6f5f1f7a11")
"""The start token of a referral is made from the request's key: sent twice, it opens one case."""


@blueprint.route("/form")
@scope("referrals:write")
@blueprint.response(200, schemas.FormField(many=True))
def show_form() -> list[dict[str, Any]]:
    """The form that a new referral takes, with the answers to choose from."""
    with work() as session:
        return showing.form(referrals.start_view(session, actor(), now()).bound)


@blueprint.route("", methods=["POST"])
@scope("referrals:write")
@blueprint.arguments(schemas.Values)
@blueprint.alt_response(201, schema=schemas.Opened)
def create(body: dict[str, Any]) -> Response:
    """Open a referral. Needs an Idempotency-Key."""

    def do(session: Session) -> Answer:
        form = referrals.start_view(session, actor(), now()).form
        token = uuid5(NAMESPACE, f"{actor().user_id}:{request.headers.get(KEY_HEADER, '')}")
        opened = referrals.open_referral(session, actor(), showing.raw(form, body["values"]), token, now())
        return Answer(201, schemas.Opened().dump(opened))

    return write(do)


@blueprint.route("")
@scope("referrals:read")
@blueprint.response(200, schemas.SentList)
def index() -> dict[str, Any]:
    """The referrals you sent, and as a ward lead those of your ward."""
    with work() as session:
        return {"referrals": referrals.list_sent(session, actor(), now())}


@blueprint.route("/<uuid:case_id>")
@scope("referrals:read")
@blueprint.response(200, schemas.CasePage)
def show(case_id: UUID) -> dict[str, Any]:
    """Where one stands, and the feedback on it, as the ward may read it."""
    with work() as session:
        return page(cases.open_case(session, actor(), case_id, now()))
