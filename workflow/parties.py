"""Which side of a case a role acts for: the ward that asks, the station that answers, the agency it is referred to."""

from models import Role

PARTY_OF_ROLE = {
    Role.HOSPITAL_REFERRER: "ward",
    Role.WARD_LEAD: "ward",
    Role.MSW_COORDINATOR: "station",
    Role.MEDICAL_SOCIAL_WORKER: "station",
    Role.SUPERVISOR: "station",
    Role.AGENCY_COORDINATOR: "agency",
    Role.SOCIAL_WORKER: "agency",
    Role.AGENCY_HEAD: "agency",
}
"""The party a role acts for when the diagram does not say (property carerelay:party)."""

WARD = frozenset({Role.HOSPITAL_REFERRER, Role.WARD_LEAD})
STATION = frozenset({Role.MSW_COORDINATOR, Role.MEDICAL_SOCIAL_WORKER, Role.SUPERVISOR})
STATION_LEADS = frozenset({Role.MSW_COORDINATOR, Role.SUPERVISOR})
AGENCY = frozenset({Role.AGENCY_COORDINATOR, Role.SOCIAL_WORKER, Role.AGENCY_HEAD})
