"""Accounts and their roles: search, one account, changes, first passwords, and the table as print and CSV."""

from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from models import Role, User
from web.access import actor, needs
from web.i18n import language_of_page
from web.services import now, work
from web.views.admin import changing
from web.views.admin.changing import Answer, Frame
from workflow.administration import accounts, exporting, memberships
from workflow.administration.accounts import Sought
from workflow.administration.editing import Refused
from workflow.administration.reach import of as reach_of
from workflow.clock.calendar import local_day
from workflow.permissions import Permission

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("")
@needs(Permission.ORGANISATION_ADMINISTER)
def index() -> str:
    """Look for accounts."""
    sought = _sought()
    with work() as session:
        found = accounts.search(session, actor(), sought, now(), request.args.get("after"))
        places = memberships.choices(session, reach_of(session, actor()))["organisations"]
    return render_template(
        "admin/accounts.html", found=found, sought=sought, places=places, roles=list(Role), today=local_day(now())
    )


@blueprint.get("/print")
@needs(Permission.ORGANISATION_ADMINISTER)
def printed() -> str:
    """Show the whole table, to be printed."""
    with work() as session:
        rows = accounts.every(session, actor(), _sought(), now())
    return render_template("admin/accounts_print.html", rows=rows, today=local_day(now()))


@blueprint.post("/export")
@needs(Permission.ORGANISATION_ADMINISTER)
def export() -> Response:
    """Give the table as a file; that somebody took it is recorded."""
    with work() as session:
        text = exporting.table(session, actor(), _sought(), now(), language_of_page())
    answer = make_response(text)
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="accounts-{local_day(now())}.csv"'
    return answer


@blueprint.get("/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def new() -> Answer:
    """Ask for a new account."""
    return changing.show(lambda session: accounts.adding(session, actor()), _adding())


@blueprint.post("/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def add() -> Answer:
    """Add an account; its password is shown on the answer and nowhere else."""
    return changing.save(
        lambda session: accounts.adding(session, actor()),
        lambda session, raw: accounts.add(session, actor(), raw, now()),
        _adding(),
        lambda made: _password(*made),
    )


@blueprint.get("/<uuid:user_id>")
@needs(Permission.ORGANISATION_ADMINISTER)
def show(user_id: UUID) -> str:
    """Show one account with its roles."""
    with work() as session:
        page = accounts.show(session, actor(), user_id, now())
    return render_template("admin/account.html", page=page)


@blueprint.get("/<uuid:user_id>/change")
@needs(Permission.ORGANISATION_ADMINISTER)
def change(user_id: UUID) -> Answer:
    """Show the form with what stands."""
    return changing.show(lambda session: accounts.changing(session, actor(), user_id), _changing(user_id))


@blueprint.post("/<uuid:user_id>/change")
@needs(Permission.ORGANISATION_ADMINISTER)
def save(user_id: UUID) -> Answer:
    """Save what was changed."""
    return changing.save(
        lambda session: accounts.changing(session, actor(), user_id),
        lambda session, raw: accounts.change(session, actor(), user_id, raw, now()),
        _changing(user_id),
        lambda _: _done(gettext("已保存。"), user_id),
    )


@blueprint.post("/<uuid:user_id>/password")
@needs(Permission.ORGANISATION_ADMINISTER)
def password(user_id: UUID) -> Answer:
    """Give a new password; it is shown on the answer and nowhere else."""
    try:
        with work() as session:
            made = accounts.reset_password(session, actor(), user_id, now())
    except Refused as refused:
        return changing.refuse(refused, _address(user_id))
    return _password(*made)


@blueprint.post("/<uuid:user_id>/second-factor")
@needs(Permission.ORGANISATION_ADMINISTER)
def second_factor(user_id: UUID) -> BaseResponse:
    """Forget a phone that was lost."""
    return changing.press(
        lambda session: accounts.reset_second_factor(session, actor(), user_id, now()),
        _address(user_id),
        lambda _: gettext("第二重验证已重设，此人下次登录时重新设置。"),
    )


@blueprint.post("/<uuid:user_id>/close")
@needs(Permission.ORGANISATION_ADMINISTER)
def close(user_id: UUID) -> BaseResponse:
    """Let the person sign in no more; their open tasks go back."""
    return changing.press(lambda session: accounts.close(session, actor(), user_id, now()), _address(user_id), _freed)


@blueprint.post("/<uuid:user_id>/reopen")
@needs(Permission.ORGANISATION_ADMINISTER)
def reopen(user_id: UUID) -> BaseResponse:
    """Let the person sign in again."""
    return changing.press(
        lambda session: accounts.reopen(session, actor(), user_id, now()),
        _address(user_id),
        lambda _: gettext("账号已重新启用。"),
    )


@blueprint.get("/<uuid:user_id>/roles/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def new_role(user_id: UUID) -> Answer:
    """Ask for a further role."""
    return changing.show(lambda session: memberships.adding(session, actor(), user_id), _giving(user_id))


@blueprint.post("/<uuid:user_id>/roles/new")
@needs(Permission.ORGANISATION_ADMINISTER)
def add_role(user_id: UUID) -> Answer:
    """Give a further role."""
    return changing.save(
        lambda session: memberships.adding(session, actor(), user_id),
        lambda session, raw: memberships.add(session, actor(), user_id, raw, now()),
        _giving(user_id),
        lambda _: _done(gettext("岗位已添加。"), user_id),
    )


@blueprint.get("/<uuid:user_id>/roles/<uuid:membership_id>/end")
@needs(Permission.ORGANISATION_ADMINISTER)
def end_role(user_id: UUID, membership_id: UUID) -> Answer:
    """Ask when a role ends, and say what the person has in hand in it."""
    return changing.show(
        lambda session: memberships.ending(session, actor(), user_id, membership_id, now())[0],
        _ending(user_id, membership_id),
    )


@blueprint.post("/<uuid:user_id>/roles/<uuid:membership_id>/end")
@needs(Permission.ORGANISATION_ADMINISTER)
def finish_role(user_id: UUID, membership_id: UUID) -> Answer:
    """End a role."""
    return changing.save(
        lambda session: memberships.ending(session, actor(), user_id, membership_id, now())[0],
        lambda session, raw: memberships.end(session, actor(), user_id, membership_id, raw, now()),
        _ending(user_id, membership_id),
        lambda freed: _done(_ended(freed), user_id),
    )


# ---- the parts -----------------------------------------------------------------------------------------------------


def _sought() -> Sought:
    given = request.args
    role = given.get("role", "")
    return Sought(
        given.get("q", ""),
        changing.asked_id("organisation"),
        role if role in {each.value for each in Role} else "",
        given.get("state", ""),
    )


def _password(user: User, secret: str) -> str:
    return render_template("admin/password.html", user=user, secret=secret)


def _freed(count: int) -> str:
    if not count:
        return str(gettext("账号已停用。"))
    return str(ngettext("账号已停用，%(num)d 个任务退回待认领。", "账号已停用，%(num)d 个任务退回待认领。", count))


def _ended(count: int) -> str:
    if not count:
        return str(gettext("岗位已结束。"))
    return str(ngettext("岗位已结束，%(num)d 个任务退回待认领。", "岗位已结束，%(num)d 个任务退回待认领。", count))


def _adding() -> Frame:
    sentences = [gettext("保存后显示一次性密码，请当面或电话告诉本人；第一次登录时要换成自己的密码。")]
    return Frame(gettext("添加账号"), gettext("添加"), url_for("admin.accounts.index"), sentences)


def _changing(user_id: UUID) -> Frame:
    return Frame(gettext("修改账号"), gettext("保存"), _address(user_id))


def _giving(user_id: UUID) -> Frame:
    return Frame(gettext("添加岗位"), gettext("添加"), _address(user_id))


def _ending(user_id: UUID, membership_id: UUID) -> Frame:
    sentences = []
    try:
        with work() as session:
            held = memberships.ending(session, actor(), user_id, membership_id, now())[1]
        sentences.append(
            ngettext(
                "这个岗位上有 %(num)d 个认领的任务；现在结束，它们退回给同岗位的同事。",
                "这个岗位上有 %(num)d 个认领的任务；现在结束，它们退回给同岗位的同事。",
                held.tasks,
            )
        )
        if held.cases:
            numbers = gettext("、").join(held.cases[:10])
            sentences.append(gettext("仍由此人负责的个案，请协调员改派：%(numbers)s", numbers=numbers))
    except Refused:
        pass  # the page itself will say so
    return Frame(gettext("结束岗位"), gettext("结束岗位"), _address(user_id), sentences)


def _done(words: str, user_id: UUID) -> BaseResponse:
    flash(words, "done")
    return redirect(_address(user_id))


def _address(user_id: UUID) -> str:
    return url_for("admin.accounts.show", user_id=user_id)
