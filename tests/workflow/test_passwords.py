"""Which passwords are accepted, and changing one's own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Event, SignInAttempt, SignInSession, User
from workflow import guessing, identity, passwords, sign_ins
from workflow.errors import Invalid, SignInRefused, TooManyAttempts
from workflow.identity import Actor

OLD = "correct horse battery"
NEW = "four unlikely words together"
ADDRESS = "192.0.2.1"


@pytest.fixture
def user(session: Session, people: Any, now: datetime) -> User:
    return identity.add_user(
        session, None, username="Tester", password=OLD, name="测试员", locale="zh_CN", organisation_code="station",
        roles=["medical_social_worker"], now=now,
    )  # fmt: skip


def signed_in(session: Session, user: User, now: datetime) -> Actor:
    here = sign_ins.begin(session, user.id, ADDRESS, "", now, needs_second_factor=False)
    found = identity.load_actor(session, user.id, user.session_epoch, here)
    assert found
    return found


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"), ("", "password_too_short"), ("一二三四五六七八九", "password_too_short"),
        ("x" * 201, "password_too_long"), ("password123", "password_common"), ("PassWord123", "password_common"),
        ("ｐａｓｓｗｏｒｄ１２３", "password_common"), ("1234567890", "password_common"),
        ("9876543210", "password_common"), ("abcdefghijkl", "password_common"), ("aaaaaaaaaaaa", "password_common"),
        ("ababababab", "password_common"), ("woaini1314520", "password_common"),
        ("coordinator", "password_is_name"), ("Coordinator2026!", "password_is_name"),
        ("陈协调陈协调陈协调陈", "password_common"), ("carerelay2026", "password_is_name"),
        ("社工接力20260101", "password_is_name"),
    ],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.refuse_weak(password, "coordinator", "陈协调")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password",
    [NEW, "carerelay-demo", "alllowercaseletters", "一二三四五六七八九十百", "7391 8264 0175"],
)
def test_anything_else_is_accepted_without_rules_about_its_characters(password: str) -> None:
    passwords.refuse_weak(password, "coordinator", "陈协调")


def test_the_kept_list_is_long_enough_to_matter() -> None:
    words = passwords._common()
    assert len(words) > 2_000
    assert all(len(word) >= passwords.SHORTEST for word in words)


def test_a_changed_password_signs_out_everywhere_but_here(session: Session, user: User, now: datetime) -> None:
    elsewhere, here = signed_in(session, user, now), signed_in(session, user, now)
    user.must_change_password = True
    epoch = passwords.change(session, here, OLD, NEW, ADDRESS, now)
    assert (user.must_change_password, user.password_changed_at) == (False, now)
    assert identity.load_actor(session, user.id, epoch, here.session_id)
    assert identity.load_actor(session, user.id, epoch, elsewhere.session_id) is None
    assert identity.load_actor(session, user.id, here.session_epoch) is None, "the old epoch is over"
    assert identity.sign_in(session, "tester", NEW, ADDRESS, now).user_id == user.id
    with pytest.raises(SignInRefused):
        identity.sign_in(session, "tester", OLD, ADDRESS, now)
    event = session.scalars(select(Event).where(Event.kind == "user.password_changed")).one()
    assert (event.actor_id, event.details) == (user.id, {"user_id": str(user.id)})
    open_ones = select(func.count()).select_from(SignInSession).where(SignInSession.ended_at.is_(None))
    assert session.scalar(open_ones) == 1


def test_a_wrong_old_password_is_refused_counted_and_slowed_down(session: Session, user: User, now: datetime) -> None:
    actor = signed_in(session, user, now)
    for turn in range(guessing.PER_NAME_AND_ADDRESS):
        with pytest.raises(SignInRefused):
            passwords.change(session, actor, "wrong", NEW, ADDRESS, now + timedelta(seconds=turn))
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == guessing.PER_NAME_AND_ADDRESS
    with pytest.raises(TooManyAttempts):
        passwords.change(session, actor, OLD, NEW, ADDRESS, now + timedelta(minutes=1))
    assert identity.sign_in(session, "tester", OLD, "192.0.2.9", now)


@pytest.mark.parametrize(("new", "code"), [(OLD, "password_same"), ("short", "password_too_short")])
def test_a_new_password_that_cannot_be_changes_nothing(
    session: Session, user: User, now: datetime, new: str, code: str
) -> None:
    actor = signed_in(session, user, now)
    with pytest.raises(Invalid) as refused:
        passwords.change(session, actor, OLD, new, ADDRESS, now)
    assert refused.value.code == code
    assert user.session_epoch == 1
    assert identity.load_actor(session, user.id, 1, actor.session_id)


def test_a_given_password_is_a_duty_to_choose_ones_own(session: Session, user: User, now: datetime) -> None:
    assert signed_in(session, user, now).duty is None
    user.must_change_password = True
    assert signed_in(session, user, now).duty == identity.PASSWORD
