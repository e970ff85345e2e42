"""What a program is told when something goes wrong: the sentences of the pages as JSON, with the code that made them.

`{"error": {"code": "task_taken", "title": "...", "sentences": ["..."], "fields": [...]}}`; the language follows
Accept-Language, Chinese without one. `fields` names what is wrong where: a path and a message in both languages.
"""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from workflow.errors import InvalidForm
from workflow.forms import FieldError

ROOT = "/api/"
UNAUTHORISED = {"WWW-Authenticate": 'Bearer realm="CareRelay"'}

Answer = tuple[Response, int]


class Refused(HTTPException):
    """The token does not open this: none or not valid (401), or without the scope (403)."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.code, self.reason = status, code


def install(app: Flask) -> None:
    """Register what only programs meet."""
    app.register_error_handler(InvalidForm, _invalid_form)
    app.register_error_handler(Refused, _refused)


def is_for_program() -> bool:
    """Whether this request is one of the JSON interface."""
    return request.path.startswith(ROOT)


def answer(status: int, code: str, title: str, sentences: tuple[str, ...] = (), **more: Any) -> Answer:
    """An error as JSON."""
    return jsonify(error={"code": code, "title": title, "sentences": list(sentences), **more}), status


def code_of(error: Exception) -> str:
    """The code of an error: that of the use case, else the name of the HTTP status."""
    code = getattr(error, "code", None)
    if isinstance(code, str):
        return code
    return HTTPStatus(code).name.lower() if isinstance(code, int) else "unforeseen"


def messages_of(error: Exception) -> dict[str, Any]:
    """What a schema, or the form, has against the body, if that is what went wrong."""
    names = getattr(error, "details", {}).get("names") if getattr(error, "code", None) == "unknown_fields" else None
    if names:
        return {"unknown": names}
    data = getattr(error, "data", None) or {}
    messages = data.get("messages") if isinstance(data, dict) else None
    return {"body": messages} if messages else {}


def _invalid_form(error: InvalidForm) -> Answer:
    fields = [_field(each) for each in error.submitted.errors]
    return answer(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_form", gettext("提交的内容需要修改"), (), fields=fields)


def _field(error: FieldError) -> dict[str, Any]:
    return {
        "path": error.path,
        "label": {"zh": error.label.zh, "en": error.label.en},
        "message": {"zh": error.message.zh, "en": error.message.en},
    }


def _refused(error: Refused) -> tuple[Response, int, dict[str, str]]:
    if error.code == HTTPStatus.UNAUTHORIZED:
        body, status = answer(error.code, error.reason, gettext("访问令牌缺失、无效或已过期"))
        return body, status, UNAUTHORISED
    body, status = answer(HTTPStatus.FORBIDDEN, error.reason, gettext("这个访问令牌没有这项权限"))
    return body, status, {}
