"""Guessing from many places is slowed down, and cannot keep the right person out where they always sign in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from workflow import guessing
from workflow.errors import TooManyAttempts

HOME = "192.0.2.1"


def fail(session: Session, name: str, times: int, now: datetime) -> None:
    for turn in range(times):
        guessing.note(session, guessing.key(name), f"198.51.100.{turn % 250}", now, succeeded=False)
    session.flush()


def test_one_name_from_many_places_is_stopped_for_a_while(session: Session, now: datetime) -> None:
    fail(session, "nurse", guessing.PER_NAME - 1, now)
    guessing.refuse(session, guessing.key("nurse"), "203.0.113.7", now)
    fail(session, "nurse", 1, now)
    with pytest.raises(TooManyAttempts) as refused:
        guessing.refuse(session, guessing.key("nurse"), "203.0.113.7", now + timedelta(minutes=1))
    assert (refused.value.what, refused.value.retry_after) == ("account", 14 * 60 + 1)
    guessing.refuse(session, guessing.key("worker"), "203.0.113.7", now)
    guessing.refuse(session, guessing.key("nurse"), "203.0.113.7", now + guessing.WINDOW)


def test_where_the_person_signed_in_before_they_are_let_in(session: Session, now: datetime) -> None:
    guessing.note(session, guessing.key("nurse"), HOME, now - timedelta(days=20), succeeded=True)
    fail(session, "nurse", guessing.PER_NAME * 5, now)
    guessing.refuse(session, guessing.key(" NURSE "), HOME, now)
    with pytest.raises(TooManyAttempts):
        guessing.refuse(session, guessing.key("nurse"), "203.0.113.7", now)
    with pytest.raises(TooManyAttempts):
        guessing.refuse(session, guessing.key("nurse"), HOME, now, known=False)


def test_a_place_is_forgotten_after_a_month(session: Session, now: datetime) -> None:
    guessing.note(session, guessing.key("nurse"), HOME, now - timedelta(days=31), succeeded=True)
    fail(session, "nurse", guessing.PER_NAME, now)
    with pytest.raises(TooManyAttempts):
        guessing.refuse(session, guessing.key("nurse"), HOME, now)


def test_names_that_do_not_exist_are_treated_alike(session: Session, now: datetime) -> None:
    fail(session, "nobody at all", guessing.PER_NAME, now)
    with pytest.raises(TooManyAttempts) as refused:
        guessing.refuse(session, guessing.key("nobody at all"), HOME, now)
    assert refused.value.what == "account"


def test_the_name_itself_is_not_kept(session: Session, people: Any) -> None:
    assert "nurse" not in guessing.key("nurse")
    assert guessing.key("a", "b") != guessing.key("ab")
