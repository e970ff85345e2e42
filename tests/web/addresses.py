"""What the arguments of every address are, for the crawl (tests/web/test_crawl.py). A new route needs a line here.

An argument names a planted object (tests/web/planted.py) or, with "=", stands as it is. Whoever asks must not get at an
object of another organisation; `shared` addresses show nothing of anybody's and may answer whatever they like, as
long as no marker is in it. `readers`: people of the cast who do get it, so that the crawl can fail both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Address:
    """One endpoint."""

    arguments: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    """What a form sends, in the same notation."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """What a program sends, as it is."""
    shared: bool = False
    readers: tuple[str, ...] = ()
    public: bool = False
    """That the object exists is no secret: a foreign one may be answered otherwise than an unknown one."""
    open_to: frozenset[str] = frozenset()
    """Neighbours (planted.neighbours) who may have it; say why beside the line."""
    tells: tuple[str, ...] = ()
    """Planted values that those neighbours are told, such as the number of a case (P0)."""


def of(argument: str, name: str, /, *readers: str, **fields: str) -> Address:
    """An address about one planted object."""
    return Address({argument: name}, fields, readers=readers)


SHARED = Address(shared=True)
VALUES: Mapping[str, Any] = {"values": {}}
CASE = {"case_id": "case"}
NUMBER = {"number": "case_number"}
LOCAL_ADMIN = frozenset({"local_admin"})

ADDRESSES: dict[str, Address] = {
    # ---- pages without an object
    "health.live": SHARED,
    "health.ready": SHARED,
    "session.login": SHARED,
    "session.sign_in": SHARED,
    "session.language": SHARED,
    "session.second_step": SHARED,
    "session.finish": SHARED,
    "workload.index": SHARED,  # the stations of the reader alone
    "workload.show": Address({"station_id": "station", "user_id": "worker"}),
    "workload.hand_over": Address({"station_id": "station", "user_id": "worker"}, {"to": "worker", "cases": "case"}),
    "account.show": SHARED,  # one's own only
    "account.password": SHARED,
    "account.change_password": SHARED,
    "account.factor": SHARED,
    "account.set_up": SHARED,
    "account.renew_codes": SHARED,
    "account.give_up": SHARED,
    "account.end_others": SHARED,
    "account.end_sign_in": of("sign_in_id", "sign_in"),
    "inbox.home": SHARED,
    "inbox.show": SHARED,
    "referrals.new": SHARED,
    "referrals.create": SHARED,
    "referrals.draft": SHARED,
    "referrals.index": SHARED,
    "cases.index": SHARED,
    "cases.search": Address(shared=True, fields={"text": "=甄标记", "state": "=all"}),
    "people.index": SHARED,
    "people.search": Address(shared=True, fields={"text": "=甄标记"}),
    "readings.own": SHARED,
    "oversight.index": SHARED,
    "oversight.ask": SHARED,
    "tokens.index": SHARED,
    "tokens.make": SHARED,
    # ---- a case
    "cases.show": of("case_id", "case", "nurse", "coordinator", "supervisor"),
    "referrals.sent": of("case_id", "case", "nurse"),
    "readings.show": of("case_id", "case", "supervisor"),
    "readings.events": of("case_id", "case"),
    "readings.reporter": of("case_id", "case"),
    "oversight.open_file": Address(fields=NUMBER | {"reason": "=我值夜班，家属来电求助，请让我看一下。"}),
    "oversight.review": of("glass_id", "glass", verdict="=justified"),
    "team.add": of("case_id", "case", user="worker"),
    "team.remove": Address({"case_id": "case", "user_id": "worker"}),
    "actions.send": Address({"case_id": "case", "instance_id": "instance", "element_id": "=withdraw"}),
    "actions.start": Address({"case_id": "case", "process_key": "=mandatory_report"}),
    # ---- a task, an instance, a file
    "tasks.show": of("task_id", "task", "coordinator"),
    "tasks.claim": of("task_id", "task"),
    "tasks.release": of("task_id", "task"),
    "tasks.draft": of("task_id", "task"),
    "tasks.complete": of("task_id", "task"),
    "instances.show": of("instance_id", "instance", "nurse", "supervisor"),
    "instances.diagram": of("instance_id", "instance", "nurse", "supervisor"),
    "files.download": of("attachment_id", "attachment", "nurse", "coordinator"),
    "files.preview": of("attachment_id", "attachment", "nurse", "coordinator"),
    # ---- a person
    "people.show": of("person_id", "person", "coordinator"),
    "people.edit": of("person_id", "person", "coordinator"),
    "people.correct": of("person_id", "person"),
    "people.new_relation": of("person_id", "person", "coordinator"),
    "people.add_relation": of("person_id", "person"),
    "people.end_relation": Address({"person_id": "person", "relation_id": "relation"}),
    "people.decide": of("person_id", "person", other="twin", decision="=same"),
    # ---- consent, and what was sent to agencies
    "consents.index": of("case_id", "case", "supervisor"),
    "consents.ask": of("consent_id", "consent"),
    "consents.withdraw": of("consent_id", "consent"),
    "consents.overrides": SHARED,
    "consents.review": of("consent_id", "consent", verdict="=upheld"),
    "agency.sent": SHARED,
    "agency.received": SHARED,
    "agency.show": of("task_id", "referral_task", "agency", "supervisor"),
    "agency.end": of("task_id", "referral_task", reason="=no_capacity", text="=不再需要"),
    "agency.download": Address({"task_id": "referral_task", "file_id": "attachment"}),
    # ---- the directory of services: read by all stations and agencies, kept by who offers the service
    "directory.index": SHARED,
    "directory.show": Address({"service_id": "service"}, shared=True),
    "directory.ask": Address({"service_id": "service"}, shared=True),
    "directory.asked": SHARED,
    "directory.answer": of("enquiry_id", "enquiry", answer="=has"),
    "directory.capacity": of("service_id", "service", capacity="=none", _version="=1"),
    "directory.assure": of("service_id", "service", _version="=1"),
    "directory.new": SHARED,
    "directory.add": SHARED,
    "directory.edit": Address({"service_id": "service"}, readers=("agency",), public=True),
    "directory.save": of("service_id", "service", name="=改名"),
    "directory.parts": Address({"name": "=location"}, shared=True),
    "directory.new_part": Address({"name": "=location"}, shared=True),
    "directory.add_part": Address({"name": "=location"}, shared=True),
    "directory.edit_part": Address({"name": "=location", "part_id": "location"}, readers=("agency",)),
    "directory.save_part": Address({"name": "=programme", "part_id": "programme"}, {"name": "=改名"}),
    # ---- on paper
    "printing.show": Address(CASE | {"document": "=referral"}, readers=("nurse", "coordinator")),
    "printing.pdf": Address(CASE | {"document": "=referral"}, readers=("nurse",)),
    "printing.letter": of("task_id", "referral_task", "agency", "supervisor"),
    "printing.letter_pdf": of("task_id", "referral_task", "agency"),
    # ---- programs
    "api_docs.document": SHARED,
    "api_docs.show": SHARED,
    "api_directory.index": SHARED,
    "api_tasks.index": SHARED,
    "api_referrals.index": SHARED,
    "api_referrals.show_form": SHARED,
    "api_referrals.create": Address(shared=True, body=VALUES),
    "api_referrals.show": of("case_id", "case", "nurse"),
    "api_cases.show": of("case_id", "case", "coordinator"),
    "api_tasks.show": of("task_id", "task", "coordinator"),
    "api_tasks.claim": of("task_id", "task"),
    "api_tasks.release": of("task_id", "task"),
    "api_tasks.draft": Address({"task_id": "task"}, body=VALUES),
    "api_tasks.complete": Address({"task_id": "task"}, body=VALUES),
    # ---- administration: of one's own hospital (local_admin administers the one of the case)
    "admin.home.show": SHARED,
    "admin.organisations.index": SHARED,
    "admin.organisations.new": SHARED,
    "admin.organisations.add": SHARED,
    "admin.accounts.index": SHARED,
    "admin.accounts.printed": SHARED,
    "admin.accounts.export": SHARED,
    "admin.accounts.new": SHARED,
    "admin.accounts.add": SHARED,
    "admin.agreements.index": SHARED,
    "admin.agreements.new": SHARED,
    "admin.agreements.add": SHARED,
    "admin.areas.index": SHARED,
    "admin.areas.new": SHARED,
    "admin.areas.add": SHARED,
    "admin.areas.import_form": SHARED,
    "admin.areas.import_table": SHARED,
    "admin.lookups.index": SHARED,
    "admin.settings.index": SHARED,
    "admin.bindings.show": SHARED,
    "admin.history.index": SHARED,
    **{
        # Which cases keep a station from being retired is said by their numbers.
        f"admin.organisations.{name}": Address(
            {"organisation_id": "station"}, open_to=LOCAL_ADMIN, tells=("case_number",)
        )
        for name in ("show", "change", "save", "retire", "restore")
    },
    "admin.history.of_organisation": Address({"organisation_id": "station"}, open_to=LOCAL_ADMIN),
    **{
        f"admin.accounts.{name}": Address({"user_id": "user"}, open_to=LOCAL_ADMIN)
        for name in ("show", "change", "save", "password", "second_factor", "close", "reopen", "new_role", "add_role")
    },
    **{
        f"admin.accounts.{name}": Address({"user_id": "user", "membership_id": "membership"}, open_to=LOCAL_ADMIN)
        for name in ("end_role", "finish_role")
    },
    "admin.history.of_account": Address({"user_id": "user"}, open_to=LOCAL_ADMIN),
    **{
        f"admin.agreements.{name}": Address({"agreement_id": "agreement"}, open_to=LOCAL_ADMIN)
        for name in ("change", "save", "end", "finish")
    },
    # Areas and lists are everybody's to read, and nobody's of a hospital to change; settings hold for a hospital.
    **{
        f"admin.areas.{name}": Address({"area_id": "area"}, shared=True)
        for name in ("show", "change", "save", "retire", "restore")
    },
    **{f"admin.lookups.{name}": Address({"name": "=L-DECLINE"}, shared=True) for name in ("show", "new", "add")},
    **{
        f"admin.lookups.{name}": Address({"name": "=L-DECLINE", "code": "=other"}, shared=True)
        for name in ("change", "save", "retire", "restore", "move")
    },
    **{f"admin.settings.{name}": Address({"key": "=review_days"}, shared=True) for name in ("show", "change", "save")},
    "admin.settings.set_back": Address({"key": "=review_days", "setting_id": "setting"}, open_to=LOCAL_ADMIN),
    # ---- access of one's own
    "tokens.revoke": of("token_id", "token"),
}

SIGNS_OUT = {"session.logout"}
"""Left out: they end the sign-in of who walks, and show nothing."""
