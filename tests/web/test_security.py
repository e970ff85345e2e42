"""Headers, cookies and the protection of every POST."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web import access
from web.app import create_app
from web.config import Config

PAGES = ("/login", "/nowhere", "/health/live", "/inbox", "/static/css/app.css")


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_carries_the_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address, buffered=True).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_https_is_remembered_but_plain_http_is_not_refused(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/login").headers
    assert "Strict-Transport-Security" in client.get("/login", base_url="https://localhost").headers


def test_pages_are_not_kept_by_the_browser_but_marked_files_are(client: FlaskClient) -> None:
    assert client.get("/login").headers["Cache-Control"] == "no-store"
    assert "immutable" in client.get("/static/css/app.css?v=1", buffered=True).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/css/app.css", buffered=True).headers["Cache-Control"]


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie, "plain http on this machine must work"


def test_cookies_are_only_sent_over_https_when_configured(config: Config, web_sessions: Any) -> None:
    app = create_app(replace(config, secure_cookies=True), sessions=web_sessions)
    assert "Secure" in app.test_client().get("/login", base_url="https://localhost").headers["Set-Cookie"]


def test_a_session_lasts_a_shift(app: Flask) -> None:
    assert app.permanent_session_lifetime == timedelta(hours=12)


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_a_post_without_the_token_of_the_session_is_refused(client: FlaskClient, token: str | None) -> None:
    client.get("/login")
    data = {"username": "nurse", "password": "x"} | ({} if token is None else {"csrf_token": token})
    answer = client.post("/login", data=data)
    assert answer.status_code == 400
    assert "这个页面已经过期" in answer.text


def test_every_post_of_a_signed_in_person_needs_the_token(app: Flask, as_person: Callable[[str], Any]) -> None:
    client = as_person("worker").client
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    for rule in posts:
        with app.test_request_context():
            nil = dict.fromkeys(rule.arguments, "00000000-0000-7000-8000-000000000000")
            address = app.url_map.bind("localhost").build(rule.endpoint, nil)
        # A program's address takes no cookie at all, so nothing can be done there in somebody's name.
        for_programs = getattr(app.view_functions[rule.endpoint], access.MARK).startswith("token:")
        assert client.post(address).status_code == (401 if for_programs else 400), address
    assert len(posts) >= 9


def test_too_much_at_once_is_refused_with_a_page(config: Config, web_sessions: Any) -> None:
    app = create_app(replace(config, max_upload_bytes=1000), sessions=web_sessions)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/login", data={"username": "x" * 5000})
    assert answer.status_code == 413
    assert "文件太大" in answer.text
