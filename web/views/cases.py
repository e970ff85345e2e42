"""Case files: the list, and one case with its timeline and entries."""

from uuid import UUID

from flask import Blueprint, render_template

from web.access import actor, needs
from web.services import now, work
from workflow.permissions import Permission
from workflow.records import cases

blueprint = Blueprint("cases", __name__, url_prefix="/cases")


@blueprint.get("")
@needs(Permission.CASE_LIST)
def index() -> str:
    """List the cases the reader works on."""
    with work() as session:
        rows = cases.list_cases(session, actor())
    return render_template("cases.html", rows=rows)


@blueprint.get("/<uuid:case_id>")
@needs(Permission.CASE_READ)
def show(case_id: UUID) -> str:
    """Show one case; the use case writes down who looked."""
    with work() as session:
        case = cases.open_case(session, actor(), case_id, now())
    return render_template("case.html", case=case)
