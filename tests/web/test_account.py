"""One's own account in the browser: two steps of signing in, password, second factor, devices; refusals and CSRF."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import Setting, SignInAttempt, SignInSession
from models.user import User
from web.app import create_app
from web.config import Config

PASSWORD = "a long password for tests"
NEW = "four unlikely words together"
CODE = re.compile(r"<li>((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</li>")


class Clock:
    """A clock that a test moves on: a code works once, and the next one comes after 30 seconds."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def app(config: Config, web_sessions: Any, clock: Clock) -> Flask:
    return create_app(config, sessions=web_sessions, clock=clock)


@pytest.fixture
def required(session: Session, cast: dict[str, User]) -> None:
    """As in a real installation: supervisors and those who manage need a second factor."""
    session.execute(delete(Setting).where(Setting.key == "second_factor_roles"))
    session.commit()


@pytest.fixture
def code(session: Session, cast: dict[str, User], clock: Clock) -> Callable[[str], str]:
    """The code that somebody's phone shows now."""

    def shown(who: str) -> str:
        session.expire_all()
        secret = cast[who].totp_secret
        assert secret
        return pyotp.TOTP(secret).at(clock.now)

    return shown


@pytest.fixture
def set_up(as_person: Any, code: Any, clock: Clock) -> Callable[[str], tuple[Any, list[str]]]:
    """Somebody signed in who has just set up a second factor, and the recovery codes on the page."""

    def make(who: str) -> tuple[Any, list[str]]:
        browser = as_person(who)
        browser.get("/account/second-factor")
        page = browser.post("/account/second-factor", {"code": code(who)})
        clock.wait(seconds=30)
        return browser, CODE.findall(page.text)

    return make


# ---- second step of signing in -------------------------------------------------------------------------------------


def test_with_a_second_factor_signing_in_takes_two_steps(browser: Any, set_up: Any, code: Any, clock: Clock) -> None:
    set_up("worker")
    page = browser.sign_in("worker", next="/inbox?tab=claimable")
    assert page.request.path == "/login/code"
    assert browser.get("/inbox").request.path == "/login", "the password alone is not enough"
    browser.get("/login/code?next=/inbox?tab=claimable")
    page = browser.post("/login/code", {"code": code("worker"), "next": "/inbox?tab=claimable"})
    assert page.request.full_path == "/inbox?tab=claimable"


def test_a_code_works_once(app: Flask, browser: Any, set_up: Any, code: Any) -> None:
    signed_in, _ = set_up("worker")
    used = code("worker")
    browser.sign_in("worker")
    assert browser.post("/login/code", {"code": used}).request.path == "/inbox"
    other = type(browser)(app.test_client())
    other.sign_in("worker")
    page = other.post("/login/code", {"code": used})
    assert page.status_code == 422
    assert "验证码不对，或者已经用过" in page.text
    assert other.get("/inbox").request.path == "/login"


def test_a_recovery_code_opens_once(browser: Any, set_up: Any) -> None:
    _, codes = set_up("worker")
    assert len(codes) == 8
    browser.sign_in("worker")
    assert browser.post("/login/code", {"code": codes[3]}).request.path == "/inbox"
    assert "还有 7 个备用码" in browser.get("/account").text
    browser.post("/logout")
    browser.sign_in("worker")
    assert browser.post("/login/code", {"code": codes[3]}).status_code == 422


def test_guessing_codes_is_slowed_down(browser: Any, set_up: Any, code: Any) -> None:
    set_up("worker")
    browser.sign_in("worker")
    statuses = [browser.post("/login/code", {"code": f"{turn:06d}"}).status_code for turn in range(6)]
    assert statuses == [422] * 5 + [429]
    page = browser.post("/login/code", {"code": code("worker")})
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0


def test_the_second_step_waits_ten_minutes_and_needs_the_first(
    browser: Any, set_up: Any, code: Any, clock: Clock
) -> None:
    set_up("worker")
    browser.get("/login")
    assert browser.get("/login/code").request.path == "/login"
    assert browser.post("/login/code", {"code": code("worker")}).request.path == "/login"
    browser.sign_in("worker")
    clock.wait(minutes=10)
    assert "等得太久" in browser.post("/login/code", {"code": code("worker")}).text


def test_raising_the_epoch_between_the_steps_ends_it(
    browser: Any, set_up: Any, code: Any, cast: dict[str, User], session: Session
) -> None:
    set_up("worker")
    browser.sign_in("worker")
    cast["worker"].session_epoch += 1
    session.commit()
    assert browser.post("/login/code", {"code": code("worker")}).request.path == "/login"


def test_who_has_no_second_factor_is_answered_like_a_wrong_password_before_it(
    app: Flask, browser: Any, set_up: Any
) -> None:
    set_up("worker")
    pages = [browser.sign_in(name, "wrong-password").text for name in ("worker", "nurse", "nobody")]
    plain = [re.sub(r'value="[^"]*"|autofocus|[?&]v=\w+', "", page) for page in pages]
    assert plain[0] == plain[1] == plain[2]


# ---- who must have one ---------------------------------------------------------------------------------------------


def test_who_must_have_one_sets_it_up_first(as_person: Any, required: None, code: Any, clock: Clock) -> None:
    browser = as_person("supervisor")
    for address in ("/inbox", "/cases", "/account", "/"):
        assert browser.get(address).request.path == "/account/second-factor", address
    assert "您的岗位能看到很多人的资料" in browser.page.text
    refused = browser.post("/account/sign-ins/end-others")
    assert refused.request.path == "/account/second-factor"
    assert "没有发送" in refused.text
    page = browser.post("/account/second-factor", {"code": "000000"})
    assert page.status_code == 422
    assert browser.get("/inbox").request.path == "/account/second-factor"
    page = browser.post("/account/second-factor", {"code": code("supervisor")})
    assert len(CODE.findall(page.text)) == 8
    assert browser.get("/inbox").request.path == "/inbox"
    assert not CODE.findall(browser.get("/account/second-factor").text), "shown once"


def test_who_need_not_is_not_asked(as_person: Any, required: None) -> None:
    assert as_person("nurse").get("/inbox").request.path == "/inbox"


def test_a_duty_leaves_signing_out_and_the_language(as_person: Any, required: None) -> None:
    browser = as_person("supervisor")
    assert "Set" in browser.switch("en").text or "second factor" in browser.page.text
    assert "signed out" in browser.post("/logout").text


def test_the_picture_is_allowed_by_our_content_policy(as_person: Any, session: Session, cast: dict[str, User]) -> None:
    page = as_person("worker").get("/account/second-factor")
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    assert re.search(r'<img class="qr" src="data:image/svg\+xml', page.text)
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    session.refresh(cast["worker"])
    assert cast["worker"].totp_secret in unescape(page.text).replace(" ", "")


def test_a_computer_left_signed_in_asks_for_the_password(as_person: Any, code: Any, clock: Clock) -> None:
    browser = as_person("worker")
    assert 'name="password"' not in browser.get("/account/second-factor").text
    clock.wait(minutes=20)
    assert 'name="password"' in browser.get("/account/second-factor").text
    sent = {"code": code("worker"), "password": "wrong"}
    page = browser.post("/account/second-factor", sent)
    assert page.status_code == 422
    assert "现在的密码不对" in page.text
    assert CODE.findall(browser.post("/account/second-factor", sent | {"password": PASSWORD}).text)


def test_giving_it_up_with_a_code(set_up: Any, code: Any) -> None:
    browser, _ = set_up("worker")
    assert browser.post("/account/second-factor/end", {"code": "123"}).status_code == 422
    assert "第二重验证已停用" in browser.post("/account/second-factor/end", {"code": code("worker")}).text
    assert "启用第二重验证" in browser.get("/account").text


def test_new_recovery_codes(set_up: Any, code: Any) -> None:
    browser, old = set_up("worker")
    new = CODE.findall(browser.post("/account/second-factor/codes", {"code": code("worker")}).text)
    assert len(new) == 8
    assert not set(new) & set(old)


# ---- password ------------------------------------------------------------------------------------------------------


def change(browser: Any, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> Any:
    browser.get("/account/password")
    return browser.post("/account/password", {"old": old, "new": new, "again": new if again is None else again})


def test_changing_the_password_ends_other_sessions_and_goes_on_here(as_person: Any, browser: Any) -> None:
    here, elsewhere = as_person("worker"), as_person("worker")
    assert "密码已更改" in change(here).text
    assert here.get("/inbox").request.path == "/inbox"
    assert elsewhere.get("/inbox").request.path == "/login"
    assert browser.sign_in("worker").status_code == 422
    assert browser.sign_in("worker", NEW).request.path == "/inbox"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"old": "wrong"}, "现在的密码不对"), ({"again": "other"}, "两次输入的新密码不一样"),
        ({"new": "short"}, "至少要 10 个字符"), ({"new": "password123"}, "很多人在用"),
        ({"new": "worker12345"}, "不能就是用户名"), ({"new": PASSWORD}, "和现在的一样"),
        ({"new": "x" * 300}, "最多 200 个字符"),
    ],
)  # fmt: skip
def test_refused_passwords_say_why_and_keep_nothing_typed(as_person: Any, sent: dict[str, str], says: str) -> None:
    page = change(as_person("worker"), **sent)
    assert page.status_code == 422
    assert says in page.text
    assert not any(value in page.text for value in sent.values())


def test_guessing_the_old_password_is_slowed_down(as_person: Any) -> None:
    browser = as_person("worker")
    statuses = [change(browser, old=f"guess {turn}").status_code for turn in range(6)]
    assert statuses == [422] * 5 + [429]
    assert change(browser).status_code == 429


def test_a_given_password_is_changed_before_anything_else(
    browser: Any, cast: dict[str, User], session: Session
) -> None:
    cast["nurse"].must_change_password = True
    session.commit()
    assert browser.sign_in("nurse").request.path == "/account/password"
    assert browser.get("/referrals/new").request.path == "/account/password"
    assert "临时密码" in browser.page.text
    assert change(browser).request.path == "/account"
    assert browser.get("/referrals/new").request.path == "/referrals/new"


def test_a_program_waits_for_it_too(app: Flask, cast: dict[str, User], session: Session, now: datetime) -> None:
    from workflow import identity, tokens

    actor = identity.load_actor(session, cast["nurse"].id, 1)
    assert actor
    headers = {"Authorization": f"Bearer {tokens.make(session, actor, 'p', ['tasks:read'], 30, now)}"}
    session.commit()
    assert app.test_client().get("/api/v1/inbox", headers=headers).status_code == 200
    cast["nurse"].must_change_password = True
    session.commit()
    assert app.test_client().get("/api/v1/inbox", headers=headers).status_code == 401


def test_both_duties_one_after_the_other(
    browser: Any, required: None, cast: dict[str, User], session: Session, code: Any
) -> None:
    cast["supervisor"].must_change_password = True
    session.commit()
    assert browser.sign_in("supervisor").request.path == "/account/password"
    assert change(browser).request.path == "/account/second-factor"
    browser.post("/account/second-factor", {"code": code("supervisor")})
    assert browser.get("/inbox").request.path == "/inbox"


# ---- devices -------------------------------------------------------------------------------------------------------


def test_devices_are_listed_and_ended(as_person: Any, session: Session, cast: dict[str, User]) -> None:
    here, elsewhere = as_person("worker"), as_person("worker")
    page = here.get("/account")
    assert page.text.count("最近使用") == 2
    other = re.search(r"/account/sign-ins/([0-9a-f-]{36})/end", page.text)
    assert other
    here.post(f"/account/sign-ins/{other[1]}/end")
    assert "那台设备已退出登录" in here.page.text
    assert elsewhere.get("/inbox").request.path == "/login"
    assert here.get("/inbox").request.path == "/inbox"


def test_all_other_devices_at_once(as_person: Any) -> None:
    here, others = as_person("worker"), [as_person("worker") for _ in range(3)]
    here.get("/account")
    assert "已在其他 3 处退出登录" in here.post("/account/sign-ins/end-others").text
    assert all(other.get("/inbox").request.path == "/login" for other in others)


def test_devices_of_others_do_not_exist(as_person: Any, session: Session, cast: dict[str, User]) -> None:
    nurse, worker = as_person("nurse"), as_person("worker")
    of_nurse = session.scalars(select(SignInSession.id).where(SignInSession.user_id == cast["nurse"].id)).one()
    assert str(of_nurse) not in worker.get("/account").text
    assert worker.post(f"/account/sign-ins/{of_nurse}/end").status_code == 404
    assert nurse.get("/inbox").request.path == "/inbox"


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(app: Flask, as_person: Any) -> None:
    browser = as_person("worker")
    stolen = browser.client.get_cookie("carerelay").value
    browser.post("/logout")
    thief = app.test_client()
    thief.set_cookie("carerelay", stolen)
    assert thief.get("/inbox").status_code == 302


def test_the_last_use_moves_every_few_minutes(as_person: Any, session: Session, clock: Clock) -> None:
    browser = as_person("worker")
    began = clock.now
    for minutes, expected in ((4, began), (2, began + timedelta(minutes=6)), (1, began + timedelta(minutes=6))):
        clock.wait(minutes=minutes)
        browser.get("/inbox")
        session.expire_all()
        assert session.scalars(select(SignInSession.last_seen_at)).one() == expected


# ---- what holds for all of it --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/login/code", "/account/password", "/account/second-factor", "/account/second-factor/codes",
     "/account/second-factor/end", "/account/sign-ins/end-others"],
)  # fmt: skip
def test_nothing_is_done_without_a_token_of_ours(as_person: Any, address: str) -> None:
    browser = as_person("worker")
    answer = browser.client.post(address, data={"code": "1", "old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 400
    assert browser.get("/inbox").request.path == "/inbox"


def test_an_account_tried_from_many_places_says_what_to_do(
    browser: Any, session: Session, cast: dict[str, User], now: datetime
) -> None:
    from workflow import guessing

    for name in ("nurse", "nobody"):
        session.add_all(
            SignInAttempt(username_key=guessing.key(name), address=f"198.51.100.{n}", at=now, succeeded=False)
            for n in range(guessing.PER_NAME)
        )
    session.commit()
    pages = [browser.sign_in(name) for name in ("nurse", "nobody")]
    assert [page.status_code for page in pages] == [429, 429]
    assert all("被人从别处反复尝试" in page.text for page in pages)


def test_the_account_page_in_english(as_person: Any) -> None:
    browser = as_person("worker")
    browser.switch("en")
    page = browser.get("/account")
    assert "Signed-in devices" in page.text
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"社工接力|中文|林社工|医务社工站", "", page.text))
