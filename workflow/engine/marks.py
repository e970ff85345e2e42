"""Marks on tokens: which fields other branches have changed without this branch knowing of it.

A mark says who changed a field last and, at an activity, what stood there when the activity began. It is set on every
token under way beside the writer, handed on from step to step, and taken away by a join with a branch that knows of the
change, and by reading or overwriting the field. So marks never outlive their token, and there are at most as many as
fields, however old the case is. What an instance of a multi-instance activity writes stays with it: it is never marked.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from workflow.engine import values

if TYPE_CHECKING:
    from workflow.engine.scopes import ScopeMixin
    from workflow.engine.token import Token

MEMO = "unseen"
"""Where a token keeps its marks: key of the field -> [element that changed it], at an activity that was under way by
then followed by [what stood there before], or [] if nothing did."""
ABSENT = object()
"""The value of a field that is not there."""

Marks = dict[str, list[Any]]


def of(token: "Token") -> Marks:
    """The marks of a token."""
    marks: Marks = token.internal_data.get(MEMO, {})
    return marks


def key(owner: "Token | ScopeMixin", path: tuple[str, ...]) -> str:
    """The key of a field: the same name in two frames, each the data of an activity or of a process, is two fields."""
    if isinstance(owner, Task):
        return f"{owner.id}:{dotted(path)}"
    return f"@{owner.host.id}:{dotted(path)}" if owner.host is not None else f":{dotted(path)}"


def dotted(path: tuple[str, ...]) -> str:
    """The path of a field as text; a dot inside a name is escaped, so that two fields never have the same text."""
    return ".".join(step.replace("\\", "\\\\").replace(".", "\\.") for step in path)


def base(mark: list[Any]) -> Any:
    """What stood in the field when the activity began; ABSENT if nothing did. Raises IndexError if it is not known."""
    return mark[1][0] if mark[1] else ABSENT


def is_recent(mark: list[Any]) -> bool:
    """Whether the change was made after the activity began, so that its base is known."""
    return len(mark) > 1


def line(token: "Token") -> Iterator["Token"]:
    """The token and all activities that it is inside of: what it does, they do."""
    inside: Token | None = token
    while inside is not None:
        workflow = inside.workflow
        while inside is not None and inside is not workflow.task_tree:
            yield inside
            # A boundary event is beside its activity, not in it.
            inside = None if inside.is_boundary else inside.parent
        inside = workflow.host


def inherited(token: "Token | None") -> dict[str, Any]:
    """The memory that a token's successor begins with: what was not known stays so, whatever stood there."""
    marks = of(token) if token is not None else {}
    return {MEMO: {name: mark[:1] for name, mark in marks.items()}} if marks else {}


def beside(token: "Token") -> None:
    """A boundary event or event subprocess begins a branch: it knows what the activity it belongs to knows."""
    if token.is_armed or token.is_boundary:
        token.internal_data.update(inherited(token.parent if token.is_boundary else token.workflow.host))


def joined(tokens: Iterable["Token"]) -> Marks:
    """What none of the tokens that a join merges knows of."""
    first, *others = tokens
    return {name: mark[:1] for name, mark in of(first).items() if all(name in of(other) for other in others)}


def forget(token: "Token", known: Iterable[str]) -> None:
    """The branch of a token knows these fields as they stand now."""
    names = list(known)
    for each in line(token):
        drop(each, names)


def drop(token: "Token", names: Iterable[str]) -> None:
    """Take marks off one token."""
    marks = of(token)
    if marks:
        for name in names:
            marks.pop(name, None)
        if not marks:
            del token.internal_data[MEMO]


def spread(token: "Token", owner: "Token | ScopeMixin", changed: dict[str, Any]) -> None:
    """Mark fields that a token has changed, given with what stood there before, on all tokens beside it."""
    own = {id(each) for each in line(token)}
    for other in _writers(owner):
        if id(other) not in own:
            marks = other.internal_data.setdefault(MEMO, {})
            for name, old in changed.items():
                mark = marks.get(name)
                if mark is not None and is_recent(mark):
                    mark[0] = token.element_id
                elif other.task_spec.is_activity:
                    marks[name] = [token.element_id, [] if old is ABSENT else [values.keep(old)]]
                else:
                    marks[name] = [token.element_id]


def _writers(owner: "Token | ScopeMixin") -> Iterator["Token"]:
    """The tokens under way that can write into a frame."""
    return _inside(owner) if isinstance(owner, Task) else _of_scope(owner)


def _of_scope(scope: "ScopeMixin") -> Iterator["Token"]:
    for name in scope.task_tree._children:
        token = scope.tasks[name]
        if not token.is_armed:
            yield token
            yield from _inside(token)


def _inside(token: "Token") -> Iterator["Token"]:
    scope = token.workflow.top_workflow.subprocesses.get(token.id)
    if scope is not None and not scope.holds_case_data:
        yield from _of_scope(scope)
    if token.task_spec.shares_turns:
        for child in token.children:
            if child.is_instance:
                yield child
                yield from _inside(child)


def are_marks(value: Any) -> bool:
    """Whether a value out of a snapshot is the marks of a token."""
    return isinstance(value, dict) and all(
        ":" in name
        and isinstance(mark, list)
        and len(mark) in (1, 2)
        and isinstance(mark[0], str)
        and (len(mark) == 1 or (isinstance(mark[1], list) and len(mark[1]) < 2))
        for name, mark in value.items()
    )
