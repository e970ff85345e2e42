"""One task: read it, claim it, keep a draft, complete it."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from web import drafts, formdata, i18n
from web.access import actor, needs
from web.services import now, work
from workflow import inbox
from workflow.errors import InvalidForm
from workflow.forms import FieldError
from workflow.inbox import Completed
from workflow.permissions import Permission

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks/<uuid:task_id>")


@blueprint.get("")
@needs(Permission.TASK_READ)
def show(task_id: UUID) -> str:
    """Show the task: the case beside it, the form, and what happens next."""
    return _page(task_id)


@blueprint.post("/claim")
@needs(Permission.TASK_CLAIM)
def claim(task_id: UUID) -> Response:
    """Take the task on, and open it."""
    with work() as session:
        inbox.claim(session, actor(), task_id, now())
    return redirect(url_for(".show", task_id=task_id))


@blueprint.post("/release")
@needs(Permission.TASK_RELEASE)
def release(task_id: UUID) -> Response:
    """Give the task back to those who may claim it."""
    with work() as session:
        inbox.release(session, actor(), task_id, now())
    flash(gettext("任务已释放，同岗位的同事可以认领。"), "done")
    return redirect(url_for("inbox.show"))


@blueprint.post("/draft")
@needs(Permission.TASK_COMPLETE)
def draft(task_id: UUID) -> Response | str:
    """Keep what was typed so far; also the way to redraw the form and to switch the language."""
    _keep_draft(task_id)
    with work() as session:
        bound = inbox.open_task(session, actor(), task_id, now()).bound
    return drafts.answer(bound, url_for(".draft", task_id=task_id), url_for(".show", task_id=task_id))


@blueprint.post("/complete")
@needs(Permission.TASK_COMPLETE)
def complete(task_id: UUID) -> Response | tuple[str, int]:
    """Complete the task. The draft is kept first, so that no failure can lose what was typed."""
    raw = _keep_draft(task_id)
    if formdata.only_a_row():
        return redirect(url_for(".show", task_id=task_id) + "#fields")
    try:
        with work() as session:
            done = inbox.complete(session, actor(), task_id, raw, now())
    except InvalidForm as refused:
        return _page(task_id, refused.submitted.errors), 422
    flash(_what_happens_next(done), "done")
    if done.overwritten:
        fields = gettext("、").join(i18n.pick(name) for name in done.overwritten)
        flash(gettext("您办理期间，有人也改了“%(fields)s”。以您提交的为准，请与对方核对。", fields=fields), "warning")
    return redirect(url_for("inbox.show"))


def _page(task_id: UUID, errors: list[FieldError] | None = None) -> str:
    with work() as session:
        view = inbox.open_task(session, actor(), task_id, now())
    bound = view.bound.with_errors(errors) if errors else view.bound
    return render_template("task.html", view=view, bound=bound)


def _keep_draft(task_id: UUID) -> formdata.Raw:
    with work() as session:
        form = inbox.form_of(session, actor(), task_id)
    raw = formdata.sent(form)
    with work() as session:
        inbox.save_draft(session, actor(), task_id, raw)
    return raw


def _what_happens_next(done: Completed) -> str:
    if done.finished:
        return str(gettext("已提交。个案 %(number)s 的流程已经结束。", number=done.case_number))
    if not done.opened:
        return str(gettext("已提交。个案 %(number)s 正在继续。", number=done.case_number))
    steps = gettext("、").join(i18n.pick(step) for step in done.opened)
    return str(gettext("已提交。个案 %(number)s 的下一步：%(steps)s。", number=done.case_number, steps=steps))
