"""A case that is referred to partner agencies: the places, people and processes of it, and the ordinary steps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Agreement,
    Capacity,
    Case,
    Consent,
    ConsentStatus,
    Entry,
    Instance,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    ReferralTask,
    Role,
    Service,
    Task,
    TaskState,
    User,
)
from tests.workflow.conftest import People, Ward, raw
from workflow import identity, inbox, instances, studio
from workflow.engine import Bundle
from workflow.identity import Actor
from workflow.instances import Held
from workflow.records import consents, outgoing

LIBRARY = Path(__file__).resolve().parents[2] / "bpmn"
FIRST, SECOND = "agency", "agency2"
ITEMS = ("contact", "assessment_summary", "plan", "discharge_plan", "attachments")


def cast(session: Session, people: People) -> People:
    """Add a second agency, a worker and a head to the first, and whoever answers at the second."""
    first = session.scalars(select(Organisation).where(Organisation.code == FIRST)).one()
    second = Organisation(kind=OrganisationKind.AGENCY, code=SECOND, name="阳光社工", name_en="Sunshine")
    session.add(second)
    session.flush()
    for username, name, place, role in (
        ("agency_worker", "钱社工", first, Role.SOCIAL_WORKER),
        ("agency_other", "冯社工", first, Role.SOCIAL_WORKER),
        ("agency_head", "李理事", first, Role.AGENCY_HEAD),
        ("agency2", "马主任", second, Role.AGENCY_COORDINATOR),
        ("agency2_worker", "丁社工", second, Role.SOCIAL_WORKER),
        ("supervisor2", "郭督导", None, Role.SUPERVISOR),
    ):
        user = User(username=username, name=name, password_hash="-")
        session.add(user)
        session.flush()
        home = place.id if place else people["supervisor"].memberships[0].organisation_id
        session.add(Membership(user_id=user.id, organisation_id=home, role=role))
        session.flush()
        actor = identity.load_actor(session, user.id, 1)
        assert actor is not None
        people[username] = actor
    return people


def services(session: Session) -> dict[str, Service]:
    """A service of each agency in the same field, and one of another field."""
    places = {place.code: place for place in session.scalars(select(Organisation))}
    made = {}
    for code, place, name, field, capacity in (
        ("first", FIRST, "居家陪护", "elderly", Capacity.HAS),
        ("second", SECOND, "上门照料", "elderly", Capacity.WAITING_LIST),
        ("child", SECOND, "儿童陪伴", "child", Capacity.HAS),
    ):
        made[code] = Service(organisation_id=places[place].id, name=name, name_en=code, field=field, capacity=capacity)
        session.add(made[code])
    session.add_all(
        Agreement(
            station_id=places["station"].id, agency_id=places[agency].id, starts_on=date(2024, 8, 20),
            recorded_at=datetime(2024, 8, 20, tzinfo=UTC),
        )
        for agency in (FIRST, SECOND)
    )  # fmt: skip
    session.flush()
    return made


class Desk:
    """The station's case with its referral process; each method is one thing that somebody does."""

    def __init__(self, session: Session, people: People, answers: dict[str, Any], now: datetime) -> None:
        self.session, self.people, self.now = session, cast(session, people), now
        self.services = services(session)
        opened = self._assessed(answers)
        self.case = session.get_one(Case, opened)
        self.person = session.get_one(Person, self.case.subject_id)
        self.today = outgoing.local_day(now)

    def _assessed(self, answers: dict[str, Any]) -> UUID:
        ward = Ward(self.session, self.people, answers, self.now)
        return ward.until("evaluate_closure").case_id

    def agree(self, *services: str, items: tuple[str, ...] = ("contact",), **changed: Any) -> Consent:
        """The person agrees that these items go to the providers of these services."""
        until = changed.pop("until", date(2026, 6, 30))
        purpose = changed.pop("purpose", "service")
        changed["status"] = ConsentStatus(changed.get("status", "granted"))
        given = consents.Given(
            **{
                "signed_on": self.today,
                "valid_until": date(2026, 6, 30),
                "service": True,
                "shares": tuple(
                    consents.Share(self.services[each].organisation_id, items, purpose, until) for each in services
                ),
                **changed,
            }
        )
        worker = self.people["worker"].user_id
        return consents.record(self.session, self.case, given, entry_id=None, actor_id=worker, now=self.now)

    def begin(self, process: str = "agency_referral") -> Instance:
        """Start the process for the case, as the case's own process does by calling it."""
        version = studio.publish(self.session, None, Bundle.from_folder(LIBRARY / process))
        compiled = instances.compiled(self.session, version.id, version.content_hash)
        held = instances.start(
            self.session, self.case, version, compiled, parties={"station": self.case.organisation_id}, token=uuid4(),
            actor_id=self.people["worker"].user_id, variables={}, now=self.now,
        )  # fmt: skip
        held.save()
        return held.instance

    def open(self, element_id: str) -> Task:
        """The open task of this element."""
        return self.session.scalars(
            select(Task).where(Task.element_id == element_id, Task.state == TaskState.OPEN)
        ).one()

    def do(self, element_id: str, who: str, **answers: Any) -> inbox.Completed:
        """Complete the open task of this element."""
        return inbox.complete(self.session, self.people[who], self.open(element_id).id, raw(answers), self.now)

    def prepare(self, service: str = "first", *items: str, **changed: Any) -> inbox.Completed:
        """Prepare and send a referral."""
        ordinary = {
            "aref.service": self.services[service].id, "aref.purpose": "service", "aref.priority": "routine",
            "aref.text": "出院后独居，请上门陪护。", "aref.share_items": list(items), "aref.share_until": "2026-06-30",
            "aref.contact_forbidden": "no",
        }  # fmt: skip
        return self.do("prepare_agency_referral", "worker", **(ordinary | changed))

    def sent(self, *items: str) -> ReferralTask:
        """A referral to the first agency that waits for its answer."""
        self.begin()
        self.prepare("first", *(items or ("contact",)))
        return self.task()

    def accept(self, who: str = "agency") -> None:
        """The agency accepts."""
        self.do("answer_agency_referral", who, **self.acceptance())

    def acceptance(self) -> dict[str, Any]:
        """The answers of an agency that accepts."""
        worker = self.people["agency_worker"].user_id
        return {"arep.decision": "accept", "arep.worker": worker, "arep.first_date": "2026-03-11"}

    def task(self) -> ReferralTask:
        """The newest attempt."""
        return self.session.scalars(
            select(ReferralTask)
            .order_by(ReferralTask.sent_at.desc(), ReferralTask.id.desc())
            .execution_options(populate_existing=True)
        ).first()  # type: ignore[return-value]

    def entries(self, element_id: str) -> list[Entry]:
        """What was written in this step."""
        return list(self.session.scalars(select(Entry).where(Entry.element_id == element_id)))

    def actor(self, who: str) -> Actor:
        """Somebody of the cast."""
        return self.people[who]

    def held(self, instance: Instance) -> Held:
        """The instance, held."""
        return instances.lock(self.session, instance.id, None, self.now)
