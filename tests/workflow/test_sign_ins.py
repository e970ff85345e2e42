"""Sign-ins on devices: listed, seen now and then, ended from here and from elsewhere, and only one's own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, SignInSession
from workflow import identity, sign_ins
from workflow.errors import NotFound
from workflow.identity import Actor

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


@pytest.fixture
def begin(session: Session, people: Any, now: datetime) -> Callable[..., Actor]:
    def sign_in(who: str = "worker", at: datetime = now, browser: str = CHROME) -> Actor:
        user_id = people[who].user_id
        here = sign_ins.begin(session, user_id, "192.0.2.1", browser, at, needs_second_factor=False)
        found = identity.load_actor(session, user_id, 1, here)
        assert found
        return found

    return sign_in


def test_ones_own_are_listed_this_one_first(session: Session, begin: Any, now: datetime) -> None:
    here = begin()
    begin(at=now + timedelta(minutes=1))
    begin(at=now - timedelta(hours=13))
    begin("nurse")
    found = sign_ins.running(session, here, now)
    assert [(each.is_here, each.device) for each in found] == [(True, "Chrome, Windows"), (False, "Chrome, Windows")]


def test_an_ended_one_is_nobody(session: Session, begin: Any, now: datetime) -> None:
    here, other = begin(), begin()
    sign_ins.end(session, here, other.session_id, now)
    sign_ins.end(session, here, other.session_id, now)
    assert identity.load_actor(session, here.user_id, 1, other.session_id) is None
    assert identity.load_actor(session, here.user_id, 1, here.session_id)
    assert [each.details["number"] for each in events(session)] == [1]


def events(session: Session) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.kind == "user.sign_ins_ended")))


def test_all_others_are_ended(session: Session, begin: Any, now: datetime) -> None:
    here, stranger = begin(), begin("nurse")
    begin(), begin(at=now - timedelta(days=2))
    assert sign_ins.end_others(session, here, now) == 1
    assert len(sign_ins.running(session, here, now)) == 1
    assert sign_ins.running(session, stranger, now), "those of others are untouched"
    assert sign_ins.end_others(session, here, now) == 0
    assert len(events(session)) == 1


def test_those_of_others_do_not_exist(session: Session, begin: Any, now: datetime) -> None:
    here, stranger = begin(), begin("nurse")
    for unknown in (stranger.session_id, uuid4()):
        with pytest.raises(NotFound):
            sign_ins.end(session, here, unknown, now)
    assert identity.load_actor(session, stranger.user_id, 1, stranger.session_id)
    assert identity.load_actor(session, here.user_id, 1, stranger.session_id) is None


def test_the_last_use_is_written_every_few_minutes_only(
    session: Session, begin: Any, now: datetime, statements: Any
) -> None:
    here = begin()
    session.commit()
    with statements() as sent:
        sign_ins.seen(session, here, "192.0.2.9", now + timedelta(minutes=4))
    assert sent == []
    later = now + timedelta(minutes=6)
    sign_ins.seen(session, here, "192.0.2.9", later)
    session.expire_all()
    row = session.get_one(SignInSession, here.session_id)
    assert (row.last_seen_at, row.address) == (later, "192.0.2.9")


def test_loading_a_person_in_a_sign_in_costs_one_statement(session: Session, begin: Any, statements: Any) -> None:
    here = begin()
    session.commit()
    session.expunge_all()
    with statements() as sent:
        assert identity.load_actor(session, here.user_id, 1, here.session_id)
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("browser", "words"),
    [
        (CHROME, "Chrome, Windows"), (CHROME + " Edg/120.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 MicroMessenger/8.0", "WeChat, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox, Linux"),
        ("", ""), ("curl/8.0 <script>", "curl/8.0 script"), ("x" * 500, "x" * 40),
    ],
)  # fmt: skip
def test_devices_are_named_as_people_know_them(browser: str, words: str) -> None:
    assert sign_ins.device(browser) == words
