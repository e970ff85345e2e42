"""Case files over the interface, within the rights of whoever the token acts for; readings are recorded as on pages."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from web.api import PREFIX, schemas, showing
from web.api.gate import actor, scope
from web.services import now, work
from workflow.records import cases
from workflow.records.cases import CaseView

blueprint = Blueprint("api_cases", __name__, url_prefix=f"{PREFIX}/cases", description="个案 · Case files")


@blueprint.route("/<uuid:case_id>")
@scope("cases:read")
@blueprint.response(200, schemas.CasePage)
def show(case_id: UUID) -> dict[str, Any]:
    """One case file."""
    with work() as session:
        return page(cases.open_case(session, actor(), case_id, now()))


def page(view: CaseView) -> dict[str, Any]:
    """A case file as the interface gives it."""
    return {
        "case": view.summary,
        "entries": [
            {
                "entry_id": entry.entry_id,
                "title": entry.title,
                "by": entry.by,
                "at": entry.at,
                "rows": showing.rows(entry.rows),
            }
            for entry in view.entries
        ],
        "timeline": view.timeline,
        "tasks": view.tasks,
    }
