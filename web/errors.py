"""Errors to pages. Domain errors carry codes and values; only here do they become sentences.

| what happened                            | status | page says                                               |
|------------------------------------------|--------|---------------------------------------------------------|
| NotFound, unknown address                | 404    | not here, or not yours to see                           |
| Forbidden                                | 403    | you may see it, somebody else must do it                |
| Conflict: TaskTaken, TaskClosed, others  | 409    | who was faster and when; what was typed is kept         |
| Conflict: StepRefused                    | 409    | the step could not be carried out; the case is as before|
| Invalid: InvalidForm (drawn by its view) | 422    | the form as typed, with what to correct                 |
| Invalid, any other                       | 422    | the request does not make sense                         |
| CSRFError                                | 400    | the page is of an older session; work in it is kept     |
| other HTTP errors (405, 413, 429 ...)    | same   | a sentence of their own                                 |
| anything else                            | 500    | our mistake, with a reference number that is in the log |

The log of a 500 holds the reference, the endpoint, the kind of error and the lines of code it came through, but never
the error's own text: that may quote what somebody typed about a patient.
"""

import secrets
import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from web.access import local_path, recognise, viewer
from web.api import errors as for_program
from web.i18n import pick, short_moment
from workflow.errors import (
    CareRelayError,
    CaseDamaged,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    StepRefused,
    TaskClosed,
    TaskTaken,
)

Page = tuple[str | Response, int]
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, 1, O, I: the number is read out over the telephone."""


def install(app: Flask) -> None:
    """Register one handler a family."""
    app.register_error_handler(NotFound, _coded(lambda error: _not_found()))
    app.register_error_handler(Forbidden, _coded(lambda error: _forbidden()))
    app.register_error_handler(Conflict, _coded(_conflict))
    app.register_error_handler(Invalid, _coded(lambda error: _invalid()))
    app.register_error_handler(CareRelayError, _coded(_unforeseen))
    app.register_error_handler(CSRFError, _coded(lambda error: _stale_page()))
    app.register_error_handler(HTTPException, _coded(_http))
    app.register_error_handler(Exception, _coded(_unforeseen))


def _coded(handler: Callable[[Any], Any]) -> Callable[[Exception], Any]:
    """Let the code of the error be known to whoever writes the answer: programs go by it."""

    def handle(error: Exception) -> Any:
        g.error_code, g.error_messages = for_program.code_of(error), for_program.messages_of(error)
        return handler(error)

    return handle


def page(status: int, title: str, *sentences: str, **more: Any) -> Page:
    """Draw an error page. `kept=True` adds that what was typed is kept as a draft; see error.html for the others.

    A program gets the same sentences as JSON.
    """
    if for_program.is_for_program():
        more = {"reference": more["reference"]} if "reference" in more else {}
        more |= g.pop("error_messages", {})
        return for_program.answer(status, g.pop("error_code", "refused"), title, sentences, **more)
    return render_template("error.html", title=title, sentences=sentences, **more), status


def _typed_something() -> bool:
    """Tell whether this request brought a task form, whose content its view has saved as a draft before acting."""
    return request.endpoint in {"tasks.complete", "referrals.create"}


def _not_found() -> Page:
    return page(
        HTTPStatus.NOT_FOUND,
        gettext("没有找到这个页面"),
        gettext("地址可能不完整，内容可能已经移走，也可能不在您可以查看的范围内。"),
    )


def _forbidden() -> Page:
    return page(
        HTTPStatus.FORBIDDEN,
        gettext("这一步不由您办理"),
        gettext("您可以查看，但办理需要另一个岗位。如果您认为这是错误，请联系督导或系统管理员。"),
    )


def _conflict(error: Conflict) -> Page:
    return page(HTTPStatus.CONFLICT, *_conflict_words(error), kept=_typed_something())


def _conflict_words(error: Conflict) -> tuple[str, ...]:
    if isinstance(error, TaskTaken | TaskClosed):
        values = {
            "name": error.details.get("by") or gettext("系统"),
            "time": short_moment(error.details.get("at")),
        }
        if isinstance(error, TaskTaken):
            return (
                gettext("这项任务已由 %(name)s 认领", name=values["name"]),
                gettext("%(name)s 于 %(time)s 认领了它。需要由您办理时，请先请对方释放。", **values),
            )
        return (
            gettext("这项任务已由 %(name)s 办理", name=values["name"]),
            gettext("%(name)s 已于 %(time)s 完成这一步，个案已经往下走。", **values),
        )
    if isinstance(error, CaseDamaged):
        return gettext("这一步没能办成"), pick(error.message)  # trying again would not help
    if isinstance(error, StepRefused):
        return gettext("这一步没能办成"), pick(error.message), gettext("个案没有任何改动，可以修改后再试。")
    return (
        gettext("内容刚刚被别人改过"),
        gettext("您打开页面之后，其他人先作了改动。请返回查看最新情况，再决定是否继续。"),
    )


def _invalid() -> Page:
    return page(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        gettext("提交的内容不能识别"),
        gettext("请返回重新打开页面，再填一次。"),
    )


def _stale_page() -> Page:
    title = gettext("这个页面已经过期")
    if not _carries_work():
        return page(
            HTTPStatus.BAD_REQUEST,
            title,
            gettext("您可能在另一个窗口里退出或换了账号。请返回、刷新页面后重新提交；刚才的内容没有发送。"),
        )
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return page(
        HTTPStatus.BAD_REQUEST,
        title,
        gettext("您已退出登录或换了账号，刚才的内容没有发送，但还留在这一页上，请不要关闭它。"),
        typed=typed,
        resume=url_for(f"{request.blueprint}.draft", **(request.view_args or {})),
        signed_out=viewer() is None,
    )


def _carries_work() -> bool:
    """Tell whether this request brought a form that was filled in on a page of ours, not made up by another site."""
    from_ours = bool(local_path(request.referrer))
    return from_ours and request.endpoint in {"tasks.complete", "tasks.draft", "referrals.create", "referrals.draft"}


def _http(error: HTTPException) -> Page | HTTPException:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status < HTTPStatus.INTERNAL_SERVER_ERROR and not for_program.is_for_program():
        recognise()
    if status == HTTPStatus.NOT_FOUND:
        return _not_found()
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden()
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return page(status, gettext("文件太大"), gettext("请压缩文件或分几次上传，然后重新提交。"))
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return page(status, gettext("不能这样打开这个页面"), gettext("请从页面上的按钮进入。"))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _unforeseen(error)
    if status < HTTPStatus.BAD_REQUEST:
        return error  # redirects are answers, not errors
    return page(status, gettext("这个请求不能处理"), gettext("请返回上一页再试。"))


def _unforeseen(error: Exception) -> Page:
    reference = new_reference()
    current_app.logger.error("%s", describe(error, reference))
    title = gettext("系统出了问题")
    try:
        return page(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            title,
            gettext("这不是您的错。个案没有任何改动，可以返回后再试一次。"),
            gettext("如果还是不行，请把下面的编号告诉系统管理员。"),
            reference=reference,
            kept=_typed_something(),
        )
    except Exception as second:  # the page itself is broken: say the least, but say it
        current_app.logger.error("%s", describe(second, reference))
        return f"{title} {reference}", HTTPStatus.INTERNAL_SERVER_ERROR


def new_reference() -> str:
    """Return a number such as "K7QF-3MWD" that ties a page to a log entry."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def describe(error: BaseException, reference: str) -> str:
    """Describe an error for the log without its own text, which may hold personal data."""
    head = f"reference={reference} endpoint={request.endpoint} method={request.method}"
    return "\n".join([head, *_chain(error)])


def _chain(error: BaseException) -> Iterator[str]:
    seen: BaseException | None = error
    while seen is not None:
        yield f"{type(seen).__module__}.{type(seen).__qualname__}"
        for frame in traceback.extract_tb(seen.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
