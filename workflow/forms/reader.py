"""Reads a form-js definition; whatever we do not draw and check ourselves is refused by name."""

from collections.abc import Sequence
from typing import Any

from workflow.engine import EngineError, Finding, Severity, Text
from workflow.forms.definition import Definition, Field
from workflow.forms.document import NoDocument, parse
from workflow.forms.parts import Parts
from workflow.forms.rings import ring
from workflow.forms.vocabulary import (
    COMPONENT_KEYS,
    DEPTH_AT_MOST,
    FIELDS_AT_MOST,
    KEY,
    KINDS,
    PROPERTIES,
    RESERVED,
    ROOT_KEYS,
    TABLE_KINDS,
    VALIDATE,
    WITHOUT_KEY,
)  # fmt: skip

CLASSES = ("P0", "P1", "P2", "P3", "P4")
ENDING = ".form.json"
DAYS = frozenset({"today"})
LOOKS = frozenset({"warning", "danger"})


class FormInvalid(EngineError):
    """A form definition that cannot be used; `findings` says why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        message = self.findings[0].message if self.findings else Text("表单不能使用。", "The form cannot be used.")
        super().__init__(message, self.findings[0].element_id if self.findings else None)


def read(text: str, file: str, found: list[Finding]) -> Definition | None:
    """The definition in a text; complaints are added to `found`. None when it is no form at all.

    `file`: the name of the file, which must be the form's id; "" when there is none.
    """
    return _Reader(file, found).read(text)


class _Reader(Parts):
    def __init__(self, file: str, found: list[Finding]) -> None:
        super().__init__(file, found)
        self.keys: set[str] = set()
        self.ids: set[str] = set()
        self.count = 0

    def read(self, text: str) -> Definition | None:
        try:
            root = parse(text)
        except NoDocument as none:
            self.refuse(None, none.rule, none.zh, none.en)
            return None
        form_id = root.get("id")
        if not isinstance(form_id, str) or not KEY.fullmatch(form_id):
            self.refuse(
                None, "form-id", "表单编号只能用字母、数字和下划线。",
                "A form id has only letters, digits and underscores.",
            )  # fmt: skip
            form_id = ""
        named = self.file.rpartition("/")[2]
        if form_id and named and named != form_id + ENDING:
            right = form_id + ENDING
            self.refuse(None, "form-file-name", f"文件名应当是“{right}”。", f"The file must be called “{right}”.")
        self.known(root, ROOT_KEYS, form_id or None)
        properties = _dict(root.get("properties"))
        title = self.text(properties.get("title"), properties.get("title_en"), form_id or None)
        fields = self._fields(root["components"], "P0", 1, in_table=False)
        if not any(finding.severity is Severity.ERROR for finding in self.found):
            self._refuse_ring(fields)
        return Definition(form_id, title, fields)

    def _refuse_ring(self, fields: tuple[Field, ...]) -> None:
        if keys := ring(fields):
            zh, en = "、".join(f"“{key}”" for key in keys), ", ".join(f"“{key}”" for key in keys)
            self.refuse(
                None, "form-ring", f"条件或公式绕成了圈：{zh}。", f"Conditions or formulas run in a circle: {en}."
            )

    def _fields(self, parts: Any, info_class: str, depth: int, *, in_table: bool) -> tuple[Field, ...]:
        if not isinstance(parts, list) or depth > DEPTH_AT_MOST:
            self.refuse(None, "form-too-deep", "表单嵌套太深。", "The form is nested too deeply.")
            return ()
        fields: list[Field] = []
        for part in parts:
            self.count += 1
            if self.count > FIELDS_AT_MOST:
                self.refuse(
                    None, "form-too-many", f"表单最多 {FIELDS_AT_MOST} 项。",
                    f"A form has {FIELDS_AT_MOST} fields at most.",
                )  # fmt: skip
                return tuple(fields)
            if not isinstance(part, dict):
                self.refuse(None, "form-not-a-form", "表单项不完整。", "A field is incomplete.")
            elif field := self._field(part, info_class, depth, in_table):
                fields.append(field)
        return tuple(fields)

    def _field(self, part: dict[str, Any], inherited: str, depth: int, in_table: bool) -> Field | None:
        name, kind = self._id(part), str(part.get("type"))
        if kind not in KINDS or (in_table and kind not in TABLE_KINDS):
            self.refuse(
                name, "form-unsupported", f"这里不支持“{kind}”这种表单项。",
                f"A field of the kind “{kind}” is not supported here.",
            )  # fmt: skip
            return None
        if kind == "datetime":
            kind = {"date": "date", "time": "time"}.get(str(part.get("subtype", "date")), "datetime")
        properties, validate = _dict(part.get("properties")), _dict(part.get("validate"))
        self.known(part, COMPONENT_KEYS, name)
        self.suited(properties, PROPERTIES, kind, name)
        self.suited(validate, VALIDATE, kind, name)
        info_class = str(properties.get("class", inherited))
        if info_class not in CLASSES:
            self.refuse(name, "form-class", "信息级别应为 P0 到 P4。", "The information class must be P0 to P4.")
        key = self._key(part, kind, name, in_table)
        label = self._label(part, kind, properties, name)
        choices = self.choices(properties.get("choices"), name)
        options = self.options(part.get("values"), choices, name) if kind in ("select", "radio", "checklist") else ()
        field = Field(
            kind, name, key, label, self.text(part.get("description"), properties.get("description_en"), name),
            text=self.text(part.get("text"), properties.get("text_en"), name) or Text("", ""),
            look=self.word(properties.get("look"), LOOKS, name),
            required=bool(validate.get("required")),
            hide=self.formula(_dict(part.get("conditional")).get("hide"), name),
            formula=self.formula(part.get("expression"), name, needed=kind == "expression"),
            options=options, choices=choices,
            minimum=self.number(validate.get("min"), name), maximum=self.number(validate.get("max"), name),
            min_length=self.whole(validate.get("minLength"), name),
            max_length=self.whole(validate.get("maxLength"), name),
            pattern=self.pattern(validate.get("pattern"), name),
            pattern_text=self.text(properties.get("pattern_text"), properties.get("pattern_text_en"), name),
            decimals=self.whole(part.get("decimalDigits"), name, most=10) or 0,
            min_items=self.whole(properties.get("min_items"), name),
            max_items=self.whole(properties.get("max_items"), name),
            multiple=bool(part.get("multiple")), accept=str(part.get("accept") or ""),
            suffix=self.text(_dict(part.get("appearance")).get("suffixAdorner"), properties.get("suffix_en"), name),
            default=self.word(properties.get("default"), _defaults(kind, [option.value for option in options]), name),
            not_before=self.word(properties.get("not_before"), DAYS, name),
            not_after=self.word(properties.get("not_after"), DAYS, name),
            info_class=info_class, children=self._children(part, kind, info_class, depth, in_table),
        )  # fmt: skip
        self.limits(field.minimum, field.maximum, name)
        self.limits(field.min_length, field.max_length, name)
        self.limits(field.min_items, field.max_items, name)
        return field

    def _children(
        self, part: dict[str, Any], kind: str, info_class: str, depth: int, in_table: bool
    ) -> tuple[Field, ...]:
        if kind not in ("group", "dynamiclist"):
            return ()
        outer, is_table = self.keys, kind == "dynamiclist"
        self.keys = set() if is_table else outer
        children = self._fields(part.get("components"), info_class, depth + 1, in_table=in_table or is_table)
        self.keys = outer
        return children

    def _id(self, part: dict[str, Any]) -> str:
        """The id of a part, its own in the whole form: what is hidden is known by it."""
        name = str(part.get("id") or "")
        if name in self.ids:
            self.refuse(name, "form-duplicate-id", f"编号“{name}”重复。", f"The id “{name}” is used twice.")
        if not name:
            name = str(part.get("key") or part.get("path") or "")
            while not name or name in self.ids:
                name = f"part_{self.count}" if name != f"part_{self.count}" else f"{name}_"
        self.ids.add(name)
        return name

    def _key(self, part: dict[str, Any], kind: str, name: str, in_table: bool) -> str:
        if kind in WITHOUT_KEY:
            return ""
        key = part.get("path") if kind == "dynamiclist" else part.get("key")
        if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > 100 or (in_table and "." in key):
            self.refuse(
                name, "form-key", "表单项需要名称（字母、数字、下划线和点）。",
                "A field needs a key of letters, digits, underscores and dots.",
            )  # fmt: skip
            return name
        if any(word in RESERVED or word.startswith("_") for word in key.split(".")):
            self.refuse(
                name, "form-key-reserved", f"名称“{key}”另有用途。", f"The key “{key}” is kept for another use."
            )
        if any(_share_a_place(key, other) for other in self.keys):
            self.refuse(name, "form-duplicate-key", f"名称“{key}”重复。", f"The key “{key}” is used twice.")
        self.keys.add(key)
        return key

    def _label(self, part: dict[str, Any], kind: str, properties: dict[str, Any], name: str) -> Text:
        zh = part.get("label") or part.get("dateLabel") or part.get("timeLabel")
        label = self.text(zh, properties.get("label_en"), name)
        if label is None and kind not in WITHOUT_KEY:
            self.refuse(name, "form-label", "表单项没有名称文字。", "A field has no label.")
        return label or Text("", "")


def _dict(part: Any) -> dict[str, Any]:
    return part if isinstance(part, dict) else {}


def _share_a_place(key: str, other: str) -> bool:
    return key == other or other.startswith(f"{key}.") or key.startswith(f"{other}.")


def _defaults(kind: str, options: list[str]) -> list[str] | None:
    """What may stand in a fresh field; None: any text."""
    return {"date": ["today"], "datetime": ["now"], "select": options or None, "radio": options or None}.get(kind)
