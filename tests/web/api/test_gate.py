"""The gate of the interface: no token, a wrong one, one without the scope; a cookie opens nothing."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AccessToken, User
from web.access import MARK
from workflow import tokens

READS = ("/inbox", "/referrals", "/referrals/form", "/services")


@pytest.mark.parametrize("path", READS)
def test_without_a_token_nothing_opens(app: Flask, published: None, path: str) -> None:
    answer = app.test_client().get(f"/api/v1{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["error"]["code"] == "token_missing"


@pytest.mark.parametrize("header", ["Bearer crt_made-up", "Bearer ", "Basic bnVyc2U6eA==", "Bearer nurse"])
def test_what_is_no_token_opens_nothing(app: Flask, published: None, header: str) -> None:
    answer = app.test_client().get("/api/v1/inbox", headers={"Authorization": header})
    assert answer.status_code == 401


def test_the_cookie_of_the_pages_opens_nothing(as_person: Any, published: None) -> None:
    nurse = as_person("nurse")
    assert nurse.get("/inbox").status_code == 200
    assert nurse.get("/api/v1/inbox").status_code == 401


def test_a_token_opens_only_its_scopes(program: Callable[..., Any], published: None) -> None:
    reader = program("nurse", "referrals:read")
    assert reader.get("/referrals").status_code == 200
    refused = reader.get("/inbox")
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "scope_missing")
    assert reader.send("POST", "/referrals", {"values": {}}).status_code == 403


def test_every_view_of_the_interface_names_its_scope(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    assert len(rules) >= 11
    for rule in rules:
        mark = getattr(app.view_functions[rule.endpoint], MARK)
        assert mark.removeprefix("token:") in tokens.SCOPES, rule.rule
        writes = bool(rule.methods & {"POST", "PUT", "PATCH", "DELETE"})
        assert writes == mark.endswith(":write") or rule.rule.endswith("/form"), rule.rule


def test_an_ended_token_opens_nothing(
    program: Callable[..., Any], session: Session, now: datetime, cast: dict[str, User], published: None
) -> None:
    revoked, expired, closed = program("nurse"), program("lead"), program("worker")
    row = {each.user_id: each for each in session.scalars(select(AccessToken))}
    row[cast["nurse"].id].revoked_at = now
    row[cast["lead"].id].expires_at = now - timedelta(seconds=1)
    session.get_one(User, cast["worker"].id).is_active = False
    session.commit()
    assert [each.get("/inbox").status_code for each in (revoked, expired, closed)] == [401, 401, 401]


def test_the_token_is_stored_nowhere(program: Callable[..., Any], session: Session) -> None:
    made = program("nurse").token
    stored = session.scalars(select(AccessToken)).one()
    assert made not in str(vars(stored))
    assert len(made) > 40


@pytest.mark.parametrize(("wanted", "has"), [("en", "was not found|not here"), ("zh", "[一-鿿]"), ("fr", "[一-鿿]")])
def test_errors_speak_the_language_asked_for(program: Callable[..., Any], wanted: str, has: str) -> None:
    nobody = "/cases/00000000-0000-7000-8000-000000000000"
    found = program("worker")
    answer = found.client.get(
        f"/api/v1{nobody}", headers={"Authorization": f"Bearer {found.token}", "Accept-Language": wanted}
    )
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "case_not_found")
    assert re.search(has, answer.json["error"]["title"], re.I) or wanted == "en"
    assert (wanted == "en") != bool(re.search("[一-鿿]", answer.json["error"]["title"]))


def test_an_unknown_address_is_json_too(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/nothing")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")


def test_the_document_names_every_path_and_the_page_loads_it(app: Flask, as_person: Any) -> None:
    assert app.test_client().get("/api/openapi.json").status_code == 302
    document = as_person("nurse").get("/api/openapi.json").json
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert set(document["paths"]) == {rule for rule in rules if rule.startswith("/api/v1/")}
    assert document["security"] == [{"token": []}]
    assert "openapi.json" in as_person("nurse").get("/api/docs").text
