"""One's own account: password, second factor, sign-ins on devices, language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext, ngettext
from flask_login import login_user
from werkzeug.wrappers import Response

from web.access import SignedIn, actor, signed_in
from web.services import now, work
from web.views.session import PENDING, address, too_many
from workflow import identity, passwords, second_factor, sign_ins
from workflow.errors import Conflict, Invalid, SignInRefused, TooManyAttempts
from workflow.second_factor import Setup

blueprint = Blueprint("account", __name__, url_prefix="/account")

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("")
@signed_in
def show() -> Answer:
    """Show how it stands with the account."""
    person = actor()
    with work() as db:
        factor = second_factor.standing(db, person, now())
        devices = sign_ins.running(db, person, now())
    return render_template("account/show.html", person=person, factor=factor, devices=devices)


# ---- password ------------------------------------------------------------------------------------------------------


@blueprint.get("/password")
@signed_in
def password() -> Answer:
    """Show the form for a new password."""
    return render_template("account/password.html", person=actor(), least=passwords.SHORTEST)


@blueprint.post("/password")
@signed_in
def change_password() -> Answer:
    """Change the password; everywhere else one is signed out."""
    person, typed = actor(), request.form
    new = typed.get("new", "")
    if new != typed.get("again", ""):
        return _refused_password("again", gettext("两次输入的新密码不一样。"))
    with work() as db:
        try:  # inside the transaction: a wrong old password must be counted
            passwords.change(db, person, typed.get("old", ""), new, address(), now())
        except TooManyAttempts as refused:
            return _refused_password("old", too_many(refused), 429, refused)
        except SignInRefused:
            return _refused_password("old", gettext("现在的密码不对，请再试一次。"))
        except Invalid as refused:
            return _refused_password("new", _weak(refused))
        again = identity.load_actor(db, person.user_id, person.session_epoch + 1, person.session_id)
    if again is not None:
        session.pop(PENDING, None)
        login_user(SignedIn(again))
    flash(gettext("密码已更改；在其他设备上已退出登录。"), "done")
    return redirect(url_for(".show") if again is None or again.duty is None else url_for(".factor"))


def _refused_password(field: str, message: str, status: int = 422, refused: TooManyAttempts | None = None) -> Answer:
    page = render_template(
        "account/password.html", person=actor(), least=passwords.SHORTEST, wrong=field, message=message
    )
    return (page, status, {"Retry-After": str(refused.retry_after)}) if refused else (page, status)


def _weak(refused: Invalid) -> str:
    words = {
        "password_too_short": lambda: ngettext(
            "新密码太短，至少要 %(num)d 个字符。", "新密码太短，至少要 %(num)d 个字符。", passwords.SHORTEST
        ),
        "password_too_long": lambda: ngettext(
            "新密码太长，最多 %(num)d 个字符。", "新密码太长，最多 %(num)d 个字符。", passwords.LONGEST
        ),
        "password_common": lambda: gettext("这个密码很多人在用，最先被人猜到。请换一个，例如几个不相干的词连起来。"),
        "password_is_name": lambda: gettext("新密码不能就是用户名、姓名或本系统的名称。"),
        "password_same": lambda: gettext("新密码和现在的一样。"),
    }
    return str(words[refused.code]())


# ---- second factor -------------------------------------------------------------------------------------------------


@blueprint.get("/second-factor")
@signed_in
def factor() -> Answer:
    """Show the code to scan with the phone, or how it stands when it is set up."""
    return _second_factor()


@blueprint.post("/second-factor")
@signed_in
def set_up() -> Answer:
    """Let it count once the phone gives a right code, and show the recovery codes, once."""
    password = request.form.get("password", "")
    return _with_code(lambda db, code: second_factor.confirm(db, actor(), password, code, address(), now()))


@blueprint.post("/second-factor/codes")
@signed_in
def renew_codes() -> Answer:
    """Show new recovery codes in place of the old ones, once."""
    return _with_code(lambda db, code: second_factor.renew_codes(db, actor(), code, address(), now()))


@blueprint.post("/second-factor/end")
@signed_in
def give_up() -> Answer:
    """Do without it, or begin anew with another phone."""
    return _with_code(lambda db, code: second_factor.give_up(db, actor(), code, address(), now()))


def _with_code(act: Any) -> Answer:
    """Do something that a code must be given for."""
    with work() as db:
        try:  # inside the transaction: a wrong code must be counted
            codes = act(db, request.form.get("code", ""))
        except TooManyAttempts as refused:
            page = _second_factor(too_many(refused))
            return str(page), 429, {"Retry-After": str(refused.retry_after)}
        except SignInRefused as refused:
            if refused.code == "password_wrong":
                return str(_second_factor(gettext("现在的密码不对，请再试一次。"))), 422
            return str(_second_factor(gettext("验证码不对，或者已经用过。请等手机上出现新的再试。"))), 422
        except Conflict:
            return redirect(url_for(".factor"))
    if codes:
        return render_template("account/codes.html", codes=codes)
    flash(gettext("第二重验证已停用。"), "done")
    return redirect(url_for(".show"))


def _second_factor(message: str | None = None) -> Answer:
    person = actor()
    with work() as db:
        factor = second_factor.standing(db, person, now())
        setup = second_factor.prepare(db, person) if factor.since is None else None
    return render_template(
        "account/second_factor.html", person=person, factor=factor, setup=setup, message=message,
        picture=_picture(setup) if setup else None, spaced=_spaced(setup) if setup else None,
    )  # fmt: skip


def _picture(setup: Setup) -> str:
    """The QR code as the address of a picture, which our content policy allows."""
    return str(segno.make(setup.uri, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff"))


def _spaced(setup: Setup) -> str:
    """The secret in groups of four, to be typed off."""
    return " ".join(setup.secret[start : start + 4] for start in range(0, len(setup.secret), 4))


# ---- sign-ins ------------------------------------------------------------------------------------------------------


@blueprint.post("/sign-ins/<uuid:sign_in_id>/end")
@signed_in
def end_sign_in(sign_in_id: UUID) -> Answer:
    """Sign out on another device."""
    with work() as db:
        sign_ins.end(db, actor(), sign_in_id, now())
    flash(gettext("那台设备已退出登录。"), "done")
    return redirect(url_for(".show"))


@blueprint.post("/sign-ins/end-others")
@signed_in
def end_others() -> Answer:
    """Sign out everywhere but here."""
    with work() as db:
        number = sign_ins.end_others(db, actor(), now())
    flash(ngettext("已在其他 %(num)d 处退出登录。", "已在其他 %(num)d 处退出登录。", number), "done")
    return redirect(url_for(".show"))
