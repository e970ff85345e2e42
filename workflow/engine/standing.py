"""Whether a restored case stands as a case can stand between two inputs, so that damage shows before anything moves.

What a node can say of its own token is asked of it (`Node.stands`); here is what is between tokens and scopes.
"""

from collections import Counter
from typing import TYPE_CHECKING

from workflow.engine.specs.loops import Wrapper

if TYPE_CHECKING:
    from workflow.engine.case import Case
    from workflow.engine.scopes import ScopeMixin
    from workflow.engine.token import Token


class OutOfPlace(ValueError):
    """A state that no run can have left behind."""


def check(case: "Case") -> None:
    """Look at everything that stands somewhere. Raises OutOfPlace.

    In an incident a step may have stopped half-way, and nothing moves any more: then only who belongs to whom counts.
    """
    if case.completed and case.index:
        raise OutOfPlace("completed with work open")
    if not (case.completed or case.index or case.incident):
        raise OutOfPlace("neither completed nor anywhere")
    for scope in case.every_scope():
        _check_scope(scope, strict=case.incident is None)
        for token in scope.tokens:
            if not _belongs(scope, token):
                raise OutOfPlace("a token that does not belong where it hangs")
            if case.incident is None and not _stands(token):
                raise OutOfPlace("a token where none can stand")


def _check_scope(scope: "ScopeMixin", *, strict: bool) -> None:
    adhoc, offers = scope.spec.adhoc, scope.offers
    if not isinstance(scope.enough, bool) or not isinstance(offers, list) or not {*offers} <= {*scope.spec.starts}:
        raise OutOfPlace("offers of an ad-hoc subprocess that it does not have")
    if (offers or scope.enough) and adhoc is None:
        raise OutOfPlace("offers of something else")
    if not strict or scope.top_workflow.completed:
        return
    standing = [scope.tasks[name] for name in scope.task_tree._children]
    if scope.host is not None and all(token.is_armed for token in standing):
        raise OutOfPlace("a scope in which nothing is left")
    _check_handlers(scope, standing)


def _check_handlers(scope: "ScopeMixin", standing: "list[Token]") -> None:
    """All event subprocesses wait for their event, unless one has interrupted: then it stands there alone."""
    armed = [token.task_spec.name for token in scope.armed]
    if armed == scope.spec.handlers:
        return
    alone = standing[0].task_spec if len(standing) == 1 else None
    if armed or not getattr(alone, "interrupting", False) or getattr(alone, "name", None) not in scope.spec.handlers:
        raise OutOfPlace("an event subprocess that does not wait for its event")


def _belongs(scope: "ScopeMixin", token: "Token") -> bool:
    parent, name = token.parent, token.task_spec.name
    if token.is_armed and (name not in scope.spec.handlers or parent is not scope.task_tree):
        return False
    if parent is scope.task_tree:
        return not token.is_boundary and not token.is_instance and name not in scope.spec.repeated
    if token.is_boundary:
        return name in parent.task_spec.boundaries
    return token.is_instance and isinstance(parent.task_spec, Wrapper) and parent.task_spec.inner == name


def _stands(token: "Token") -> bool:
    spec = token.task_spec
    return _has_boundaries(token) and spec.memories >= token.internal_data.keys() and spec.stands(token)


def _has_boundaries(token: "Token") -> bool:
    """Beside an open activity every one of its boundary events waits, once."""
    beside = Counter(child.task_spec.name for child in token.children if child.is_boundary)
    return beside == Counter(getattr(token.task_spec, "boundaries", ()))
