"""The tables of CareRelay, and nothing else: no queries, no rules that need another row."""

from models.base import Base
from models.case import Attachment, Case, CaseState, Entry, Event, Level, Reading, case_number
from models.job_schema import JobSchemaChange
from models.organisation import Organisation, OrganisationKind
from models.person import Person
from models.process import Instance, InstanceState, ProcessVersion
from models.task import Draft, Task, TaskState
from models.user import Membership, Role, SignInAttempt, User

__all__ = [
    "Attachment",
    "Base",
    "Case",
    "CaseState",
    "Draft",
    "Entry",
    "Event",
    "Instance",
    "InstanceState",
    "JobSchemaChange",
    "Level",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "Person",
    "ProcessVersion",
    "Reading",
    "Role",
    "SignInAttempt",
    "Task",
    "TaskState",
    "User",
    "case_number",
]
