"""Who a request acts for: the bearer of its token, within the token's scope; and writes that are done once."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Response, g, jsonify, request
from sqlalchemy.orm import Session

from web.access import MARK
from web.api.errors import Refused
from web.services import now, work
from workflow import once, tokens
from workflow.identity import Actor
from workflow.once import Answer

View = TypeVar("View", bound=Callable[..., Any])
SCHEME = "Bearer "
KEY_HEADER = "Idempotency-Key"
AGAIN_HEADER = "Idempotency-Replayed"


def scope(name: str) -> Callable[[View], View]:
    """Open a view to tokens with this scope; a cookie of the pages opens nothing here."""
    assert name in tokens.SCOPES

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            bearer = _bearer()
            if name not in bearer.scopes:
                raise Refused(HTTPStatus.FORBIDDEN, "scope_missing")
            g.bearer = bearer
            return view(*args, **kwargs)

        setattr(guarded, MARK, f"token:{name}")
        return cast(View, guarded)

    return guard


def actor() -> Actor:
    """The person the token acts for."""
    return cast(tokens.Bearer, g.bearer).actor


def write(do: Callable[[Session], Answer]) -> Response:
    """Do it once in one transaction, and answer alike when the same request comes again."""
    body = request.get_json(silent=True)
    shown = once.print_of(request.method, request.path, body)
    key = request.headers.get(KEY_HEADER, "")
    with work() as session:
        found = once.once(session, actor().user_id, key, shown, now(), lambda: do(session))
    answer = jsonify(found.body)
    answer.status_code = found.status
    if found.again:
        answer.headers[AGAIN_HEADER] = "true"
    return answer


def _bearer() -> tokens.Bearer:
    given = request.headers.get("Authorization", "")
    if not given.startswith(SCHEME):
        raise Refused(HTTPStatus.UNAUTHORIZED, "token_missing")
    with work() as session:
        bearer = tokens.bearer(session, given.removeprefix(SCHEME).strip(), now())
    if bearer is None:
        raise Refused(HTTPStatus.UNAUTHORIZED, "token_invalid")
    return bearer
