"""Case files: the list, and one case with its timeline and entries."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.access import actor, needs
from web.services import now, work
from workflow.permissions import Permission
from workflow.records import case_list, cases
from workflow.records.case_list import Wanted

blueprint = Blueprint("cases", __name__, url_prefix="/cases")
FILTERS = ("state", "level", "risk", "responsible", "sort")


@blueprint.get("")
@needs(Permission.CASE_LIST)
def index() -> str:
    """List the cases the reader works on; the address holds codes only."""
    return _list(Wanted(**{name: request.args.get(name, "") for name in FILTERS if name in request.args}))


@blueprint.post("")
@needs(Permission.CASE_LIST)
def search() -> Response | str:
    """The same with a name or number, which must not stand in an address; without one, the list has its address."""
    given: dict[str, Any] = {name: request.form[name] for name in FILTERS if request.form.get(name)}
    text = request.form.get("text", "").strip()[:100]
    return _list(Wanted(**given, text=text)) if text else redirect(url_for(".index", **given))


def _list(wanted: Wanted) -> str:
    with work() as session:
        page = case_list.list_cases(session, actor(), wanted, now(), after=request.values.get("after", ""))
    return render_template("cases.html", page=page, wanted=wanted, usual=Wanted())


@blueprint.get("/<uuid:case_id>")
@needs(Permission.CASE_READ)
def show(case_id: UUID) -> str:
    """Show one case; the use case writes down who looked."""
    with work() as session:
        case = cases.open_case(session, actor(), case_id, now())
    return render_template("case.html", case=case)
