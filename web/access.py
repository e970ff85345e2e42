"""Who may reach a view: signed in or not, and with which permission. A view that does not say so is refused.

Every view carries exactly one of `@public`, `@signed_in` and `@needs(permission)`. The decorator is only the outer
gate: it asks whether any role of the person carries the permission at all; the use case behind it asks about the very
case or task. `refuse_undeclared` runs before every request, and a test walks the URL map.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as BaseResponse

from web.services import now, work
from workflow import identity, permissions, sign_ins
from workflow.errors import Forbidden
from workflow.identity import Actor
from workflow.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
MARK = "carerelay_access"
"""Attribute of a view that holds "public", "signed_in" or the permission it needs."""

SIGNED_IN_ONLY = "signed_in"
PUBLIC = "public"


DUTY_PAGES = {identity.PASSWORD: "account.password", identity.SECOND_FACTOR: "account.factor"}
OPEN_ON_DUTY = {
    identity.PASSWORD: {"account.password", "account.change_password", "session.logout"},
    identity.SECOND_FACTOR: {"account.factor", "account.set_up", "account.password", "account.change_password",
                             "session.logout"},
}  # fmt: skip
"""Where one may go before that is done."""


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """The person of this session, as Flask-Login wants it."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """Name the person, the epoch of their sessions (raising it signs them out everywhere) and this sign-in."""
        return f"{self.actor.user_id}:{self.actor.session_epoch}:{self.actor.session_id}"


def install(app: Flask) -> None:
    """Set up the sign-in sessions and the gate in front of every view."""
    manager = LoginManager()
    # Its own context processor would look the person up on every page, error pages without a database included.
    manager.init_app(app, add_context_processor=False)
    manager.session_protection = "basic"  # "strong" signs people out whenever their phone changes network
    manager.user_loader(_load)
    app.before_request(refuse_undeclared)
    app.context_processor(lambda: {"viewer": viewer(), "may": may})


def _load(remembered: str) -> SignedIn | None:
    """Find the person named in the cookie; a cookie of an older form, or of an ended session, signs nobody in."""
    try:
        user_id, epoch, sign_in = remembered.split(":")
        key, number, session_id = UUID(user_id), int(epoch), UUID(sign_in)
    except ValueError:
        return None
    with work() as session:
        found = identity.load_actor(session, key, number, session_id)
        if found is not None:
            sign_ins.seen(session, found, request.remote_addr or "", now())
    return SignedIn(found) if found else None


def actor() -> Actor:
    """Return the person who is asking; only for views that are not public."""
    return cast(Actor, current_user.actor)


def viewer() -> Actor | None:
    """Return the person if this request has already looked them up, without asking the database.

    Error pages use it: they must be drawn even when the database does not answer.
    """
    user = g.get("_login_user")
    return user.actor if isinstance(user, SignedIn) else None


def recognise() -> None:
    """Look the person up for a page that asks for no permission, such as "not found"; leave it when that fails."""
    with suppress(Exception):  # the page is drawn without a navigation then
        current_user.is_authenticated  # noqa: B018  # looking is what loads the person


def may(permission: str) -> bool:
    """Say whether any role of the reader carries the permission; decides what the navigation shows."""
    person = viewer()
    return person is not None and permissions.may_hold(person, Permission(permission))


def public(view: View) -> View:
    """Open a view to everybody, signed in or not. The short list: sign in, language, health, static files."""
    setattr(view, MARK, PUBLIC)
    return view


def signed_in(view: View) -> View:
    """Open a view to everybody who has signed in, whatever their role."""
    return _guard(view, None)


def needs(permission: Permission) -> Callable[[View], View]:
    """Open a view to people one of whose roles carries the permission; others get the 403 page."""
    return lambda view: _guard(view, permission)


def _guard(view: View, permission: Permission | None) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _to_sign_in()
        duty = actor().duty
        if duty is not None and request.endpoint not in OPEN_ON_DUTY[duty]:
            return _to_duty(duty)
        if permission is not None and not permissions.may_hold(actor(), permission):
            raise Forbidden(permission.value)
        return view(*args, **kwargs)

    setattr(guarded, MARK, permission or SIGNED_IN_ONLY)
    return cast(View, guarded)


def _to_sign_in() -> BaseResponse:
    """Send a signed-out person to the sign-in page and afterwards back to where they wanted to go."""
    if request.method != "GET":
        flash(gettext("您已退出登录，刚才的内容没有发送。请重新登录后再试。"), "warning")
    target = request.full_path.rstrip("?") if request.method == "GET" else (local_path(request.referrer) or None)
    return redirect(url_for("session.login", next=target if target != "/" else None))


def _to_duty(duty: str) -> BaseResponse:
    """Send somebody to what they have to do first: choose a password, or set up their second factor."""
    if request.method != "GET":
        flash(gettext("请先完成这一步。刚才的内容没有发送。"), "warning")
    return redirect(url_for(DUTY_PAGES[duty]))


def local_path(address: str | None) -> str:
    """Return the path of an address on this site, or "" when it would lead anywhere else."""
    parts = urlsplit(address or "")
    if parts.netloc and parts.netloc != request.host:
        return ""
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    # "//host" and "/\host" are read by browsers as another site.
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def refuse_undeclared() -> Response | None:
    """Refuse a view that forgot to say who may reach it: a mistake of ours must not become an open door."""
    if request.endpoint in (None, "static"):
        return None
    view = current_app.view_functions[request.endpoint]
    if not hasattr(view, MARK):
        raise RuntimeError(f"view {request.endpoint} declares no permission")
    return None
