"""Signing in and out, and the choice of language."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from web import i18n
from web.access import SignedIn, actor, local_path, public, signed_in
from web.services import now, work
from workflow import identity
from workflow.errors import SignInRefused, TooManyAttempts

blueprint = Blueprint("session", __name__)

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
            person = identity.sign_in(db, username, request.form.get("password", ""), request.remote_addr or "", now())
        except TooManyAttempts as refused:
            return _too_many(username, refused.retry_after)
        except SignInRefused:
            message = gettext("用户名或密码不对，请再试一次。")
            return render_template("login.html", next=_target(), username=username, message=message), 422
    _begin_session(SignedIn(person))
    return redirect(_target())


@blueprint.post("/logout")
@signed_in
def logout() -> Answer:
    """Sign out and forget everything of the session but the language."""
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


def _begin_session(person: SignedIn) -> None:
    """Start a fresh session: nothing of the one before may leak into it, but a language chosen on the sign-in page."""
    chosen = session.get("language")
    session.clear()
    session.permanent = True
    i18n.remember_language(chosen or person.actor.locale)
    login_user(person)


def _too_many(username: str, retry_after: int) -> Answer:
    minutes = max(1, -(-retry_after // 60))
    message = ngettext("尝试次数太多。请 %(num)d 分钟后再试。", "尝试次数太多。请 %(num)d 分钟后再试。", minutes)
    page = render_template("login.html", next=_target(), username=username, message=message)
    return page, 429, {"Retry-After": str(retry_after)}


def _target() -> str:
    """Return where to go next: a page of this site only."""
    return local_path(request.values.get("next")) or url_for("inbox.show")
