"""Reads a form-js definition; whatever we do not draw and check ourselves is refused by name."""

import json
from collections.abc import Sequence
from typing import Any

from workflow.engine import EngineError, Finding, Severity, Text, feel
from workflow.forms.definition import Definition, Field, Option
from workflow.forms.patterns import PatternRefused, compile_pattern
from workflow.forms.vocabulary import (
    COMPONENT_KEYS,
    DEPTH_AT_MOST,
    FIELDS_AT_MOST,
    KEY,
    KINDS,
    PROPERTIES,
    ROOT_KEYS,
    SIZE_AT_MOST,
    TABLE_KINDS,
    VALIDATE,
    WITHOUT_KEY,
)  # fmt: skip

CLASSES = ("P0", "P1", "P2", "P3", "P4")


class FormInvalid(EngineError):
    """A form definition that cannot be used; `findings` says why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        message = self.findings[0].message if self.findings else Text("表单不能使用。", "The form cannot be used.")
        super().__init__(message, self.findings[0].element_id if self.findings else None)


def read(text: str, file: str, found: list[Finding]) -> Definition | None:
    """The definition in a text; complaints are added to `found`. None when it is no form at all."""
    return _Reader(file, found).read(text)


class _Reader:
    def __init__(self, file: str, found: list[Finding]) -> None:
        self.file, self.found = file, found
        self.keys: set[str] = set()
        self.count = 0

    def refuse(self, element_id: str | None, rule: str, zh: str, en: str) -> None:
        self.found.append(Finding(self.file, element_id, Severity.ERROR, rule, Text(zh, en)))

    def read(self, text: str) -> Definition | None:
        if len(text) > SIZE_AT_MOST:
            self.refuse(None, "form-too-large", "表单文件太大。", "The form file is too large.")
            return None
        try:
            root = json.loads(text)
        except (ValueError, RecursionError):
            self.refuse(None, "form-not-json", "表单文件不是完整的 JSON。", "The form file is not well-formed JSON.")
            return None
        if not isinstance(root, dict) or root.get("type") != "default" or not isinstance(root.get("components"), list):
            self.refuse(None, "form-not-a-form", "这不是表单文件。", "This is not a form file.")
            return None
        form_id = root.get("id")
        if not isinstance(form_id, str) or not KEY.fullmatch(form_id):
            self.refuse(None, "form-id", "表单编号只能用字母、数字和下划线。", "A form id has only letters, digits and underscores.")
            form_id = ""
        self._known(root, ROOT_KEYS, form_id or None)
        properties = root.get("properties") if isinstance(root.get("properties"), dict) else {}
        title = Text(str(properties["title"]), str(properties.get("title_en", ""))) if "title" in properties else None
        return Definition(form_id, title, self._fields(root["components"], "P0", 1, in_table=False))

    def _known(self, part: dict[str, Any], allowed: frozenset[str], element_id: str | None) -> None:
        for name in sorted(set(map(str, part)) - allowed):
            self.refuse(element_id, "form-unsupported", f"不支持设置“{name}”。", f"The setting “{name}” is not supported.")

    def _fields(self, parts: Any, info_class: str, depth: int, *, in_table: bool) -> tuple[Field, ...]:
        if not isinstance(parts, list) or depth > DEPTH_AT_MOST:
            self.refuse(None, "form-too-deep", "表单嵌套太深。", "The form is nested too deeply.")
            return ()
        fields = []
        for part in parts:
            self.count += 1
            if self.count > FIELDS_AT_MOST:
                self.refuse(None, "form-too-many", f"表单最多 {FIELDS_AT_MOST} 项。", f"A form has {FIELDS_AT_MOST} fields at most.")
                return tuple(fields)
            field = self._field(part, info_class, depth, in_table) if isinstance(part, dict) else None
            if field is None and not isinstance(part, dict):
                self.refuse(None, "form-not-a-form", "表单项不完整。", "A field is incomplete.")
            if field is not None:
                fields.append(field)
        return tuple(fields)

    def _field(self, part: dict[str, Any], inherited: str, depth: int, in_table: bool) -> Field | None:
        name = str(part.get("id") or part.get("key") or part.get("path") or "")
        kind = str(part.get("type"))
        if kind not in KINDS or (in_table and kind not in TABLE_KINDS):
            self.refuse(name, "form-unsupported", f"这里不支持“{kind}”这种表单项。", f"A field of the kind “{kind}” is not supported here.")
            return None
        self._known(part, COMPONENT_KEYS, name)
        properties = _dict(part.get("properties"))
        self._known(properties, PROPERTIES, name)
        validate = _dict(part.get("validate"))
        self._known(validate, VALIDATE, name)
        if kind == "datetime":
            kind = {"date": "date", "time": "time"}.get(str(part.get("subtype", "date")), "datetime")
        info_class = str(properties.get("class", inherited))
        if info_class not in CLASSES:
            self.refuse(name, "form-class", "信息级别应为 P0 到 P4。", "The information class must be P0 to P4.")
        key = self._key(part, kind, name, in_table)
        label = self._label(part, kind, properties, name)
        hint = self._text(part.get("description"), properties.get("description_en"), name)
        children: tuple[Field, ...] = ()
        if kind in ("group", "dynamiclist"):
            outer = self.keys
            self.keys = set() if kind == "dynamiclist" else self.keys
            children = self._fields(part.get("components"), info_class, depth + 1, in_table=in_table or kind == "dynamiclist")
            self.keys = outer
        return Field(
            kind, name, key, label, hint,
            text=self._text(part.get("text"), properties.get("text_en"), name) or Text("", ""),
            required=bool(validate.get("required")),
            hide=self._formula(_dict(part.get("conditional")).get("hide"), name),
            formula=self._formula(part.get("expression"), name, needed=kind == "expression"),
            options=self._options(part, kind, properties, name),
            choices=str(properties["choices"]) if "choices" in properties else None,
            minimum=_number(validate.get("min")), maximum=_number(validate.get("max")),
            min_length=_whole(validate.get("minLength")), max_length=_whole(validate.get("maxLength")),
            pattern=self._pattern(validate.get("pattern"), name),
            pattern_text=self._text(properties.get("pattern_text"), properties.get("pattern_text_en"), name),
            decimals=_whole(part.get("decimalDigits")) or 0,
            min_items=_whole(properties.get("min_items")), max_items=_whole(properties.get("max_items")),
            multiple=bool(part.get("multiple")), accept=str(part.get("accept") or ""),
            suffix=self._text(_dict(part.get("appearance")).get("suffixAdorner"), properties.get("suffix_en"), name),
            default=str(properties["default"]) if "default" in properties else None,
            not_before=properties.get("not_before"), not_after=properties.get("not_after"),
            info_class=info_class, children=children,
        )  # fmt: skip

    def _key(self, part: dict[str, Any], kind: str, name: str, in_table: bool) -> str:
        if kind in WITHOUT_KEY:
            return ""
        key = part.get("path") if kind == "dynamiclist" else part.get("key")
        if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > 100 or (in_table and "." in key):
            self.refuse(name, "form-key", "表单项需要名称(字母、数字、下划线和点)。", "A field needs a key of letters, digits, underscores and dots.")
            return name or "_"
        clash = key in self.keys or any(other.startswith(f"{key}.") or key.startswith(f"{other}.") for other in self.keys)
        if clash:
            self.refuse(name, "form-duplicate-key", f"名称“{key}”重复。", f"The key “{key}” is used twice.")
        self.keys.add(key)
        return key

    def _label(self, part: dict[str, Any], kind: str, properties: dict[str, Any], name: str) -> Text:
        zh = part.get("label") or part.get("dateLabel") or part.get("timeLabel")
        label = self._text(zh, properties.get("label_en"), name)
        if label is None and kind not in WITHOUT_KEY:
            self.refuse(name, "form-label", "表单项没有名称文字。", "A field has no label.")
        return label or Text("", "")

    def _text(self, zh: Any, en: Any, name: str) -> Text | None:
        if zh in (None, ""):
            return None
        if str(zh).lstrip().startswith("="):
            self.refuse(name, "form-computed-text", "文字里不能写公式。", "A label or text cannot be a formula.")
        return Text(str(zh), str(en or ""))

    def _formula(self, text: Any, name: str, *, needed: bool = False) -> str | None:
        if text in (None, "") and not needed:
            return None
        if isinstance(text, bool) or not isinstance(text, str) or not text.startswith("="):
            self.refuse(name, "form-formula", "公式要以“=”开头。", "A formula starts with “=”.")
            return None
        try:
            feel.check(text[1:].strip())
        except feel.FeelError as error:
            self.refuse(name, f"feel-{error.kind}", error.message.zh, error.message.en)
        return text[1:].strip()

    def _options(self, part: dict[str, Any], kind: str, properties: dict[str, Any], name: str) -> tuple[Option, ...]:
        if kind not in ("select", "radio", "checklist"):
            return ()
        values = part.get("values")
        options = tuple(
            Option(str(value.get("value")), Text(str(value.get("label", "")), str(value.get("label_en", ""))))
            for value in values if isinstance(value, dict)
        ) if isinstance(values, list) else ()  # fmt: skip
        if not options and "choices" not in properties:
            self.refuse(name, "form-options", "没有可选的答案。", "There are no answers to choose from.")
        if len({option.value for option in options}) != len(options) or any(not o.value or not o.label.zh for o in options):
            self.refuse(name, "form-options", "选项的值为空或重复。", "An answer has no value or label, or two have the same value.")
        return options

    def _pattern(self, pattern: Any, name: str) -> str | None:
        if pattern in (None, ""):
            return None
        try:
            compile_pattern(str(pattern))
        except PatternRefused:
            self.refuse(name, "form-pattern", "这种格式要求太复杂,不能使用。", "This pattern is too complex to be used.")
        return str(pattern)


def _dict(part: Any) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _parsed(value)


def _parsed(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and abs(number) < 1e9 else None
