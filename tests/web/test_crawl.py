"""Every address, as every role of another organisation: 404 or 403, and never a word about the case.

A new route without a line in tests/web/addresses.py fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from models import BreakGlass, CaseMember, Entry, Event, Organisation, Reading, ReferralTask, Role, Task, User
from tests.web import planted as planting
from tests.web.addresses import ADDRESSES, SIGNS_OUT, Address
from tests.web.planted import Planted
from web import access
from workflow import identity, tokens

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REFUSED = {403, 404}
OBJECTS = (Entry, CaseMember, BreakGlass, ReferralTask, Task)
"""What a refused request must leave as it was: rows of these tables are counted before and after."""


@pytest.fixture
def planted(
    session: Session,
    cast: dict[str, User],
    organisations: dict[str, Organisation],
    send: Callable[..., Any],
    config: Any,
    now: datetime,
) -> Planted:
    return planting.plant(session, cast, organisations, send, config, now)


def rules(app: Flask) -> Iterator[Rule]:
    """Every route of ours but those that only end a sign-in."""
    yield from (rule for rule in app.url_map.iter_rules() if rule.endpoint not in {"static", *SIGNS_OUT})


class Walker:
    """One person who tries every address, as a browser and as a program."""

    def __init__(self, app: Flask, session: Session, person: User, planted: Planted, now: datetime) -> None:
        self.app, self.planted = app, planted
        self.client: FlaskClient = app.test_client()
        actor = identity.load_actor(session, person.id, 1)
        assert actor is not None
        self.token = tokens.make(session, actor, "crawl", list(tokens.SCOPES), 1, now)
        session.commit()
        answer = self.client.post("/login", data={"username": person.username, "password": self.password})
        assert answer.status_code == 302, answer.status_code

    password = "a long password for tests"

    def ask(self, rule: Rule, method: str, address: Address) -> Any:
        """Send the request; programs bring their token and a key."""
        url = self._url(rule, address)
        if str(getattr(self.app.view_functions[rule.endpoint], access.MARK, "")).startswith("token:"):
            headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid4())}
            return self.client.open(url, method=method, headers=headers, json=dict(address.body), buffered=True)
        return self.client.open(
            url, method=method, data=self._fields(address) if method != "GET" else None, buffered=True
        )

    def _url(self, rule: Rule, address: Address) -> str:
        given = {name: self._value(of) for name, of in address.arguments.items()}
        assert set(given) >= set(rule.arguments), f"{rule.endpoint}: {sorted(rule.arguments)} in addresses.py"
        given = {name: value for name, value in given.items() if name in rule.arguments}
        return str(self.app.url_map.bind("localhost").build(rule.endpoint, given))

    def _fields(self, address: Address) -> dict[str, Any]:
        return {name: self._value(of) for name, of in address.fields.items()}

    def _value(self, of: str) -> UUID | str:
        return of.removeprefix("=") if of.startswith("=") else str(self.planted.ids[of])


def told(answer: Any, planted: Planted, address: Address) -> list[str]:
    """The secrets that an answer holds; what was typed may come back to who typed it."""
    typed = [str(planted.ids.get(value, value)) for value in address.fields.values()]
    secrets = [secret for secret in planted.secrets if not any(secret in each for each in typed)]
    return [secret for secret in secrets if secret in planting.readable(answer)]


def is_shared(rule: Rule, address: Address) -> bool:
    """Whether the address is about nobody's object: it may answer as it likes, without a marker."""
    about = [address.arguments[name] for name in rule.arguments] + list(address.fields.values())
    return address.shared or all(each.startswith("=") for each in about)


def test_every_route_stands_in_the_table(app: Flask) -> None:
    routes = {rule.endpoint for rule in rules(app)}
    assert routes - set(ADDRESSES) == set(), "say in tests/web/addresses.py what their arguments are"
    assert set(ADDRESSES) - routes == set(), "these routes are gone"


def counts(session: Session) -> dict[str, int | None]:
    """How many rows there are of everything that hangs on a case; searches that found nothing do not count."""
    found = {kind.__tablename__: session.scalar(select(func.count()).select_from(kind)) for kind in OBJECTS}
    looks = select(func.count()).select_from(Reading).where(Reading.what != "search")
    events = select(func.count()).select_from(Event).where(Event.case_id.isnot(None))
    return found | {"reading": session.scalar(looks), "event": session.scalar(events)}


def walk(app: Flask, session: Session, planted: Planted, person: User, now: datetime, *, neighbour: str = "") -> int:
    """Try every address as this person; returns how many objects were refused."""
    app.config["WTF_CSRF_ENABLED"] = False
    walker = Walker(app, session, person, planted, now)
    before = counts(session)
    refused, wrong = 0, []
    for rule in rules(app):
        address = ADDRESSES.get(rule.endpoint)
        if address is None:
            continue  # named by the test above
        for method in sorted(set(rule.methods or ()) & set(METHODS)):
            answer = walker.ask(rule, method, address)
            what = f"{method} {rule.rule} -> {answer.status_code}"
            leaked = told(answer, planted, address)
            if neighbour in address.open_to:
                leaked = [secret for secret in leaked if secret not in {planted.ids[name] for name in address.tells}]
            if answer.status_code >= 500 or leaked:
                wrong.append(f"{what} {leaked}")
            if is_shared(rule, address) or neighbour in address.open_to:
                continue
            refused += 1
            if answer.status_code not in REFUSED:
                wrong.append(what)
    assert wrong == []
    session.expire_all()
    assert counts(session) == before, "a refused request left something behind"
    return refused


@pytest.mark.parametrize("role", list(Role))
def test_nobody_of_another_organisation_gets_at_anything(
    app: Flask,
    session: Session,
    planted: Planted,
    organisations: dict[str, Organisation],
    password_hash: str,
    now: datetime,
    role: Role,
) -> None:
    person = planting.strangers(session, organisations, password_hash)[role.value]
    assert walk(app, session, planted, person, now) >= 25


@pytest.mark.parametrize("who", ["next_nurse", "next_lead", "colleague", "designer", "publisher", "local_admin"])
def test_nobody_of_the_same_hospital_without_a_part_in_the_case_gets_at_anything(
    app: Flask,
    session: Session,
    planted: Planted,
    organisations: dict[str, Organisation],
    password_hash: str,
    now: datetime,
    who: str,
) -> None:
    person = planting.neighbours(session, organisations, password_hash)[who]
    walk(app, session, planted, person, now, neighbour=who)


def test_those_who_may_get_what_others_are_refused(
    app: Flask, session: Session, planted: Planted, cast: dict[str, User], now: datetime
) -> None:
    """So that the crawl can fail both ways: the same addresses give their readers the page, markers and all."""
    app.config["WTF_CSRF_ENABLED"] = False
    walkers: dict[str, Walker] = {}
    opened = marked = 0
    for rule in rules(app):
        address = ADDRESSES.get(rule.endpoint, Address())
        for who in address.readers:
            if who not in walkers:
                walkers[who] = Walker(app, session, cast[who], planted, now)
            answer = walkers[who].ask(rule, "GET", address)
            assert answer.status_code == 200, (who, rule.rule, answer.status_code)
            opened += 1
            marked += bool(told(answer, planted, address))
    assert opened >= 10
    assert marked >= 8


def test_an_unknown_object_and_a_foreign_one_are_answered_alike(
    app: Flask, session: Session, planted: Planted, organisations: dict[str, Organisation], password_hash: str,
    now: datetime,
) -> None:  # fmt: skip
    """Whoever guesses ids must not learn which of them exist."""
    app.config["WTF_CSRF_ENABLED"] = False
    foreign = planting.strangers(session, organisations, password_hash)
    unknown = Planted({name: uuid4() for name in planted.ids}, planted.secrets)
    for role in (Role.MSW_COORDINATOR, Role.MEDICAL_SOCIAL_WORKER, Role.AGENCY_COORDINATOR, Role.SUPERVISOR):
        one = Walker(app, session, foreign[role.value], planted, now)
        other = Walker(app, session, foreign[role.value], unknown, now)
        for rule in rules(app):
            address = ADDRESSES.get(rule.endpoint)
            if address is None or address.public or is_shared(rule, address) or "GET" not in (rule.methods or ()):
                continue
            answers = [walker.ask(rule, "GET", address) for walker in (one, other)]
            assert answers[0].status_code == answers[1].status_code, rule.rule
