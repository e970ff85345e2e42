"""Signing in and out, guessing passwords, and the choice of language."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.user import SignInAttempt, User
from web.app import create_app
from web.config import Config

REFUSED = "用户名或密码不对"


def test_a_person_signs_in_and_arrives_at_the_inbox(browser: Any, cast: dict[str, User]) -> None:
    page = browser.sign_in("nurse")
    assert page.status_code == 200
    assert page.request.path == "/inbox"
    assert "王护士" in page.text


def test_the_name_may_be_typed_in_capitals_and_with_spaces(browser: Any, cast: dict[str, User]) -> None:
    assert browser.sign_in(" Nurse ").request.path == "/inbox"


@pytest.mark.parametrize(("username", "password"), [("nurse", "wrong"), ("nobody", "wrong"), ("", ""), ("nurse", "")])
def test_a_refusal_does_not_say_which_part_was_wrong(
    browser: Any, cast: dict[str, User], username: str, password: str
) -> None:
    page = browser.sign_in(username, password)
    assert page.status_code == 422
    assert REFUSED in page.text
    assert browser.get("/inbox").request.path == "/login"


def test_a_refused_sign_in_keeps_the_name_but_not_the_password(browser: Any, cast: dict[str, User]) -> None:
    page = browser.sign_in("nurse", "wrong-password")
    assert 'value="nurse"' in page.text
    assert "wrong-password" not in page.text


def test_somebody_who_left_cannot_sign_in(browser: Any, cast: dict[str, User], session: Session) -> None:
    cast["nurse"].is_active = False
    session.commit()
    assert REFUSED in browser.sign_in("nurse").text


def test_guessing_is_slowed_down_and_the_right_password_waits_too(
    browser: Any, cast: dict[str, User], session: Session
) -> None:
    statuses = [browser.sign_in("nurse", f"guess {turn}").status_code for turn in range(12)]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    page = browser.sign_in("nurse")
    assert page.status_code == 429
    assert "尝试次数太多" in page.text
    assert int(page.headers["Retry-After"]) > 0
    assert session.scalars(select(SignInAttempt)).first() is not None, "refused attempts are kept"


def test_others_can_sign_in_while_one_is_slowed_down(browser: Any, cast: dict[str, User]) -> None:
    for turn in range(6):
        browser.sign_in("nurse", f"guess {turn}")
    assert browser.sign_in("worker").request.path == "/inbox"


def test_after_signing_in_one_arrives_where_one_wanted_to_go(browser: Any, cast: dict[str, User]) -> None:
    page = browser.get("/inbox?tab=claimable")
    assert page.request.path == "/login"
    assert "/inbox?tab=claimable" in page.text
    assert browser.sign_in("worker", next="/inbox?tab=claimable").request.query_string == b"tab=claimable"


def test_a_link_cannot_send_people_to_another_site_after_signing_in(browser: Any, cast: dict[str, User]) -> None:
    assert browser.sign_in("worker", next="https://evil.example/").request.path == "/inbox"


def test_signing_out_ends_the_session(as_person: Callable[[str], Any]) -> None:
    browser = as_person("worker")
    assert "您已安全退出" in browser.post("/logout").text
    assert browser.get("/inbox").request.path == "/login"


def test_a_session_survives_a_restart(
    as_person: Callable[[str], Any], config: Config, web_sessions: Any, now: datetime
) -> None:
    cookie = as_person("worker").client.get_cookie("carerelay")
    restarted = create_app(config, sessions=web_sessions, clock=lambda: now).test_client()
    restarted.set_cookie("carerelay", cookie.value)
    assert restarted.get("/inbox").status_code == 200


def test_a_session_signed_with_another_key_is_nobody(app: Flask, as_person: Callable[[str], Any]) -> None:
    browser = as_person("worker")
    app.secret_key = "another key, forty-eight characters long or more."
    assert browser.get("/inbox").request.path == "/login"


def test_raising_the_epoch_signs_a_person_out_everywhere(
    as_person: Callable[[str], Any], cast: dict[str, User], session: Session
) -> None:
    browser = as_person("worker")
    cast["worker"].session_epoch += 1
    session.commit()
    assert browser.get("/inbox").request.path == "/login"


def test_one_click_changes_the_language_and_the_profile(
    as_person: Callable[[str], Any], cast: dict[str, User], session: Session
) -> None:
    browser = as_person("worker")
    page = browser.switch("en")
    assert '<html lang="en">' in page.text
    assert "Inbox" in page.text
    session.refresh(cast["worker"])
    assert cast["worker"].locale == "en"


def test_the_next_sign_in_begins_in_the_language_of_the_profile(
    browser: Any, cast: dict[str, User], session: Session
) -> None:
    cast["worker"].locale = "en"
    session.commit()
    assert '<html lang="en">' in browser.sign_in("worker").text


def test_a_language_chosen_on_the_sign_in_page_stays(browser: Any, cast: dict[str, User]) -> None:
    assert '<html lang="zh-CN">' in browser.get("/login").text
    browser.switch("en")
    assert '<html lang="en">' in browser.sign_in("worker").text


def test_the_language_outlives_signing_out(as_person: Callable[[str], Any]) -> None:
    browser = as_person("worker")
    browser.switch("en")
    assert "You are signed out." in browser.post("/logout").text


def test_an_unknown_language_changes_nothing(as_person: Callable[[str], Any]) -> None:
    assert '<html lang="zh-CN">' in as_person("worker").switch("fr").text


def test_typing_while_signed_out_says_that_nothing_was_sent(as_person: Callable[[str], Any]) -> None:
    browser = as_person("nurse")
    page = browser.get("/referrals/new")
    browser.client.delete_cookie("carerelay")
    del page
    browser.page = None
    assert "没有发送" in browser.post("/referrals/new").text
