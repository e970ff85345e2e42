"""Lays what a step hands on over the data of a case, field by field, and reports where two branches changed the same.

Data is kept once, so nothing has to be merged at a join (engine-defects.md D1); but what is written may be older than
what stands there. A copy taken when the step began (an input mapping, a field that a form showed as it stood) is merged
three ways: what is as it was then leaves the field as it stands now. Everything else counts, an answer that says again
what stood there before too; where it goes over another branch's change that the step could not know of, that is a
conflict.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workflow.engine import feel, marks, values
from workflow.engine.expressions import Formula
from workflow.engine.marks import ABSENT

if TYPE_CHECKING:
    from workflow.engine.scopes import ScopeMixin
    from workflow.engine.token import Frame, Token

Path = tuple[str, ...]
EVERYTHING = frozenset({""})
"""As dotted paths of what is a copy: all of it."""


def lay(
    token: "Token", frame: "Frame", owner: "Token | ScopeMixin", name: str, value: Any, copied: frozenset[str]
) -> None:
    """Lay a value over a variable of a frame; `copied`: the fields that come from a copy as old as the step."""
    top = token.workflow.top_workflow
    if len(top.index) < 2:
        values.merge(frame, {name: value})  # nobody else is under way
        return
    fields = {path: (theirs, mine) for path, theirs, mine in _fields((name,), frame.get(name, ABSENT), value)}
    kept = _kept(token, owner, fields, copied) if copied and marks.of(token) else set()
    changed: dict[str, Any] = {}
    for path, (theirs, mine) in fields.items():
        if path not in kept and not _same(theirs, mine):
            field = marks.key(owner, path)
            _look_at(token, field, path, theirs)
            changed[field] = theirs
    marks.forget(token, [marks.key(owner, path) for path in fields if path not in kept])
    if changed:
        marks.spread(token, owner, changed)
    rest = _without((name,), value, kept)
    if rest is not ABSENT:
        values.merge(frame, {name: rest})


def has_read(token: "Token", formula: Formula, extra: Mapping[str, Any] | None = None) -> None:
    """A branch knows what a formula of it has read; `extra` hides what lies below it."""
    if formula.constant:
        return
    # An activity around it that has output mappings may still hand on an older copy.
    line = [
        each for each in marks.line(token) if marks.of(each) and (each is token or not each.task_spec.outputs_mapped)
    ]
    if not line:
        return
    frames = list(token.framed())
    for path in _paths(formula):
        name = path.partition(".")[0]
        owner = next((owner for frame, _, owner in frames if name in frame), None)
        if owner is not None and name not in (extra or {}):
            read = marks.key(owner, tuple(path.split(".")))
            for each in line:
                marks.drop(each, [field for field in marks.of(each) if _overlap(read, field)])


def is_copied(formula: Formula, own: Collection[str]) -> bool:
    """Whether a formula hands on what the step took in or was told, rather than stating something of its own."""
    return not formula.constant and any(path.partition(".")[0] in own for path in _paths(formula))


def _paths(formula: Formula) -> frozenset[str]:
    named = feel.names(formula.text)
    return named.required | named.optional | named.maybe


def _is_in(path: Path, copied: frozenset[str]) -> bool:
    name = marks.dotted(path)
    return any(not each or name == each or name.startswith(f"{each}.") for each in copied)


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _kept(
    token: "Token", owner: "Token | ScopeMixin", fields: Mapping[Path, tuple[Any, Any]], copied: frozenset[str]
) -> set[Path]:
    """The fields that somebody else has changed and this step has not: they stay as they are.

    A record laid over a single value, or the other way round, is always taken as a change of this step.
    """
    if any(mine is ABSENT for _, mine in fields.values()):
        return set()
    found = set()
    for path, (_, mine) in fields.items():
        mark = marks.of(token).get(marks.key(owner, path))
        if mark is not None and marks.is_recent(mark) and _is_in(path, copied) and _same(mine, marks.base(mark)):
            found.add(path)
    return found


def _look_at(token: "Token", field: str, path: Path, theirs: Any) -> None:
    """Report a conflict if this step could not know what it writes over."""
    mark = marks.of(token).get(field)
    if mark is None or (not marks.is_recent(mark) and token.task_spec.shows_all):
        return
    if not marks.is_recent(mark) or not _same(theirs, marks.base(mark)):
        token.workflow.top_workflow.conflicts.append((token.element_id, mark[0], path))


def _fields(path: Path, theirs: Any, mine: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Every single field that laying `mine` over `theirs` sets or takes away, with both values."""
    if isinstance(mine, Mapping) and (mine or isinstance(theirs, dict)):
        below = theirs if isinstance(theirs, dict) else {}
        if below is not theirs and theirs is not ABSENT:
            yield path, theirs, ABSENT
        for key, value in mine.items():
            yield from _fields((*path, key), below.get(key, ABSENT), value)
    elif isinstance(theirs, dict):
        yield from _gone(path, theirs)
        yield path, ABSENT, mine
    else:
        yield path, theirs, mine


def _gone(path: Path, theirs: Mapping[str, Any]) -> Iterator[tuple[Path, Any, Any]]:
    for key, value in theirs.items():
        if isinstance(value, dict):
            yield from _gone((*path, key), value)
        else:
            yield (*path, key), value, ABSENT


def _without(path: Path, value: Any, kept: set[Path]) -> Any:
    """The value without the fields that are kept; ABSENT if nothing is left."""
    if not kept:
        return value
    if path in kept:
        return ABSENT
    if not isinstance(value, Mapping):
        return value
    rest = {key: _without((*path, key), entry, kept) for key, entry in value.items()}
    return {key: entry for key, entry in rest.items() if entry is not ABSENT}


def _same(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return values.same(one, other)
