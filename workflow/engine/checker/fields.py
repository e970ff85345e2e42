"""What the steps fill in: the fields of forms with their kinds and options, and the same for other results."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow.engine.text import Text

# Kinds of value; "" is not known. A scalar has no parts that could be read.
SCALARS = frozenset({"text", "number", "yes_no"})
KIND_NAMES: dict[str, Text] = {
    "text": Text("文字", "text"),
    "number": Text("数字", "a number"),
    "yes_no": Text("是/否值", "a yes/no value"),
    "date": Text("日期", "a date"),
    "date_time": Text("日期时间", "a date with time"),
    "time": Text("时刻", "a time of day"),
    "list": Text("列表", "a list"),
    "duration": Text("时长", "a length of time"),
}
_KINDS = {
    "textfield": "text",
    "textarea": "text",
    "select": "text",
    "radio": "text",
    "number": "number",
    "checkbox": "yes_no",
    "checklist": "list",
    "dynamiclist": "list",
    "filepicker": "list",
    "taglist": "list",
}
NEVER_EMPTY = frozenset({"checkbox", "checklist", "dynamiclist"})
"""Fields that always have a value while they are shown: what is not ticked is no, an empty list is a list."""

_DATES = {"date": "date", "datetime": "date_time", "time": "time"}


@dataclass(frozen=True)
class Field:
    """A value that a step sets: its dotted path, kind, options if it has a fixed set of them, and its limits.

    `hides` are the conditions under which it is not asked, `optional` means it may be left empty all the same.
    """

    path: str
    kind: str = ""
    options: Mapping[str, Text] | None = None
    optional: bool = False
    hides: tuple[str, ...] = ()
    whole: bool = False
    minimum: float | None = None
    maximum: float | None = None
    label: Text = field(default=Text("", ""))

    @property
    def is_open(self) -> bool:
        """True if it may have parts that are not known."""
        return self.kind not in SCALARS

    @property
    def title(self) -> Text:
        """How a sentence speaks of it."""
        return Text(self.label.zh or self.path, self.label.en or self.label.zh or self.path)


@dataclass(frozen=True)
class Form:
    """A form of the bundle: its id, its fields by path, and the formulas in it with the element they stand on."""

    file: str
    id: str
    fields: dict[str, Field]
    formulas: tuple[tuple[str, str, frozenset[str]], ...]


def read_form(file: str, text: str) -> Form | None:
    """The form in a file, or None if the text is no form at all (level 1 and forms.check say so)."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(root, dict) or not isinstance(root.get("components"), list):
        return None
    found: dict[str, Field] = {}
    formulas: list[tuple[str, str, frozenset[str]]] = []
    for component, hides, row in _components(root["components"], (), frozenset()):
        name = str(component.get("key") or component.get("path") or component.get("id") or "")
        for formula in _formulas(component):
            formulas.append((name, formula, row))
        if component.get("key") or component.get("type") == "dynamiclist":
            if row:
                continue
            path = str(component.get("key") or component.get("path"))
            found[path] = _field(component, path, hides)
    return Form(file, str(root.get("id", "")), found, tuple(formulas))


def _components(
    components: Iterable[Any],
    hides: tuple[str, ...],
    row: frozenset[str],
) -> Iterator[tuple[dict[str, Any], tuple[str, ...], frozenset[str]]]:
    for component in components:
        if not isinstance(component, dict):
            continue
        own = hides + tuple(filter(None, [_hide(component)]))
        yield component, own, row
        inner = component.get("components") or []
        if component.get("type") == "dynamiclist":
            keys = frozenset(str(each.get("key")) for each in inner if isinstance(each, dict)) | {"this", "parent"}
            yield from _components(inner, own, keys)
        else:
            yield from _components(inner, own, row)


def _field(component: dict[str, Any], path: str, hides: tuple[str, ...]) -> Field:
    kind = str(component.get("type", ""))
    rules = component.get("validate") or {}
    options = {
        str(option.get("value")): Text(str(option.get("label", "")), str(option.get("label_en") or ""))
        for option in component.get("values") or []
        if isinstance(option, dict)
    }
    properties = component.get("properties") or {}
    label = Text(str(component.get("label") or component.get("dateLabel") or ""), str(properties.get("label_en", "")))
    return Field(
        path,
        _DATES.get(str(component.get("subtype", "date")), "") if kind == "datetime" else _KINDS.get(kind, ""),
        options=options or None,
        optional=not rules.get("required") and kind not in NEVER_EMPTY,
        hides=hides if kind not in {"checklist", "dynamiclist"} else (),
        whole=kind == "number" and not component.get("decimalDigits"),
        minimum=_number(rules.get("min")),
        maximum=_number(rules.get("max")),
        label=label,
    )


def _formulas(component: dict[str, Any]) -> Iterator[str]:
    hide = _hide(component)
    if hide:
        yield hide
    expression = component.get("expression")
    if isinstance(expression, str) and expression.strip():
        yield expression.strip().removeprefix("=").strip()


def _hide(component: dict[str, Any]) -> str:
    conditional = component.get("conditional")
    hide = conditional.get("hide") if isinstance(conditional, dict) else None
    return hide.strip().removeprefix("=").strip() if isinstance(hide, str) else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def merged(one: Field, other: Field) -> Field:
    """What is certain about a value that two steps set."""
    kind = one.kind if one.kind == other.kind else ""
    options = {**one.options, **other.options} if one.options and other.options and kind else None
    same = one.minimum == other.minimum and one.maximum == other.maximum
    return Field(
        one.path,
        kind,
        options,
        one.optional or other.optional or one.hides != other.hides,
        one.hides if one.hides == other.hides else (),
        one.whole and other.whole,
        one.minimum if same else None,
        one.maximum if same else None,
        one.label,
    )
