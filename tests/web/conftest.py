"""The application on a rolled-back database, a browser without JavaScript, and the cast of a hospital."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from models.organisation import Organisation, OrganisationKind
from models.setting import Setting
from models.task import Task, TaskState
from models.user import Membership, Role, User
from web.config import Config

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long password for tests"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A browser without JavaScript: keeps cookies, sends the token of the page it is on, follows redirects."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: TestResponse | None = None

    def get(self, address: str) -> TestResponse:
        """Open a page."""
        self.page = self.client.get(address, follow_redirects=True)
        return self.page

    def post(self, address: str, fields: dict[str, Any] | None = None, *, follow: bool = True) -> TestResponse:
        """Send a form with the token of a page; opens the sign-in page first when no page is open."""
        page = self.page or self.get("/login")
        found = TOKEN.search(page.text)
        data = {"csrf_token": unescape(found[1]) if found else "", **(fields or {})}
        headers = {"Referer": f"http://localhost{page.request.path}"}
        self.page = self.client.post(address, data=data, headers=headers, follow_redirects=follow)
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Sign in through the page, as people do."""
        self.get("/login")
        return self.post("/login", {"username": username, "password": password, **fields})

    def switch(self, language: str) -> TestResponse:
        """Press the language button."""
        return self.post("/language", {"language": language, "next": "/"})


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration whose database address is never used: the sessions are handed in."""
    return Config(database_url="postgresql+psycopg://unused", secret_key="t" * 48, var=tmp_path)


@pytest.fixture
def web_sessions(session: Session) -> sessionmaker[Session]:
    """Sessions inside the test's own transaction: what views commit is rolled back after the test."""
    connection = session.get_bind()
    assert isinstance(connection, Connection)
    return sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
def app(config: Config, web_sessions: sessionmaker[Session], now: datetime) -> Flask:
    """The whole application; errors become pages, as in production."""
    from web.app import create_app  # here: the tests of the server and the settings need no pages

    return create_app(config, sessions=web_sessions, clock=lambda: now)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Flask's own test client, for requests that no browser would send."""
    return app.test_client()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """One browser, nobody signed in."""
    return Browser(app.test_client())


@pytest.fixture
def as_person(app: Flask, cast: dict[str, User]) -> Callable[[str], Browser]:
    """Open a browser of its own in which this person of the cast is signed in."""

    def open_browser(username: str) -> Browser:
        browser = Browser(app.test_client())
        browser.sign_in(username)
        return browser

    return open_browser


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD, computed once with little effort: tests sign in often."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


CAST = (
    ("nurse", "王护士", "ward", Role.HOSPITAL_REFERRER),
    ("lead", "赵护士长", "ward", Role.WARD_LEAD),
    ("coordinator", "陈协调", "station", Role.MSW_COORDINATOR),
    ("worker", "林社工", "station", Role.MEDICAL_SOCIAL_WORKER),
    ("worker2", "周社工", "station", Role.MEDICAL_SOCIAL_WORKER),
    ("supervisor", "吴督导", "station", Role.SUPERVISOR),
    ("agency", "孙主任", "agency", Role.AGENCY_COORDINATOR),
    ("admin", "管理员", "hospital", Role.ADMIN),
    ("outsider", "何社工", "other_station", Role.MEDICAL_SOCIAL_WORKER),
)


@pytest.fixture
def organisations(session: Session) -> dict[str, Organisation]:
    """A hospital with a ward and a station, a second hospital with its own station, and an agency."""
    kinds = OrganisationKind
    made: dict[str, Organisation] = {}
    for code, kind, name, name_en, parent in (
        ("hospital", kinds.HOSPITAL, "毕节同心医院", "Bijie Tongxin Hospital", None),
        ("ward", kinds.DEPARTMENT, "骨科病区", "Orthopaedic ward", "hospital"),
        ("station", kinds.STATION, "医务社工站", "Medical social work station", "hospital"),
        ("agency", kinds.AGENCY, "同心社会工作服务中心", "Tongxin Social Work Service Centre", None),
        ("other_hospital", kinds.HOSPITAL, "毕节第二医院", "Bijie Second Hospital", None),
        ("other_station", kinds.STATION, "第二医院医务社工站", "Second station", "other_hospital"),
    ):
        parent_id = made[parent].id if parent else None
        made[code] = Organisation(kind=kind, code=code, name=name, name_en=name_en, parent_id=parent_id)
        session.add(made[code])
        session.flush()
    session.commit()
    return made


@pytest.fixture
def cast(session: Session, organisations: dict[str, Organisation], password_hash: str) -> dict[str, User]:
    """The people of the hospital, each with one role; nobody needs a second factor, but for tests about it."""
    session.add(Setting(key="second_factor_roles", value=0, set_at=datetime(2020, 1, 1, tzinfo=UTC)))
    people = {}
    for username, name, place, role in CAST:
        person = User(username=username, name=name, password_hash=password_hash)
        session.add(person)
        session.flush()
        session.add(Membership(user_id=person.id, organisation_id=organisations[place].id, role=role))
        people[username] = person
    session.commit()
    return people


@pytest.fixture
def published(session: Session, cast: dict[str, User]) -> None:
    """The referral process of the library, published."""
    from workflow import studio
    from workflow.engine import Bundle

    studio.publish(session, None, Bundle.from_folder(ROOT / "tests" / "data" / "msw_referral"))
    session.commit()


@pytest.fixture
def answers(cast: dict[str, User], organisations: dict[str, Organisation]) -> dict[str, dict[str, Any]]:
    """What people fill in on an ordinary way from the ward to the closure, a form each."""
    domains = (
        "medical_understanding", "emotional", "family", "social_support", "economy", "housing_transport"
    )  # fmt: skip
    scored = {f"pa.{domain}.{part}": value for domain in domains for part, value in SCORED.items()}
    return {
        "open_referral": {
            "referral.source": "ward",
            "referral.department": str(organisations["ward"].id),
            "referral.bed_no": "12",
            "contact_person": "王护士 8001",
            "subject.kind": "patient",
            "subject.name": "王小明",
            "subject.sex": "male",
            "subject.birth_date": "1958-05-01",
            "subject.mrn": "M-0012345",
            "referral.reasons": ["finance"],
            "referral.summary": "术后需卧床六周，独居，担心费用。",
            "flag.self_harm": "no",
            "flag.violence": "no",
            "flag.suspected_abuse": "no",
            "flag.unaccompanied": "no",
            "priority_asked": "routine",
            "person_knows": "yes",
        },
        "accept_referral": {
            "intake.decision": "accept",
            "intake.level_final": "routine",
            "intake.worker": str(cast["worker"].id),
        },
        "first_contact": {
            "contact.met": "yes",
            "contact.date": "2026-03-09T09:00",
            "contact.place": "病房",
            "contact.duration": "30",
            "contact.expectation": "想早点回家。",
            "contact.presenting": "住院费用没有着落。",
            "contact.safety_now": "safe",
            "contact.wants_service": "yes",
            "consent.status": "granted",
            "consent.method": "verbal",
        },
        "assess": scored
        | {
            "pa.risk.level": "none",
            "pa.risk.note": "未见危险。",
            "pa.minor_in_household": "no",
            "pa.strengths": "邻里关系好。",
            "pa.needs_ranked.0.domain": "economy",
            "pa.needs_ranked.0.need": "医疗费用",
            "pa.needs_ranked.0.person_priority": "1",
            "pa.summary": "只有社工能看的预估摘要。",
        },
        "evaluate_closure": {f"eval.score.{domain}": "3" for domain in domains}
        | {
            "eval.goals": "met",
            "eval.outcome": "met",
            "eval.reason": "目标达成。",
            "eval.hours": "6",
            "eval.lesson": "尽早联系医保窗口。",
            "eval.remaining_risk": "暂无。",
        },
        "write_feedback": {"fb.items": ["services", "outcome"], "fb.text": "已协助申请医疗救助。"},
        "acknowledge_feedback": {"fb.ack": "true", "fb.usefulness": "5"},
    }


SCORED = {"score": "2", "note": "一般。", "need": "yes"}


@pytest.fixture
def send(as_person: Callable[[str], Browser], published: None, answers: dict[str, Any]) -> Callable[..., TestResponse]:
    """Send a referral as the nurse, with changed answers if wanted; returns the page that follows."""

    def send_referral(**changed: Any) -> TestResponse:
        nurse = as_person("nurse")
        nurse.get("/referrals/new")
        return nurse.post("/referrals/new", answers["open_referral"] | changed)

    return send_referral


@pytest.fixture
def find_task(session: Session) -> Callable[[str], Task]:
    """Find the open task of an element of the diagram."""

    def find(element_id: str) -> Task:
        session.expire_all()
        return session.scalars(select(Task).where(Task.element_id == element_id, Task.state == TaskState.OPEN)).one()

    return find
