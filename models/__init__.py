"""The tables of CareRelay, and nothing else: no queries, no rules that need another row."""

from models.access import AccessToken, KeptAnswer, SignInSession
from models.base import Base
from models.case import (
    Attachment,
    BreakGlass,
    Case,
    CaseMember,
    Entry,
    Event,
    EventChain,
    Level,
    Reading,
    ReferralState,
    Risk,
    case_number,
)
from models.consent import Consent, ConsentShare, ConsentStatus
from models.directory import Capacity, Enquiry, Location, Programme, Service, ServiceAtLocation, ServiceStatus
from models.job_schema import JobSchemaChange
from models.organisation import Agreement, Area, AreaLevel, Organisation, OrganisationKind
from models.person import Guardianship, Person, PersonLink, Relation
from models.process import Instance, InstanceState, ProcessVersion
from models.referral import Referral, ReferralNote, ReferralTask, referral_number
from models.setting import LookupItem, Setting
from models.task import Draft, Task, TaskState
from models.user import Membership, Role, SignInAttempt, User

__all__ = [
    "AccessToken", "Agreement", "Area", "AreaLevel", "Attachment", "Base", "BreakGlass", "Capacity", "Case",
    "CaseMember", "Consent", "ConsentShare", "ConsentStatus", "Draft", "Enquiry", "Entry", "Event", "EventChain",
    "Guardianship", "Instance", "InstanceState", "JobSchemaChange", "KeptAnswer", "Level", "Location", "LookupItem",
    "Membership", "Organisation", "OrganisationKind", "Person", "PersonLink", "ProcessVersion", "Programme", "Reading",
    "Referral", "ReferralNote", "ReferralState", "ReferralTask", "Relation", "Risk", "Role", "Service",
    "ServiceAtLocation", "ServiceStatus", "Setting", "SignInAttempt", "SignInSession", "Task", "TaskState", "User",
    "case_number", "referral_number",
]  # fmt: skip
