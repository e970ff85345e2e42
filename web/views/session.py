"""Signing in, in one step or two, and out; the choice of language."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user, login_user, logout_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web import i18n
from web.access import SignedIn, actor, local_path, public, signed_in
from web.services import now, work
from workflow import identity, second_factor, sign_ins
from workflow.errors import SignInRefused, TooManyAttempts
from workflow.identity import Actor

blueprint = Blueprint("session", __name__)

PENDING = "pending"
"""Key of the session: who has given the right password, since when."""
PATIENCE = timedelta(minutes=10)

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/login")
@public
def login() -> Answer:
    """Show the sign-in page; people who are signed in already go on."""
    if current_user.is_authenticated:
        return redirect(_target())
    return render_template("login.html", next=_target(), username="")


@blueprint.post("/login")
@public
def sign_in() -> Answer:
    """Sign in; a refusal never says which part was wrong."""
    username = request.form.get("username", "").strip()
    with work() as db:
        try:  # inside the transaction: the attempt must be counted even when it is refused
            person = identity.sign_in(db, username, request.form.get("password", ""), address(), now())
        except TooManyAttempts as refused:
            page = render_template("login.html", next=_target(), username=username, message=too_many(refused))
            return page, 429, {"Retry-After": str(refused.retry_after)}
        except SignInRefused:
            message = gettext("用户名或密码不对，请再试一次。")
            return render_template("login.html", next=_target(), username=username, message=message), 422
        if not person.has_second_factor:
            person = _begun(db, person)
    if person.has_second_factor:
        _start_afresh(person)
        session[PENDING] = [str(person.user_id), person.session_epoch, now().timestamp()]
        return redirect(url_for(".second_step", next=_target()))
    _begin_session(person)
    return redirect(_target())


@blueprint.get("/login/code")
@public
def second_step() -> Answer:
    """Ask for the code of the second factor, after the password was right."""
    if _pending() is None:
        return redirect(url_for(".login", next=_target()))
    return render_template("login_code.html", next=_target())


@blueprint.post("/login/code")
@public
def finish() -> Answer:
    """Check the code, and let the person in."""
    waiting = _pending()
    if waiting is None:
        flash(gettext("等得太久，请重新登录。"), "warning")
        return redirect(url_for(".login", next=_target()))
    user_id, epoch = waiting
    with work() as db:
        try:
            second_factor.check(db, user_id, request.form.get("code", ""), address(), now())
        except TooManyAttempts as refused:
            page = render_template("login_code.html", next=_target(), message=too_many(refused))
            return page, 429, {"Retry-After": str(refused.retry_after)}
        except SignInRefused:
            message = gettext("验证码不对，或者已经用过。请等手机上出现新的再试。")
            return render_template("login_code.html", next=_target(), message=message), 422
        person = identity.load_actor(db, user_id, epoch)
        if person is not None:
            person = _begun(db, person)
    if person is None:
        session.pop(PENDING, None)
        return redirect(url_for(".login", next=_target()))
    _begin_session(person)
    return redirect(_target())


@blueprint.post("/logout")
@signed_in
def logout() -> Answer:
    """Sign out and forget everything of the session but the language."""
    person = actor()
    if person.session_id is not None:
        with work() as db:
            sign_ins.end(db, person, person.session_id, now())
    language = i18n.chosen_language()
    logout_user()
    session.clear()
    i18n.remember_language(language)
    flash(gettext("您已安全退出。"), "done")
    return redirect(url_for(".login"))


@blueprint.post("/language")
@public
def language() -> Answer:
    """Switch the language of this session, and of the person's profile when they are signed in."""
    switch_language(request.form.get("language", ""))
    return redirect(_target())


def switch_language(chosen: str) -> None:
    """Keep a language for the session and for the person; an unknown one changes nothing."""
    if i18n.remember_language(chosen) and current_user.is_authenticated:
        with work() as db:
            identity.set_locale(db, actor(), chosen)


def _begun(db: Session, person: Actor) -> Actor:
    """Note the sign-in on this device; gives the person as they are in it."""
    needs = not person.has_second_factor and second_factor.is_required(db, person)
    browser = request.headers.get("User-Agent", "")
    session_id = sign_ins.begin(db, person.user_id, address(), browser, now(), needs_second_factor=needs)
    return replace(person, session_id=session_id)


def _begin_session(person: Actor) -> None:
    _start_afresh(person)
    login_user(SignedIn(person))


def _start_afresh(person: Actor) -> None:
    """Start a fresh session: nothing of the one before may leak into it, but a language chosen on the sign-in page."""
    chosen = session.get("language")
    session.clear()
    session.permanent = True
    i18n.remember_language(chosen or person.locale)


def _pending() -> tuple[UUID, int] | None:
    """Who has given the right password a short while ago, and still has to give a code."""
    try:
        user_id, epoch, at = session[PENDING]
        key, number, age = UUID(user_id), int(epoch), now().timestamp() - float(at)
    except (KeyError, TypeError, ValueError):
        return None
    return (key, number) if 0 <= age < PATIENCE.total_seconds() else None


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or ""


def too_many(refused: TooManyAttempts) -> str:
    """Say how long to wait, and what to do when somebody else is the reason."""
    minutes = max(1, -(-refused.retry_after // 60))
    wait = ngettext("尝试次数太多。请 %(num)d 分钟后再试。", "尝试次数太多。请 %(num)d 分钟后再试。", minutes)
    if refused.what != "account":
        return str(wait)
    hint = gettext("这个账号正在被人从别处反复尝试。在您平时登录的地方不受影响；急用请联系本单位的系统管理员。")
    return f"{wait} {hint}"


def _target() -> str:
    """Return where to go next: a page of this site only."""
    return local_path(request.values.get("next")) or url_for("inbox.show")
