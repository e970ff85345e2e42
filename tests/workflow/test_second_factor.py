"""The second factor: set up, checked, used once, lost, reset; who needs it; guessing and races."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import Event, Setting, User
from workflow import identity, passwords, second_factor, sign_ins
from workflow.errors import Conflict, SignInRefused, TooManyAttempts
from workflow.identity import Actor
from workflow.transaction import transaction

ADDRESS = "192.0.2.1"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def passwords_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The people of these tests have no password that could be computed; this one is right for all of them."""
    monkeypatch.setattr(passwords, "matches", lambda _stored, given: given == PASSWORD)


def code_at(session: Session, user_id: UUID, at: datetime) -> str:
    secret = session.scalars(select(User.totp_secret).where(User.id == user_id)).one()
    assert secret
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def set_up(session: Session, people: Any, now: datetime) -> Callable[..., tuple[Actor, list[str]]]:
    """Somebody with a second factor that was confirmed a minute ago, and their recovery codes."""

    def make(who: str = "supervisor") -> tuple[Actor, list[str]]:
        actor, before = people[who], now - timedelta(minutes=1)
        second_factor.prepare(session, actor)
        return actor, second_factor.confirm(
            session, actor, PASSWORD, code_at(session, actor.user_id, before), ADDRESS, before
        )

    return make


def test_it_is_set_up_with_a_code_and_gives_recovery_codes_once(session: Session, people: Any, now: datetime) -> None:
    actor = people["supervisor"]
    setup = second_factor.prepare(session, actor)
    assert second_factor.prepare(session, actor) == setup, "a page loaded again shows the same secret"
    assert setup.uri.startswith("otpauth://totp/CareRelay:supervisor?secret=")
    with pytest.raises(SignInRefused):
        second_factor.confirm(session, actor, PASSWORD, "000000", ADDRESS, now)
    assert second_factor.standing(session, actor, now).since is None
    codes = second_factor.confirm(session, actor, PASSWORD, code_at(session, actor.user_id, now), ADDRESS, now)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    user = session.get_one(User, actor.user_id)
    assert not set(codes) & set(user.recovery_codes)
    assert second_factor.standing(session, actor, now) == second_factor.Standing(now, True, 8, True)
    with pytest.raises(Conflict):
        second_factor.prepare(session, actor)
    with pytest.raises(Conflict):
        second_factor.confirm(session, actor, PASSWORD, code_at(session, actor.user_id, now), ADDRESS, now)
    loaded = identity.load_actor(session, actor.user_id, 1)
    assert loaded
    assert loaded.has_second_factor


@pytest.mark.parametrize(("seconds", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_the_clock_of_the_phone_may_be_a_step_off(
    session: Session, set_up: Any, now: datetime, seconds: int, accepted: bool
) -> None:
    actor, _ = set_up()
    later = now + timedelta(minutes=5)
    code = code_at(session, actor.user_id, later + timedelta(seconds=seconds))
    if accepted:
        second_factor.check(session, actor.user_id, f" {code[:3]} {code[3:]} ", ADDRESS, later)
    else:
        with pytest.raises(SignInRefused):
            second_factor.check(session, actor.user_id, code, ADDRESS, later)


def test_a_code_works_once_and_none_before_it_afterwards(session: Session, set_up: Any, now: datetime) -> None:
    actor, _ = set_up()
    code, before = (code_at(session, actor.user_id, now + timedelta(seconds=each)) for each in (0, -30))
    second_factor.check(session, actor.user_id, code, ADDRESS, now)
    for used in (code, before):
        with pytest.raises(SignInRefused):
            second_factor.check(session, actor.user_id, used, ADDRESS, now + timedelta(seconds=1))
    soon = now + timedelta(seconds=30)
    second_factor.check(session, actor.user_id, code_at(session, actor.user_id, soon), ADDRESS, soon)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "123 45", "-1", "0" * 10_000])
def test_what_is_no_code_is_refused(session: Session, set_up: Any, now: datetime, code: str) -> None:
    actor, _ = set_up()
    with pytest.raises(SignInRefused):
        second_factor.check(session, actor.user_id, code, ADDRESS, now)


def test_without_a_confirmed_secret_no_code_is_right(session: Session, people: Any, now: datetime) -> None:
    actor = people["supervisor"]
    second_factor.prepare(session, actor)
    with pytest.raises(SignInRefused):
        second_factor.check(session, actor.user_id, code_at(session, actor.user_id, now), ADDRESS, now)


def test_the_same_code_twice_at_once_lets_one_in(
    sessions: sessionmaker[Session], real_people: Any, now: datetime
) -> None:
    user_id = real_people["supervisor"].user_id
    with transaction(sessions) as session:
        second_factor.prepare(session, real_people["supervisor"])
        before = now - timedelta(minutes=1)
        second_factor.confirm(
            session, real_people["supervisor"], PASSWORD, code_at(session, user_id, before), ADDRESS, before
        )
        code = code_at(session, user_id, now)
    together = Barrier(4)

    def attempt(_: int) -> bool:
        together.wait()
        with transaction(sessions) as session:
            try:
                second_factor.check(session, user_id, code, ADDRESS, now)
            except SignInRefused:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


def test_many_wrong_codes_at_once_do_not_get_past_the_limit(
    sessions: sessionmaker[Session], real_people: Any, now: datetime
) -> None:
    user_id = real_people["supervisor"].user_id
    with transaction(sessions) as session:
        second_factor.prepare(session, real_people["supervisor"])
        session.get_one(User, user_id).totp_confirmed_at = now

    def attempt(number: int) -> str:
        with transaction(sessions) as session:
            try:
                second_factor.check(session, user_id, "000000", f"198.51.100.{number}", now)
            except (SignInRefused, TooManyAttempts) as refused:
                return refused.code
            return "in"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(30)))
    assert said.count("sign_in_refused") == second_factor.PER_ACCOUNT
    assert said.count("too_many_attempts") == 30 - second_factor.PER_ACCOUNT


def test_guessing_codes_is_stopped_and_the_right_one_waits_too(session: Session, set_up: Any, now: datetime) -> None:
    actor, _ = set_up()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            second_factor.check(session, actor.user_id, "000000", ADDRESS, now)
    with pytest.raises(TooManyAttempts):
        second_factor.check(session, actor.user_id, code_at(session, actor.user_id, now), ADDRESS, now)
    later = now + timedelta(minutes=16)
    second_factor.check(session, actor.user_id, code_at(session, actor.user_id, later), ADDRESS, later)


def test_a_recovery_code_works_once_and_is_recorded(session: Session, set_up: Any, now: datetime) -> None:
    actor, codes = set_up()
    second_factor.check(session, actor.user_id, codes[0].upper(), ADDRESS, now)
    with pytest.raises(SignInRefused):
        second_factor.check(session, actor.user_id, codes[0], ADDRESS, now)
    second_factor.check(session, actor.user_id, codes[1].replace("-", " "), ADDRESS, now)
    assert second_factor.standing(session, actor, now).recovery_codes == 6
    kinds = session.scalars(select(Event).where(Event.kind == "user.second_factor").order_by(Event.chain_number))
    assert [each.details["what"] for each in kinds] == ["set_up", "recovery_used", "recovery_used"]


def test_new_recovery_codes_end_the_old_ones(session: Session, set_up: Any, now: datetime) -> None:
    actor, old = set_up()
    new = second_factor.renew_codes(session, actor, code_at(session, actor.user_id, now), ADDRESS, now)
    with pytest.raises(SignInRefused):
        second_factor.check(session, actor.user_id, old[0], ADDRESS, now)
    second_factor.check(session, actor.user_id, new[0], ADDRESS, now)


def test_giving_it_up_needs_a_code_and_for_some_it_is_set_up_again_at_once(
    session: Session, set_up: Any, now: datetime
) -> None:
    person, _ = set_up()
    here = sign_ins.begin(session, person.user_id, ADDRESS, "", now, needs_second_factor=False)
    actor = identity.load_actor(session, person.user_id, 1, here)
    assert actor
    with pytest.raises(SignInRefused):
        second_factor.give_up(session, actor, "000000", ADDRESS, now)
    second_factor.give_up(session, actor, code_at(session, actor.user_id, now), ADDRESS, now)
    again = identity.load_actor(session, actor.user_id, 1, here)
    assert again
    assert again.duty == identity.SECOND_FACTOR


def test_a_reset_forgets_it_signs_out_and_is_recorded(
    session: Session, set_up: Any, people: Any, now: datetime
) -> None:
    actor, codes = set_up()
    user = session.get_one(User, actor.user_id)
    second_factor.reset(session, user, people["admin"], now)
    assert identity.load_actor(session, actor.user_id, 1) is None
    assert second_factor.standing(session, actor, now).since is None
    with pytest.raises(SignInRefused):
        second_factor.check(session, actor.user_id, codes[0], ADDRESS, now)
    event = session.scalars(
        select(Event).where(Event.kind == "user.second_factor").order_by(Event.chain_number.desc())
    ).first()
    assert event
    assert (event.actor_id, event.details["what"]) == (people["admin"].user_id, "reset")


@pytest.mark.parametrize(
    ("who", "required"), [("supervisor", True), ("admin", True), ("worker", False), ("nurse", False), ("agency", False)]
)
def test_who_needs_it_by_default(session: Session, people: Any, who: str, required: bool) -> None:
    assert second_factor.is_required(session, people[who]) is required


def test_a_setting_says_who_needs_it_and_where(session: Session, people: Any, now: datetime) -> None:
    def set_to(value: int, place: UUID | None) -> None:
        session.add(Setting(key=second_factor.SETTING, value=value, organisation_id=place, set_at=now))
        session.flush()

    set_to(0, None)
    assert not second_factor.is_required(session, people["supervisor"])
    hospital = people["admin"].memberships[0].organisation_id
    set_to(2, hospital)
    assert second_factor.is_required(session, people["supervisor"])
    assert second_factor.is_required(session, people["nurse"])
    assert not second_factor.is_required(session, people["outsider"])


def test_setting_it_up_asks_for_the_password_unless_one_has_just_signed_in(
    session: Session, people: Any, now: datetime
) -> None:
    user_id = people["worker"].user_id
    here = sign_ins.begin(session, user_id, ADDRESS, "", now - timedelta(minutes=16), needs_second_factor=False)
    actor = identity.load_actor(session, user_id, 1, here)
    assert actor
    second_factor.prepare(session, actor)
    assert second_factor.standing(session, actor, now).needs_password
    with pytest.raises(SignInRefused, match="password_wrong"):
        second_factor.confirm(session, actor, "wrong", code_at(session, user_id, now), ADDRESS, now)
    fresh = now - timedelta(minutes=14)
    later = identity.load_actor(
        session, user_id, 1, sign_ins.begin(session, user_id, ADDRESS, "", fresh, needs_second_factor=False)
    )
    assert later
    assert not second_factor.standing(session, later, now).needs_password
    assert second_factor.confirm(session, later, "", code_at(session, user_id, now), ADDRESS, now)
