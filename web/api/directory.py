"""The directory of services over the interface."""

from typing import Any

from flask_smorest import Blueprint

from web.api import PREFIX, schemas
from web.api.gate import scope
from web.services import work
from workflow.records import services

blueprint = Blueprint("api_directory", __name__, url_prefix=f"{PREFIX}/services", description="服务目录 · Directory")


@blueprint.route("")
@scope("directory:read")
@blueprint.arguments(schemas.ServiceQuery, location="query")
@blueprint.response(200, schemas.ServiceList)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """Active services with their capacity, by organisation and name."""
    with work() as session:
        found = services.listed(session, query["field"])
    return {
        "services": [
            {
                "service_id": service.id,
                "organisation": {"zh": place.name, "en": place.name_en or place.name},
                "name": {"zh": service.name, "en": service.name_en or service.name},
                "field": service.field,
                "eligibility": service.eligibility,
                "minimum_age": service.minimum_age,
                "maximum_age": service.maximum_age,
                "schedule": service.schedule,
                "capacity": service.capacity.value,
                "vacancy": service.vacancy,
                "assured_on": service.assured_on,
            }
            for service, place in found
        ]
    }
