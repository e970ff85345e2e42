"""A hospital with its people and the referral process, ordinary answers, and a counter of SQL statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from models import Membership, Organisation, OrganisationKind, Role, Task, TaskState, User
from workflow import identity, inbox, studio
from workflow.engine import Bundle
from workflow.identity import Actor
from workflow.records import referrals

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    ("hospital", OrganisationKind.HOSPITAL, "毕节同心医院", "Bijie Tongxin Hospital", None),
    ("ward", OrganisationKind.DEPARTMENT, "骨科病区", "Orthopaedic ward", "hospital"),
    ("children", OrganisationKind.DEPARTMENT, "儿科病区", "Children's ward", "hospital"),
    ("station", OrganisationKind.STATION, "医务社工站", "Medical social work station", "hospital"),
    ("agency", OrganisationKind.AGENCY, "同心社会工作服务中心", "Tongxin Centre", None),
    ("hospital2", OrganisationKind.HOSPITAL, "毕节第二医院", "Bijie Second Hospital", None),
    ("station2", OrganisationKind.STATION, "第二医院社工站", "Second station", "hospital2"),
)
CAST = (
    ("nurse", "王护士", "ward", Role.HOSPITAL_REFERRER),
    ("colleague", "刘护士", "ward", Role.HOSPITAL_REFERRER),
    ("nurse2", "李护士", "children", Role.HOSPITAL_REFERRER),
    ("lead", "赵护士长", "ward", Role.WARD_LEAD),
    ("coordinator", "陈协调", "station", Role.MSW_COORDINATOR),
    ("coordinator2", "黄协调", "station", Role.MSW_COORDINATOR),
    ("worker", "林社工", "station", Role.MEDICAL_SOCIAL_WORKER),
    ("worker2", "周社工", "station", Role.MEDICAL_SOCIAL_WORKER),
    ("supervisor", "吴督导", "station", Role.SUPERVISOR),
    ("agency", "孙主任", "agency", Role.AGENCY_COORDINATOR),
    ("admin", "管理员", "hospital", Role.ADMIN),
    ("outsider", "何社工", "station2", Role.MEDICAL_SOCIAL_WORKER),
    ("outside_lead", "郑协调", "station2", Role.MSW_COORDINATOR),
)
DOMAINS = ("medical_understanding", "emotional", "family", "social_support", "economy", "housing_transport")

People = dict[str, Actor]
Raw = dict[str, list[str]]


def raw(answers: dict[str, Any]) -> Raw:
    """Answers as a browser sends them."""
    return {name: value if isinstance(value, list) else [str(value)] for name, value in answers.items()}


def load(session: Session) -> People:
    """Put hospital, people and process into a database; returns everybody as an actor."""
    places: dict[str, UUID] = {}
    for code, kind, name, name_en, parent in PLACES:
        place = Organisation(kind=kind, code=code, name=name, name_en=name_en, parent_id=places.get(parent or ""))
        session.add(place)
        session.flush()
        places[code] = place.id
    people = {}
    for username, name, place_code, role in CAST:
        user = User(username=username, name=name, password_hash="-")
        session.add(user)
        session.flush()
        session.add(
            Membership(user_id=user.id, organisation_id=places[place_code], role=role, starts_on=date(2020, 1, 1))
        )
        session.flush()
        actor = identity.load_actor(session, user.id, 1)
        assert actor is not None
        people[username] = actor
    studio.publish(session, None, Bundle.from_folder(ROOT / "tests" / "data" / "msw_referral"))
    session.commit()
    return people


@pytest.fixture
def people(session: Session) -> People:
    """Everybody, in the rolled-back session."""
    return load(session)


@pytest.fixture
def real_people(sessions: sessionmaker[Session]) -> People:
    """Everybody, really committed, for tests with several connections."""
    with sessions() as session:
        return load(session)


@pytest.fixture
def answers() -> Callable[[People], dict[str, dict[str, Any]]]:
    """What people fill in on an ordinary way, a form each."""

    def of(people: People) -> dict[str, dict[str, Any]]:
        scored = {f"pa.{d}.{p}": v for d in DOMAINS for p, v in {"score": "2", "note": "一般。", "need": "yes"}.items()}
        return {
            "open_referral": {
                "referral.source": "ward", "referral.department": people["nurse"].memberships[0].organisation_id,
                "referral.bed_no": "12", "contact_person": "王护士 8001", "subject.kind": "patient",
                "subject.name": "王小明", "subject.sex": "male", "subject.birth_date": "1958-05-01",
                "subject.mrn": "M-0012345", "referral.reasons": ["finance"],
                "referral.summary": "术后需卧床六周，独居，担心费用。", "flag.self_harm": "no", "flag.violence": "no",
                "flag.suspected_abuse": "no", "flag.unaccompanied": "no", "priority_asked": "routine",
                "person_knows": "yes",
            },
            "accept_referral": {
                "intake.decision": "accept", "intake.level_final": "routine", "intake.worker": people["worker"].user_id,
            },
            "first_contact": {
                "contact.met": "yes", "contact.date": "2026-03-09T09:00", "contact.place": "病房",
                "contact.duration": "30",
                "contact.expectation": "想早点回家。", "contact.presenting": "住院费用没有着落。",
                "contact.safety_now": "safe",
                "contact.wants_service": "yes", "consent.status": "granted", "consent.method": "verbal",
            },
            "assess": scored | {
                "pa.risk.level": "none", "pa.risk.note": "未见危险。", "pa.minor_in_household": "no",
                "pa.strengths": "邻里关系好。", "pa.needs_ranked.0.domain": "economy",
                "pa.needs_ranked.0.need": "医疗费用",
                "pa.needs_ranked.0.person_priority": "1", "pa.summary": "只有社工能看的预估摘要。",
            },
            "evaluate_closure": {f"eval.score.{domain}": "3" for domain in DOMAINS} | {
                "eval.goals": "met", "eval.outcome": "met", "eval.reason": "目标达成。", "eval.hours": "6",
                "eval.lesson": "尽早联系医保窗口。", "eval.remaining_risk": "暂无。",
            },
            "write_feedback": {"fb.items": ["services", "outcome"], "fb.text": "已协助申请医疗救助。"},
            "acknowledge_feedback": {"fb.ack": "true", "fb.usefulness": "5"},
        }  # fmt: skip

    return of


class Ward:
    """Does the ordinary steps of a case, so that a test states only what it is about."""

    def __init__(self, session: Session, people: People, answers: dict[str, dict[str, Any]], now: datetime) -> None:
        self.session, self.people, self.answers, self.now = session, people, answers, now

    def send(self, who: str = "nurse", **changed: Any) -> referrals.Opened:
        """Send a referral."""
        given = raw(self.answers["open_referral"] | changed)
        return referrals.open_referral(self.session, self.people[who], given, uuid4(), self.now)

    def open(self, element_id: str) -> Task:
        """The open task of this element."""
        return self.session.scalars(
            select(Task).where(Task.element_id == element_id, Task.state == TaskState.OPEN)
        ).one()

    def do(self, element_id: str, who: str, **changed: Any) -> inbox.Completed:
        """Complete the open task of this element."""
        given = raw(self.answers.get(element_id, {}) | changed)
        return inbox.complete(self.session, self.people[who], self.open(element_id).id, given, self.now)

    def until(self, element_id: str) -> referrals.Opened:
        """A case that has come as far as this task."""
        opened = self.send()
        for step, who in (
            ("accept_referral", "coordinator"), ("first_contact", "worker"), ("assess", "worker"),
            ("evaluate_closure", "worker"), ("write_feedback", "worker"), ("acknowledge_feedback", "nurse"),
        ):  # fmt: skip
            if step == element_id:
                break
            self.do(step, who)
        return opened


@pytest.fixture
def ward(session: Session, people: People, answers: Any, now: datetime) -> Ward:
    """The ordinary steps, in the rolled-back session."""
    return Ward(session, people, answers(people), now)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Collect the SQL statements sent inside the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def statements(session: Session) -> Callable[[], Any]:
    """Count the statements of a block: `with statements() as sent`."""
    return lambda: counted(session)
