"""Which values a process version decides on: the dotted paths its formulas read, and the choice of just those."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflow.engine import feel, values, xml
from workflow.engine.bundle import Bundle

ALWAYS_FEEL = {"conditionExpression", "completionCondition", "loopCondition", "condition"}
FEEL_ATTRIBUTES = {"inputCollection", "outputElement", "expression"}
Tree = dict[str, "Tree"]
"""A set of dotted paths as nested dicts; an empty dict means the whole value."""


def of_bundle(bundle: Bundle) -> frozenset[str]:
    """Every path that a formula in a diagram, a decision or a form of the bundle reads from the process.

    A form's formulas that read its own fields need nothing of the process: these stay out, so that a date of birth only
    looked at while a form is filled in never becomes process data. Names that are local elsewhere (the item of a
    multi-instance, a column of a table) are in it: one name too many keeps a value, one too few would lose it.
    """
    found: set[str] = set()
    for source, is_unary in _outside_forms(bundle):
        found |= _named(source, is_unary)
    for text in bundle.named(".form.json").values():
        form = json.loads(text)
        own = frozenset(_keys(form))
        for source in _of_form(form):
            found |= {path for path in _named(source, False) if not _is_below(path, own)}
    return frozenset(found)


def _named(source: str, is_unary: bool) -> frozenset[str]:
    names = feel.names(source, unary=is_unary)
    return names.required | names.optional | names.maybe


def _is_below(path: str, keys: frozenset[str]) -> bool:
    """Whether a path is one of these keys, or leads into one of them."""
    steps = path.split(".")
    return any(".".join(steps[:count]) in keys for count in range(1, len(steps) + 1))


def _keys(part: Mapping[str, Any]) -> Iterator[str]:
    """The keys of a form's fields, those in groups included; columns of a table have names of their own."""
    for component in part.get("components", ()):
        if isinstance(component.get("key"), str):
            yield component["key"]
        if component.get("type") == "group":
            yield from _keys(component)


def _outside_forms(bundle: Bundle) -> Iterator[tuple[str, bool]]:
    """The FEEL texts of diagrams and tables, each with whether it is a unary test (an input cell of a table)."""
    for text in bundle.named(".bpmn").values():
        yield from ((source, False) for source in _of_diagram(text))
    for text in bundle.named(".dmn").values():
        yield from _of_decisions(text)


def _of_diagram(text: str) -> Iterator[str]:
    for element in xml.read(text).iter():
        content = (element.text or "").strip()
        if xml.local(element) in ALWAYS_FEEL and content:
            yield content.removeprefix("=")
        elif content.startswith("="):
            yield content[1:]
        is_zeebe = element.tag.startswith(f"{{{xml.ZEEBE}}}")
        for name, value in element.attrib.items() if is_zeebe else ():
            formula = str(value).strip()
            if formula.startswith("=") or (name in FEEL_ATTRIBUTES and formula):
                yield formula.removeprefix("=")


def _of_decisions(text: str) -> Iterator[tuple[str, bool]]:
    for element in xml.read(text).iter():
        if xml.local(element) == "text":
            content = (element.text or "").strip()
            parent = element.getparent()
            role = xml.local(parent) if parent is not None else ""
            if (
                content
                and content != "-"
                and role in {"inputExpression", "inputEntry", "outputEntry", "literalExpression"}
            ):
                yield content, role == "inputEntry"


def _of_form(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        if part.startswith("="):
            yield part[1:]
    elif isinstance(part, Mapping):
        for entry in part.values():
            yield from _of_form(entry)
    elif isinstance(part, list):
        for entry in part:
            yield from _of_form(entry)


def select(given: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Of nested values only those that one of the dotted paths names, wholly or in part.

    A path through a list keeps, of each item, what the rest of the path names.
    """
    tree: Tree = {}
    for path in sorted(paths):
        place = tree
        keys = path.split(".")
        for position, key in enumerate(keys):
            if key in place and not place[key]:
                break
            if position == len(keys) - 1:
                place[key] = {}
            else:
                place = place.setdefault(key, {})
    return _pick(given, tree)


def _pick(given: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    picked = {key: (given[key], _pruned(given[key], below)) for key, below in tree.items() if key in given}
    # A record of which nothing is read is not carried along as an empty one.
    return {key: part for key, (whole, part) in picked.items() if part != {} or whole == {}}


def _pruned(value: Any, tree: Tree) -> Any:
    if tree and isinstance(value, Mapping):
        return _pick(value, tree)
    if tree and isinstance(value, list):
        return [_pruned(entry, tree) for entry in value]
    return values.keep(value)
