"""Two addresses for whoever watches the service: does it run, and does its database answer."""

from flask import Blueprint
from sqlalchemy import text

from web.access import public
from web.services import work

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
@public
def live() -> dict[str, str]:
    """Say that this process answers."""
    return {"status": "ok"}


@blueprint.get("/ready")
@public
def ready() -> tuple[dict[str, str], int]:
    """Say whether the database answers; 503 when it does not, with nothing about the reason."""
    try:
        with work() as session:
            session.execute(text("select 1"))
    except Exception:  # whatever it is, the answer is "not ready"
        return {"status": "no database"}, 503
    return {"status": "ok"}, 200
