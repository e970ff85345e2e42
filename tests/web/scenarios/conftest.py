"""A hospital, two agencies and the whole library of processes: several people at work through the pages, and a clock.

What people enter is what the library's scenarios enter (`bpmn/*/scenarios/_answers.yaml`); a test says what differs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import (
    Case,
    Instance,
    InstanceState,
    Membership,
    Organisation,
    ReferralTask,
    Role,
    Service,
    Setting,
    Task,
    TaskState,
    User,
)
from tests.web.conftest import ROOT, Browser
from web.config import Config
from workflow import demo_places, forms, instances, studio
from workflow.engine import Bundle
from workflow.studio.scenario_files import ANSWERS, laid_over
from workflow.studio.shapes import read_yaml

LIBRARY = ROOT / "bpmn"
FORMS = {form.id: form for path in LIBRARY.glob("*/*.form.json") for form in [forms.load(path.read_text("utf-8"))]}


def usual() -> dict[str, Any]:
    """The ordinary answers of all processes by element id."""
    found: dict[str, Any] = {}
    for path in sorted(LIBRARY.glob(f"*/scenarios/{ANSWERS}")):
        for element, values in read_yaml(path).get("answers", {}).items():
            found.setdefault(element, values)
    # The family's own process knows best what its steps look like.
    return {**found, **read_yaml(LIBRARY / "msw_referral" / "scenarios" / ANSWERS)["answers"]}


@dataclass
class House:
    """Everybody at work on one case."""

    app: Flask
    session: Session
    sessions: sessionmaker[Session]
    now: datetime
    names: dict[str, str]
    """What the answers call somebody or something -> its id."""
    answers: dict[str, Any]
    browsers: dict[str, Browser] = field(default_factory=dict)

    def person(self, username: str) -> Browser:
        """Somebody's browser, signed in."""
        if username not in self.browsers:
            browser = Browser(self.app.test_client())
            browser.sign_in(username)
            self.browsers[username] = browser
        return self.browsers[username]

    @property
    def case(self) -> Case:
        """The only case there is."""
        self.session.expire_all()
        return self.session.scalars(select(Case)).one()

    def open(self) -> list[str]:
        """The elements that wait for people."""
        self.session.expire_all()
        found = self.session.scalars(select(Task.element_id).where(Task.state == TaskState.OPEN))
        return sorted(found)

    def task(self, element: str) -> Task:
        """The open task of an element."""
        self.session.expire_all()
        found = select(Task).where(Task.element_id == element, Task.state == TaskState.OPEN).order_by(Task.created_at)
        tasks = self.session.scalars(found).all()
        assert tasks, f"{element} is not open, but {self.open()}"
        return tasks[-1]

    def refer(self, **changes: Any) -> str:
        """The nurse opens a referral; the page that follows."""
        nurse = self.person("nurse")
        nurse.get("/referrals/new")
        page = nurse.post("/referrals/new", self.raw("open_referral", "open_referral", changes))
        assert page.status_code == 200, _complaints(page.text)
        return page.text

    def do(self, who: str, element: str, **changes: Any) -> str:
        """Open a task's page and send its form; the page that follows."""
        browser, task = self.person(who), self.task(element)
        if task.assignee_id is None:
            browser.get("/inbox?tab=claimable")
            browser.post(f"/tasks/{task.id}/claim")
        page = browser.get(f"/tasks/{task.id}")
        assert page.status_code == 200, f"{who} cannot open {element}"
        page = browser.post(f"/tasks/{task.id}/complete", self.raw(element, str(task.form_key), changes))
        assert page.status_code == 200, f"{element}: {_complaints(page.text)}"
        return page.text

    def press(self, who: str, words: str, address: str | None = None) -> str:
        """Press a button of the case page, or of another page, by its words; answers what it asks with yes."""
        browser = self.person(who)
        page = browser.get(address or f"/cases/{self.case.id}").text
        target, fields = _button(page, words)
        answer = browser.post(target, fields)
        assert answer.status_code == 200, _complaints(answer.text)
        return answer.text

    def wait(self, **span: float) -> None:
        """Let time pass, stopping at every timer on the way."""
        until = self.now + timedelta(**span)
        while True:
            self.session.expire_all()
            due = self.session.scalars(
                select(Instance)
                .where(Instance.state == InstanceState.ACTIVE, Instance.wake_at <= until)
                .order_by(Instance.wake_at)
            ).first()
            if due is None or due.wake_at is None:
                break
            self.now = max(self.now, due.wake_at)
            assert instances.wake(self.session, due.id, self.now)
            self.session.commit()
        self.now = until

    def raw(self, element: str, form: str, changes: Mapping[str, Any]) -> dict[str, list[str]]:
        """What the browser sends: the ordinary answers with the changes laid over them, and names made ids."""
        values = laid_over(self.answers.get(element, {}), changes)
        return FORMS[form].to_raw(self._named(values))

    def _named(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._named(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._named(each) for each in value]
        return self.names.get(value, value) if isinstance(value, str) else value

    def referral_tasks(self) -> list[ReferralTask]:
        """What was sent to agencies, oldest first."""
        self.session.expire_all()
        return list(self.session.scalars(select(ReferralTask).order_by(ReferralTask.id)))


def _button(page: str, words: str) -> tuple[str, dict[str, str]]:
    """The address and hidden fields of the form whose button, or whose question, has these words."""
    import re
    from html import unescape

    for block in re.findall(r"<details.*?</details>|<form.*?</form>", page, re.S):
        said = re.search(r"<(?:summary|button)[^>]*>(.*?)</(?:summary|button)>", block, re.S)
        if said is None or re.sub(r"<[^>]+>|\s+", "", said[1]) != re.sub(r"\s+", "", words):
            continue
        action = re.search(r'action="([^"]+)"', block)
        assert action is not None
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', block)
        fields = {name: unescape(value) for name, value in hidden if name != "csrf_token"}
        return unescape(action[1]), fields
    raise AssertionError(f"no button {words!r} on the page")


def _complaints(page: str) -> str:
    import re

    start = page.find('id="error-summary"')
    return re.sub(r"<[^>]+>|\s+", " ", page[start : start + 1500] if start >= 0 else page[:1500])


@pytest.fixture
def house(
    session: Session, web_sessions: sessionmaker[Session], config: Config, now: datetime, password_hash: str
) -> House:
    """The demo's places and people without its cases, and everything in the library published."""
    from web.app import create_app

    demo_places.load(session, now)
    places = {place.code: place.id for place in session.scalars(select(Organisation))}
    session.add(Setting(key="second_factor_roles", value=0, set_at=now))
    names: dict[str, str] = {}
    for account in demo_places.ACCOUNTS:
        user = User(username=account.username, name=account.name, password_hash=password_hash)
        session.add(user)
        session.flush()
        for role in account.roles:
            session.add(Membership(user_id=user.id, organisation_id=places[account.organisation], role=Role(role)))
        names[f"@{account.username}"] = str(user.id)
    for folder in sorted(path for path in LIBRARY.iterdir() if path.is_dir()):
        studio.publish(session, None, Bundle.from_folder(folder))
    session.commit()
    services = {
        place: session.scalars(
            select(Service.id).where(Service.organisation_id == places[place], Service.field == "relief")
        ).one()
        for place in ("tongxin-centre", "sunshine")
    }
    names |= {
        "worker-1": names["@worker"], "worker-2": names["@worker2"], "agency-worker-1": names["@agency-worker"],
        "department-1": str(places["tongxin-ortho"]), "station-2": str(places["second-msw"]),
        "agency-1": str(places["tongxin-centre"]), "agency-2": str(places["sunshine"]),
        "service-1": str(services["tongxin-centre"]), "service-2": str(services["sunshine"]),
    }  # fmt: skip
    at: list[House] = []
    app = create_app(config, sessions=web_sessions, clock=lambda: at[0].now)
    at.append(House(app, session, web_sessions, now, names, usual()))
    return at[0]


Scene = Callable[..., House]
