"""My access tokens: made for a program, shown once, ended when no longer needed."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web.access import actor, signed_in
from web.services import now, work
from workflow import tokens
from workflow.errors import Conflict, Invalid

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")
USUAL_DAYS = 90


@blueprint.get("")
@signed_in
def index() -> str:
    """The tokens that work now, and the form for a new one."""
    return _page()


@blueprint.post("")
@signed_in
def make() -> str | tuple[str, int]:
    """Make a token; it stands on the page that follows, and nowhere afterwards."""
    days = request.form.get("days", "")
    try:
        with work() as session:
            token = tokens.make(
                session,
                actor(),
                request.form.get("name", ""),
                request.form.getlist("scopes"),
                int(days) if days.isascii() and days.isdigit() else 0,
                now(),
            )
    except (Invalid, Conflict) as refused:
        return _page(refused=_sentence(refused)), 422
    return _page(made=token)


@blueprint.post("/<uuid:token_id>/revoke")
@signed_in
def revoke(token_id: UUID) -> Response:
    """End a token at once."""
    with work() as session:
        tokens.revoke(session, actor(), token_id, now())
    flash(gettext("访问令牌已停用。"), "done")
    return redirect(url_for(".index"))


def _page(made: str | None = None, refused: str | None = None) -> str:
    with work() as session:
        rows = tokens.valid(session, actor(), now())
    typed = request.form if refused else None
    return render_template(
        "tokens.html", rows=rows, scopes=tokens.SCOPES, made=made, refused=refused, typed=typed, usual=USUAL_DAYS
    )


def _sentence(refused: Invalid | Conflict) -> str:
    sentences = {
        "token_name": gettext("请填写名称，不超过100个字。"),
        "token_scopes": gettext("请至少选择一项权限。"),
        "token_days": gettext("有效期为1到%(most)s天。", most=tokens.LONGEST_DAYS),
        "too_many_tokens": gettext("最多同时有%(most)s个访问令牌，请先停用不用的。", most=tokens.MOST),
    }
    return str(sentences[refused.code])
