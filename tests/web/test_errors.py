"""What people see when something is wrong: the right status, plain words, a number that is in the log."""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from web.access import public
from web.app import create_app
from web.config import Config
from web.services import work
from workflow.engine import Text
from workflow.errors import Conflict, Forbidden, Invalid, NotFound, StepRefused, TaskClosed, TaskTaken

AT = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
REFERENCE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


def raising(app: Flask, error: Exception) -> None:
    """Give the application a view that fails in this way."""

    @public
    def view() -> str:
        raise error

    app.add_url_rule("/fails", "fails", view, methods=["GET"])


CASES = [
    (NotFound("case"), 404, "没有找到这个页面", "This page was not found"),
    (Forbidden("task:complete"), 403, "这一步不由您办理", "This step is not yours to do"),
    (Conflict("stale"), 409, "内容刚刚被别人改过", "Somebody else has just changed this"),
    (TaskTaken(by="周社工", at=AT), 409, "已由 周社工 认领", "Already taken by 周社工"),
    (TaskClosed(by="周社工", at=AT), 409, "已由 周社工 办理", "Already done by 周社工"),
    (TaskClosed(by=None, at=AT), 409, "已由 系统 办理", "Already done by the system"),
    (Invalid("unreadable"), 422, "提交的内容不能识别", "What was sent could not be read"),
    (ValueError("张三的秘密"), 500, "系统出了问题", "Something went wrong on our side"),
]


@pytest.mark.parametrize(("error", "status", "chinese", "english"), CASES, ids=lambda value: type(value).__name__)
def test_each_family_has_its_page_in_both_languages(
    app: Flask, browser: Any, error: Exception, status: int, chinese: str, english: str
) -> None:
    raising(app, error)
    page = browser.get("/fails")
    assert page.status_code == status
    assert chinese in page.text
    browser.switch("en")
    page = browser.get("/fails")
    assert page.status_code == status
    assert english in page.text
    assert '<html lang="en">' in page.text


def test_a_taken_task_says_when_in_local_time(app: Flask, browser: Any) -> None:
    raising(app, TaskTaken(by="周社工", at=AT))
    assert "3月9日 09:30" in browser.get("/fails").text


def test_a_refused_step_says_why(app: Flask, browser: Any) -> None:
    raising(app, StepRefused(Text("期限算不出来", "The due date cannot be computed")))
    page = browser.get("/fails")
    assert page.status_code == 409
    assert "期限算不出来" in page.text


def test_an_unknown_address_is_a_page_of_ours(browser: Any) -> None:
    page = browser.get("/no/such/page")
    assert page.status_code == 404
    assert "没有找到这个页面" in page.text


@pytest.mark.parametrize("address", ["/tasks/not-an-id", "/cases/1", "/instances/x", "/files/x"])
def test_something_that_is_no_id_is_not_found(browser: Any, address: str) -> None:
    assert browser.get(address).status_code == 404


def test_opening_an_address_that_only_takes_forms_is_a_page_of_ours(browser: Any) -> None:
    page = browser.get("/logout")
    assert page.status_code == 405
    assert "不能这样打开" in page.text


def test_the_reference_number_of_an_unforeseen_error_is_in_the_log(
    app: Flask, browser: Any, caplog: pytest.LogCaptureFixture
) -> None:
    raising(app, ValueError("张三的秘密"))
    with caplog.at_level(logging.ERROR):
        page = browser.get("/fails")
    found = REFERENCE.search(page.text)
    assert found
    assert f"reference={found[0]}" in caplog.text
    assert "builtins.ValueError" in caplog.text
    assert "test_errors.py" in caplog.text, "the log says where it came from"


def test_what_people_typed_is_neither_in_the_log_nor_on_the_page(
    app: Flask, browser: Any, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise KeyError("李四的电话")
    except KeyError as inner:
        outer = ValueError("张三的秘密")
        outer.__cause__ = inner
    raising(app, outer)
    page = browser.get("/fails")
    for secret in ("张三", "李四"):
        assert secret not in page.text
        assert secret not in caplog.text
    assert "builtins.KeyError" in caplog.text, "the cause is in the log"


def test_two_errors_have_two_numbers(app: Flask, browser: Any) -> None:
    raising(app, ValueError())
    numbers = {match[0] for _ in range(5) if (match := REFERENCE.search(browser.get("/fails").text))}
    assert len(numbers) == 5


def test_a_database_error_does_not_write_the_values_into_the_log(
    app: Flask, browser: Any, caplog: pytest.LogCaptureFixture
) -> None:
    @public
    def view() -> str:
        with work() as session:
            session.execute(text("select :name::integer"), {"name": "张三"})
        return ""

    app.add_url_rule("/fails", "fails", view)
    assert browser.get("/fails").status_code == 500
    assert "张三" not in caplog.text


def test_the_error_page_is_drawn_when_the_database_is_down(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    nowhere = replace(config, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = create_app(nowhere).test_client()
    with client.session_transaction() as cookie:
        nobody = "00000000-0000-7000-8000-000000000000"
        cookie["_user_id"] = f"{nobody}:1:{nobody}"
        cookie["language"] = "en"
    page = client.get("/inbox")
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json) == (503, {"status": "no database"})


def test_the_database_answers_when_it_is_up(browser: Any) -> None:
    assert browser.get("/health/ready").json == {"status": "ok"}


def test_a_signed_in_person_keeps_the_navigation_on_an_error_page(as_person: Any) -> None:
    assert 'href="/inbox"' in as_person("worker").get("/no/such/page").text


def test_an_error_while_drawing_an_error_page_does_not_log_its_text_either(
    app: Flask, browser: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> str:
        raise RuntimeError("张三的秘密")

    monkeypatch.setattr("web.errors.render_template", broken)
    raising(app, NotFound("case"))
    answer = browser.get("/fails")
    assert answer.status_code == 500
    assert REFERENCE.search(answer.text), "without a page there is still a number"
    assert "张三" not in caplog.text + answer.text
    assert "builtins.RuntimeError" in caplog.text
