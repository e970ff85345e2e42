"""Signing in, guessing, and accounts."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, SignInAttempt, User
from workflow import guessing, identity, passwords
from workflow.errors import Conflict, Forbidden, Invalid, NotFound, SignInRefused, TooManyAttempts

PASSWORD = "correct horse battery"
ADDRESS = "192.0.2.1"


@pytest.fixture
def user(session: Session, people: Any, now: datetime) -> User:
    return identity.add_user(
        session, None, username="Tester", password=PASSWORD, name="测试员", locale="zh_CN",
        organisation_code="station", roles=["supervisor", "process_designer"], now=now,
    )  # fmt: skip


def test_the_right_password_signs_in_with_roles_and_places(session: Session, user: User, now: datetime) -> None:
    actor = identity.sign_in(session, " tester ", PASSWORD, ADDRESS, now)
    assert (actor.user_id, actor.name, actor.session_epoch) == (user.id, "测试员", 1)
    assert actor.roles == {"supervisor", "process_designer"}
    assert actor.memberships[0].organisation.zh == "医务社工站"
    assert user.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(("username", "password"), [("tester", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_wrong_names_and_passwords_are_refused_alike_and_counted(
    session: Session, user: User, now: datetime, username: str, password: str
) -> None:
    with pytest.raises(SignInRefused):
        identity.sign_in(session, username, password, ADDRESS, now)
    attempt = session.scalars(select(SignInAttempt)).one()
    assert not attempt.succeeded
    assert username not in attempt.username_key or not username


def test_an_unknown_name_costs_a_password_check_too(
    session: Session, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda stored, _: bool(checked.append(stored)))
    for name in ("tester", "nobody"):
        with pytest.raises(SignInRefused):
            identity.sign_in(session, name, "x", ADDRESS, now)
    assert len(checked) == 2
    assert all(stored.startswith("$argon2id$") for stored in checked)


def test_guessing_one_name_is_stopped_and_the_wait_is_told(session: Session, user: User, now: datetime) -> None:
    for second in range(guessing.PER_NAME_AND_ADDRESS):
        with pytest.raises(SignInRefused):
            identity.sign_in(session, "tester", "wrong", ADDRESS, now + timedelta(seconds=second))
    with pytest.raises(TooManyAttempts) as refused:
        identity.sign_in(session, "tester", PASSWORD, ADDRESS, now + timedelta(minutes=1))
    assert refused.value.retry_after == 14 * 60 + 1
    assert identity.sign_in(session, "tester", PASSWORD, "192.0.2.2", now + timedelta(minutes=1))
    assert identity.sign_in(
        session, "tester", PASSWORD, ADDRESS, now + timedelta(seconds=60 + refused.value.retry_after)
    )


def test_guessing_many_names_from_one_address_is_stopped(session: Session, user: User, now: datetime) -> None:
    session.add_all(
        SignInAttempt(username_key=f"k{n}", address=ADDRESS, at=now, succeeded=False)
        for n in range(guessing.PER_ADDRESS)
    )
    with pytest.raises(TooManyAttempts):
        identity.sign_in(session, "tester", PASSWORD, ADDRESS, now)


def test_people_who_left_and_ended_sessions_are_nobody(session: Session, user: User, now: datetime) -> None:
    assert identity.load_actor(session, user.id, user.session_epoch)
    assert identity.load_actor(session, user.id, user.session_epoch + 1) is None
    user.is_active = False
    session.flush()
    assert identity.load_actor(session, user.id, user.session_epoch) is None
    with pytest.raises(SignInRefused):
        identity.sign_in(session, "tester", PASSWORD, ADDRESS, now)


def test_a_role_counts_from_its_first_to_its_last_day(session: Session, user: User) -> None:
    held = session.scalars(select(Membership).where(Membership.user_id == user.id).order_by(Membership.id)).all()
    held[0].ends_on, held[1].starts_on = date(2020, 1, 1), date(2999, 1, 1)
    session.flush()
    actor = identity.load_actor(session, user.id, 1)
    assert actor
    assert actor.memberships == ()


def test_loading_a_person_costs_one_statement(session: Session, user: User, statements: Any) -> None:
    session.commit()
    session.expunge_all()
    with statements() as sent:
        assert identity.load_actor(session, user.id, 1)
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"password": "short"}, Invalid), ({"roles": ["emperor"]}, Invalid), ({"locale": "fr"}, Invalid),
        ({"name": " "}, Invalid), ({"organisation_code": "moon"}, NotFound), ({"username": "NURSE"}, Conflict),
    ],
)  # fmt: skip
def test_accounts_that_cannot_be(
    session: Session, people: Any, now: datetime, changed: dict[str, Any], error: type[Exception]
) -> None:
    given = {
        "username": "new", "password": PASSWORD, "name": "新人", "locale": "en", "organisation_code": "station",
        "roles": ["supervisor"], "now": now,
    } | changed  # fmt: skip
    with pytest.raises(error):
        identity.add_user(session, None, **given)


def test_only_administrators_add_accounts(session: Session, people: Any, now: datetime) -> None:
    given = {
        "username": "new", "password": PASSWORD, "name": "新人", "locale": "en", "organisation_code": "station",
        "roles": ["supervisor"], "now": now,
    }  # fmt: skip
    with pytest.raises(Forbidden):
        identity.add_user(session, people["supervisor"], **given)
    assert identity.add_user(session, people["admin"], **given).username == "new"


def test_the_language_is_remembered(session: Session, people: Any) -> None:
    identity.set_locale(session, people["worker"], "en")
    actor = identity.load_actor(session, people["worker"].user_id, 1)
    assert actor
    assert actor.locale == "en"
    with pytest.raises(Invalid):
        identity.set_locale(session, people["worker"], "fr")
