"""No view without a permission: the map of addresses is walked, and forgetting fails."""

from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from web import access
from workflow.permissions import Permission
from workflow.tokens import SCOPES

FOR_PROGRAMS = "token:"
PUBLIC = {
    "session.login",
    "session.sign_in",
    "session.second_step",
    "session.finish",
    "session.language",
    "health.live",
    "health.ready",
}
SIGNED_IN_ONLY = {
    "session.logout",
    "tokens.make",
    "tokens.index",
    "tokens.revoke",
    "api_docs.show",
    "api_docs.document",
    "inbox.home",
    "account.show",
    "account.password",
    "account.change_password",
    "account.factor",
    "account.set_up",
    "account.renew_codes",
    "account.give_up",
    "account.end_sign_in",
    "account.end_others",
}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_declares_who_may_reach_it(app: Flask) -> None:
    marks = {rule.endpoint: getattr(app.view_functions[rule.endpoint], access.MARK) for rule in rules(app)}
    assert {endpoint for endpoint, mark in marks.items() if mark == access.PUBLIC} == PUBLIC
    assert {endpoint for endpoint, mark in marks.items() if mark == access.SIGNED_IN_ONLY} == SIGNED_IN_ONLY
    others = {mark for endpoint, mark in marks.items() if endpoint not in PUBLIC | SIGNED_IN_ONLY}
    scopes = {mark.removeprefix(FOR_PROGRAMS) for mark in others if mark.startswith(FOR_PROGRAMS)}
    assert scopes <= set(SCOPES)
    assert all(isinstance(mark, Permission) for mark in others if mark.removeprefix(FOR_PROGRAMS) not in scopes)


def test_signed_out_people_are_sent_to_sign_in_everywhere_else(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    walked = 0
    for rule in rules(app):
        if rule.endpoint in PUBLIC or getattr(app.view_functions[rule.endpoint], access.MARK).startswith(FOR_PROGRAMS):
            continue  # what programs may reach is in tests/web/api
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, {name: uuid4() for name in rule.arguments})
        for method in sorted(set(rule.methods or ()) & {"GET", "POST"}):
            answer = client.open(address, method=method)
            assert answer.status_code == 302, (method, address)
            assert answer.location.startswith("/login"), (method, address)
            walked += 1
    assert walked > 15


def test_a_view_that_declares_nothing_is_refused(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = client.get("/forgotten")
    assert answer.status_code == 500
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/inbox?tab=claimable", "/inbox?tab=claimable"),
        ("http://localhost/cases", "/cases"),
        ("https://evil.example/cases", ""),
        ("//evil.example/cases", ""),
        ("/\\evil.example", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_addresses_of_this_site_are_followed(app: Flask, address: str | None, path: str) -> None:
    with app.test_request_context("/", base_url="http://localhost"):
        assert access.local_path(address) == path
